package api

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/internal/api/asked"
	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/internal/readers"
	"github.com/brimwatch/brimwatch/notifier"
)

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
	if faults := asked.GarbledSilence(&body); len(faults) > 0 {
		s.refuseGarbled(w, "no silence was added", faults)
		return
	}
	now := s.Now().UTC()
	silence, faults := asked.Silence(&body, now)
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
