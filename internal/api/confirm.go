package api

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/api/wire"
)

// confirm takes down whether an instance still exists whose deletion was due.
func (s *server) confirm(w http.ResponseWriter, r *http.Request) {
	var body wire.Confirm
	if !s.read(w, r, &body, true) {
		return
	}
	by, ok := s.whoAsks(w, r, body.By)
	if !ok {
		return
	}
	id := r.PathValue("id")
	err := s.Confirmer.Confirm(r.Context(), id, body.Gone, by)
	switch {
	case errors.Is(err, alarm.ErrNotWatched):
		s.refuse(w, http.StatusNotFound, fmt.Sprintf("no instance has the id %q", id))
		return
	case errors.Is(err, alarm.ErrNotAsked), errors.Is(err, alarm.ErrAnswers):
		s.refuse(w, http.StatusUnprocessableEntity, "nothing was taken down of "+id+": "+err.Error())
		return
	case err != nil:
		s.fail(w, r, "nothing was taken down of "+id, err)
		return
	}
	s.log.InfoContext(r.Context(), "instance confirmed", "instance_id", id, "gone", body.Gone, "by", by)
	st, ok := s.standing(w, r)
	if !ok {
		return
	}
	out := wire.Confirmed{InstanceID: id, Confirmation: wire.Confirmation{Gone: body.Gone, By: by, At: s.Now().UTC()}, Lifecycle: lifecycleOf(&st)}
	if c := confirmationOf(&st); c != nil {
		out.Confirmation = *c
	}
	s.answer(w, http.StatusOK, out)
}

// confirmationOf is what a person said of an instance, while that holds; nil when nobody did.
func confirmationOf(st *fleet.Standing) *wire.Confirmation {
	if st.Course == nil || st.Course.Said.At.IsZero() {
		return nil
	}
	said := st.Course.Said
	return &wire.Confirmation{Gone: said.Gone, By: said.By, At: said.At.UTC()}
}

// confirmations lists what people said of an instance.
func (s *server) confirmations(w http.ResponseWriter, r *http.Request) {
	list, err := s.Confirmations.Confirmations(r.Context(), r.PathValue("id"))
	if err != nil {
		s.fail(w, r, "the confirmations could not be read", err)
		return
	}
	out := wire.Confirmations{Confirmations: make([]wire.SaidOf, len(list))}
	for i, one := range list {
		out.Confirmations[i] = wire.SaidOf{At: one.At.UTC(), What: string(one.What), By: one.By, Reason: one.Reason}
	}
	s.answer(w, http.StatusOK, out)
}
