package tencent

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/httpcall"
)

const (
	// slack is by how much our clock and the far side's may differ.
	slack = 5 * time.Minute
	// mostAge is how far back the far side knows what it sent.
	mostAge = 7 * 24 * time.Hour
	// settled is after how long most carriers have told what became of a message.
	settled = time.Minute
	// most is how many messages are told at once; there is no second page.
	most = 100
)

// status is what became of one message, as a carrier told it.
type status struct {
	SerialNo       string
	ReportStatus   string // SUCCESS or FAIL
	Description    string
	SessionContext string // the id of the message, where Tencent Cloud switched that on for the account
}

// Find looks for a message among those to its recipient since its first attempt. Tencent
// Cloud tells only of messages for which a carrier's receipt has come, and not what they
// said. It tells the id that went along with them (SessionContext) where it was asked to
// switch that on. So a message that is told with its id was accepted; any other look-up
// proves nothing, and after some time no further one is worth its while.
func (c *Channel) Find(ctx context.Context, m notifier.Message) (notifier.Receipt, bool, error) {
	if m.Age > mostAge-slack {
		return notifier.Receipt{}, false, notifier.Undecidable(errors.New("look the message up at Tencent Cloud: it knows seven days only"))
	}
	now := time.Now().Add(time.Duration(c.ahead.Load()))
	rows, err := c.statuses(ctx, m.Recipient, now.Add(-m.Age-slack), now.Add(slack))
	if err != nil {
		return notifier.Receipt{}, false, fmt.Errorf("look the message up at Tencent Cloud: %w", err)
	}
	var failed *status
	named := false
	for i := range rows {
		switch s := &rows[i]; {
		case s.SessionContext == "":
		case s.SessionContext != m.ID:
			named = true
		case s.failed():
			failed, named = s, true
		default:
			return s.receipt(m.Recipient), true, nil
		}
	}
	switch {
	case failed != nil:
		return failed.receipt(m.Recipient), true, nil
	case m.Age < settled:
		return notifier.Receipt{}, false, notifier.After(errors.New("look the message up at Tencent Cloud: no carrier has told of it yet"), min(settled-m.Age, 20*time.Second))
	}
	why := "no carrier has told of it, which does not mean that it was not sent"
	if len(rows) > 0 && !named {
		why = "it tells of messages without their ids; ask Tencent Cloud to return SessionContext with the status"
	}
	return notifier.Receipt{}, false, notifier.Undecidable(errors.New("look the message up at Tencent Cloud: " + why))
}

// Track asks what became of a message.
func (c *Channel) Track(ctx context.Context, m notifier.SentMessage) (notifier.Receipt, error) {
	at := m.At
	if at.IsZero() {
		at = time.Now()
	}
	at = at.Add(time.Duration(c.ahead.Load()))
	rows, err := c.statuses(ctx, m.Recipient, at.Add(-slack), time.Now().Add(time.Duration(c.ahead.Load())+slack))
	if err != nil {
		return notifier.Receipt{}, fmt.Errorf("ask Tencent Cloud about message %s: %w", httpcall.OneLine(m.ProviderID, 64), err)
	}
	for i := range rows {
		if rows[i].SerialNo == m.ProviderID {
			r := rows[i].receipt(m.Recipient)
			r.ProviderID = m.ProviderID
			return r, nil
		}
	}
	return notifier.Receipt{ProviderID: m.ProviderID, Status: notifier.Accepted, Detail: "no carrier has told of it yet"}, nil
}

// statuses asks what became of the messages to a number within a time.
func (c *Channel) statuses(ctx context.Context, to notifier.Recipient, from, until time.Time) ([]status, error) {
	var told struct{ PullSmsSendStatusSet []status }
	_, err := c.call(ctx, "PullSmsSendStatusByPhoneNumber", map[string]any{
		"BeginTime": from.Unix(), "EndTime": until.Unix(), "Offset": 0, "Limit": most, "PhoneNumber": to.Address, "SmsSdkAppId": c.opts.AppID,
	}, &told)
	if err == nil {
		return told.PullSmsSendStatusSet, nil
	}
	said := c.scrubbed(err, to)
	if e, answered := errors.AsType[*apiError](err); answered {
		return nil, e.verdict().OfLookup(said, "allow sms:PullSmsSendStatusByPhoneNumber to their CAM user")
	}
	return nil, said
}

func (s *status) failed() bool { return strings.EqualFold(s.ReportStatus, "FAIL") }

// receipt says what became of a message. What a carrier told at all was accepted.
func (s *status) receipt(to notifier.Recipient) notifier.Receipt {
	r := notifier.Receipt{Status: notifier.Accepted, Detail: "a carrier has it"}
	if isSerial(s.SerialNo, to.Address) {
		r.ProviderID = s.SerialNo
	}
	switch {
	case strings.EqualFold(s.ReportStatus, "SUCCESS"):
		r.Status, r.Detail = notifier.Delivered, "delivered, says the carrier"
	case s.failed():
		said := cmp.Or(httpcall.OneLine(s.Description, 60), "nothing")
		why, again, number := fault(s.Description)
		r.Status, r.Again, r.AboutRecipient = notifier.Failed, again, number
		r.Detail = "the carrier says " + said
		if why != "" {
			r.Detail += ": " + why
		}
	}
	return r
}

// fault explains why a carrier did not deliver a message. The codes are the carriers', of
// which there are hundreds; these are common ones of China Mobile's gateway.
func fault(said string) (why string, again, number bool) {
	switch strings.ToUpper(strings.TrimSpace(said)) {
	case "EXPIRED", "UNDELIV", "MK:0010", "MK:0023", "002":
		return "the phone is off or has no signal", true, false
	case "MK:0001", "MK:0000":
		return "nobody has this number; correct phone of this contact", false, true
	case "MK:0005", "MK:0013":
		return "the number is suspended", false, true
	case "MBBLACK", "DBBLACK", "DB:0144":
		return "the number is on a list of those that want no messages; ask Tencent Cloud to take it off", false, true
	case "-106", "MK:0014", "MK:0115":
		return "the carrier does not take a word of this text", false, false
	}
	return "", false, false
}
