package mcp

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/internal/api/asked"
	"github.com/brimwatch/brimwatch/notifier/rota"
)

// mostShifts bounds how many shifts are answered of each rota, mostRotas how many rotas.
const (
	mostShifts = 20
	mostRotas  = 50
)

// onCallQuery says of whom and when it is asked.
type onCallQuery struct {
	Name string `json:"name,omitempty" jsonschema:"only this rota; all when it is left out"`
	At   string `json:"at,omitempty" jsonschema:"who is on call then: RFC 3339, or a distance from now such as +2d; now when it is left out"`
	Days int    `json:"days,omitempty" jsonschema:"how many days of shifts to list"`
}

// onCallAnswer is who is on call.
type onCallAnswer struct {
	cutList

	At    string    `json:"at" jsonschema:"the moment that was asked for"`
	Rotas []rotaRow `json:"rotas"`
}

// rotaRow is who is on call by one rota, and who follows.
type rotaRow struct {
	Name     string     `json:"name"`
	Person   string     `json:"person,omitempty" jsonschema:"who is on call; left out when nobody is"`
	Until    string     `json:"until,omitempty"`
	Rotate   string     `json:"rotate"`
	HandOver string     `json:"hand_over"`
	TimeZone string     `json:"time_zone"`
	Shifts   []shiftRow `json:"shifts" jsonschema:"from the moment that was asked for, the one that it lies in first"`
	More     int        `json:"more_shifts,omitempty" jsonschema:"shifts that are left out; ask for fewer days, from another moment"`
}

// shiftRow is a time in which one person is on call.
type shiftRow struct {
	From       string `json:"from"`
	To         string `json:"to"`
	Person     string `json:"person,omitempty" jsonschema:"left out when nobody is on call"`
	Overridden bool   `json:"overridden,omitempty" jsonschema:"by an override, not by turn"`
}

func (s *server) whoIsOnCall() adder {
	return tool[onCallQuery, onCallAnswer]{
		name: "who_is_on_call", title: "Who is on call", hints: onlyReads(),
		description: "Says who is on call by each rota, until when, and who follows. Use it for: who gets the text messages tonight, who had it last Sunday.",
		bounds:      []bound{number("days", 1, 14, 366), shortText(200, "name"), shortText(40, "at")}, ask: s.askOnCall, say: (*onCallAnswer).text,
	}
}

func (s *server) askOnCall(_ context.Context, in onCallQuery) (out onCallAnswer, err error) {
	at := s.Now().UTC().Truncate(time.Second)
	if in.At != "" {
		if at, err = asked.Moment(in.At, at); err != nil {
			return out, wrong("at %q: %v", in.At, err)
		}
	}
	rotas := s.OnCall.Rotas()
	var known []string
	var fit []*rota.Rota
	for i := range rotas {
		known = append(known, rotas[i].Name)
		if in.Name == "" || in.Name == rotas[i].Name {
			fit = append(fit, &rotas[i])
		}
	}
	switch {
	case len(rotas) == 0:
		return out, wrong("the configuration has no rota (oncall): notices go to the contacts of their receivers")
	case len(fit) == 0:
		return out, wrong("there is no rota %q; known are %s", in.Name, strings.Join(known, ", "))
	}
	first, rest := firstOf(fit, mostRotas, "ask for one by name")
	out = onCallAnswer{cutList: rest, At: moment(at, nil), Rotas: []rotaRow{}}
	for _, r := range first {
		out.Rotas = append(out.Rotas, rotaRowOf(r, at, in.Days))
	}
	return out, nil
}

func rotaRowOf(r *rota.Rota, at time.Time, days int) rotaRow {
	out := rotaRow{Name: r.Name, Rotate: r.Rotation(), HandOver: r.HandOver(), TimeZone: r.Zone.String(), Shifts: []shiftRow{}}
	for _, one := range r.Shifts(at, at.AddDate(0, 0, days)) {
		row := shiftRow{From: moment(one.From, r.Zone), To: moment(one.To, r.Zone), Person: one.Person, Overridden: one.Overridden}
		switch {
		case row.From == "" || row.To == "": // beyond the year 9999
		case len(out.Shifts) == mostShifts:
			out.More++
		default:
			out.Shifts = append(out.Shifts, row)
		}
	}
	if len(out.Shifts) > 0 {
		out.Person, out.Until = out.Shifts[0].Person, out.Shifts[0].To
	}
	return out
}

func (a *onCallAnswer) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "At %s; %s", a.At, a.opening("rota", "rotas"))
	for i := range a.Rotas {
		r := &a.Rotas[i]
		fmt.Fprintf(&b, "- %s (%s, hand-over %s %s): %s on call until %s\n", r.Name, r.Rotate, r.HandOver, r.TimeZone, somebody(r.Person), r.Until)
		for _, one := range r.Shifts[min(1, len(r.Shifts)):] {
			by := ""
			if one.Overridden {
				by = " (override)"
			}
			fmt.Fprintf(&b, "  then %s from %s to %s%s\n", somebody(one.Person), one.From, one.To, by)
		}
		if r.More > 0 {
			fmt.Fprintf(&b, "  then %s more (ask for fewer days, from another moment)\n", counted(r.More, "shift", "shifts"))
		}
	}
	return b.String()
}

func somebody(person string) string {
	if person == "" {
		return "nobody"
	}
	return person
}
