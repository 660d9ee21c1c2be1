package robots

import (
	"encoding/json"
	"net/http"
	"slices"
	"unicode/utf8"
)

// PagerDuty takes events at /v2/enqueue, for one integration.
func PagerDuty(o Options) *Robot { return newRobot(o, pagerDuty) }

// pagerDutyBytes is how long an event may be.
const pagerDutyBytes = 512 << 10

type pagerDutyEvent struct {
	RoutingKey string `json:"routing_key"`
	Action     string `json:"event_action"`
	DedupKey   string `json:"dedup_key"`
	Payload    *struct {
		Summary, Source, Severity string
	}
	Links []struct{ Href, Text string }
}

func pagerDuty(r *Robot, w http.ResponseWriter, req *http.Request, body []byte) {
	refuse := func(errors ...string) {
		answer(w, http.StatusBadRequest, map[string]any{"status": "invalid event", "message": "Event object is invalid", "errors": errors})
	}
	if req.URL.Path != "/v2/enqueue" || req.Method != http.MethodPost {
		http.NotFound(w, req)
		return
	}
	var ev pagerDutyEvent
	if len(body) > pagerDutyBytes || json.Unmarshal(body, &ev) != nil {
		refuse("the event is no JSON, or too long")
		return
	}
	if faults := r.pagerDutyFaults(&ev); len(faults) > 0 {
		refuse(faults...)
		return
	}
	state, known := r.alerts[ev.DedupKey]
	switch open := known && state != "resolved"; {
	case ev.Action == "trigger" && !open:
		r.alerts[ev.DedupKey] = "triggered"
	case ev.Action == "acknowledge" && open:
		r.alerts[ev.DedupKey] = "acknowledged"
	case ev.Action == "resolve" && open:
		r.alerts[ev.DedupKey] = "resolved"
	}
	r.taken = append(r.taken, body)
	answer(w, http.StatusAccepted, map[string]any{"status": "success", "message": "Event processed", "dedup_key": ev.DedupKey})
}

func (r *Robot) pagerDutyFaults(ev *pagerDutyEvent) []string {
	var out []string
	fault := func(bad bool, words string) {
		if bad {
			out = append(out, words)
		}
	}
	fault(len(ev.RoutingKey) != 32, "Length of 'routing_key' is incorrect (should be 32 characters)")
	fault(ev.RoutingKey != r.opts.Key, "Invalid routing key")
	fault(!slices.Contains([]string{"trigger", "acknowledge", "resolve"}, ev.Action), "'event_action' is invalid")
	fault(ev.Action != "trigger" && ev.DedupKey == "", "'dedup_key' is missing or blank")
	fault(utf8.RuneCountInString(ev.DedupKey) > 255, "'dedup_key' is too long")
	if ev.Action == "trigger" {
		fault(ev.Payload == nil, "'payload' is missing or blank")
		if p := ev.Payload; p != nil {
			fault(p.Summary == "" || utf8.RuneCountInString(p.Summary) > 1024, "'payload.summary' is missing or blank")
			fault(p.Source == "", "'payload.source' is missing or blank")
			fault(!slices.Contains([]string{"critical", "error", "warning", "info"}, p.Severity), "'payload.severity' is invalid (must be one of the following: 'critical', 'warning', 'error' or 'info')")
		}
	}
	for _, l := range ev.Links {
		fault(l.Href == "", "'links.href' is missing or blank")
	}
	return out
}
