package api

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/internal/api/asked"
	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/notifier"
)

func (s *server) notices(w http.ResponseWriter, r *http.Request) {
	limit, ok := s.limit(w, r)
	if !ok {
		return
	}
	f, fault := s.noticeFilter(r.URL.Query())
	if fault != "" {
		s.refuse(w, http.StatusBadRequest, fault)
		return
	}
	f.Limit = limit
	list, err := s.Notices.Notices(r.Context(), f)
	if err != nil {
		s.fail(w, r, "the notices could not be read", err)
		return
	}
	stream(s, w, "notices", func(yield func(wire.Notice) bool) {
		for i := range list {
			if !yield(noticeOf(&list[i])) {
				return
			}
		}
	})
}

// noticeFilter reads which notices are asked for, or says what is wrong with that.
func (s *server) noticeFilter(q url.Values) (f notifier.Filter, fault string) {
	f = notifier.Filter{
		State: notifier.NoticeState(q.Get("state")), Code: strings.ToUpper(cmp.Or(q.Get("code"), q.Get("episode"))),
		Instance: q.Get("instance_id"), Person: q.Get("person"), Receiver: q.Get("receiver"),
	}
	known := []notifier.NoticeState{
		"", notifier.Pending, notifier.Sending, notifier.Sent, notifier.NoticeDelivered, notifier.Held, notifier.Dropped, notifier.Dead,
	}
	if !slices.Contains(known, f.State) {
		return f, "state is one of pending, sending, sent, delivered, held, dropped, dead"
	}
	now := s.Now()
	for _, one := range []struct {
		name string
		at   *time.Time
	}{{"from", &f.From}, {"to", &f.To}} {
		text := q.Get(one.name)
		if text == "" {
			continue
		}
		at, err := asked.Moment(text, now)
		if err != nil {
			return f, one.name + "=" + text + ": " + err.Error()
		}
		*one.at = at
	}
	if !f.From.IsZero() && !f.To.IsZero() && !f.From.Before(f.To) {
		return f, fmt.Sprintf("from (%s) must lie before to (%s)", f.From.Format(time.RFC3339), f.To.Format(time.RFC3339))
	}
	return f, ""
}

// retry makes the outbox try now what waits for another attempt.
func (s *server) retry(w http.ResponseWriter, r *http.Request) {
	s.Retrier.TryNow()
	s.log.InfoContext(r.Context(), "what waits for another attempt is tried now", "by", caller(r, ""))
	w.WriteHeader(http.StatusNoContent)
}

// noticeOf writes a notice down. A notice that is a structure has no text of its own;
// its summary says the same.
func noticeOf(n *notifier.Record) wire.Notice {
	out := wire.Notice{
		ID: n.ID, Episode: n.Code, Kind: string(n.Kind), Rule: string(n.Rule), Severity: string(n.Severity), Receiver: n.Receiver,
		Channel: n.Channel, Recipient: cmp.Or(n.Display, n.Recipient), State: string(n.State), Attempts: n.Attempts, Reason: n.Reason,
		InstanceID: n.Alert.Labels["instance_id"], ProviderID: n.ProviderID, Message: n.Message, Together: n.Together, Said: n.Said, Text: cmp.Or(n.Text, n.Alert.Annotations["summary"]), CreatedAt: n.CreatedAt.UTC(), SentAt: moment(n.SentAt),
	}
	if n.State == notifier.Pending || n.State == notifier.Held {
		out.NextAt = moment(n.NextAt)
	}
	return out
}
