package opa

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Packages that hold denials, and those of them that no bundle may leave out.
const rulesPackage = "data.officina.rules."

var required = []string{"access", "approval", "prohibited_purposes", "purpose", "sensitivity", "status"}

// checkRules requires the words of every deny rule, and the packages that no bundle may leave out.
func checkRules(modules map[string]*ast.Module) error {
	denying := map[string]bool{}
	for _, file := range slices.Sorted(maps.Keys(modules)) {
		m := modules[file]
		pkg, below := strings.CutPrefix(m.Package.Path.String(), rulesPackage)
		if !below {
			continue
		}
		for _, rule := range m.Rules {
			if rule.Head.Name != "deny" && rule.Head.Ref().String() != "deny" {
				continue
			}
			if err := checkWords(rule); err != nil {
				return err
			}
			denying[pkg] = true
		}
		if !denying[pkg] {
			return fmt.Errorf("%s: package %s has no deny rule; move it out of officina.rules", file, pkg)
		}
	}
	for _, pkg := range required {
		if !denying[pkg] {
			return fmt.Errorf("no rule denies in package officina.rules.%s; put it back", pkg)
		}
	}
	return nil
}

// checkWords requires METADATA of a deny rule: title, description, custom.rule and custom.contact. Without
// them its denial would be undefined, and an undefined denial does not deny.
func checkWords(rule *ast.Rule) error {
	for _, a := range rule.Annotations {
		name, _ := a.Custom["rule"].(string)
		contact, _ := a.Custom["contact"].(string)
		if a.Title != "" && a.Description != "" && name != "" && contact != "" {
			return nil
		}
	}
	return fmt.Errorf("%s: this deny rule needs METADATA: title, description, custom.rule, custom.contact", rule.Location)
}
