package acceptance_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestCalendar follows a term to its end and beyond, over a crash, renewals, a
// date that flips, and nothing but a file to tell it by.
func TestCalendar(t *testing.T) {
	t.Parallel()
	// The product goes by the clock of its process, so the days count from today.
	// They are such that a midnight during the test brings no further step.
	today := time.Now().UTC()
	inDays := func(n int) string { return today.AddDate(0, 0, n).Format(time.DateOnly) }
	soon, year := inDays(2), inDays(400)
	s := newScene(t, settings{expires: soon})
	s.start()
	s.told("firing expiry")
	if text := s.phone.texts()[0]; !strings.Contains(text, "Calendar") {
		t.Errorf("told: %q", text)
	}

	// Killed and started again, and loaded again: nobody is told twice.
	s.recorded()
	s.crash()
	s.start()
	if code, body := s.reload(); code != http.StatusOK {
		t.Fatalf("reload: %d %s", code, body)
	}
	s.quiet("firing expiry")

	// Renewed: the end says until when.
	s.configure(settings{expires: year})
	s.told("firing expiry", "resolved expiry")

	// The old date comes back, and goes: nobody hears of it.
	s.configure(settings{expires: soon})
	s.shows("expiring", soon)
	s.configure(settings{expires: year})
	s.shows("active", year)

	// It expired three weeks ago: it is suspended. That is two alarms for machines,
	// and one text message for people.
	s.configure(settings{expires: inDays(-21)})
	s.eventually("both are told", func() error {
		hooks, texts := s.hook.arrivals(), s.phone.texts()
		if len(hooks) != 4 || len(texts) != 3 {
			return fmt.Errorf("%d alerts %v, %d text messages %q", len(hooks), hooks, len(texts), texts)
		}
		return nil
	})
	s.shows("suspended", inDays(-21))
	for _, a := range s.hook.arrivals()[2:] {
		if name := a.labels["alertname"]; a.status != "firing" || name != "expiry" && name != "suspension" || a.labels["instance_id"] != "calendar-only" {
			t.Errorf("told %s of %v", a.status, a.labels)
		}
	}
}

// shows waits until the instance that has a calendar only is in a state.
func (s *scene) shows(state, expires string) {
	s.t.Helper()
	s.eventually("the calendar shows "+state, func() error {
		_, body, err := s.get("/api/v1/instances/calendar-only")
		if err != nil {
			return err
		}
		end, err := time.Parse(time.DateOnly, expires)
		if err != nil {
			return err
		}
		if !strings.Contains(body, `"state":"`+state+`"`) || !strings.Contains(body, end.AddDate(0, 0, 1).Format(time.RFC3339)) {
			return errors.New(body)
		}
		return nil
	})
}
