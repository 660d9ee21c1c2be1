package aliyun

import (
	"github.com/brimwatch/brimwatch/notifier"
)

// judge gives the error of a send its meaning for the outbox.
func (c *Channel) judge(err error, m *notifier.Message) error {
	return c.client.Judge(err, m, c.shown(err, m.Recipient))
}

// judgeLookup does so for the error of a look-up.
func (c *Channel) judgeLookup(err error, r notifier.Recipient) error {
	return c.client.JudgeLookup(err, c.shown(err, r), "allow dysms:QuerySendDetails to their RAM user")
}

// shown is an error as it may be shown, without keys and numbers.
func (c *Channel) shown(err error, r notifier.Recipient) error {
	return c.client.Shown(err, r, number(r.Address))
}
