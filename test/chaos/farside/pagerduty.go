package farside

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/test/chaos/ledger"
	"github.com/brimwatch/brimwatch/test/robots"
)

// PagerDuty takes events, and puts those of one dedup_key together, as PagerDuty does: only
// what changes an alert there is an arrival.
type PagerDuty struct {
	recipient string
	robot     *robots.Robot

	mu       sync.Mutex
	alerts   map[string]*paged
	arrivals []ledger.Arrival
	again    int
}

// paged is an alert at PagerDuty.
type paged struct {
	ledger.Arrival
	open bool
}

// NewPagerDuty returns PagerDuty with one integration, which the ledger knows by a name.
func NewPagerDuty(recipient string) *PagerDuty {
	return &PagerDuty{recipient: recipient, robot: robots.PagerDuty(robots.Options{Key: RoutingKey}), alerts: make(map[string]*paged)}
}

// RoutingKey is that of the integration.
const RoutingKey = "0123456789abcdef0123456789abcdef"

// event is what is read of an event.
type event struct {
	Action   string `json:"event_action"`
	DedupKey string `json:"dedup_key"`
	Payload  struct {
		Source, Component, Class, Severity string
		Details                            map[string]string `json:"custom_details"`
	}
}

// ServeHTTP takes one event.
func (p *PagerDuty) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client went away while it spoke
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer := httptest.NewRecorder()
	p.robot.ServeHTTP(answer, r)
	if answer.Code == http.StatusAccepted {
		var e event
		if json.Unmarshal(body, &e) == nil {
			p.take(&e)
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes()) // the reader may be gone
}

// take lets an event change its alert.
func (p *PagerDuty) take(e *event) {
	now := time.Now()
	alert := p.alerts[e.DedupKey]
	switch {
	case e.Action == "resolve" && alert != nil && alert.open:
		alert.open = false
		end := alert.Arrival
		end.At, end.Kind, end.Event, end.Value = now, ledger.End, ledger.Resolved, 0
		p.arrivals = append(p.arrivals, end)
	case e.Action == "trigger" && e.Payload.Class == "capacity" && alert == nil:
		value, _ := strconv.Atoi(e.Payload.Details["usage"]) // 0 is that none is said
		a := ledger.Arrival{
			At: now, Recipient: p.recipient, Message: e.DedupKey, Key: ledger.Key{Instance: e.Payload.Source, Metric: e.Payload.Component},
			Code: e.Payload.Details["code"], Kind: ledger.Begin, Event: "trigger" + e.Payload.Severity, Value: value,
			Instead: e.Payload.Details["failover"] != "",
		}
		p.alerts[e.DedupKey] = &paged{a, true}
		p.arrivals = append(p.arrivals, a)
	case e.Action == "trigger" && alert != nil && !alert.open:
		// PagerDuty opens another alert: people are paged for what is over.
		alert.open = true
		begin := alert.Arrival
		begin.At, begin.Message = now, e.DedupKey+" once more"
		p.arrivals = append(p.arrivals, begin)
	default:
		p.again++
	}
}

// Arrivals returns what changed there, oldest first.
func (p *PagerDuty) Arrivals() []ledger.Arrival {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]ledger.Arrival(nil), p.arrivals...)
}

// Open returns the alarms that are open there.
func (p *PagerDuty) Open() []ledger.Key {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []ledger.Key
	for _, a := range p.alerts {
		if a.open {
			out = append(out, a.Key)
		}
	}
	return out
}
