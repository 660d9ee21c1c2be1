package web

import (
	"net/http"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
)

// personRow is one contact in the table.
type personRow struct {
	Name      string
	Number    string
	Receivers string
	State     string
	Class     string // of notices, by which the state is coloured
	Reason    string
	Age       ageBar
	Proved    stamp
	Delivered stamp
	Answered  stamp
	Asked     stamp
	Drill     string
	Test      string
	Tested    stamp
}

// ageBar is how old a proof is, for the template of bars.
type ageBar struct {
	State string
	Fill  int
	Tick  int
	Label string
}

// peopleBody is what the page of people shows.
type peopleBody struct {
	Rows   []personRow
	Drills bool
	Period string // after which a proof is old
}

// oldProof is after how long a proof is old where there are no drills.
const oldProof = 30 * 24 * time.Hour

func (p *pages) people(w http.ResponseWriter, r *http.Request) {
	body := peopleBody{}
	var list []notifier.Reach
	if p.People != nil {
		var err error
		if list, err = p.People.People(r.Context()); err != nil {
			p.fail(w, r, "people", p.say.T("The people could not be read"), err)
			return
		}
	}
	period := oldProof
	for i := range list {
		if every := list[i].DrillEvery; every > 0 {
			period, body.Drills = every, true
		}
		body.Rows = append(body.Rows, p.personRow(&list[i], period))
	}
	body.Period = words.Duration(period, p.lang())
	p.render(w, r, http.StatusOK, "people", page{Title: p.say.T("People"), Section: "people", Refresh: refreshSeconds, Body: body})
}

func (p *pages) personRow(c *notifier.Reach, period time.Duration) personRow {
	out := personRow{
		Name: c.Name, Number: notifier.Tail(c.Phone), Receivers: strings.Join(c.Receivers, ", "), Reason: c.Failing,
		Age: p.ageBar(c, period), Proved: p.stamp(c.ProvedAt()), Delivered: p.stamp(c.DeliveredAt), Answered: p.stamp(c.AnsweredAt),
		Asked: p.stamp(c.AskedAt), Test: c.TestTime(), Tested: p.stamp(c.TestedAt),
	}
	switch c.State() {
	case notifier.Unused:
		out.State, out.Class, out.Reason = p.say.T("number|in no receiver"), "held", "nobody sends to this contact"
	case notifier.Unsubscribed:
		out.State, out.Class = p.say.T("number|unsubscribed"), "dead"
	case notifier.Failing:
		out.State, out.Class = p.say.T("number|failing"), "dead"
	case notifier.Unanswered:
		out.State, out.Class, out.Reason = p.say.T("number|did not answer"), "dead", "Is the number right, and are its messages read?"
	case notifier.Unproved:
		out.State, out.Class = p.say.T("number|not proved"), "pending"
	case notifier.IsProved:
		out.State, out.Class = p.say.T("number|proved"), "delivered"
	}
	switch {
	case !c.DrillAnswered.IsZero():
		out.Drill = p.say.T("drill|answered")
	case c.DrillOverdue:
		out.Drill = p.say.T("drill|not answered")
	default:
		out.Drill = p.say.T("drill|not answered yet")
	}
	return out
}

// ageBar shows how much of a period has passed since a number was proved.
func (p *pages) ageBar(c *notifier.Reach, period time.Duration) ageBar {
	at := c.ProvedAt()
	if at.IsZero() {
		return ageBar{State: "unknown", Label: p.say.T("never proved")}
	}
	age := max(p.Now().Sub(at), 0)
	out := ageBar{State: "ok", Fill: int(min(age*100/period, 100)), Label: p.say.T("proved %s", words.Relative(at, p.Now(), p.lang()))}
	if age >= period {
		out.State = "raised"
	}
	return out
}
