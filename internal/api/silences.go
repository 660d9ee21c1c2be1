package api

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/internal/readers"
	"github.com/brimwatch/brimwatch/notifier"
)

// maxSilence bounds a silence: what is to be quiet for longer is to be switched off
// in the configuration, where it can be seen.
const maxSilence = 366 * 24 * time.Hour

func (s *server) silences(w http.ResponseWriter, r *http.Request) {
	list, err := s.Silences.Silences(r.Context())
	if err != nil {
		s.fail(w, r, "the silences could not be read", err)
		return
	}
	out := wire.Silences{Silences: make([]wire.Silence, len(list))}
	present, err := s.present(r)
	if err != nil {
		s.fail(w, r, "what the silences hold could not be read", err)
		return
	}
	for i := range list {
		out.Silences[i] = silenceOf(&list[i], present)
	}
	s.answer(w, http.StatusOK, out)
}

// present gathers what there is for silences to hold.
func (s *server) present(r *http.Request) (*notifier.Present, error) {
	return readers.Present(r.Context(), s.Fleet, s.Accounts, s.Alarms, s.Notices, s.Now())
}

// silenceOf writes a silence down, with what it holds of what there is.
func silenceOf(n *notifier.Silence, present *notifier.Present) wire.Silence {
	h := present.HeldBy(n)
	out := wire.Silence{
		ID: n.ID, Matchers: n.Matchers, Until: n.Until.UTC(), By: n.By, Comment: n.Comment, CreatedAt: n.CreatedAt.UTC(),
		Holds: wire.Holds{Instances: []string{}, Accounts: append([]string{}, h.Accounts...), Alarms: []string{}, Notices: len(h.Notices)},
	}
	for _, in := range h.Instances {
		out.Holds.Instances = append(out.Holds.Instances, in.ID)
	}
	for i := range h.Alarms {
		out.Holds.Alarms = append(out.Holds.Alarms, h.Alarms[i].Code)
	}
	if h.Nothing() {
		out.Remark = h.Remark()
	}
	return out
}

func (s *server) addSilence(w http.ResponseWriter, r *http.Request) {
	var body wire.NewSilence
	if !s.read(w, r, &body, false) {
		return
	}
	if faults := garbledIn(&body); len(faults) > 0 {
		s.refuseGarbled(w, "no silence was added", faults)
		return
	}
	now := s.Now().UTC()
	silence, faults := newSilence(body, now)
	if len(faults) > 0 {
		s.refuseAll(w, "no silence was added", faults)
		return
	}
	silence.By = caller(r, silence.By)
	present, err := s.present(r)
	if err != nil {
		s.fail(w, r, "no silence was added", err)
		return
	}
	if body.Preview {
		s.answer(w, http.StatusOK, silenceOf(&silence, present))
		return
	}
	added, err := s.Silences.AddSilence(r.Context(), silence)
	if err != nil {
		s.fail(w, r, "no silence was added", err)
		return
	}
	s.log.InfoContext(r.Context(), "silence added", "id", added.ID, "until", added.Until.UTC().Format(time.RFC3339), "by", added.By)
	w.Header().Set("Location", "/api/v1/silences/"+url.PathEscape(added.ID))
	s.answer(w, http.StatusCreated, silenceOf(&added, present))
}

// newSilence checks what was sent and says all that is wrong with it. A silence
// without matchers would hold everything, so it is not one.
func newSilence(body wire.NewSilence, now time.Time) (notifier.Silence, []string) {
	out := notifier.Silence{
		Matchers: body.Matchers, By: strings.TrimSpace(body.By), Comment: strings.TrimSpace(body.Comment), CreatedAt: now,
	}
	var faults []string
	if len(body.Matchers) == 0 {
		faults = append(faults, `matchers is empty; name what to hold, such as {"instance_id":"mqtt-cn-0pp1abc"}`)
	}
	for _, name := range slices.Sorted(maps.Keys(body.Matchers)) {
		value := body.Matchers[name]
		if name == "" || value == "" {
			faults = append(faults, "a matcher needs the name of a label and its value; neither may be empty")
		}
		faults = append(faults, tooLong("the name of a matcher", name), tooLong("the value of matcher "+strconv.Quote(name), value))
	}
	var fault string
	out.Until, fault = endOf(&body, now)
	return out, faultsOf(append(faults, fault, tooLong("by", out.By), tooLong("comment", out.Comment))...)
}

// garbledIn tells which words of a silence have characters in them that no name
// may have.
func garbledIn(body *wire.NewSilence) []string {
	var faults []string
	for _, name := range slices.Sorted(maps.Keys(body.Matchers)) {
		faults = append(faults, garbled("the name of a matcher", name), garbled("the value of matcher "+strconv.Quote(name), body.Matchers[name]))
	}
	return faultsOf(append(faults, garbled("by", strings.TrimSpace(body.By)), garbled("comment", strings.TrimSpace(body.Comment)))...)
}

// endOf tells when a silence ends, or what is wrong with its end.
func endOf(body *wire.NewSilence, now time.Time) (time.Time, string) {
	until := body.Until.UTC()
	switch {
	case body.For != "" && !body.Until.IsZero():
		return until, "for and until say the same; give one of them"
	case body.For != "":
		d, err := parseSpan(body.For)
		if err != nil {
			return until, "for: " + err.Error()
		}
		until = now.Add(d)
	case body.Until.IsZero():
		return until, "until or for is missing"
	}
	switch {
	case !until.After(now):
		return until, fmt.Sprintf("the silence would end at %s, which has passed", until.Format(time.RFC3339))
	case until.Sub(now) > maxSilence:
		return until, "the silence would last longer than a year; switch the alarm off in the configuration instead"
	}
	return until, ""
}

func (s *server) removeSilence(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	list, err := s.Silences.Silences(r.Context())
	if err != nil {
		s.fail(w, r, "the silences could not be read", err)
		return
	}
	if !slices.ContainsFunc(list, func(n notifier.Silence) bool { return n.ID == id }) {
		s.refuse(w, http.StatusNotFound, fmt.Sprintf("no silence has the id %q; it may have ended", id))
		return
	}
	if err := s.Silences.RemoveSilence(r.Context(), id); err != nil {
		s.fail(w, r, "the silence was not removed", err)
		return
	}
	s.log.InfoContext(r.Context(), "silence removed", "id", id, "by", caller(r, ""))
	w.WriteHeader(http.StatusNoContent)
}
