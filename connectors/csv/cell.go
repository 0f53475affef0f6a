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
	if c.Date != "" {
		text = c.day.normal(text)
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
}

const daysSince = "days since "

// tokens turns the words of a date format into those of package time.
var tokens = strings.NewReplacer("YYYY", "2006", "YY", "06", "MON", "Jan", "MM", "01", "DD", "02", "M", "1", "D", "2",
	"hh", "15", "mm", "04", "ss", "05")

func parseDateFormat(text string) (dateFormat, error) {
	if day, ok := strings.CutPrefix(text, daysSince); ok {
		since, err := time.Parse(time.DateOnly, day)
		if err != nil {
			return dateFormat{}, errors.New(`write "days since YYYY-MM-DD" with a real day`)
		}
		return dateFormat{since: since}, nil
	}
	layout := tokens.Replace(text)
	day := time.Date(2001, 2, 3, 0, 0, 0, 0, time.UTC)
	if back, err := time.Parse(layout, day.Format(layout)); err != nil || !back.Equal(day) {
		return dateFormat{}, errors.New("the date format must name year, month and day, such as DD/MM/YYYY")
	}
	return dateFormat{layout: layout}, nil
}

// normal returns text as YYYY-MM-DD, or unchanged when it is not in the format.
func (f dateFormat) normal(text string) string {
	if f.layout != "" {
		if day, err := time.Parse(f.layout, text); err == nil {
			return day.Format(time.DateOnly)
		}
		return text
	}
	if n, err := strconv.ParseInt(text, 10, 20); err == nil {
		return f.since.AddDate(0, 0, int(n)).Format(time.DateOnly)
	}
	return text
}
