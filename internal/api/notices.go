package api

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/notifier"
)

func (s *server) notices(w http.ResponseWriter, r *http.Request) {
	limit, ok := s.limit(w, r)
	if !ok {
		return
	}
	q := r.URL.Query()
	f := notifier.Filter{State: notifier.NoticeState(q.Get("state")), Code: strings.ToUpper(q.Get("episode")), Limit: limit}
	known := []notifier.NoticeState{
		"", notifier.Pending, notifier.Sending, notifier.Sent, notifier.NoticeDelivered, notifier.Held, notifier.Dropped, notifier.Dead,
	}
	if !slices.Contains(known, f.State) {
		s.refuse(w, http.StatusBadRequest, "state is one of pending, sending, sent, delivered, held, dropped, dead")
		return
	}
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

// noticeOf writes a notice down. A notice that is a structure has no text of its own;
// its summary says the same.
func noticeOf(n *notifier.Record) wire.Notice {
	out := wire.Notice{
		ID: n.ID, Episode: n.Code, Kind: string(n.Kind), Rule: string(n.Rule), Severity: string(n.Severity), Receiver: n.Receiver,
		Channel: n.Channel, Recipient: cmp.Or(n.Display, n.Recipient), State: string(n.State), Attempts: n.Attempts, Reason: n.Reason,
		ProviderID: n.ProviderID, Text: cmp.Or(n.Text, n.Alert.Annotations["summary"]), CreatedAt: n.CreatedAt.UTC(), SentAt: moment(n.SentAt),
	}
	if n.State == notifier.Pending || n.State == notifier.Held {
		out.NextAt = moment(n.NextAt)
	}
	return out
}
