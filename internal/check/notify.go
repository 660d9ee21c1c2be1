package check

import (
	"context"
	"fmt"
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
	// Remarks are what keeps the far side from taking messages, or why that could not be
	// told; with the first recipient that is reached that way.
	Remarks []string
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
	compared := make(map[string]bool)
	for _, t := range targets {
		var remarks []string
		if !compared[t.Way] {
			remarks = compare(ctx, t.Channel)
			compared[t.Way] = true
		}
		r := sendTest(ctx, d, t)
		r.Remarks = remarks
		results = append(results, r)
	}
	return results, nil
}

// targetsOf finds who is meant by a name: all of a receiver, or one contact.
func targetsOf(d *notifier.Directory, s *config.Snapshot, to string) ([]notifier.Target, error) {
	if r, ok := d.Receiver(to); ok {
		return r.Everybody(), nil
	}
	if ways := waysTo(d, to); len(ways) > 0 {
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

// waysTo are the ways by which receivers tell a contact: by text message, by e-mail, by a call.
func waysTo(d *notifier.Directory, contact string) []notifier.Target {
	var out []notifier.Target
	for _, name := range []string{"sms/" + contact, "email/" + contact, notifier.VoiceChannel + "/" + contact} {
		for t := range d.Targets() {
			if t.Recipient.Name == name {
				out = append(out, t)
				break
			}
		}
	}
	return out
}

// compare tells in what a channel is set up otherwise than its far side wants it, where the
// channel can tell.
func compare(ctx context.Context, ch notifier.Channel) []string {
	checker, ok := ch.(notifier.Checker)
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, testTimeout)
	defer cancel()
	faults, err := checker.Check(ctx)
	if err != nil {
		faults = append(faults, err.Error())
	}
	return faults
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
