package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
)

const maxNotices = 500

// noticeRow is one notice in the table.
type noticeRow struct {
	ID        string
	Created   stamp
	Sent      stamp
	Next      stamp
	Kind      string
	Severity  string
	Code      string
	Instance  link // without a text for an alarm about none
	Recipient string
	Receiver  string
	Channel   string
	State     notifier.NoticeState
	Attempts  int
	Reason    string
	Text      string
	Together  int    // how many notices went out as one; 0 and 1 are alone
	Said      string // the text that spoke for all of them
}

// noticesFilter is which notices are asked for, as the form has it.
type noticesFilter struct {
	State, Code, Instance, Person, Receiver, From, To string
}

// Any tells whether anything but the state is chosen.
func (f noticesFilter) Any() bool { f.State = ""; return f != noticesFilter{} }

// Link is the address of the same notices in another state.
func (f noticesFilter) Link(state string) string {
	q := url.Values{}
	for name, value := range map[string]string{
		"state": state, "code": f.Code, "instance": f.Instance, "person": f.Person, "receiver": f.Receiver, "from": f.From, "to": f.To,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return "/notices?" + q.Encode()
}

// optoutRow is somebody who wants no more text messages.
type optoutRow struct {
	Name  string
	Since stamp
}

// noticesBody is what the page of notices shows.
type noticesBody struct {
	Filter  noticesFilter
	States  []option
	Rows    []noticeRow
	Limit   int
	Cut     bool
	Waits   bool // something waits for another attempt
	Optouts []optoutRow
	Zone    string
	Fault   string // what is wrong with the filter
}

func (p *pages) notices(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	field := func(name string) string { return strings.TrimSpace(q.Get(name)) }
	body := noticesBody{Limit: maxNotices, Zone: zoneWords(p.Now().In(p.Zone)), Filter: noticesFilter{
		State: field("state"), Code: strings.ToUpper(field("code")), Instance: field("instance"), Person: field("person"), Receiver: field("receiver"), From: field("from"), To: field("to"),
	}}
	body.States = []option{{"", p.say.T("All")}}
	for _, s := range []notifier.NoticeState{
		notifier.Pending, notifier.Sending, notifier.Sent, notifier.NoticeDelivered, notifier.Held, notifier.Dropped, notifier.Dead,
	} {
		body.States = append(body.States, option{string(s), words.Capital(p.say.Word("notice", string(s)))})
	}
	if !slices.ContainsFunc(body.States, func(o option) bool { return o.Value == body.Filter.State }) {
		body.Filter.State = ""
	}
	filter, fault := p.chosen(body.Filter)
	if fault != "" {
		body.Fault = fault
		p.render(w, r, http.StatusBadRequest, "notices", page{Title: p.say.T("Notices"), Section: "notices", Body: body})
		return
	}
	if err := p.readNotices(r.Context(), filter, &body); err != nil {
		p.fail(w, r, "notices", p.say.T("The notices could not be read"), err)
		return
	}
	done := ""
	if q.Has("tried") {
		done = p.say.T("What waits for another attempt is tried now.")
	}
	p.render(w, r, http.StatusOK, "notices", page{Title: p.say.T("Notices"), Section: "notices", Refresh: refreshSeconds, Done: done, Body: body})
}

// chosen turns what the form has into a filter, or says what is wrong with it. An
// instance may be given by its name, where one has it.
func (p *pages) chosen(f noticesFilter) (out notifier.Filter, fault string) {
	out = notifier.Filter{State: notifier.NoticeState(f.State), Code: f.Code, Instance: f.Instance, Person: f.Person, Receiver: f.Receiver, Limit: maxNotices}
	if _, known := p.Fleet.Standing(f.Instance); f.Instance != "" && !known {
		for _, st := range p.Fleet.Standings() {
			if strings.EqualFold(st.Instance.Name, f.Instance) {
				out.Instance = st.Instance.ID
			}
		}
	}
	for _, one := range []struct {
		text string
		at   *time.Time
	}{{f.From, &out.From}, {f.To, &out.To}} {
		if one.text == "" {
			continue
		}
		at, ok := parseField(one.text, p.Zone)
		if !ok {
			return out, p.say.T("A time is not written like %s.", p.Now().In(p.Zone).Format(fieldTime))
		}
		*one.at = at
	}
	if !out.From.IsZero() && !out.To.IsZero() && !out.From.Before(out.To) {
		return out, p.say.T("The end of the range must lie after its beginning.")
	}
	return out, ""
}

// readNotices reads what the page shows into body.
func (p *pages) readNotices(ctx context.Context, f notifier.Filter, body *noticesBody) error {
	list, err := p.Notices.Notices(ctx, f)
	if err != nil {
		return err
	}
	for i := range list {
		body.Rows = append(body.Rows, p.noticeRow(&list[i]))
	}
	body.Cut = len(list) >= maxNotices
	waiting, err := p.Notices.Notices(ctx, notifier.Filter{State: notifier.Pending, Limit: 1})
	if err != nil {
		return err
	}
	body.Waits = len(waiting) > 0
	stopped, err := p.Optouts.Optouts(ctx)
	if err != nil {
		return err
	}
	for _, o := range stopped {
		body.Optouts = append(body.Optouts, optoutRow{Name: o.Name, Since: p.stamp(o.Since)})
	}
	return nil
}

// retry makes the outbox try now what waits for another attempt.
func (p *pages) retry(w http.ResponseWriter, r *http.Request) {
	if !p.form(w, r) {
		return
	}
	p.Retrier.TryNow()
	p.log.InfoContext(r.Context(), "what waits for another attempt is tried now", "by", whoAsks(r).Name)
	http.Redirect(w, r, "/notices?tried=1", http.StatusSeeOther)
}

// shownTo is to whom a notice goes, as people are shown it.
func shownTo(n *notifier.Record) string { return cmp.Or(n.Display, n.Recipient) }

func (p *pages) noticeRow(n *notifier.Record) noticeRow {
	out := noticeRow{
		ID: n.ID, Created: p.stamp(n.CreatedAt), Sent: p.stamp(n.SentAt), Kind: string(n.Kind), Severity: string(n.Severity), Code: n.Code,
		Recipient: shownTo(n), Receiver: n.Receiver, Channel: n.Channel, State: n.State, Attempts: n.Attempts,
		Reason: n.Reason, Text: cmp.Or(n.Text, n.Alert.Annotations["summary"]),
	}
	if id := n.Alert.Labels["instance_id"]; id != "" {
		out.Instance = link{cmp.Or(n.Alert.Labels["instance"], id), linkTo(id)}
	}
	if n.Together > 1 {
		out.Together, out.Said = n.Together, n.Said
	}
	if n.State == notifier.Pending || n.State == notifier.Held {
		out.Next = p.stamp(n.NextAt)
	}
	return out
}
