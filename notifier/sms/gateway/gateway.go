package gateway

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/httpcall"
	"github.com/brimwatch/brimwatch/notifier/sms"
	"github.com/brimwatch/brimwatch/notifier/sms/gateway/contract"
)

// Channel sends through one gateway. It is safe for use from several goroutines.
type Channel struct {
	opts     Options
	contract *contract.Contract
}

const (
	// maxAnswer is how much of an answer to a send is read, and maxList of one to a look-up.
	maxAnswer, maxList = 64 << 10, 1 << 20
	// margin is how long before its first attempt a message may have been taken, by a
	// clock that is not ours.
	margin = 2 * time.Minute
)

// Bundle returns how many notices fit into one message: one text speaks for all that
// somebody may be told at once.
func (c *Channel) Bundle() int { return 20_000 }

// Pace returns how many messages the gateway takes to one number.
func (c *Channel) Pace() notifier.Pace { return c.opts.Pace }

// Send hands the text of a message to the gateway. A message that is sent again because
// its first attempt is in doubt says so, where that does not make it longer by a segment.
func (c *Channel) Send(ctx context.Context, m notifier.Message) (notifier.Receipt, error) {
	if m.Text == "" {
		return notifier.Receipt{}, notifier.Permanent(fmt.Errorf("the text message to %s has no text, which is a fault of Brimwatch", m.Recipient.Display))
	}
	d := c.data(&m, time.Now())
	a, err := c.do(ctx, c.contract.Send, &d, m.Recipient, maxAnswer)
	if err != nil {
		return notifier.Receipt{}, c.judgeCall(err, &m)
	}
	return c.judge(a, &d, &m)
}

// data is what templates read of a message.
func (c *Channel) data(m *notifier.Message, now time.Time) contract.Data {
	d := contract.Data{
		Number: m.Recipient.Address, Text: sms.Repeat(m.Text, m.InDoubt), Repeat: m.InDoubt, ID: m.ID, Attempt: m.Attempt,
		Since: now.Add(-m.Age - margin).Unix(),
	}
	if len(m.Notices) > 0 {
		d.Code, d.Severity = m.Notices[0].Code, string(m.Notices[0].Severity)
	}
	return c.contract.Complete(d, now)
}

// answer is an answer with what it says for people.
type answer struct {
	*contract.Answer

	said string
}

// notWrittenError is the error of a call that its templates do not let be made.
type notWrittenError struct{ why string }

func (e *notWrittenError) Error() string { return e.why }

// do makes a call. Errors and what the answer says are shown to people: they hold no
// secret.
func (c *Channel) do(ctx context.Context, call *contract.Request, d *contract.Data, to notifier.Recipient, limit int64) (*answer, error) {
	w, fault := call.Write(d)
	if fault != nil {
		return nil, &notWrittenError{fault.String()}
	}
	req, err := c.request(ctx, w)
	if err != nil {
		return nil, &notWrittenError{err.Error()}
	}
	hide := c.hider(d, w, to)
	got, err := httpcall.Do(c.opts.Transport, req, c.opts.Timeout, limit)
	if err != nil {
		return nil, &shownError{httpcall.OneLine(hide.Replace(err.Error()), 300), err}
	}
	a := contract.ReadAnswer(got)
	return &answer{a, c.saidBy(a, hide)}, nil
}

// request makes the request of a call.
func (c *Channel) request(ctx context.Context, w *contract.Written) (*http.Request, error) {
	var body io.Reader // none, or its length would have to be told
	if w.Body != "" {
		body = strings.NewReader(w.Body)
	}
	req, err := http.NewRequestWithContext(ctx, w.Method, w.URL.String(), body)
	if err != nil { // its text would repeat the address
		return nil, errors.New("its address cannot be called")
	}
	maps.Copy(req.Header, w.Header)
	if req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", strings.TrimSuffix("brimwatch/"+c.opts.Version, "/"))
	}
	switch {
	case c.opts.Bearer != "":
		req.Header.Set("Authorization", "Bearer "+c.opts.Bearer)
	case c.opts.Username != "" || c.opts.Password != "":
		req.Header.Set("Authorization", "Basic "+c.basic())
	}
	return req, nil
}

// basic is user and password as they are sent; "" for none.
func (c *Channel) basic() string {
	if c.opts.Username == "" && c.opts.Password == "" {
		return ""
	}
	return base64.StdEncoding.EncodeToString([]byte(c.opts.Username + ":" + c.opts.Password))
}

// CloseIdleConnections closes the connections that are kept for later calls.
// A channel that is replaced on a reload is told to.
func (c *Channel) CloseIdleConnections() {
	if t, ok := c.opts.Transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}
