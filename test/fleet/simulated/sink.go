package simulated

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"
)

const (
	maxBody   = 16 << 20  // bytes of one webhook
	maxEvents = 1_000_000 // kept; further ones are counted as dropped
)

// Event is one alert of one webhook, with when it came.
type Event struct {
	T        float64 `json:"t"` // Unix seconds
	Status   string  `json:"status"`
	Name     string  `json:"alertname"`
	Instance string  `json:"instance_id"`
	Metric   string  `json:"metric"`
	// WebhookID is the header of Standard Webhooks: a message that is sent again
	// keeps it, so that a retry is not taken for a second notice.
	WebhookID string `json:"webhook_id"`
}

// At returns when the event came.
func (e Event) At() time.Time { return time.UnixMicro(int64(e.T * 1e6)) }

// sink takes webhooks in Alertmanager's form.
type sink struct {
	mu      sync.Mutex
	events  []Event
	posts   int64
	dropped int64
}

// hook notes the time first and answers as soon as the body is read.
func (s *sink) hook(w http.ResponseWriter, r *http.Request) {
	t := seconds(time.Now())
	var body struct {
		Alerts []struct {
			Status string            `json:"status"`
			Labels map[string]string `json:"labels"`
		} `json:"alerts"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&body); err != nil {
		http.Error(w, fmt.Sprintf("the body is not Alertmanager's: %v", err), http.StatusBadRequest)
		return
	}
	id := r.Header.Get("webhook-id")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.posts++
	for _, a := range body.Alerts {
		if len(s.events) == maxEvents {
			s.dropped++
			continue
		}
		s.events = append(s.events, Event{
			T: t, Status: a.Status, Name: a.Labels["alertname"], Instance: a.Labels["instance_id"], Metric: a.Labels["metric"], WebhookID: id,
		})
	}
}

// list returns a copy, so that nothing waits while it is written out.
func (s *sink) list() []Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.events)
}

func (s *sink) counts() (posts, dropped int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.posts, s.dropped
}
