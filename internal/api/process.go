package api

import "net/http"

// healthy answers as long as the process lives.
func (s *server) healthy(w http.ResponseWriter, _ *http.Request) {
	s.answer(w, http.StatusOK, map[string]string{"status": "healthy"})
}

// ready answers when instances are watched and decisions can be stored.
func (s *server) ready(w http.ResponseWriter, r *http.Request) {
	if err := s.Health.Ready(r.Context()); err != nil {
		s.refuse(w, http.StatusServiceUnavailable, "not ready: "+err.Error())
		return
	}
	answer := map[string]any{"status": "ready"}
	if r, ok := s.Health.(Remarker); ok {
		if remarks := r.Remarks(); len(remarks) > 0 {
			answer["remarks"] = remarks
		}
	}
	s.answer(w, http.StatusOK, answer)
}

// reload loads the configuration anew and says what changed, or all its faults.
func (s *server) reload(w http.ResponseWriter, r *http.Request) {
	change, err := s.Reloader.Reload(r.Context())
	switch {
	case err == nil:
		s.answer(w, http.StatusOK, change)
	case unavailable(err):
		s.fail(w, r, "the configuration may not have been loaded", err)
	default:
		s.refuseAll(w, "the configuration is refused, and the one before stays in force", lines(err))
	}
}
