// Package tencent sends text messages through Tencent Cloud SMS (2021-01-11). It sends once,
// finds out, as far as the far side tells, whether a message in doubt was accepted, asks what
// became of one, and compares templates with what is put into them.
//
// Tencent Cloud takes no text of one's own, only the values of the variables of a template
// that was approved, by their places: package template cuts the text into them. SendSms has no
// idempotency. Find says what the look-up can tell.
//
// Every answer is a 200; codes.go says what each code in it means.
package tencent

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/httpcall"
	"github.com/brimwatch/brimwatch/notifier/sms"
	"github.com/brimwatch/brimwatch/notifier/sms/template"
	"github.com/brimwatch/brimwatch/notifier/sms/verdict"
)

// Options say which application sends, as whom, and by which templates.
type Options struct {
	SecretID, SecretKey string
	AppID               string // SdkAppId of the application, such as 1400006666
	SignName            string // the signature before each text, as it was approved
	Templates           template.Set
	Region              string        // "" is ap-guangzhou
	BaseURL             string        // "" is https://sms.tencentcloudapi.com
	Timeout             time.Duration // of one request; 0 is 10 seconds
	Transport           http.RoundTripper
}

// Channel sends through one application. It is safe for use from several goroutines.
type Channel struct {
	opts Options
	base *url.URL
	// ahead is by how much the far side's clock is ahead of ours, in nanoseconds, as far as
	// it complained of that.
	ahead atomic.Int64
}

const (
	defaultBaseURL = "https://sms.tencentcloudapi.com"
	defaultRegion  = "ap-guangzhou"
	// far names the far side for people.
	far = "Tencent Cloud"
)

// New checks the options, all at once, and returns the channel. It does not call the far side.
func New(o Options) (*Channel, error) {
	if o.BaseURL == "" {
		o.BaseURL = defaultBaseURL
	}
	if o.Region == "" {
		o.Region = defaultRegion
	}
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	if o.Transport == nil {
		o.Transport = httpcall.NewTransport(nil, false)
	}
	if o.Templates.Variables == nil {
		o.Templates.Variables = template.Default()
	}
	base, err := httpcall.Server(o.BaseURL)
	if err := errors.Join(append(o.check(), err)...); err != nil {
		return nil, err
	}
	return &Channel{opts: o, base: base}, nil
}

func (o *Options) check() (faults []error) {
	if o.SecretID == "" || o.SecretKey == "" {
		faults = append(faults, errors.New("secret_id and secret_key: missing; give the keys of a CAM user that may send text messages"))
	}
	if o.AppID == "" {
		faults = append(faults, errors.New("app_id: missing; the console shows the SdkAppId of each application"))
	}
	if o.SignName == "" {
		faults = append(faults, errors.New("sign_name: missing; the console shows the signatures that were approved"))
	}
	if o.Templates.Default == "" {
		faults = append(faults, errors.New("templates: default is missing; the console shows the ids of the templates that were approved"))
	}
	if why := template.Fault(o.Templates.Variables); why != "" {
		faults = append(faults, errors.New("variables: "+why))
	}
	if o.Timeout < 0 {
		faults = append(faults, fmt.Errorf("timeout: %s is negative", o.Timeout))
	}
	return faults
}

// Bundle returns how many notices fit into one message: one text speaks for all that
// somebody may be told at once.
func (c *Channel) Bundle() int { return 20_000 }

// sendStatus is what became of one number of a SendSms.
type sendStatus struct {
	SerialNo string
	Fee      int // segments that are charged for
	Code     string
	Message  string
}

// Send puts the text of a message into the variables of its template, and hands it over. The
// receipt holds the far side's id of the message (SerialNo).
func (c *Channel) Send(ctx context.Context, m notifier.Message) (notifier.Receipt, error) {
	if m.Text == "" {
		return notifier.Receipt{}, notifier.Permanent(fmt.Errorf("the text message to %s has no text, which is a fault of Brimwatch", m.Recipient.Display))
	}
	content := template.Content{Text: sms.Repeat(m.Text, m.InDoubt)}
	for i := range m.Notices {
		content.Rules = append(content.Rules, string(m.Notices[i].Rule))
	}
	if len(m.Notices) > 0 {
		content.Code, content.Severity = m.Notices[0].Code, string(m.Notices[0].Severity)
	}
	filled := c.opts.Templates.Fill(content)
	var told struct{ SendStatusSet []sendStatus }
	e, err := c.call(ctx, "SendSms", map[string]any{
		"PhoneNumberSet": []string{m.Recipient.Address}, "SmsSdkAppId": c.opts.AppID, "SignName": c.opts.SignName,
		"TemplateId": filled.Template, "TemplateParamSet": filled.Values, "SessionContext": m.ID,
	}, &told)
	if err == nil {
		switch set := told.SendStatusSet; {
		case len(set) != 1 || set[0].Code == "":
			err = &verdict.GarbledError{Far: far, Status: e.status}
		case !strings.EqualFold(set[0].Code, "Ok"):
			e.code, e.message = set[0].Code, set[0].Message
			err = e
		default:
			return c.receipt(&set[0], m.Recipient), nil
		}
	}
	return notifier.Receipt{}, c.judge(err, &m)
}

// receipt is that of a message which was accepted.
func (c *Channel) receipt(s *sendStatus, to notifier.Recipient) notifier.Receipt {
	r := notifier.Receipt{Status: notifier.Accepted, Detail: "Tencent Cloud took it", Segments: max(s.Fee, 0)}
	if isSerial(s.SerialNo, to.Address) {
		r.ProviderID = s.SerialNo
	}
	return r
}

// isSerial tells whether s is an id of a message. Anything else is not kept, and neither is
// one with the number in it: it is shown to people.
func isSerial(s, number string) bool {
	return s != "" && len(s) <= 100 && strings.Trim(s, "0123456789abcdefABCDEF:-_") == "" &&
		!strings.Contains(s, strings.TrimPrefix(strings.TrimPrefix(number, "+"), "86"))
}

// judge gives the error of a send its meaning for the outbox.
func (c *Channel) judge(err error, m *notifier.Message) error {
	said := c.scrubbed(err, m.Recipient)
	if e, answered := errors.AsType[*apiError](err); answered {
		return e.verdict().Of(m, said)
	}
	return (&verdict.Answer{Far: far}).NoAnswer(err, said)
}

// scrubbed is an error as it may be shown, without keys and numbers.
func (c *Channel) scrubbed(err error, r notifier.Recipient) error {
	digits := strings.TrimPrefix(r.Address, "+")
	return verdict.Shown(err,
		[2]string{c.opts.SecretKey, "<secret>"},
		[2]string{c.opts.SecretID, "<secret_id>"},
		[2]string{r.Address, r.Display},
		[2]string{digits, r.Display},
		[2]string{strings.TrimPrefix(digits, "86"), r.Display},
	)
}

// CloseIdleConnections closes the connections that are kept for later calls.
// A channel that is replaced on a reload is told to.
func (c *Channel) CloseIdleConnections() {
	if t, ok := c.opts.Transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}
