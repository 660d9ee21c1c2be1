package aliyun

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/httpcall"
)

// Find says that nobody can tell: the cloud lists no calls, it tells of one by the id that it
// gave it. So a call in doubt is made again, as one that may be a repeat.
func (c *Caller) Find(context.Context, notifier.Message) (notifier.Receipt, bool, error) {
	return notifier.Receipt{}, false, notifier.Undecidable(errors.New("Alibaba Cloud does not tell of a call that it gave no id"))
}

// voiceNotice is the cloud's number for notices that are read to somebody (ProdId).
const voiceNotice = "11000000300006"

// slack is by how much our clock and the cloud's may differ: what is off further the cloud
// complains of.
const slack = 15 * time.Minute

// Track asks the cloud what became of a call. It knows that some minutes after the call.
func (c *Caller) Track(ctx context.Context, m notifier.SentMessage) (notifier.Receipt, error) {
	if !isCallID(m.ProviderID) {
		return notifier.Receipt{}, notifier.Permanent(fmt.Errorf("%q is not Alibaba Cloud's id of a call", httpcall.OneLine(m.ProviderID, 40)))
	}
	for _, day := range daysAround(m.At) {
		var told struct{ Data json.RawMessage }
		err := c.client.Call(ctx, "QueryCallDetailByCallId", map[string]string{
			"CallId": m.ProviderID, "ProdId": voiceNotice, "QueryDate": strconv.FormatInt(day.UnixMilli(), 10),
		}, &told)
		if err != nil {
			called, _ := number(m.Recipient.Address)
			said := c.client.Shown(err, m.Recipient, called)
			return notifier.Receipt{}, fmt.Errorf("ask Alibaba Cloud about call %s: %w", m.ProviderID,
				c.client.JudgeLookup(err, said, "allow dyvms:QueryCallDetailByCallId to their RAM user"))
		}
		if state := stateOf(told.Data); state != "" {
			r := receipt(state)
			r.ProviderID = m.ProviderID
			return r, nil
		}
	}
	return notifier.Receipt{ProviderID: m.ProviderID, Status: notifier.Accepted, Detail: "Alibaba Cloud does not know yet how the call ended"}, nil
}

// stateOf reads the state of a call out of its details, which are JSON in a text; "" while
// there are none.
func stateOf(data json.RawMessage) string {
	var text string
	if json.Unmarshal(data, &text) != nil {
		text = string(data)
	}
	var detail struct{ State json.RawMessage }
	if json.Unmarshal([]byte(text), &detail) != nil {
		return ""
	}
	return httpcall.OneLine(strings.Trim(string(detail.State), `"`), 20)
}

// daysAround are the beginnings of the days, in Beijing, on which something may have happened
// that our clock has at a moment: two of them about midnight.
func daysAround(at time.Time) []time.Time {
	first, last := beginOfDay(at.Add(-slack)), beginOfDay(at.Add(slack))
	if first.Equal(last) {
		return []time.Time{first}
	}
	return []time.Time{last, first}
}

// beginOfDay is the beginning of a day in Beijing, which has no summer time.
func beginOfDay(t time.Time) time.Time {
	t = t.In(time.FixedZone("UTC+8", 8*60*60))
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// receipt says how a call ended. Who did not take it is called once more, since that may
// pass, and no other provider would do better. A state that is not known here is taken as
// accepted: the cloud has the call. Source: help.aliyun.com, "Carrier receipt codes"
// (document 55085).
func receipt(state string) notifier.Receipt {
	r := notifier.Receipt{Status: notifier.Accepted, Detail: "Alibaba Cloud says " + state}
	missed := func(why string) notifier.Receipt {
		return notifier.Receipt{Status: notifier.Failed, Detail: why, Again: true, AboutRecipient: true}
	}
	never := func(why string) notifier.Receipt {
		return notifier.Receipt{Status: notifier.Failed, Detail: why, AboutRecipient: true}
	}
	blocked := func(why string) notifier.Receipt {
		return notifier.Receipt{Status: notifier.Failed, Detail: why}
	}
	switch state {
	case "200000":
		r.Status, r.Detail = notifier.Delivered, "the call was taken and heard to its end"
	case "200001":
		r.Status, r.Detail = notifier.Delivered, "the call was taken, and hung up before its end"
	case "200002":
		return missed("the line was busy")
	case "200003":
		return missed("nobody took the call")
	case "200005":
		return missed("the call was declined, or blocked on the phone as a nuisance")
	case "200007":
		return missed("the phone has no signal")
	case "200010":
		return missed("the phone is off")
	case "200004", "482":
		return never("nobody has this number; correct phone of this contact")
	case "200011":
		return never("the carrier has stopped this number; correct phone of this contact")
	case "200105":
		return never("the carrier puts no calls through to this number; give this contact another one")
	case "200104", "200117", "476":
		return blocked("the number that calls may not; see to it in the console, or give another one as from")
	case "200118":
		return blocked("the carrier puts no calls through at this time of day")
	case "200006":
		return blocked("Alibaba Cloud could not read the text of the template")
	case "200012", "200119", "200121", "400", "500", "999999":
		b := blocked("the carrier did not put the call through")
		b.Again = true
		return b
	}
	return r
}
