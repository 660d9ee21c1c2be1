package outbox

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// doors are webhooks that take nothing without their secret.
type doors struct {
	mu     sync.Mutex
	said   []string
	closed int
}

// hook is the channel of a URL, with its secret or without.
type hook struct {
	*doors
	url    string
	secret bool
}

func (h *hook) Send(_ context.Context, m notifier.Message) (notifier.Receipt, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	line := fmt.Sprintf("%s %s %s", h.url, m.Notices[0].Kind, m.Notices[0].Code)
	if m.Notices[0].Rule == notifier.DeliveryRule {
		line = fmt.Sprintf("%s %s", h.url, m.Notices[0].Rule)
	}
	if !h.secret {
		h.said = append(h.said, line+" refused")
		return notifier.Receipt{}, notifier.AboutCredentials(errors.New("HTTP 401 Unauthorized"))
	}
	h.said = append(h.said, line)
	return notifier.Receipt{Status: notifier.Accepted}, nil
}

func (h *hook) CloseIdleConnections() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed++
}

func (d *doors) take() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := d.said
	d.said = nil
	return out
}

// behind is a directory of one receiver with a webhook for each URL.
func behind(d *doors, urls ...string) *notifier.Directory {
	r := notifier.Receiver{Name: "oncall"}
	for _, url := range urls {
		r.Targets = append(r.Targets, notifier.Target{
			Recipient: notifier.Recipient{Channel: "webhook", Name: "webhook/oncall", Address: url, Display: url}, Channel: &hook{d, url, true}, Zone: time.UTC,
		})
	}
	return notifier.NewDirectory(notifier.Entries{
		Receivers: map[string]notifier.Receiver{"oncall": r}, Default: []string{"oncall"},
		Stranger: func(_, channel, address string) (notifier.Target, bool) {
			return notifier.Target{
				Recipient: notifier.Recipient{Channel: channel, Address: address, Display: address}, Channel: &hook{d, address, address == "http://open"}, Zone: time.UTC, Bare: true,
			}, true
		},
	})
}

// TestAURLKeepsItsSecretWhileSomethingIsOpen: a webhook that left the configuration gets the
// ends of what it was told as it got the beginnings, and is let go of after that.
func TestAURLKeepsItsSecretWhileSomethingIsOpen(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		d := &doors{}
		r := open(t, path, behind(d, "http://a")).start()
		defer r.stop()
		r.happen(alarm.Raised, "A2BC")
		r.happen(alarm.Raised, "D3EF")
		pass(time.Second)
		d.take()
		r.SetDirectory(behind(d, "http://b"))
		pass(time.Second)
		r.SetDirectory(behind(d, "http://c")) // nothing was told to b
		pass(time.Second)
		r.happen(alarm.Cleared, "A2BC")
		pass(time.Second)
		want(t, "the first end", d.take(), "http://a cleared A2BC")
		pass(2 * limitsEvery)
		if !r.Directory().KeepsFormer() || d.closed != 1 {
			t.Errorf("%d are let go of", d.closed)
		}
		r.happen(alarm.Cleared, "D3EF")
		pass(time.Second)
		want(t, "the last end", d.take(), "http://a cleared D3EF")
		pass(2 * limitsEvery)
		if r.Directory().KeepsFormer() || d.closed != 2 {
			t.Errorf("%d are let go of in the end", d.closed)
		}
		want(t, "notices", r.states(), "webhook/oncall raised sent 1", "webhook/oncall raised sent 1", "webhook/oncall cleared sent 1", "webhook/oncall cleared sent 1")
	})
}

// TestFormerTargetsAreBounded: whoever reloads with ever new URLs fills no memory.
func TestFormerTargetsAreBounded(t *testing.T) {
	d := &doors{}
	dir := behind(d, "http://0")
	for i := range 500 {
		dir = behind(d, fmt.Sprintf("http://%d", i+1)).Keep(dir)
	}
	kept := 0
	dir.LetGo(func(_, _ string) bool { kept++; return true })
	if _, old := dir.Reach(notifier.Notice{Channel: "webhook"}, "http://499"); kept != 100 || !old {
		t.Errorf("%d are kept", kept)
	}
}

// TestAURLWithoutItsSecret: after a restart the secret of a URL that left the configuration
// is not known. The journal says so, and others are told, once, when that is why it is refused.
func TestAURLWithoutItsSecret(t *testing.T) {
	for _, tt := range []struct{ url, said, state, reason string }{
		{"http://open", "http://open cleared A2BC", "sent", "sent without the secrets that this URL may have had: it left the configuration"},
		{"http://guarded", "http://guarded cleared A2BC refused", "dead", bareRefused + "HTTP 401 Unauthorized"},
	} {
		t.Run(tt.state, func(t *testing.T) {
			path := dbPath(t)
			synctest.Test(t, func(t *testing.T) {
				d := &doors{}
				r := open(t, path, behind(d, tt.url)).start()
				r.happen(alarm.Raised, "A2BC")
				r.happen(alarm.Raised, "D3EF")
				pass(time.Second)
				d.take()
				r.stop()
				r = open(t, path, behind(d, "http://b")).start()
				defer r.stop()
				r.happen(alarm.Cleared, "A2BC")
				pass(time.Second)
				r.happen(alarm.Cleared, "D3EF")
				pass(time.Second)
				lines := []string{tt.said}
				if tt.state == "dead" {
					lines = append(lines, "http://b delivery")
				}
				lines = append(lines, strings.Replace(tt.said, "A2BC", "D3EF", 1))
				want(t, "said", d.take(), lines...)
				if got := r.states()[2]; got != "webhook/oncall cleared "+tt.state+" 1: "+tt.reason {
					t.Errorf("the journal: %s", got)
				}
			})
		})
	}
}
