package acceptance_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/internal/demo/phone"
)

// notices returns how many notices stand in a state.
func (s *scene) notices(state string) (int, error) {
	_, body, err := s.get("/api/v1/notices?state=" + state)
	return strings.Count(body, `"id":`), err
}

// TestKilledBeforeSending kills Brimwatch after the commit, while neither
// receiver takes anything.
func TestKilledBeforeSending(t *testing.T) {
	t.Parallel()
	s := newScene(t, settings{})
	s.hook.refuse(http.StatusServiceUnavailable)
	s.phone.phone.SetFault(func(phone.Request) phone.Fault {
		return phone.Fault{Refuse: &phone.Refusal{Status: http.StatusTooManyRequests, Code: 20429, Message: "Too Many Requests"}}
	})
	s.start()
	s.connected(16)
	s.eventually("both notices were tried and wait", func() error {
		n, err := s.notices("pending")
		if err == nil && (n != 2 || s.phone.phone.Posts() == 0 || len(s.hook.ids()) == 0) {
			err = fmt.Errorf("%d notices are pending", n)
		}
		return err
	})
	s.crash()

	s.hook.answer()
	s.phone.phone.SetFault(nil)
	s.start()
	s.told("firing capacity connections")
}

// TestKilledWhileSending kills Brimwatch while both receivers have taken the
// notice and not answered yet: the worst moment.
func TestKilledWhileSending(t *testing.T) {
	t.Parallel()
	s := newScene(t, settings{})
	s.hook.stopAnswering()
	s.phone.phone.SetFault(func(phone.Request) phone.Fault { return phone.Fault{Answer: phone.AnswerNothing} })
	s.start()
	s.connected(16)
	s.eventually("both were handed over", func() error {
		if len(s.phone.texts()) != 1 || len(s.hook.ids()) != 1 {
			return fmt.Errorf("%d texts, %d webhooks", len(s.phone.texts()), len(s.hook.ids()))
		}
		return nil
	})
	first := s.hook.ids()[0]
	s.crash()

	s.hook.answer()
	s.phone.phone.SetFault(nil)
	s.start()
	s.told("firing capacity connections")
	if posts := s.phone.phone.Posts(); posts != 1 {
		t.Errorf("the SMS that had arrived was sent %d times", posts)
	}
	if ids := s.hook.ids(); ids[len(ids)-1] != first {
		t.Errorf("the webhook was repeated under another id: %v", ids)
	}
}

// recorded waits until Brimwatch has stored the outcome of each call: a notice
// that has only arrived is in doubt after a crash, and a webhook goes out again.
func (s *scene) recorded() {
	s.t.Helper()
	s.eventually("the outcome of each notice is stored", func() error {
		for _, state := range []string{"pending", "sending"} {
			n, err := s.notices(state)
			if err != nil {
				return err
			}
			if n > 0 {
				return fmt.Errorf("%d notices are %s", n, state)
			}
		}
		return nil
	})
}

// TestKilledInBetween kills Brimwatch while an alarm is raised and nothing is
// under way.
func TestKilledInBetween(t *testing.T) {
	t.Parallel()
	s := newScene(t, settings{})
	s.start()
	s.connected(16)
	s.told("firing capacity connections")
	s.recorded()
	code := s.hook.arrivals()[0].annotations["code"]
	s.crash()
	s.start()
	at := s.sees("connections", "is read again", above(14))
	s.goesOnFor("connections", at, 5e9)
	s.quiet("firing capacity connections")
	s.connected(2)
	s.told("firing capacity connections", "resolved capacity connections")
	if end := s.hook.arrivals()[1].annotations["code"]; end != code {
		t.Errorf("began as %s and ended as %s", code, end)
	}
}

// TestStopsWell ends Brimwatch in order and looks at what it left.
func TestStopsWell(t *testing.T) {
	t.Parallel()
	s := newScene(t, settings{})
	s.start()
	s.connected(4)
	s.sees("connections", "is read", above(4))
	p := s.proc
	s.proc = nil
	p.stop(t)
	if out := p.out.String(); strings.Contains(out, "level=ERROR") || strings.Contains(out, authToken) || strings.Contains(out, hookSecret) {
		t.Errorf("the log holds errors or secrets:\n%s", out)
	}
}
