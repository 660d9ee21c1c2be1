// Package aliyun sends text messages through Alibaba Cloud's Short Message Service (Dysmsapi
// 2017-05-25). It sends once, finds out whether a message in doubt was accepted, asks what
// became of one, and compares templates with what is put into them.
//
// The cloud takes no text of one's own, only the values of the variables of a template that
// was approved: package template cuts the text into them. SendSms has no idempotency, so that
// the id of the message goes along as OutId, by which the look-up (QuerySendDetails)
// recognizes it.
//
// A result stands in the body of a 200; codes.go says what each means. How the cloud is asked
// is package alicom's.
package aliyun

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/alicom"
	"github.com/brimwatch/brimwatch/notifier/sms"
	"github.com/brimwatch/brimwatch/notifier/sms/template"
)

// Options say which account sends, as whom, and by which templates.
type Options struct {
	AccessKeyID, AccessKeySecret string
	// SignName is the signature that stands before each text, as it was approved.
	SignName  string
	Templates template.Set
	BaseURL   string        // "" is https://dysmsapi.aliyuncs.com
	Timeout   time.Duration // of one request; 0 is 10 seconds
	Transport http.RoundTripper
}

// Channel sends through one account. It is safe for use from several goroutines.
type Channel struct {
	opts   Options
	client *alicom.Client

	mu       sync.Mutex
	contents map[string]string // of the templates, as far as they are known
}

const defaultBaseURL = "https://dysmsapi.aliyuncs.com"

// New checks the options, all at once, and returns the channel. It does not call the cloud.
func New(o Options) (*Channel, error) {
	if o.BaseURL == "" {
		o.BaseURL = defaultBaseURL
	}
	if o.Templates.Variables == nil {
		o.Templates.Variables = template.Default()
	}
	client, err := alicom.New(alicom.Options{
		AccessKeyID: o.AccessKeyID, AccessKeySecret: o.AccessKeySecret, BaseURL: o.BaseURL, Timeout: o.Timeout, Transport: o.Transport,
		May: "give the keys of a RAM user that may send text messages", Meanings: meanings(),
	})
	if err := errors.Join(append(o.check(), err)...); err != nil {
		return nil, err
	}
	return &Channel{opts: o, client: client, contents: make(map[string]string)}, nil
}

func (o *Options) check() (faults []error) {
	if o.SignName == "" {
		faults = append(faults, errors.New("sign_name: missing; the console shows the signatures that were approved"))
	}
	if o.Templates.Default == "" {
		faults = append(faults, errors.New("templates: default is missing; the console shows the codes of the templates that were approved"))
	}
	if why := template.Fault(o.Templates.Variables); why != "" {
		faults = append(faults, errors.New("variables: "+why))
	}
	return faults
}

// Bundle returns how many notices fit into one message: one text speaks for all that
// somebody may be told at once.
func (c *Channel) Bundle() int { return 20_000 }

// Send puts the text of a message into the variables of its template, and hands it to the
// cloud. The receipt holds the cloud's id of the message (BizId).
func (c *Channel) Send(ctx context.Context, m notifier.Message) (notifier.Receipt, error) {
	if m.Text == "" {
		return notifier.Receipt{}, notifier.Permanent(fmt.Errorf("the text message to %s has no text, which is a fault of Brimwatch", m.Recipient.Display))
	}
	if !distinct(m.Recipient.Address) {
		return notifier.Receipt{}, notifier.AboutPair(notifier.Permanent(notifier.AboutRecipient(fmt.Errorf(
			"Alibaba Cloud would take the number of %s, which begins with +1, for one of mainland China; send to +1 through another provider", m.Recipient.Display))))
	}
	filled := c.opts.Templates.Fill(content(&m))
	values := make(map[string]string, len(filled.Values))
	for i, v := range c.opts.Templates.Variables {
		values[v.Name] = filled.Values[i]
	}
	params, err := json.Marshal(values)
	if err != nil {
		return notifier.Receipt{}, notifier.Permanent(fmt.Errorf("the variables of the template cannot be written, which is a fault of Brimwatch: %w", err))
	}
	var told struct {
		BizID string `json:"BizId"`
	}
	err = c.client.Call(ctx, "SendSms", map[string]string{
		"PhoneNumbers": number(m.Recipient.Address), "SignName": c.opts.SignName, "TemplateCode": filled.Template,
		"TemplateParam": string(params), "OutId": m.ID,
	}, &told)
	if err != nil {
		return notifier.Receipt{}, c.judge(err, &m)
	}
	r := notifier.Receipt{ProviderID: m.ID, Status: notifier.Accepted, Detail: "Alibaba Cloud took it", Segments: c.segments(filled, m.Recipient.Address)}
	if isBizID(told.BizID) {
		r.ProviderID = told.BizID
	}
	return r, nil
}

// content is what a message says, for its template.
func content(m *notifier.Message) template.Content {
	out := template.Content{Text: sms.Repeat(m.Text, m.InDoubt)}
	for i := range m.Notices {
		out.Rules = append(out.Rules, string(m.Notices[i].Rule))
	}
	if len(m.Notices) > 0 {
		out.Code, out.Severity = m.Notices[0].Code, string(m.Notices[0].Severity)
	}
	return out
}

// number is a telephone number as the cloud wants it: the eleven digits of one in mainland
// China, and with the digits of its country any other.
func number(e164 string) string {
	digits := strings.TrimPrefix(e164, "+")
	if mainland(e164) {
		return digits[2:]
	}
	return digits
}

// distinct tells whether a number is still that one without its +: those of North America are
// written like mobile ones of mainland China, by which a stranger would get the message.
func distinct(e164 string) bool { return !strings.HasPrefix(e164, "+1") }

// mainland tells whether a number is a mobile one of mainland China.
func mainland(e164 string) bool { return strings.HasPrefix(e164, "+861") && len(e164) == 14 }

// isBizID tells whether s is the cloud's id of a message: digits, and which of those that
// went out together it is. Anything else is not kept: it is shown to people.
func isBizID(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, "0123456789^") == ""
}

// segments counts the segments of a message, where the text of its template is known; 0 where
// it is not.
func (c *Channel) segments(f template.Filled, to string) int {
	c.mu.Lock()
	text, known := c.contents[f.Template]
	c.mu.Unlock()
	if !known {
		return 0
	}
	for i, v := range c.opts.Templates.Variables {
		text = strings.ReplaceAll(text, "${"+v.Name+"}", f.Values[i])
	}
	return segmentsOf("【"+c.opts.SignName+"】"+text, to)
}

// segmentsOf counts the segments of a text as it arrives: each sign is one in mainland
// China, also where all are Latin.
func segmentsOf(text, to string) int {
	if mainland(to) {
		return template.Segments(utf8.RuneCountInString(text))
	}
	n, _ := sms.Segments(text)
	return n
}

// CloseIdleConnections closes the connections that are kept for later calls.
// A channel that is replaced on a reload is told to.
func (c *Channel) CloseIdleConnections() { c.client.CloseIdleConnections() }
