// Package ucum reads units of measure by the Unified Code for Units of Measure and converts between them.
//
// [Parse] reads an expression of case-sensitive codes into a [Unit]: a factor, exact, and a dimension. Two units of the
// same dimension convert ([Unit.To]). Nothing but UCUM is read; for what people write otherwise there is [Suggest].
//
// The table is units.txt: some 220 of the 310 units of UCUM 2.1, by source. No library for Go could be had from the
// module proxy when this was written (docs/design/0010).
//
// # Where this is stricter than UCUM
//
// UCUM makes a number of what chemists and clinicians keep apart, and a wrong conversion is worse than none. Here
//
//   - the mole is a base unit, as in the SI since 2019, not 6.02e23; so are the equivalent and the osmole: 1 mmol/L of
//     calcium is 2 meq/L, and only the analyte tells;
//   - a pure ratio keeps the kind of what it is a ratio of: mg/g, mmol/mol and % are three kinds. 1 % of HbA1c is
//     not 10 mmol/mol;
//   - a field of view of the microscope, the Hounsfield unit and the bit are base units, as arbitrary units are;
//   - the annotation {1.73_m2} is a unit, since a clearance by body surface is not a clearance. All others mean nothing;
//   - a logarithm converts to itself only, not to the number it is of.
//
// Where an analyte has a conversion between two kinds, the catalog says so (dsl/catalog, UnitRule).
//
// Limits: expressions of at most 64 bytes, exponents to 30, parentheses 8 deep.
package ucum
