package aliyun

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/httpcall"
)

const (
	// pageSize is the most that a page holds, and maxPages bounds the pages of a day: 1,000
	// messages to one person in a day are far more than alarms are.
	pageSize, maxPages = 50, 20
	// mostDays is how far back the cloud knows what it sent.
	mostDays = 30
	// slack is by how much our clock and the cloud's may differ: what is off further the
	// cloud complains of.
	slack = 15 * time.Minute
	// listed is how long it may take until what was accepted is listed.
	listed = 20 * time.Second
)

// details is the answer of QuerySendDetails.
type details struct {
	SmsSendDetailDTOs struct {
		SmsSendDetailDTO []detail
	}
}

// detail is one message that the cloud accepted.
type detail struct {
	OutID      string `json:"OutId"`
	SendStatus int
	ErrCode    string
	Content    string
	SendDate   string
}

// Find looks for a message among those to its recipient on the days since its first attempt.
// It is recognized by the id that went along with it (OutId), so neither its text nor the
// moment matters. What was accepted a moment ago may not be listed yet: that a message is not
// there counts from some seconds after its first attempt on.
//
// A message that was accepted and not delivered is found, too, as Failed; where the same id
// was sent several times, one that did not fail counts.
func (c *Channel) Find(ctx context.Context, m notifier.Message) (notifier.Receipt, bool, error) {
	now := c.client.Now()
	since := now.Add(-m.Age - slack)
	var failed *notifier.Receipt
	for day, n := beginOfDay(now.Add(slack)), 0; !day.Before(beginOfDay(since)); day, n = day.AddDate(0, 0, -1), n+1 {
		if n >= mostDays {
			return notifier.Receipt{}, false, notifier.Undecidable(fmt.Errorf("look the message up at Alibaba Cloud: it knows %d days only", mostDays))
		}
		r, found, err := c.search(ctx, lookup{to: m.Recipient, day: day, outID: m.ID})
		switch {
		case err != nil:
			return notifier.Receipt{}, false, fmt.Errorf("look the message up at Alibaba Cloud: %w", err)
		case found && r.Status != notifier.Failed:
			return r, true, nil
		case found && failed == nil:
			failed = &r
		}
	}
	switch {
	case failed != nil:
		return *failed, true, nil
	case m.Age < listed:
		return notifier.Receipt{}, false, notifier.After(errors.New("look the message up at Alibaba Cloud: it is not listed yet, which takes some seconds"), listed-m.Age)
	}
	return notifier.Receipt{}, false, nil
}

// Track asks the cloud what became of a message.
func (c *Channel) Track(ctx context.Context, m notifier.SentMessage) (notifier.Receipt, error) {
	l := lookup{to: m.Recipient, bizID: m.ProviderID}
	if !isBizID(m.ProviderID) {
		l.outID, l.bizID = m.ProviderID, ""
	}
	// The day is that of the cloud, and the moment that of our clock, a little later.
	for _, day := range daysAround(m.At) {
		l.day = day
		r, found, err := c.search(ctx, l)
		if err != nil || found {
			if err != nil {
				err = fmt.Errorf("ask Alibaba Cloud about message %s: %w", httpcall.OneLine(m.ProviderID, 64), err)
			}
			r.ProviderID = m.ProviderID
			return r, err
		}
	}
	return notifier.Receipt{ProviderID: m.ProviderID, Status: notifier.Accepted, Detail: "Alibaba Cloud has no receipt of it yet"}, nil
}

// daysAround are the days, in Beijing, on which something may have happened that our clock
// has at a moment: two of them about midnight.
func daysAround(at time.Time) []time.Time {
	if at.IsZero() {
		at = time.Now()
	}
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

// lookup says which message is looked for.
type lookup struct {
	to           notifier.Recipient
	day          time.Time
	outID, bizID string // one of them
}

// search goes through what was sent to a number on a day.
func (c *Channel) search(ctx context.Context, l lookup) (notifier.Receipt, bool, error) {
	query := map[string]string{"PhoneNumber": number(l.to.Address), "SendDate": l.day.Format("20060102"), "PageSize": strconv.Itoa(pageSize)}
	if l.bizID != "" {
		query["BizId"] = l.bizID
	}
	var failed *notifier.Receipt
	for page := 1; page <= maxPages; page++ {
		query["CurrentPage"] = strconv.Itoa(page)
		var told details
		if err := c.client.Call(ctx, "QuerySendDetails", query, &told); err != nil {
			return notifier.Receipt{}, false, c.judgeLookup(err, l.to)
		}
		rows := told.SmsSendDetailDTOs.SmsSendDetailDTO
		for i := range rows {
			if l.outID != "" && rows[i].OutID != l.outID {
				continue
			}
			r := rows[i].receipt(l.to)
			r.ProviderID = cmp.Or(l.bizID, l.outID)
			if r.Status != notifier.Failed {
				return r, true, nil
			}
			if failed == nil {
				failed = &r
			}
		}
		if len(rows) < pageSize {
			if failed != nil {
				return *failed, true, nil
			}
			return notifier.Receipt{}, false, nil
		}
	}
	return notifier.Receipt{}, false, notifier.Undecidable(fmt.Errorf("more than %d messages to %s in a day", maxPages*pageSize, l.to.Display))
}
