package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/brimwatch/brimwatch/fleet"
)

// mostMatches is how many instances a search shows.
const mostMatches = 20

// statisticsBody is the page on which instances stand side by side.
type statisticsBody struct {
	Statistics *statisticsView
	Chosen     []chosenInstance
	Query      string
	Matches    []choice
	More       int  // matches that are not among them
	Full       bool // no other can be put beside
	Keep       []hidden
}

// chosenInstance is one of the instances on the page.
type chosenInstance struct{ Name, Link, Without string }

// statisticsPage shows up to eight instances side by side.
func (p *pages) statisticsPage(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	list, missing := p.compared(r)
	status := http.StatusOK
	view, a := p.statistics(r, list, false)
	switch {
	case missing != "":
		status = http.StatusNotFound
		view.Fault, view.Groups = escaped(p.say.T("No instance has the ID %s", missing)), nil
	case p.tooMany(q["instance"]) != "":
		status = http.StatusBadRequest
		view.Fault, view.Groups = escaped(p.tooMany(q["instance"])), nil
	case view.Bad:
		status = http.StatusBadRequest
	}
	body := &statisticsBody{Statistics: view, Query: strings.TrimSpace(q.Get("q")), Full: len(list) >= mostInstances}
	for i, st := range list {
		body.Chosen = append(body.Chosen, chosenInstance{Name: nameOf(st.Instance), Link: linkTo(st.Instance.ID), Without: a.link(func(b *asked) { b.ids = slices.Delete(b.ids, i, i+1) })})
	}
	for name, values := range a.values() {
		for _, v := range values {
			body.Keep = append(body.Keep, hidden{name, v})
		}
	}
	slices.SortFunc(body.Keep, func(a, b hidden) int { return compareText(a.Name+"\x00"+a.Value, b.Name+"\x00"+b.Value) })
	if !body.Full && (body.Query != "" || len(list) == 0) {
		p.search(body, a)
	}
	title := p.say.T("Statistics")
	p.render(w, r, status, "statistics", page{Title: title, Section: "statistics", Body: body})
}

// search finds instances to put beside: those that the query names, or the fullest.
func (p *pages) search(body *statisticsBody, a *asked) {
	chosen := newChooser(filter{Query: body.Query})
	all := p.Fleet.Standings()
	var found []*fleet.Standing
	for i := range all {
		if chosen.takes(&all[i]) && !slices.Contains(a.ids, all[i].Instance.ID) {
			found = append(found, &all[i])
		}
	}
	p.arrange(found, usualOrder)
	body.More = max(0, len(found)-mostMatches)
	for _, st := range found[:len(found)-body.More] {
		body.Matches = append(body.Matches, choice{
			Text: nameOf(st.Instance), Note: p.title(st.Instance), Link: a.link(func(b *asked) { b.ids = append(b.ids, st.Instance.ID) }),
		})
	}
}

// compared are the instances that an address names, each once; missing is one that does not exist.
func (p *pages) compared(r *http.Request) (list []*fleet.Standing, missing string) {
	var seen []string
	for _, id := range r.URL.Query()["instance"] {
		if slices.Contains(seen, id) || len(seen) == mostInstances {
			continue
		}
		seen = append(seen, id)
		st, ok := p.Fleet.Standing(id)
		if !ok {
			missing = id
			continue
		}
		list = append(list, &st)
	}
	return list, missing
}

// tooMany says that an address names more instances than have room.
func (p *pages) tooMany(ids []string) string {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	if len(ids) <= mostInstances {
		return ""
	}
	return p.say.T("%d instances are too many; up to %d stand side by side.", len(ids), mostInstances)
}
