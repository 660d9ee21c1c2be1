package api

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/families"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// Bounds of what a scrape may ask for: each selector is held against every series.
const (
	maxSelectors      = 100
	maxSelectorLength = 4096
)

// selection is the part of the page that is asked for: the series that one of the
// selectors matches, and of those what belongs to the account.
type selection struct {
	selectors []selector // none is everything
	account   string     // "" is everything
}

// selector is a series selector of PromQL; all its matchers must match.
type selector []*labels.Matcher

// selectionOf reads the parameters match[], match and account of a query.
func selectionOf(rawQuery string) (*selection, error) {
	query, err := url.ParseQuery(rawQuery)
	if err != nil {
		return nil, fmt.Errorf("the query cannot be read: %w", err)
	}
	texts := slices.Concat(query["match[]"], query["match"])
	if len(texts) > maxSelectors {
		return nil, fmt.Errorf("there are %d selectors, and at most %d are taken; one with a regular expression may do for many", len(texts), maxSelectors)
	}
	out := &selection{account: query.Get("account")}
	for _, text := range texts {
		s, err := parseSelector(text)
		if err != nil {
			return nil, err
		}
		out.selectors = append(out.selectors, s)
	}
	return out, nil
}

// parseSelector reads a selector such as {product="mqtt"}.
func parseSelector(text string) (selector, error) {
	if len(text) > maxSelectorLength {
		return nil, fmt.Errorf("a selector is longer than %d bytes", maxSelectorLength)
	}
	matchers, err := parser.NewParser(parser.Options{}).ParseMetricSelector(text)
	if err == nil && !slices.ContainsFunc(matchers, func(m *labels.Matcher) bool { return !m.Matches("") }) {
		err = errors.New("it must have a matcher that an empty label does not fulfil")
	}
	if err != nil {
		return nil, fmt.Errorf(`match[]=%s is no selector such as {product="mqtt"}: %w`, strconv.Quote(text), err)
	}
	return matchers, nil
}

// matches tells whether all matchers match labels that value looks up; those that
// skip names are passed over.
func (s selector) matches(value func(name string) string, skip func(name string) bool) bool {
	for _, m := range s {
		if !skip(m.Name) && !m.Matches(value(m.Name)) {
			return false
		}
	}
	return true
}

// choice is what of the fleet is to be read for the selection.
func (s *selection) choice() families.Choice {
	out := families.Choice{Account: s.account}
	if len(s.selectors) == 0 {
		return out
	}
	out.Family = func(f *series.Family) bool { return len(s.about(f)) > 0 }
	out.Instance = func(in *fleet.Instance) bool {
		point := series.Point{Instance: in}
		return slices.ContainsFunc(s.selectors, func(one selector) bool {
			return one.matches(point.Label, func(name string) bool {
				return name != series.InstanceID && name != series.Product && name != series.Edition
			})
		})
	}
	return out
}

// about lists the selectors that match series of a family, as far as its name tells.
func (s *selection) about(f *series.Family) []selector {
	var out []selector
	for _, one := range s.selectors {
		if one.matches(func(string) string { return f.Name }, func(name string) bool { return name != series.Name }) {
			out = append(out, one)
		}
	}
	return out
}

// points returns a visitor that hands on to next what is asked for.
func (s *selection) points(next families.Visit) families.Visit {
	if len(s.selectors) == 0 {
		return next
	}
	var of *series.Family
	var about []selector
	named := func(name string) bool { return name == series.Name } // was looked at for all of the family
	return func(p *series.Point) {
		if of != p.Family {
			of, about = p.Family, s.about(p.Family)
		}
		for _, one := range about {
			if one.matches(p.Label, named) {
				next(p)
				return
			}
		}
	}
}

// own tells whether Brimwatch's own metrics may be asked for: they belong to no
// account, and none has the name of a family of the fleet.
func (s *selection) own() bool {
	if s.account != "" {
		return false
	}
	all := series.Families()
	ofFleet := func(one selector) bool {
		return slices.ContainsFunc(one, func(m *labels.Matcher) bool {
			return m.Name == series.Name && m.Type == labels.MatchEqual && slices.ContainsFunc(all, func(f series.Family) bool { return f.Name == m.Value })
		})
	}
	return len(s.selectors) == 0 || slices.ContainsFunc(s.selectors, func(one selector) bool { return !ofFleet(one) })
}
