package api

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/notifier"
)

func (f *fakes) People(context.Context) ([]notifier.Reach, error) { return f.people, f.err }

// staff is two people: one of whom all is known, and one of whom nothing is.
func staff(at time.Time) []notifier.Reach {
	nine := 9 * 60
	return []notifier.Reach{
		{Contact: notifier.Contact{Name: "alice", Phone: "+15005550006", Zone: time.UTC}},
		{
			Contact: notifier.Contact{Name: "wei", Phone: "+8613800138000", Language: words.ZH, Receivers: []string{"managers", "oncall"},
				Zone: time.FixedZone("Asia/Shanghai", 8*3600), DailyTest: &nine},
			DeliveredAt: at.Add(-time.Hour), AnsweredAt: at.Add(-2 * time.Hour), TestedAt: at.Add(-time.Hour), AskedAt: at.Add(-3 * time.Hour), DrillAnswered: at.Add(-2 * time.Hour),
		},
	}
}

// TestPeopleByState holds each state that a program can meet.
func TestPeopleByState(t *testing.T) {
	in := notifier.Contact{Name: "wei", Phone: "+8613800138000", Receivers: []string{"oncall"}, Zone: time.UTC}
	for want, r := range map[string]notifier.Reach{
		"unused":       {Contact: notifier.Contact{Name: "wei", Zone: time.UTC}, Failing: "x"},
		"unsubscribed": {Contact: in, Failing: "wei unsubscribed", Unsubscribed: true, DrillOverdue: true},
		"failing":      {Contact: in, Failing: "30003", DeliveredAt: now()},
		"unanswered":   {Contact: in, DrillOverdue: true, AskedAt: now(), DeliveredAt: now()},
		"unproved":     {Contact: in},
		"proved":       {Contact: in, AnsweredAt: now()},
	} {
		t.Run(want, func(t *testing.T) {
			f := newFakes()
			f.people = []notifier.Reach{r}
			got := decode[wire.People](t, ask(t, f.handler(t), http.MethodGet, "/api/v1/people", "")).People[0]
			if got.State != want || got.Failing != r.Failing || (got.Drill != nil) != !r.AskedAt.IsZero() {
				t.Errorf("got %+v", got)
			}
		})
	}
}
