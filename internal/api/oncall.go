package api

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/internal/api/asked"
	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/notifier/rota"
)

const (
	// usualShiftDays is how far ahead shifts are listed when nothing else is asked for.
	usualShiftDays = 28
	maxShiftDays   = 366
)

// onCall lists who is on call from a moment on.
func (s *server) onCall(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	days := usualShiftDays
	if text := q.Get("days"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxShiftDays {
			s.refuse(w, http.StatusBadRequest, fmt.Sprintf("days is a number from 1 to %d", maxShiftDays))
			return
		}
		days = n
	}
	at := s.Now().UTC().Truncate(time.Second)
	if text := q.Get("at"); text != "" {
		var err error
		if at, err = asked.Moment(text, at); err != nil {
			s.refuse(w, http.StatusBadRequest, "at: "+err.Error())
			return
		}
	}
	rotas := s.OnCall.Rotas()
	out := wire.OnCall{At: at, Rotas: []wire.Rota{}}
	for i := range rotas {
		if name := q.Get("name"); name == "" || name == rotas[i].Name {
			out.Rotas = append(out.Rotas, rotaOf(&rotas[i], at, days))
		}
	}
	if name := q.Get("name"); name != "" && len(out.Rotas) == 0 {
		s.refuse(w, http.StatusNotFound, noRota(name, rotas))
		return
	}
	s.answer(w, http.StatusOK, out)
}

// noRota says that there is no rota of a name, and which there are.
func noRota(name string, rotas []rota.Rota) string {
	if len(rotas) == 0 {
		return fmt.Sprintf("there is no rota %q: the configuration has none under oncall", name)
	}
	var known []string
	for i := range rotas {
		known = append(known, rotas[i].Name)
	}
	return fmt.Sprintf("there is no rota %q; known are %s", name, strings.Join(known, ", "))
}

func rotaOf(r *rota.Rota, at time.Time, days int) wire.Rota {
	out := wire.Rota{
		Name: r.Name, Rotate: r.Rotation(), HandOver: r.HandOver(), TimeZone: r.Zone.String(), People: slices.Clone(r.People), Shifts: []wire.Shift{},
	}
	for _, s := range r.Shifts(at, at.AddDate(0, 0, days)) {
		if writable(s.From) && writable(s.To) {
			out.Shifts = append(out.Shifts, wire.Shift(s))
		}
	}
	return out
}
