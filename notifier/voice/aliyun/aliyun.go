// Package aliyun makes telephone calls through Alibaba Cloud's Voice Service (Dyvmsapi
// 2017-05-25): SingleCallByTts, for numbers in mainland China. It calls once, and asks what
// became of a call.
//
// The cloud takes no text of one's own, only the values of the variables of a template that
// was approved: package template cuts the text into them, and package mandarin writes its
// figures in words. No value is ever empty.
//
// A call cannot take a key, so the words of the template say where to acknowledge. A call in
// doubt cannot be looked up: the cloud tells of a call only to who knows the id that it gave
// it. What we give along (OutId) is for people, who find the call by it in the console.
package aliyun

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/alicom"
	"github.com/brimwatch/brimwatch/notifier/sms/template"
	"github.com/brimwatch/brimwatch/notifier/voice"
	"github.com/brimwatch/brimwatch/notifier/voice/mandarin"
)

// Options say which account calls, from where, and by which templates.
type Options struct {
	AccessKeyID, AccessKeySecret string
	// From is a number of the account, or the id of a service instance (CalledShowNumber); ""
	// is a number of the cloud's pool (public mode).
	From      string
	Templates template.Set
	BaseURL   string        // "" is https://dyvmsapi.aliyuncs.com
	Timeout   time.Duration // of one request; 0 is 10 seconds
	Transport http.RoundTripper
}

// Caller calls through one account. It is safe for use from several goroutines.
type Caller struct {
	opts   Options
	client *alicom.Client
	reader *mandarin.Reader
}

const (
	defaultBaseURL = "https://dyvmsapi.aliyuncs.com"
	// room is how many signs all values may have together: the cloud wants less than 250.
	room = 249
	// fieldRoom is what is left of it to a variable that holds no piece of the text.
	fieldRoom = 16
	// playTimes is how often the text is read.
	playTimes = "2"
	// nothing is read where a variable is left over.
	nothing = "无"
)

// Variables are the variables of a template when nothing else is said: public mode takes two.
func Variables() []template.Variable {
	return []template.Variable{{Name: "t1", Field: template.Text(1)}, {Name: "t2", Field: template.Text(2)}}
}

// New checks the options, all at once, and returns the channel. It does not call the cloud.
func New(o Options) (*Caller, error) {
	if o.BaseURL == "" {
		o.BaseURL = defaultBaseURL
	}
	if o.Templates.Variables == nil {
		o.Templates.Variables = Variables()
	}
	client, err := alicom.New(alicom.Options{
		AccessKeyID: o.AccessKeyID, AccessKeySecret: o.AccessKeySecret, BaseURL: o.BaseURL, Timeout: o.Timeout, Transport: o.Transport,
		May: "give the keys of a RAM user that may make calls", Meanings: meanings(),
		Perhaps: "Alibaba Cloud may have made the call, and cannot be asked about one that it gave no id",
	})
	if err := errors.Join(append(o.check(), err)...); err != nil {
		return nil, err
	}
	c := &Caller{opts: o, client: client, reader: mandarin.New()}
	c.opts.Templates.Length = length(&o.Templates)
	return c, nil
}

// length is how many signs a piece of the text may have, in templates with these variables.
func length(set *template.Set) int {
	pieces := max(set.Pieces(), 1)
	return (room - fieldRoom*(len(set.Variables)-pieces)) / pieces
}

func (o *Options) check() (faults []error) {
	if o.Templates.Default == "" {
		faults = append(faults, errors.New("templates: default is missing; the console shows the codes of the templates that were approved"))
	}
	if why := template.Fault(o.Templates.Variables); why != "" {
		faults = append(faults, errors.New("variables: "+why))
	}
	return faults
}

// Bundle returns of how many notices one call tells: the gravest is read, and the others are
// counted.
func (c *Caller) Bundle() int { return 100 }

// Pace returns how many calls one number gets: the cloud makes no second one within a minute.
func (c *Caller) Pace() notifier.Pace { return notifier.Pace{Messages: 1, Within: time.Minute} }

// CloseIdleConnections closes the connections that are kept for later calls.
// A channel that is replaced on a reload is told to.
func (c *Caller) CloseIdleConnections() { c.client.CloseIdleConnections() }

// Send lets the cloud call, and read the text of the gravest notice twice. The receipt holds the
// cloud's id of the call; whether somebody takes it is told by Track.
func (c *Caller) Send(ctx context.Context, m notifier.Message) (notifier.Receipt, error) {
	called, ok := number(m.Recipient.Address)
	if !ok {
		return notifier.Receipt{}, notifier.AboutPair(notifier.Permanent(notifier.AboutRecipient(fmt.Errorf(
			"Alibaba Cloud calls numbers in mainland China only, and that of %s is elsewhere; call it through another provider", m.Recipient.Display))))
	}
	values, filled := c.values(&m)
	params, err := json.Marshal(values)
	if err != nil {
		return notifier.Receipt{}, notifier.Permanent(fmt.Errorf("the variables of the template cannot be written, which is a fault of Brimwatch: %w", err))
	}
	reference := outID(m.ID)
	query := map[string]string{
		"CalledNumber": called, "TtsCode": filled.Template, "TtsParam": string(params), "PlayTimes": playTimes, "OutId": reference,
	}
	if c.opts.From != "" {
		query["CalledShowNumber"] = c.opts.From
	}
	var told struct {
		CallID string `json:"CallId"`
	}
	if err := c.client.Call(ctx, "SingleCallByTts", query, &told); err != nil {
		judged := c.client.Judge(err, &m, c.client.Shown(err, m.Recipient, called))
		if notifier.IsUnknown(judged) {
			judged = fmt.Errorf("%w (OutId %s in the call records of the console)", judged, reference)
		}
		return notifier.Receipt{}, judged
	}
	r := notifier.Receipt{Status: notifier.Accepted, Detail: "Alibaba Cloud took it (OutId " + reference + ")"}
	if isCallID(told.CallID) {
		r.ProviderID = told.CallID
	}
	return r, nil
}

// values are the values of the variables of the template.
func (c *Caller) values(m *notifier.Message) (map[string]string, template.Filled) {
	said := voice.Text(m)
	l := voice.Language(said)
	content := template.Content{Text: said + voice.More(m, l, false), Severity: severity(m.Notices[0].Severity, l)}
	if code := m.Notices[0].Code; code != "" {
		if content.Code = notifier.Spelled(code, l); l == words.ZH {
			content.Code = c.reader.Read(content.Code)
		}
	}
	for i := range m.Notices {
		content.Rules = append(content.Rules, string(m.Notices[i].Rule))
	}
	filled := c.opts.Templates.FillBy(content, c.readable, nothing)
	values := make(map[string]string, len(filled.Values))
	for i, v := range c.opts.Templates.Variables {
		values[v.Name] = filled.Values[i]
	}
	return values, filled
}

// severity is a severity as it is said.
func severity(s alarm.Severity, l words.Language) string {
	switch s {
	case alarm.Critical:
		return l.Choose("critical", "紧急")
	case alarm.Warning:
		return l.Choose("warning", "警告")
	case alarm.Info:
	}
	return l.Choose("info", "提示")
}

// number is a number of mainland China as it is dialed there: the eleven digits of a mobile
// one, and a 0 before the area of any other.
func number(e164 string) (string, bool) {
	digits, ok := strings.CutPrefix(e164, "+86")
	switch {
	case !ok || len(digits) < 7 || strings.Trim(digits, "0123456789") != "":
		return "", false
	case len(digits) == 11 && digits[0] == '1':
		return digits, true
	}
	return "0" + digits, true
}

// outID is our own reference of a message: at most 15 bytes, the same for each attempt.
func outID(message string) string {
	sum := sha256.Sum256([]byte(message))
	return "bw" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:8]))
}

// isCallID tells whether s is the cloud's id of a call: 116012354148^102813****. Anything else
// is not kept: it is shown to people, and asked with.
func isCallID(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, "0123456789^") == ""
}
