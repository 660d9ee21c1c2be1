package gateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/httpcall"
	"github.com/brimwatch/brimwatch/notifier/sms/gateway/contract"
)

// finding is a Channel that looks messages up.
type finding struct{ *Channel }

// tracking is a Channel that asks what became of messages.
type tracking struct{ *Channel }

// both is a Channel that does both.
type both struct {
	*Channel
	finding
	tracking
}

// Find looks for a message at the gateway.
func (f finding) Find(ctx context.Context, m notifier.Message) (notifier.Receipt, bool, error) {
	c, l := f.Channel, f.contract.LookUp
	d := c.data(&m, time.Now())
	a, err := c.do(ctx, l.Request, &d, m.Recipient, maxList)
	if err != nil {
		return notifier.Receipt{}, false, c.lookUpError(err)
	}
	if l.List == nil {
		return c.findOne(a, &d, &m)
	}
	items, there := l.List.Values(a.Value)
	if !a.OK() || !a.IsJSON || !there {
		return notifier.Receipt{}, false, c.cannotTell(a)
	}
	for _, v := range items {
		item := &answer{a.Item(v), a.statusAlone()}
		if _, found := l.Found.Fits(item.Answer, &d); found {
			return c.found(item, &d, &m), true, nil
		}
	}
	return notifier.Receipt{}, false, nil
}

// statusAlone is what an answer says about one of many: not all of it.
func (a *answer) statusAlone() string { return "HTTP " + httpcall.StatusLine(a.Status) }

// findOne reads an answer that is about the message alone.
func (c *Channel) findOne(a *answer, d *contract.Data, m *notifier.Message) (notifier.Receipt, bool, error) {
	l := c.contract.LookUp
	if _, found := l.Found.Fits(a.Answer, d); found && a.Cut == nil {
		return c.found(a, d, m), true, nil
	}
	_, notFound := l.NotFound.Fits(a.Answer, d)
	if notFound || len(l.NotFound) == 0 && a.Status == http.StatusNotFound {
		return notifier.Receipt{}, false, nil
	}
	return notifier.Receipt{}, false, c.cannotTell(a)
}

// found is the receipt of a message that was found.
func (c *Channel) found(a *answer, d *contract.Data, m *notifier.Message) notifier.Receipt {
	l := c.contract.LookUp
	r := c.became(l, a, d)
	switch {
	case l.ID != nil:
		r.ProviderID = plainID(l.ID.Text(a.Value))
	case c.contract.Receipt != nil && c.contract.ID == nil:
		r.ProviderID = m.ID
	}
	return r
}

// became reads what became of a message.
func (c *Channel) became(k *contract.Asking, a *answer, d *contract.Data) notifier.Receipt {
	r := notifier.Receipt{Status: notifier.Accepted, Detail: c.opts.Name + " says " + a.said}
	_, delivered := k.Delivered.Fits(a.Answer, d)
	_, failed := k.Failed.Fits(a.Answer, d)
	_, number := k.NumberFailed.Fits(a.Answer, d)
	switch {
	case number:
		r.Status, r.AboutRecipient = notifier.Failed, true
	case failed:
		r.Status = notifier.Failed
	case delivered:
		r.Status = notifier.Delivered
	}
	return r
}

// cannotTell is the error of a look-up whose answer does not say whether the gateway has
// the message. A refusal that does not pass by itself is undecidable.
func (c *Channel) cannotTell(a *answer) error {
	err := fmt.Errorf("look the message up at %s: %s, which does not say whether it was taken; check look_up of the provider", c.opts.Name, a.said)
	if wait, asked := httpcall.RetryAfter(a.Header, time.Now()); asked {
		return notifier.After(err, wait)
	}
	switch s := a.Status; {
	case s == http.StatusRequestTimeout, s == http.StatusTooEarly, s == http.StatusTooManyRequests, s >= 500 && s != http.StatusNotImplemented:
		return err
	}
	return notifier.Undecidable(err)
}

func (c *Channel) lookUpError(err error) error {
	if w, ok := errors.AsType[*notWrittenError](err); ok {
		return notifier.Undecidable(fmt.Errorf("the look-up at %s cannot be written: %w; correct the provider, and run brimwatch check", c.opts.Name, w))
	}
	return fmt.Errorf("look the message up at %s: %w", c.opts.Name, err)
}

// Track asks the gateway what became of a message.
func (t tracking) Track(ctx context.Context, sent notifier.SentMessage) (notifier.Receipt, error) {
	c, k, providerID := t.Channel, t.contract.Receipt, sent.ProviderID
	asked := "ask " + c.opts.Name + " about message " + httpcall.OneLine(providerID, 40)
	d := c.contract.Complete(contract.Data{Number: sent.Recipient.Address, ProviderID: providerID, ID: providerID, Attempt: 1}, time.Now())
	a, err := c.do(ctx, k.Request, &d, notifier.Recipient{Display: "the recipient"}, maxAnswer)
	if err != nil {
		return notifier.Receipt{}, fmt.Errorf("%s: %w", asked, err)
	}
	r := c.became(k, a, &d)
	if r.Status == notifier.Accepted && !a.OK() {
		return notifier.Receipt{}, fmt.Errorf("%s: %s", asked, a.said)
	}
	r.ProviderID = providerID
	return r, nil
}
