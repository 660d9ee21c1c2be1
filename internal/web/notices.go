package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/brimwatch/brimwatch/notifier"
)

const maxNotices = 500

// noticeRow is one notice in the table.
type noticeRow struct {
	Created   stamp
	Sent      stamp
	Next      stamp
	Kind      string
	Severity  string
	Code      string
	Recipient string
	Receiver  string
	Channel   string
	State     notifier.NoticeState
	Attempts  int
	Reason    string
	Text      string
}

// noticesBody is what the page of notices shows.
type noticesBody struct {
	State  string
	Code   string
	States []option
	Rows   []noticeRow
	Limit  int
	Cut    bool
}

func (p *pages) notices(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	body := noticesBody{State: q.Get("state"), Code: strings.ToUpper(strings.TrimSpace(q.Get("code"))), Limit: maxNotices}
	body.States = []option{{"", "All"}}
	for _, s := range []notifier.NoticeState{
		notifier.Pending, notifier.Sending, notifier.Sent, notifier.NoticeDelivered, notifier.Held, notifier.Dropped, notifier.Dead,
	} {
		text := string(s)
		body.States = append(body.States, option{text, strings.ToUpper(text[:1]) + text[1:]})
	}
	if !slices.ContainsFunc(body.States, func(o option) bool { return o.Value == body.State }) {
		body.State = ""
	}
	list, err := p.Notices.Notices(r.Context(), notifier.Filter{State: notifier.NoticeState(body.State), Code: body.Code, Limit: maxNotices})
	if err != nil {
		p.fail(w, r, "notices", "The notices", err)
		return
	}
	for i := range list {
		body.Rows = append(body.Rows, p.noticeRow(&list[i]))
	}
	body.Cut = len(list) >= maxNotices
	p.render(w, r, http.StatusOK, "notices", page{Title: "Notices", Section: "notices", Refresh: refreshSeconds, Body: body})
}

func (p *pages) noticeRow(n *notifier.Record) noticeRow {
	out := noticeRow{
		Created: p.stamp(n.CreatedAt), Sent: p.stamp(n.SentAt), Kind: string(n.Kind), Severity: string(n.Severity), Code: n.Code,
		Recipient: cmp.Or(n.Display, n.Recipient), Receiver: n.Receiver, Channel: n.Channel, State: n.State, Attempts: n.Attempts,
		Reason: n.Reason, Text: cmp.Or(n.Text, n.Alert.Annotations["summary"]),
	}
	if n.State == notifier.Pending || n.State == notifier.Held {
		out.Next = p.stamp(n.NextAt)
	}
	return out
}
