// Package population makes the persons of the benchmark: a [Source] of rows as a region's records have them, for any
// number of persons.
//
// A person has an age, a sex, a frailty, and chronic diseases that depend on these and bring their own codes, drugs and
// measurements from their onset on. The rest is background: codes by Zipf's law, on days spread over the time in which
// the person lives within the period, 2012 to 2025. A person has about 60 events at the mean: 10 conditions, 14 drugs, 28
// measurements and 8 visits.
//
// A row depends on the seed and the person's number only. Nobody in it exists, and none of the figures is from a
// registry: only the shapes (how skewed, how correlated, how many) are meant to be like real ones.
package population
