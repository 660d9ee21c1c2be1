package daemon

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
)

// checked is a channel that can be compared.
type checked struct {
	mu     sync.Mutex
	looks  int
	faults []string
	err    error
}

func (c *checked) Send(context.Context, notifier.Message) (notifier.Receipt, error) {
	return notifier.Receipt{}, errors.New("nothing is sent here")
}

func (c *checked) Check(context.Context) ([]string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.looks++
	return c.faults, c.err
}

func (c *checked) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.looks
}

func TestChannelLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, other := &checked{faults: []string{"template SMS_1 is still under review"}}, &checked{err: errors.New("no right to look")}
		dir := notifier.NewDirectory(notifier.Entries{Receivers: map[string]notifier.Receiver{"oncall": {Name: "oncall", Targets: []notifier.Target{
			{Recipient: notifier.Recipient{Name: "sms/wei"}, Channel: first, Way: "sms first", Others: []notifier.Route{{Channel: other, Way: "sms other"}}},
			{Recipient: notifier.Recipient{Name: "sms/li"}, Channel: first, Way: "sms first"},
		}}}})
		var log bytes.Buffer
		c := newChannelLook(func() *notifier.Directory { return dir }, slog.New(slog.NewTextHandler(&log, nil)))
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- c.Run(ctx) }()
		synctest.Wait()
		looks := []int{first.count()}
		nudge(c.reloaded)
		synctest.Wait()
		looks = append(looks, first.count())
		<-time.After(25 * time.Hour)
		synctest.Wait()
		looks = append(looks, first.count(), other.count())
		for i, want := range []int{1, 2, 3, 3} {
			if looks[i] != want {
				t.Errorf("looks %v", looks)
			}
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		for _, want := range []string{`channel="sms first" fault="template SMS_1 is still under review"`, `channel="sms other" error="no right to look"`} {
			if strings.Count(log.String(), want) != 3 {
				t.Errorf("the log does not have %s three times:\n%s", want, log.String())
			}
		}
	})
}
