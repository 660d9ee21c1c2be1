package farside

import (
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/test/chaos/ledger"
)

// Hook is a webhook receiver: it takes Alertmanager's body, and remembers.
type Hook struct {
	recipient string

	mu       sync.Mutex
	arrivals []ledger.Arrival
	bodies   []Body
}

// Body is one webhook that arrived.
type Body struct {
	At     time.Time
	ID     string
	Alerts int
}

// NewHook returns a receiver that the ledger knows by a name.
func NewHook(recipient string) *Hook { return &Hook{recipient: recipient} }

// payload is what is read of a body.
type payload struct {
	Alerts []struct {
		Status      string            `json:"status"`
		Labels      map[string]string `json:"labels"`
		Annotations map[string]string `json:"annotations"`
	} `json:"alerts"`
}

// ServeHTTP takes one webhook.
func (h *Hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var p payload
	if err := json.NewDecoder(r.Body).Decode(&p); err != nil {
		http.Error(w, "the body cannot be read: "+err.Error(), http.StatusBadRequest)
		return
	}
	now, id := time.Now(), r.Header.Get("webhook-id")
	h.mu.Lock()
	defer h.mu.Unlock()
	h.bodies = append(h.bodies, Body{now, id, len(p.Alerts)})
	for _, a := range p.Alerts {
		if a.Labels["alertname"] != "capacity" {
			continue // silence of instances, and what the program says of itself, is not in the ledger
		}
		value, _ := strconv.Atoi(a.Annotations["usage"]) // 0 is that none is said
		arrival := ledger.Arrival{
			At: now, Recipient: h.recipient, Message: id, Key: ledger.Key{Instance: a.Labels["instance_id"], Metric: a.Labels["metric"]},
			Code: a.Annotations["code"], Kind: ledger.Begin, Event: a.Status + a.Labels["severity"], Value: value,
			Instead: a.Annotations["failover"] != "",
		}
		if a.Status == "resolved" {
			arrival.Kind = ledger.End
		}
		h.arrivals = append(h.arrivals, arrival)
	}
}

// Arrivals returns what the receiver was told, oldest first.
func (h *Hook) Arrivals() []ledger.Arrival {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]ledger.Arrival(nil), h.arrivals...)
}

// Bodies returns the webhooks that arrived, oldest first.
func (h *Hook) Bodies() []Body {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]Body(nil), h.bodies...)
}
