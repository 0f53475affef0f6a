package csv

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/officina-enclave/officina/connectors"
)

// cell makes a catalog cell of the file's text. What does not fit passes unchanged: ingest rejects it.
func (c *column) cell(text string) connectors.Cell {
	if text == "" || slices.Contains(c.Missing, text) {
		return connectors.Cell{}
	}
	if word, ok := c.Values[text]; ok {
		text = word
	}
	switch {
	case c.Date != "":
		text = c.day.normal(text)
	case c.Zone != "":
		text = onClock(text, c.clock)
	}
	if c.System != "" {
		text = c.System + ":" + text
	}
	return connectors.Known(text)
}

// dateFormat reads a date by a layout of package time, or as a number of days since a day.
type dateFormat struct {
	layout string
	since  time.Time // where layout is ""
	out    string    // a day or, where the layout has hours, a minute
}

// minute is how a date with a time is passed on.
const minute = "2006-01-02T15:04"

const daysSince = "days since "

// tokens turns the words of a date format into those of package time.
var tokens = strings.NewReplacer("YYYY", "2006", "YY", "06", "MON", "Jan", "MM", "01", "DD", "02", "AM", "PM", "M", "1", "D", "2",
	"hh", "15", "h", "3", "mm", "04", "ss", "05")

func parseDateFormat(text string) (dateFormat, error) {
	if day, ok := strings.CutPrefix(text, daysSince); ok {
		since, err := time.Parse(time.DateOnly, day)
		if err != nil {
			return dateFormat{}, errors.New(`write "days since YYYY-MM-DD" with a real day`)
		}
		return dateFormat{since: since, out: time.DateOnly}, nil
	}
	layout := tokens.Replace(text)
	day := time.Date(2001, 2, 3, 0, 0, 0, 0, time.UTC)
	if back, err := time.Parse(layout, day.Format(layout)); err != nil || !back.Equal(day) {
		return dateFormat{}, errors.New("the date format must name year, month and day, such as DD/MM/YYYY")
	}
	f := dateFormat{layout: layout, out: time.DateOnly}
	if day.Format(layout) != day.Add(time.Hour).Format(layout) {
		f.out = minute
	}
	return f, nil
}

// onClock returns a time that tells its zone as it was on the clock of another; any other text unchanged.
func onClock(text string, clock *time.Location) string {
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04Z07:00", "2006-01-02 15:04Z07:00"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.In(clock).Format(minute)
		}
	}
	return text
}

// normal returns text as YYYY-MM-DD, with THH:MM where the format has hours, or unchanged when it is not in the format.
func (f dateFormat) normal(text string) string {
	if f.layout != "" {
		if day, err := time.Parse(f.layout, text); err == nil {
			return day.Format(f.out)
		}
		return text
	}
	if n, err := strconv.ParseInt(text, 10, 20); err == nil {
		return f.since.AddDate(0, 0, int(n)).Format(f.out)
	}
	return text
}
