package ucum

import (
	"slices"
	"strings"
	"sync"

	"github.com/officina-enclave/officina/dsl/diag"
)

// spellings says what people write for a part of a unit, in lower case, and what UCUM writes.
var spellings = map[string]string{
	"mmhg": "mm[Hg]", "mm hg": "mm[Hg]", "mm(hg)": "mm[Hg]", "cmh2o": "cm[H2O]", "mmh2o": "mm[H2O]", "inhg": "[in_i'Hg]", "torr": "mm[Hg]",
	"iu": "[IU]", "i.u.": "[IU]", "ui": "[IU]", "u.i.": "[IU]", "miu": "m[IU]", "mui": "m[IU]", "uiu": "u[IU]", "kiu": "k[IU]",
	"unit": "U", "units": "U", "mu": "mU", "ku": "kU",
	"mcg": "ug", "gamma": "ug", "gm": "g", "gr": "g", "gram": "g", "grams": "g", "kgs": "kg", "kilogram": "kg", "kilograms": "kg",
	"lb": "[lb_av]", "lbs": "[lb_av]", "pound": "[lb_av]", "pounds": "[lb_av]", "oz": "[oz_av]", "stone": "[stone_av]",
	"in": "[in_i]", "inch": "[in_i]", "inches": "[in_i]", "ft": "[ft_i]", "feet": "[ft_i]", "mile": "[mi_i]", "miles": "[mi_i]",
	"mcl": "uL", "cc": "mL", "cmm": "mm3", "lt": "L", "litre": "L", "liter": "L", "litres": "L", "liters": "L", "mcmol": "umol",
	"mcm": "um", "micron": "um", "metre": "m", "meter": "m", "metres": "m", "meters": "m",
	"sec": "s", "secs": "s", "second": "s", "seconds": "s", "mins": "min", "minute": "min", "minutes": "min", "msec": "ms", "hr": "h", "hrs": "h",
	"hour": "h", "hours": "h", "die": "d", "day": "d", "days": "d", "week": "wk", "weeks": "wk", "month": "mo", "months": "mo", "yr": "a", "yrs": "a", "year": "a", "years": "a",
	"celsius": "Cel", "degc": "Cel", "deg c": "Cel", "°c": "Cel", "c°": "Cel", "fahrenheit": "[degF]", "degf": "[degF]", "deg f": "[degF]", "°f": "[degF]", "kelvin": "K",
	"percent": "%", "pct": "%", "perc": "%", "‰": "[ppth]", "permille": "[ppth]", "ppm": "[ppm]", "ppb": "[ppb]", "ph": "[pH]",
	"hpf": "[HPF]", "lpf": "[LPF]", "dpt": "[diop]", "diopter": "[diop]", "diopters": "[diop]", "met": "[MET]", "mets": "[MET]", "hu": "[hnsf'U]", "psi": "[psi]",
	"osmol": "osm", "mosmol": "mosm", "equiv": "eq", "mval": "meq", "cfu": "[CFU]", "pfu": "[PFU]", "kcals": "kcal", "calories": "[Cal]",
	"bpm": "/min", "rpm": "/min", "beats": "{beats}", "beat": "{beats}", "breaths": "{breaths}", "cells": "{cells}", "cell": "{cells}", "copies": "{copies}", "steps": "{steps}", "step": "{steps}", "puffs": "{puffs}",
	"tablets": "{tbl}", "score": "{score}", "ratio": "{ratio}", "inr": "{INR}", "index": "{index}",
	"thousand": "10*3", "million": "10*6", "mill": "10*6", "k": "10*3", "1.73m2": "{1.73_m2}", "1.73_m2": "{1.73_m2}",
}

// signs replaces what is not ASCII, and ways to write powers and products.
var signs = strings.NewReplacer("µ", "u", "μ", "u", "10³", "10*3", "10⁶", "10*6", "10⁹", "10*9", "10¹²", "10*12", "²", "2", "³", "3", "·", ".", "×", "x", " per ", "/", "^", "",
	"1.73 m2", "1.73m2", "1.73m^2", "1.73m2", "1.73 m^2", "1.73m2", "1.73m²", "1.73m2", "1.73 m²", "1.73m2", "**", "*")

// symbols are the codes that a mistake of case is looked for among: what is common, so that one is found, not several.
var symbols = sync.OnceValue(func() []string {
	return strings.Fields("g kg mg ug ng pg L dL mL uL fL m cm mm um nm km mol mmol umol nmol pmol fmol s min h d wk mo a " +
		"U mU kU [IU] m[IU] u[IU] k[IU] kat nkat ukat meq eq mosm osm Pa kPa mbar J kJ cal kcal W V mV Hz Cel K [degF] mm[Hg] cm[H2O] % [pH] " +
		"Bq MBq GBq Gy mGy cGy Sv mSv dB [diop] [MET] [HPF] [LPF] [CFU] [PFU] [ppm] [ppb]")
})

// Suggest says how UCUM writes what was probably meant by text, which [Parse] does not read: "mm[Hg]" for mmHg, "ug/L"
// for µg/L, "[IU]/L" for IU/l. It repairs signs, case, well-known spellings and slips of a letter.
func Suggest(text string) (string, bool) {
	if len(text) > MaxBytes {
		return "", false
	}
	fixed := signs.Replace(strings.TrimSpace(text))
	if whole, ok := spellings[strings.ToLower(fixed)]; ok {
		return whole, true
	}
	parts := strings.Split(strings.ReplaceAll(fixed, "1.73m2", "1.73_m2"), "/")
	for i, part := range parts {
		parts[i] = respell(strings.TrimSpace(part), i == 0)
	}
	fixed = strings.TrimPrefix(strings.Join(parts, "/"), "1/")
	if strings.HasPrefix(fixed, "//") {
		fixed = fixed[1:]
	}
	_, err := Parse(fixed)
	return fixed, err == nil && fixed != text
}

// respell repairs one part of a unit, between the slashes.
func respell(part string, first bool) string {
	if first {
		part = counts(part)
	}
	fold := func(s string) bool { return strings.EqualFold(s, part) }
	if slices.Contains(symbols(), part) || part == "" {
		return part
	}
	if i := slices.IndexFunc(symbols(), fold); i >= 0 {
		return symbols()[i]
	}
	if code, ok := spellings[strings.ToLower(part)]; ok {
		return code
	}
	if _, err := Parse(part); err == nil {
		return part
	}
	base := strings.TrimRight(part, "23")
	if code := spellings[strings.ToLower(base)]; base != part && code != "" {
		return code + part[len(base):]
	}
	if near, ok := diag.Near(part, symbols()); ok && len(part) > 3 {
		return near
	}
	return part
}

// counts writes powers of ten as UCUM does: x10^9, 10E9, 1e9, x10*3.
func counts(part string) string {
	rest := strings.ToLower(strings.ReplaceAll(part, " ", ""))
	rest = strings.TrimPrefix(rest, "x")
	for _, begin := range []string{"10*", "10e", "1e", "10"} {
		power, ok := strings.CutPrefix(rest, begin)
		if ok && power != "" && digits(power) == len(power) && len(power) <= 2 {
			return "10*" + power
		}
	}
	return part
}
