package farside

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/test/chaos/ledger"
)

// Alertmanager takes POST /api/v2/alerts as an Alertmanager does: an alert is its labels, fires
// until its endsAt, and what is repeated changes nothing. Only what changes there is an
// arrival.
type Alertmanager struct {
	recipient string

	mu       sync.Mutex
	alerts   map[string]*fired // by labels
	arrivals []ledger.Arrival
}

// fired is an alert at the Alertmanager.
type fired struct {
	ledger.Arrival
	since, ends time.Time
	told        bool // that it is over
}

// NewAlertmanager returns an Alertmanager that the ledger knows by a name.
func NewAlertmanager(recipient string) *Alertmanager {
	return &Alertmanager{recipient: recipient, alerts: make(map[string]*fired)}
}

// postable is an alert as it is posted.
type postable struct {
	Labels, Annotations map[string]string
	StartsAt, EndsAt    time.Time
}

// ServeHTTP takes alerts.
func (m *Alertmanager) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	refuse := func(status int, why string) {
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(why) //nolint:errchkjson // a text; the reader may be gone
	}
	if r.URL.Path != "/api/v2/alerts" || r.Method != http.MethodPost {
		refuse(http.StatusNotFound, "path "+r.URL.Path+" was not found")
		return
	}
	var list []postable
	if err := json.NewDecoder(r.Body).Decode(&list); err != nil {
		refuse(http.StatusBadRequest, "parsing alerts body failed: "+err.Error())
		return
	}
	for i := range list {
		if a := &list[i]; len(a.Labels) == 0 || a.StartsAt.After(a.EndsAt) {
			refuse(http.StatusBadRequest, "start time must be before end time")
			return
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	m.expire(now)
	for i := range list {
		m.take(&list[i], now)
	}
	w.WriteHeader(http.StatusOK)
}

// take lets one alert change what is there.
func (m *Alertmanager) take(a *postable, now time.Time) {
	if a.Labels["alertname"] != "capacity" {
		return // what the program says of itself is not in the ledger
	}
	id := identity(a.Labels)
	old, over := m.alerts[id], !a.EndsAt.After(now)
	code := a.Annotations["code"]
	switch {
	case over && old == nil, over && old.told: // nothing fires there
	case over:
		old.ends = a.EndsAt
		m.end(old, now)
	case old != nil && !old.told && (old.Code == code || a.StartsAt.Before(old.since)): // it goes on, whatever is told late
		old.ends = a.EndsAt
	default:
		if old != nil && !old.told { // the next time: the time before is over with it
			m.end(old, now)
		}
		value, _ := strconv.Atoi(a.Annotations["usage"]) // 0 is that none is said
		begin := ledger.Arrival{
			At: now, Recipient: m.recipient, Message: fmt.Sprintf("%s since %s", id, a.StartsAt.Format(time.RFC3339Nano)),
			Key: ledger.Key{Instance: a.Labels["instance_id"], Metric: a.Labels["metric"]}, Code: code, Kind: ledger.Begin, Event: "firing" + a.Labels["severity"], Value: value,
			Instead: a.Annotations["failover"] != "",
		}
		m.alerts[id] = &fired{Arrival: begin, since: a.StartsAt, ends: a.EndsAt}
		m.arrivals = append(m.arrivals, begin)
	}
}

// end tells that an alert is over.
func (m *Alertmanager) end(f *fired, at time.Time) {
	f.told = true
	end := f.Arrival
	end.At, end.Kind, end.Event, end.Value = at, ledger.End, ledger.Resolved, 0
	m.arrivals = append(m.arrivals, end)
}

// expire ends what nobody repeated.
func (m *Alertmanager) expire(now time.Time) {
	for _, f := range m.alerts {
		if !f.told && f.ends.Before(now) {
			m.end(f, f.ends)
		}
	}
}

// identity is what alerts are told apart by.
func identity(labels map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		b.WriteString(name + "=" + strconv.Quote(labels[name]) + ",")
	}
	return b.String()
}

// Arrivals returns what changed there, oldest first.
func (m *Alertmanager) Arrivals() []ledger.Arrival {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.expire(time.Now())
	return append([]ledger.Arrival(nil), m.arrivals...)
}

// Open returns the alarms that fire there.
func (m *Alertmanager) Open() []ledger.Key {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.expire(time.Now())
	var out []ledger.Key
	for _, f := range m.alerts {
		if !f.told {
			out = append(out, f.Key)
		}
	}
	return out
}
