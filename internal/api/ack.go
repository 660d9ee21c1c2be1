package api

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/internal/api/asked"
	"github.com/brimwatch/brimwatch/internal/api/wire"
)

// maxAcked bounds how many alarms one request acknowledges.
const maxAcked = 10_000

func (s *server) ack(w http.ResponseWriter, r *http.Request) {
	var body wire.Ack
	if !s.read(w, r, &body, true) {
		return
	}
	by, ok := s.whoAsks(w, r, body.By)
	if !ok {
		return
	}
	code := strings.ToUpper(r.PathValue("code"))
	err := s.Acker.Ack(r.Context(), code, by)
	switch {
	case errors.Is(err, alarm.ErrNoEpisode):
		s.refuse(w, http.StatusNotFound, fmt.Sprintf("no open alarm has the code %q; it may have ended", code))
		return
	case err != nil:
		s.fail(w, r, code+" was not acknowledged", err)
		return
	}
	s.log.InfoContext(r.Context(), "alarm acknowledged", "code", code, "by", by)
	s.answer(w, http.StatusOK, s.acked(r, code, by))
}

// acked reads back who acknowledged an episode: it may have been somebody else, and
// earlier.
func (s *server) acked(r *http.Request, code, by string) wire.Acked {
	list, err := s.Alarms.Episodes(r.Context(), alarm.EpisodeFilter{Code: code, Open: true, Limit: 1})
	if err != nil {
		s.log.WarnContext(r.Context(), "alarm could not be read back", "code", code, "error", err)
	}
	if len(list) == 0 || list[0].AckedBy == "" {
		return wire.Acked{Code: code, AckedBy: by}
	}
	return wire.Acked{Code: code, AckedBy: list[0].AckedBy, AckedAt: moment(list[0].AckedAt)}
}

// whoAsks returns who acknowledges or confirms. It answers by itself when the name cannot be taken.
func (s *server) whoAsks(w http.ResponseWriter, r *http.Request, by string) (string, bool) {
	by = strings.TrimSpace(by)
	if fault := asked.Garbled("by", by); fault != "" {
		s.refuse(w, http.StatusBadRequest, fault)
		return "", false
	}
	if fault := asked.TooLong("by", by); fault != "" {
		s.refuse(w, http.StatusUnprocessableEntity, fault)
		return "", false
	}
	return caller(r, by), true
}

// ackSeveral acknowledges alarms by their codes, or all that are open.
func (s *server) ackSeveral(w http.ResponseWriter, r *http.Request) {
	var body wire.AckSeveral
	if !s.read(w, r, &body, false) {
		return
	}
	by, ok := s.whoAsks(w, r, body.By)
	if !ok {
		return
	}
	switch {
	case body.All && len(body.Codes) > 0:
		s.refuse(w, http.StatusUnprocessableEntity, "nothing was acknowledged: give codes or all, not both")
		return
	case !body.All && len(body.Codes) == 0:
		s.refuse(w, http.StatusUnprocessableEntity, `nothing was acknowledged: name the codes, {"codes":["K7Q2"]}, or all that is open, {"all":true}`)
		return
	}
	var open []alarm.Episode
	if body.All {
		var err error
		if open, err = s.Alarms.Episodes(r.Context(), alarm.EpisodeFilter{Open: true, Limit: maxAcked}); err != nil {
			s.fail(w, r, "nothing was acknowledged", err)
			return
		}
	}
	codes := codesOf(body, open)
	missing, err := s.Acker.AckAll(r.Context(), codes, by)
	if err != nil {
		s.fail(w, r, "not all of it was acknowledged", err)
		return
	}
	codes = slices.DeleteFunc(codes, func(c string) bool { return slices.Contains(missing, c) })
	s.log.InfoContext(r.Context(), "alarms acknowledged", "codes", len(codes), "by", by)
	if body.All {
		missing = nil // they ended meanwhile
	}
	s.answer(w, http.StatusOK, s.ackedSeveral(r, codes, missing, by))
}

// codesOf are the codes that are asked for, each once; those of all that is open and that
// nobody acknowledged, when all are.
func codesOf(body wire.AckSeveral, open []alarm.Episode) (codes []string) {
	if body.All {
		for i := range open {
			if open[i].AckedBy == "" {
				codes = append(codes, open[i].Code)
			}
		}
		return codes
	}
	seen := make(map[string]bool, len(body.Codes))
	for _, c := range body.Codes {
		if c = strings.ToUpper(strings.TrimSpace(c)); !seen[c] {
			seen[c] = true
			codes = append(codes, c)
		}
	}
	return codes
}

// ackedSeveral reads back who acknowledged alarms: it may have been others, and earlier.
func (s *server) ackedSeveral(r *http.Request, codes, missing []string, by string) wire.AckedSeveral {
	out := wire.AckedSeveral{Acked: make([]wire.Acked, 0, len(codes)), Missing: append([]string{}, missing...)}
	list, err := s.Alarms.Episodes(r.Context(), alarm.EpisodeFilter{Open: true, Limit: maxAcked})
	if err != nil {
		s.log.WarnContext(r.Context(), "alarms could not be read back", "error", err)
	}
	known := make(map[string]*alarm.Episode, len(list))
	for i := range list {
		known[list[i].Code] = &list[i]
	}
	for _, c := range codes {
		one := wire.Acked{Code: c, AckedBy: by}
		if e := known[c]; e != nil && e.AckedBy != "" {
			one.AckedBy, one.AckedAt = e.AckedBy, moment(e.AckedAt)
		}
		out.Acked = append(out.Acked, one)
	}
	return out
}
