package aliyun

import (
	"errors"
	"strings"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/sms/verdict"
)

// far names the far side for people.
const far = "Alibaba Cloud"

// judge gives the error of a send its meaning for the outbox. Where the cloud named a code
// that decides, and else the HTTP status.
func (c *Channel) judge(err error, m *notifier.Message) error {
	said := c.scrubbed(err, m.Recipient)
	if e, answered := errors.AsType[*apiError](err); answered {
		return e.verdict().Of(m, said)
	}
	return verdict.NoAnswer(far, err, said)
}

// judgeLookup does so for the error of a look-up.
func (c *Channel) judgeLookup(err error, r notifier.Recipient) error {
	said := c.scrubbed(err, r)
	if e, answered := errors.AsType[*apiError](err); answered {
		return e.verdict().OfLookup(said, "allow dysms:QuerySendDetails to their RAM user")
	}
	return said
}

// verdict is what an answer means.
func (e *apiError) verdict() *verdict.Answer {
	a := &verdict.Answer{Far: far, Status: e.status, Header: e.header, Code: e.code, Meaning: meaningOf(e.code), Off: e.off}
	if a.Meaning.Kind == verdict.Flow {
		a.Meaning.After = flowAfter(e.message)
	}
	return a
}

// scrubbed is an error as it may be shown, without keys and numbers.
func (c *Channel) scrubbed(err error, r notifier.Recipient) error {
	return verdict.Shown(err,
		[2]string{c.opts.AccessKeySecret, "<secret>"},
		[2]string{c.opts.AccessKeyID, "<access_key_id>"},
		[2]string{r.Address, r.Display},
		[2]string{strings.TrimPrefix(r.Address, "+"), r.Display},
		[2]string{number(r.Address), r.Display},
	)
}
