package check

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/receivers"
	"github.com/brimwatch/brimwatch/notifier"
)

// testTimeout bounds one test notice.
const testTimeout = 30 * time.Second

// TestResult is what became of a test notice to one recipient.
type TestResult struct {
	Channel string
	Display string
	Receipt notifier.Receipt
	Err     error
}

// Said is what the far side answered, for people.
func (r TestResult) Said() string {
	if r.Err != nil {
		return r.Err.Error()
	}
	said := string(r.Receipt.Status)
	if r.Receipt.ProviderID != "" {
		said += " as " + r.Receipt.ProviderID
	}
	if r.Receipt.Detail != "" {
		said += ": " + r.Receipt.Detail
	}
	return said
}

// NotifyTest sends a test notice to the contact or receiver called to, for
// real: past the outbox, quiet hours and caps, which are not what is tested.
func NotifyTest(ctx context.Context, path, to, version string) ([]TestResult, error) {
	s, err := config.Load(path)
	if err != nil {
		return nil, err
	}
	d, err := receivers.Directory(s, version)
	if err != nil {
		return nil, err
	}
	targets, err := targetsOf(d, s, to)
	if err != nil {
		return nil, err
	}
	results := make([]TestResult, 0, len(targets))
	for _, t := range targets {
		results = append(results, sendTest(ctx, d, t))
	}
	return results, nil
}

// targetsOf finds who is meant by a name: all of a receiver, or one contact.
func targetsOf(d *notifier.Directory, s *config.Snapshot, to string) ([]notifier.Target, error) {
	if r, ok := d.Receiver(to); ok {
		return r.Everybody(), nil
	}
	var ways []notifier.Target
	for t := range d.Targets() {
		name := t.Recipient.Name
		if (name == "sms/"+to || name == notifier.VoiceChannel+"/"+to) && !slices.ContainsFunc(ways, func(w notifier.Target) bool { return w.Recipient.Name == name }) {
			ways = append(ways, t)
		}
	}
	if len(ways) > 0 {
		slices.SortFunc(ways, func(a, b notifier.Target) int { return strings.Compare(a.Recipient.Name, b.Recipient.Name) })
		return ways, nil
	}
	var names []string
	for i := range s.Receivers {
		names = append(names, s.Receivers[i].Name)
	}
	for i := range s.Contacts {
		if s.Contacts[i].Name == to {
			return nil, fmt.Errorf("contact %s is in no receiver, so nothing would ever be sent to it", to)
		}
		names = append(names, s.Contacts[i].Name)
	}
	return nil, fmt.Errorf("there is no contact or receiver called %s; known are %s", to, strings.Join(names, ", "))
}

func sendTest(ctx context.Context, d *notifier.Directory, t notifier.Target) TestResult {
	ctx, cancel := context.WithTimeout(ctx, testTimeout)
	defer cancel()
	now := time.Now().UTC()
	n := notifier.TestNotice(d, t, now)
	m := notifier.Message{
		ID: "msg_test_" + ulid.Make().String(), Recipient: t.Recipient, Notices: []notifier.Notice{n}, Text: n.Text, Attempt: 1,
	}
	receipt, err := t.Channel.Send(ctx, m)
	return TestResult{Channel: t.Recipient.Channel, Display: t.Recipient.Display, Receipt: receipt, Err: err}
}
