package mcp

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/internal/api/asked"
	"github.com/brimwatch/brimwatch/notifier"
)

// mostNotices bounds how many notices are looked through: each has its text with it.
const mostNotices = 2000

// noticesQuery says which notices are asked for.
type noticesQuery struct {
	State      string `json:"state,omitempty" jsonschema:"held, dropped and dead come with their reason"`
	Code       string `json:"code,omitempty" jsonschema:"only of the alarm with this code"`
	InstanceID string `json:"instance_id,omitempty" jsonschema:"only of this instance"`
	Person     string `json:"person,omitempty" jsonschema:"only those to this contact"`
	Receiver   string `json:"receiver,omitempty" jsonschema:"only those of this receiver"`
	From       string `json:"from,omitempty" jsonschema:"only those decided from then on: RFC 3339, or a duration before now such as -24h"`
	To         string `json:"to,omitempty" jsonschema:"only those decided before, in the same ways"`
	Limit      int    `json:"limit,omitempty" jsonschema:"how many to list, the newest first"`
}

// noticeList is notices, the newest first.
type noticeList struct {
	cutList

	Notices []noticeRow `json:"notices"`
}

// noticeRow is one thing one recipient is told about one alarm.
type noticeRow struct {
	ID         string `json:"id"`
	Code       string `json:"code,omitempty" jsonschema:"of the alarm"`
	Kind       string `json:"kind" jsonschema:"raised, escalated, reminded, cleared and others"`
	Severity   string `json:"severity,omitempty"`
	InstanceID string `json:"instance_id,omitempty"`
	Recipient  string `json:"recipient"`
	Channel    string `json:"channel"`
	Receiver   string `json:"receiver"`
	State      string `json:"state" jsonschema:"pending, sending, sent, delivered, held, dropped or dead"`
	Reason     string `json:"reason,omitempty" jsonschema:"why it is held, dropped, dead or waits for another attempt"`
	Attempts   int    `json:"attempts"`
	Text       string `json:"text,omitempty"`
	CreatedAt  string `json:"created_at" jsonschema:"when it was decided"`
	SentAt     string `json:"sent_at,omitempty"`
	NextAt     string `json:"next_at,omitempty" jsonschema:"when it is tried next"`
}

func (s *server) listNotices() adder {
	return tool[noticesQuery, noticeList]{
		name: "list_notices", title: "List notices", hints: onlyReads(),
		description: "Lists notices, the newest first: who was told what, by text message, chat, mail, webhook or call, and what became of it. Use it for: was wei told, did the message arrive, why did nobody hear of it, what is held.",
		bounds: []bound{
			number("limit", 1, 25, 200), shortText(40, "code", "from", "to"), shortText(maxID, "instance_id"), shortText(200, "person", "receiver"), oneOf("state", "", noticeStates()...),
		},
		ask: s.askNotices, say: (*noticeList).text,
	}
}

func noticeStates() []notifier.NoticeState {
	return []notifier.NoticeState{notifier.Pending, notifier.Sending, notifier.Sent, notifier.NoticeDelivered, notifier.Held, notifier.Dropped, notifier.Dead}
}

func (s *server) askNotices(ctx context.Context, in noticesQuery) (out noticeList, err error) {
	f := notifier.Filter{
		State: notifier.NoticeState(in.State), Code: strings.ToUpper(strings.TrimSpace(in.Code)), Instance: in.InstanceID, Person: in.Person, Receiver: in.Receiver, Limit: mostNotices,
	}
	now := s.Now()
	if in.From != "" {
		if f.From, err = asked.Moment(in.From, now); err != nil {
			return out, wrong("from %q: %v", in.From, err)
		}
	}
	if in.To != "" {
		if f.To, err = asked.Moment(in.To, now); err != nil {
			return out, wrong("to %q: %v", in.To, err)
		}
	}
	if !f.From.IsZero() && !f.To.IsZero() && !f.From.Before(f.To) {
		return out, wrong("from (%s) must lie before to (%s)", f.From.Format(time.RFC3339), f.To.Format(time.RFC3339))
	}
	list, err := s.Notices.Notices(ctx, f)
	if err != nil {
		return out, fmt.Errorf("the notices could not be read: %w", err)
	}
	first, rest := firstOf(list, in.Limit, "narrow by state, code, instance_id, person, receiver, from or to, or give a higher limit (at most 200)")
	rest.AtLeast = len(list) == mostNotices
	return noticeList{cutList: rest, Notices: noticeRows(first, time.UTC)}, nil
}

func noticeRows(list []notifier.Record, zone *time.Location) []noticeRow {
	out := make([]noticeRow, 0, len(list))
	for i := range list {
		n := &list[i]
		row := noticeRow{
			ID: n.ID, Code: n.Code, Kind: string(n.Kind), Severity: string(n.Severity), InstanceID: n.Alert.Labels["instance_id"], Recipient: cmp.Or(n.Display, n.Recipient),
			Channel: n.Channel, Receiver: n.Receiver, State: string(n.State), Reason: n.Reason, Attempts: n.Attempts,
			Text: cmp.Or(n.Said, n.Text, n.Alert.Annotations["summary"]), CreatedAt: moment(n.CreatedAt, zone), SentAt: moment(n.SentAt, zone),
		}
		if slices.Contains([]notifier.NoticeState{notifier.Pending, notifier.Held}, n.State) {
			row.NextAt = moment(n.NextAt, zone)
		}
		out = append(out, row)
	}
	return out
}

func (l *noticeList) text() string {
	var b strings.Builder
	b.WriteString(l.opening("notice", "notices"))
	for i := range l.Notices {
		b.WriteString("- " + l.Notices[i].text() + "\n")
	}
	return b.String()
}

// writeNotices writes notices under a heading.
func writeNotices(b *strings.Builder, heading string, list []noticeRow, more int) {
	if len(list) == 0 {
		b.WriteString(heading + ": nobody yet.\n")
		return
	}
	left := ""
	if more > 0 {
		left = fmt.Sprintf(" (%d more; list_notices has them)", more)
	}
	b.WriteString(heading + left + ":\n")
	for i := range list {
		b.WriteString("- " + list[i].text() + "\n")
	}
}

func (n *noticeRow) text() string {
	text := ""
	if n.Text != "" {
		text = fmt.Sprintf("%q", n.Text)
	}
	return fmt.Sprintf("%s %s %s to %s by %s: %s", n.CreatedAt, n.Code, n.Kind, n.Recipient, n.Channel, sentence(n.State, n.Reason, after("sent at ", n.SentAt), after("next attempt at ", n.NextAt), text))
}
