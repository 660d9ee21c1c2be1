// Package client speaks to a running Brimwatch over its HTTP API, for the
// commands.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/internal/api/wire"
)

// timeout bounds one call.
const timeout = 15 * time.Second

// maxAnswer is how much of an answer is read.
const maxAnswer = 256 << 20

// Client calls one Brimwatch. It is safe for use from several goroutines.
type Client struct {
	base *url.URL
	http *http.Client
}

// New returns a client for the Brimwatch at a URL, such as
// http://127.0.0.1:9740. A user and password in it are used for basic auth.
func New(base string) (*Client, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.RawQuery != "" || u.Fragment != "" {
		// Not the address itself: it may hold a password.
		return nil, errors.New("the address of a Brimwatch looks like http://127.0.0.1:9740")
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), ""
	// A command asks once or twice: no connection is kept.
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true}
	return &Client{base: u, http: &http.Client{Timeout: timeout, Transport: transport}}, nil
}

// InstanceQuery selects instances; an empty field selects all. An account of - is those
// without one, and labels are NAME=VALUE, all of which count.
type InstanceQuery struct {
	Product, Account, State string
	Labels                  []string
}

// Instances lists instances.
func (c *Client) Instances(ctx context.Context, q InstanceQuery) (wire.Instances, error) {
	values := given(map[string]string{"product": q.Product, "account": q.Account, "state": q.State})
	for _, l := range q.Labels {
		values.Add("label", l)
	}
	return call[wire.Instances](ctx, c, http.MethodGet, withQuery("/api/v1/instances", values), nil)
}

// Instance tells how one instance stands.
func (c *Client) Instance(ctx context.Context, id string) (wire.Instances, error) {
	return call[wire.Instances](ctx, c, http.MethodGet, "/api/v1/instances/"+segment(id), nil)
}

// given makes a query of what is not empty.
func given(fields map[string]string) url.Values {
	out := url.Values{}
	for name, value := range fields {
		if value != "" {
			out.Set(name, value)
		}
	}
	return out
}

func withQuery(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// atMost writes a limit for a query; 0 is the API's own.
func atMost(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// Statistics reads the history of one instance; from, to and step are as the
// API takes them, "" for its defaults.
func (c *Client) Statistics(ctx context.Context, id, from, to, step string) (wire.Statistics, error) {
	q := given(map[string]string{"from": from, "to": to, "step": step})
	return call[wire.Statistics](ctx, c, http.MethodGet, "/api/v1/instances/"+segment(id)+"/statistics?"+q.Encode(), nil)
}

// Advice tells which edition would fit one instance; an empty ID is all.
func (c *Client) Advice(ctx context.Context, id string) (wire.Advices, error) {
	if id == "" {
		return call[wire.Advices](ctx, c, http.MethodGet, "/api/v1/advice", nil)
	}
	return call[wire.Advices](ctx, c, http.MethodGet, "/api/v1/instances/"+segment(id)+"/advice", nil)
}

// Explain says why one instance is judged and told of as it is.
func (c *Client) Explain(ctx context.Context, id string) (wire.Explanation, error) {
	return call[wire.Explanation](ctx, c, http.MethodGet, "/api/v1/instances/"+segment(id)+"/explain", nil)
}

// Calendar lists what lies ahead within so many days; an empty account or product
// is all.
func (c *Client) Calendar(ctx context.Context, days int, account, product string) (wire.Calendar, error) {
	return call[wire.Calendar](ctx, c, http.MethodGet, "/api/v1/calendar?"+calendarQuery(days, account, product), nil)
}

// Accounts lists who pays, and what lies ahead of their money within so many days.
func (c *Client) Accounts(ctx context.Context, days int) (wire.Accounts, error) {
	return call[wire.Accounts](ctx, c, http.MethodGet, "/api/v1/accounts?days="+strconv.Itoa(days), nil)
}

// CalendarFile reads the same list as an iCalendar file, in a language by its code; "" is English.
func (c *Client) CalendarFile(ctx context.Context, days int, account, product, language string) ([]byte, error) {
	path := "/calendar.ics?" + calendarQuery(days, account, product)
	if language != "" {
		path += "&lang=" + url.QueryEscape(language)
	}
	data, header, err := c.send(ctx, http.MethodGet, path, nil)
	if err == nil && !strings.HasPrefix(header.Get("Content-Type"), "text/calendar") {
		return nil, fmt.Errorf("what answers at %s is not a Brimwatch of this version: it has no calendar", c.shown())
	}
	return data, err
}

func calendarQuery(days int, account, product string) string {
	return given(map[string]string{"days": strconv.Itoa(days), "account": account, "product": product}).Encode()
}

// OnCall lists who is on call from a moment on for so many days; an empty name is all
// rotas, and an empty moment is now.
func (c *Client) OnCall(ctx context.Context, name, at string, days int) (wire.OnCall, error) {
	q := given(map[string]string{"days": strconv.Itoa(days), "name": name, "at": at})
	return call[wire.OnCall](ctx, c, http.MethodGet, "/api/v1/oncall?"+q.Encode(), nil)
}

// AlarmQuery selects alarms; an empty field selects all, and a limit of 0 is the API's own.
type AlarmQuery struct {
	State, Instance, Code string
	Limit                 int
}

// Alarms lists alarms.
func (c *Client) Alarms(ctx context.Context, q AlarmQuery) (wire.Alarms, error) {
	values := given(map[string]string{"state": q.State, "instance_id": q.Instance, "code": q.Code, "limit": atMost(q.Limit)})
	return call[wire.Alarms](ctx, c, http.MethodGet, withQuery("/api/v1/alarms", values), nil)
}

// AckSeveral acknowledges alarms by their codes, or all that are open.
func (c *Client) AckSeveral(ctx context.Context, what wire.AckSeveral) (wire.AckedSeveral, error) {
	return call[wire.AckedSeveral](ctx, c, http.MethodPost, "/api/v1/alarms/ack", what)
}

// Confirm says whether an instance still exists whose deletion was due.
func (c *Client) Confirm(ctx context.Context, id string, what wire.Confirm) (wire.Confirmed, error) {
	return call[wire.Confirmed](ctx, c, http.MethodPost, "/api/v1/instances/"+segment(id)+"/confirm", what)
}

// Confirmations lists what people said of whether an instance exists.
func (c *Client) Confirmations(ctx context.Context, id string) (wire.Confirmations, error) {
	return call[wire.Confirmations](ctx, c, http.MethodGet, "/api/v1/instances/"+segment(id)+"/confirmations", nil)
}

// NoticeQuery selects notices; an empty field selects all. From and To are as the API
// takes them, and a limit of 0 is its own.
type NoticeQuery struct {
	State, Code, Instance, Person, Receiver, From, To string
	Limit                                             int
}

// Notices lists notices.
func (c *Client) Notices(ctx context.Context, q NoticeQuery) (wire.Notices, error) {
	values := given(map[string]string{
		"state": q.State, "code": q.Code, "instance_id": q.Instance, "person": q.Person, "receiver": q.Receiver, "from": q.From, "to": q.To, "limit": atMost(q.Limit),
	})
	return call[wire.Notices](ctx, c, http.MethodGet, withQuery("/api/v1/notices", values), nil)
}

// RetryNotices makes what waits for another attempt be tried now.
func (c *Client) RetryNotices(ctx context.Context) error {
	_, err := call[struct{}](ctx, c, http.MethodPost, "/api/v1/notices/retry", nil)
	return err
}

// People tells how well each contact can be reached.
func (c *Client) People(ctx context.Context) (wire.People, error) {
	return call[wire.People](ctx, c, http.MethodGet, "/api/v1/people", nil)
}

// Silences lists silences.
func (c *Client) Silences(ctx context.Context) (wire.Silences, error) {
	return call[wire.Silences](ctx, c, http.MethodGet, "/api/v1/silences", nil)
}

// AddSilence adds a silence and returns it with its id.
func (c *Client) AddSilence(ctx context.Context, s wire.NewSilence) (wire.Silence, error) {
	return call[wire.Silence](ctx, c, http.MethodPost, "/api/v1/silences", s)
}

// RemoveSilence ends a silence.
func (c *Client) RemoveSilence(ctx context.Context, id string) error {
	_, err := call[struct{}](ctx, c, http.MethodDelete, "/api/v1/silences/"+segment(id), nil)
	return err
}

// call makes one request and reads its answer, which is JSON.
func call[T any](ctx context.Context, c *Client, method, path string, body any) (out T, err error) {
	data, _, err := c.send(ctx, method, path, body)
	if err != nil || data == nil {
		return out, err
	}
	if err := json.Unmarshal(data, &out); err != nil {
		return out, fmt.Errorf("what answers at %s is not a Brimwatch of this version: %w", c.shown(), err)
	}
	return out, nil
}

// send makes one request and returns the body and header of its answer; there is
// no body where the answer says that there is none.
func (c *Client) send(ctx context.Context, method, path string, body any) ([]byte, http.Header, error) {
	var reader io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return nil, nil, fmt.Errorf("write the request: %w", err)
		}
		reader = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base.String()+path, reader)
	if err != nil {
		return nil, nil, fmt.Errorf("make the request: %w", err)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, nil, c.noAnswer(err)
	}
	defer func() { _ = resp.Body.Close() }() // it was read, or what went wrong is told
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return nil, nil, c.noAnswer(err)
	}
	if len(data) > maxAnswer {
		return nil, nil, fmt.Errorf("the answer of %s is longer than %d MB", c.shown(), maxAnswer>>20)
	}
	if resp.StatusCode >= http.StatusMultipleChoices {
		return nil, nil, c.refusal(resp.StatusCode, data)
	}
	if resp.StatusCode == http.StatusNoContent {
		return nil, resp.Header, nil
	}
	return data, resp.Header, nil
}

// refusal says what an answer that is no success means.
func (c *Client) refusal(code int, data []byte) error {
	var e wire.Error
	switch {
	case json.Unmarshal(data, &e) == nil && e.Error != "":
		text := e.Error
		for _, fault := range e.Faults {
			if !strings.Contains(e.Error, fault) {
				text += "\n" + fault
			}
		}
		return errors.New(text)
	case code == http.StatusUnauthorized:
		return fmt.Errorf("the Brimwatch at %s asks for a user and password: write them into --url, http://user:password@host:9740", c.shown())
	}
	return fmt.Errorf("%s answered %d %s; is it a Brimwatch, or a proxy before it?", c.shown(), code, http.StatusText(code))
}

// noAnswer says in plain words that nobody answered.
func (c *Client) noAnswer(err error) error {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return fmt.Errorf("no Brimwatch answers at %s: is it running? (%w)", c.shown(), op.Err)
	}
	if e, ok := errors.AsType[*url.Error](err); ok {
		if e.Timeout() {
			return fmt.Errorf("the Brimwatch at %s did not answer in time", c.shown())
		}
		err = e.Err // it would show the URL again
	}
	return fmt.Errorf("the Brimwatch at %s could not be asked: %w", c.shown(), err)
}

// Shown is where the Brimwatch answers, as it may be shown: without user and password.
func (c *Client) Shown() string { return c.shown() }

func (c *Client) shown() string {
	u := *c.base
	u.User = nil
	return u.String()
}

// segment writes an ID as one segment of a path. A dot is escaped, too: a server
// would take . and .. for steps through folders.
func segment(id string) string {
	return strings.ReplaceAll(url.PathEscape(id), ".", "%2E")
}
