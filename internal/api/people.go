package api

import (
	"net/http"

	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/notifier"
)

func (s *server) people(w http.ResponseWriter, r *http.Request) {
	list, err := s.People.People(r.Context())
	if err != nil {
		s.fail(w, r, "the people could not be read", err)
		return
	}
	out := wire.People{People: make([]wire.Person, len(list))}
	for i := range list {
		out.People[i] = personOf(&list[i])
	}
	s.answer(w, http.StatusOK, out)
}

// personOf writes a contact down, without its number.
func personOf(p *notifier.Reach) wire.Person {
	out := wire.Person{
		Name: p.Name, Number: notifier.Tail(p.Phone), Language: p.Language.String(), TimeZone: p.Zone.String(), Receivers: p.Receivers,
		State: string(p.State()), ProvedAt: moment(p.ProvedAt()), DeliveredAt: moment(p.DeliveredAt), AnsweredAt: moment(p.AnsweredAt),
		Failing: p.Failing, Unsubscribed: p.Unsubscribed, DailyTest: p.TestTime(), TestedAt: moment(p.TestedAt),
	}
	if out.Receivers == nil {
		out.Receivers = []string{}
	}
	if !p.AskedAt.IsZero() {
		out.Drill = &wire.PersonDrill{AskedAt: p.AskedAt.UTC(), AnsweredAt: moment(p.DrillAnswered), Overdue: p.DrillOverdue}
	}
	return out
}
