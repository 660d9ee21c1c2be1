// Package pagerduty tells PagerDuty of alarms by its Events API v2: an alert there for each
// episode here, that is opened, kept and resolved under one dedup_key. An event that comes
// twice under a dedup_key changes nothing, so whatever is in doubt is sent again.
package pagerduty

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/card"
	"github.com/brimwatch/brimwatch/notifier/post"
)

// DefaultURL is where PagerDuty takes events.
const DefaultURL = "https://events.pagerduty.com/v2/enqueue"

// Options say which integration is told.
type Options struct {
	URL        string // "" is DefaultURL
	Receiver   string // name of the receiver, for errors
	RoutingKey string // of the integration; without it nothing is sent
	Language   words.Language
	Zone       *time.Location // nil is UTC
	Links      card.Linker    // nil knows the page of the instance only
	// Username and Password, or Bearer, go into the Authorization header, for a proxy.
	Username, Password string
	Bearer             string
	TLS                *tls.Config
	Timeout            time.Duration // of one request; 0 is 15 seconds
	Version            string        // of Brimwatch, for User-Agent
	AllowLinkLocal     bool          // see post.Options
	Transport          http.RoundTripper
}

// Channel tells one integration. It is safe for use from several goroutines.
type Channel struct {
	opts     Options
	endpoint *post.Endpoint
}

// New checks the options, all at once, and returns the channel. It calls nobody.
func New(o Options) (*Channel, error) {
	if o.URL == "" {
		o.URL = DefaultURL
	}
	var secrets []string
	if o.RoutingKey != "" {
		secrets = append(secrets, o.RoutingKey)
	}
	endpoint, err := post.New(post.Options{
		URL: o.URL, Username: o.Username, Password: o.Password, Bearer: o.Bearer, Secrets: secrets,
		TLS: o.TLS, Timeout: o.Timeout, Version: o.Version, AllowLinkLocal: o.AllowLinkLocal, Transport: o.Transport,
		Texts: post.Texts{
			Again:   "it may have arrived, and is sent again under the same dedup_key",
			Gone:    "PagerDuty takes no events there any more, check the url of receiver " + o.Receiver,
			Refused: "PagerDuty does not take this event, which is a fault of Brimwatch",
			Denied:  "check the routing key and the url of the webhook",
			Path:    "check the webhook's url, which is " + DefaultURL + " by default",
		},
	})
	if err != nil {
		return nil, err
	}
	return &Channel{opts: o, endpoint: endpoint}, nil
}

// Bundle returns 1: an event is about one alert.
func (c *Channel) Bundle() int { return 1 }

// CloseIdleConnections closes the connections that are kept for later calls.
func (c *Channel) CloseIdleConnections() { c.endpoint.CloseIdleConnections() }

// event is the body of a call.
type event struct {
	RoutingKey string   `json:"routing_key"`
	Action     string   `json:"event_action"`
	DedupKey   string   `json:"dedup_key"`
	Client     string   `json:"client,omitempty"`
	ClientURL  string   `json:"client_url,omitempty"`
	Payload    *payload `json:"payload,omitempty"` // of a trigger
	Links      []link   `json:"links,omitempty"`
	Images     []image  `json:"images,omitempty"`
}

type payload struct {
	Summary   string            `json:"summary"`
	Source    string            `json:"source"`
	Severity  string            `json:"severity"`
	Timestamp time.Time         `json:"timestamp,omitzero"`
	Component string            `json:"component,omitempty"`
	Group     string            `json:"group,omitempty"`
	Class     string            `json:"class,omitempty"`
	Details   map[string]string `json:"custom_details,omitempty"`
}

type link struct {
	Href string `json:"href"`
	Text string `json:"text"`
}

type image struct {
	Src  string `json:"src"`
	Href string `json:"href,omitempty"`
	Alt  string `json:"alt,omitempty"`
}

// The actions.
const (
	trigger     = "trigger"
	acknowledge = "acknowledge"
	resolve     = "resolve"
)

// PagerDuty's limits.
const (
	mostSummary = 1024       // signs
	mostBytes   = 500 * 1000 // of 512 kB
)

// Send sends an event for each notice. When one fails, those before it have arrived; they
// come again under their dedup_keys, which changes nothing.
func (c *Channel) Send(ctx context.Context, m notifier.Message) (notifier.Receipt, error) {
	if len(m.Notices) == 0 {
		return notifier.Receipt{}, notifier.Permanent(errors.New("post to PagerDuty: the message has no notices"))
	}
	if c.opts.RoutingKey == "" {
		return notifier.Receipt{}, notifier.AboutCredentials(errors.New("post to PagerDuty: there is no routing key; give the integration's as routing_key_file"))
	}
	var last notifier.Receipt
	for i := range m.Notices {
		for _, ev := range c.events(&m.Notices[i], m.Recipient) {
			receipt, err := c.send(ctx, ev)
			if err != nil {
				return notifier.Receipt{}, err
			}
			last = receipt
		}
	}
	return last, nil
}

// events are what PagerDuty is told of a notice. What is never over here is over at once
// there: a test opens an alert to show that it can, and closes it.
func (c *Channel) events(n *notifier.Notice, to notifier.Recipient) []*event {
	first := c.event(n, to)
	if (n.Rule == notifier.TestRule || n.Rule == notifier.DrillRule) && first.Action == trigger {
		return []*event{first, {RoutingKey: first.RoutingKey, Action: resolve, DedupKey: first.DedupKey}}
	}
	return []*event{first}
}

func (c *Channel) event(n *notifier.Notice, to notifier.Recipient) *event {
	ev := &event{RoutingKey: c.opts.RoutingKey, Action: action(n), DedupKey: DedupKey(n)}
	if ev.Action != trigger {
		return ev
	}
	var links card.Links
	if c.opts.Links != nil {
		links = c.opts.Links(n, to)
	}
	told := card.Of(n, c.opts.Language, c.opts.Zone, links)
	ev.Client, ev.ClientURL = "Brimwatch", told.Links.Page
	if !strings.HasPrefix(told.Links.Picture, "https://") {
		told.Links.Picture = "" // it shows no other
	}
	for _, p := range told.PagesBesidePicture() {
		ev.Links = append(ev.Links, link{p.Value, p.Name})
	}
	if told.Links.Picture != "" {
		ev.Images = []image{{told.Links.Picture, told.Links.Page, told.Summary}}
	}
	labels := n.Alert.Labels
	ev.Payload = &payload{
		Summary: clip(told.OneLine(), mostSummary), Source: source(labels), Severity: severity(n.Severity), Timestamp: n.Alert.StartsAt.UTC(),
		Component: words.Clean(labels["metric"]), Group: words.Clean(group(labels)), Class: string(n.Rule), Details: details(n, &told),
	}
	return ev
}

func action(n *notifier.Notice) string {
	switch {
	case n.Alert.Resolved:
		return resolve
	case n.Kind == alarm.Acked:
		return acknowledge
	}
	return trigger
}

// DedupKey names the alert of a notice: its alarm, and the episode of it. It is the same from
// the raise to the end, and another one the next time.
func DedupKey(n *notifier.Notice) string {
	return clip("brimwatch/"+n.Alert.Fingerprint+"/"+words.Clean(n.Code), 255)
}

// source is never empty: PagerDuty refuses an event without one.
func source(labels map[string]string) string {
	for _, name := range []string{"instance_id", "account", "subject"} {
		if v := words.Clean(labels[name]); v != "" {
			return v
		}
	}
	return "brimwatch"
}

// group puts together what people look at together.
func group(labels map[string]string) string {
	if labels["account"] != "" {
		return labels["account"]
	}
	return labels["product"]
}

func severity(s alarm.Severity) string {
	switch s {
	case alarm.Critical:
		return "critical"
	case alarm.Warning:
		return "warning"
	case alarm.Info:
	}
	return "info"
}

// details are what a program may want to look at: the annotations and labels of the alert.
func details(n *notifier.Notice, told *card.Card) map[string]string {
	out := maps.Clone(n.Alert.Labels)
	if out == nil {
		out = make(map[string]string)
	}
	for name, value := range n.Alert.Annotations {
		if value != "" {
			out[name] = value
		}
	}
	if bar := told.Bar(); bar != "" {
		out["bar"] = bar
	}
	return out
}

func (c *Channel) send(ctx context.Context, ev *event) (notifier.Receipt, error) {
	body, err := written(ev)
	if err != nil {
		return notifier.Receipt{}, notifier.Permanent(errors.New("post to PagerDuty: the body cannot be written as JSON"))
	}
	reply, err := c.endpoint.Post(ctx, post.Letter{Body: body})
	if err != nil {
		return notifier.Receipt{}, err
	}
	switch {
	case reply.Status == http.StatusAccepted:
		receipt := reply.Took()
		receipt.ProviderID = ev.DedupKey
		return receipt, nil
	case reply.Fine():
		return notifier.Receipt{}, errors.New(reply.Line() + ", but PagerDuty answers 202; something else answers there, such as a sign-in page or a proxy: check the webhook's url")
	case reply.Status == http.StatusBadRequest && aboutKey(reply.Body):
		said := reply.Line() + ": " + reply.Shown(string(reply.Body), 200)
		return notifier.Receipt{}, notifier.Permanent(notifier.AboutRecipient(errors.New(said + "; the routing key is wrong: copy the Integration Key of an Events API v2 integration into routing_key_file")))
	}
	return notifier.Receipt{}, reply.Judge()
}

// written is the body of a call; one that is too long goes without its details.
func written(ev *event) ([]byte, error) {
	body, err := post.JSON(ev)
	if err != nil || len(body) <= mostBytes || ev.Payload == nil {
		return body, err
	}
	short, payload := *ev, *ev.Payload
	payload.Details = nil
	short.Payload = &payload
	return post.JSON(&short)
}

// aboutKey tells whether PagerDuty refuses an event for its routing key.
func aboutKey(body []byte) bool {
	var said struct {
		Message string   `json:"message"`
		Errors  []string `json:"errors"`
	}
	all := string(body) // what is no JSON is looked at as it is
	if json.Unmarshal(body, &said) == nil {
		all = said.Message + " " + strings.Join(said.Errors, " ")
	}
	all = strings.ToLower(all)
	return strings.Contains(all, "routing_key") || strings.Contains(all, "routing key")
}

// clip shortens a text to so many signs.
func clip(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}

// SetLinks gives the cards links. It is called before the channel is used.
func (c *Channel) SetLinks(l card.Linker) { c.opts.Links = l }
