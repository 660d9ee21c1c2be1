// Package receivers turns configured receivers into a notifier.Directory, with a
// Channel for each SMS provider and each webhook. It is to Channels what package
// sources is to Collectors.
package receivers

import (
	"cmp"
	"fmt"
	"iter"
	"net/url"
	"time"

	"github.com/brimwatch/brimwatch/fleet/heard"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/sms/twilio"
)

// Directory builds the directory of a configuration. It opens no connection.
func Directory(s *config.Snapshot, version string) (*notifier.Directory, error) {
	providers := make(map[string]notifier.Channel, len(s.SMS.Providers))
	for i := range s.SMS.Providers {
		p := &s.SMS.Providers[i]
		ch, err := newProvider(p, s.Server.ExternalURL, version)
		if err != nil {
			return nil, fmt.Errorf("sms provider %s: %w", p.Name, err)
		}
		providers[p.Name] = ch
	}
	voices, err := callers(s)
	if err != nil {
		return nil, err
	}
	e := notifier.Entries{
		Receivers:  make(map[string]notifier.Receiver, len(s.Receivers)),
		Notify:     make(map[string][]string, len(s.Instances)),
		Accounts:   s.AccountNotify,
		Default:    s.NoData.Notify,
		People:     make(map[string]notifier.Person, len(s.Contacts)),
		Fallback:   s.Fallback,
		Drill:      notifier.Drill(s.Drill),
		Limits:     limits(&s.SMS.Limits),
		CallLimits: callLimits(&s.Voice.Limits),

		ReceiptWithin: s.SMS.ReceiptWithin,
		Stranger:      stranger(s, providers, version),
		Words:         notifier.Words{ExternalURL: s.Server.ExternalURL, Title: s.Catalogue.Title, Guide: s.Catalogue.Guide, Names: notifier.NamesOf(namesIn(s)), Heard: heard.New(append(heard.OfSilence(), heard.OfCalls()...))},
	}
	contacts := make(map[string]*config.Contact, len(s.Contacts))
	for i := range s.Contacts {
		c := &s.Contacts[i]
		contacts[c.Name] = c
		if _, taken := e.People[c.Phone]; !taken && c.Phone != "" {
			e.People[c.Phone] = notifier.Person{Name: c.Name, Language: c.Language, Zone: c.Zone}
		}
	}
	for i := range s.Receivers {
		r, err := newReceiver(&s.Receivers[i], s, contacts, providers, version)
		if err != nil {
			return nil, fmt.Errorf("receiver %s: %w", s.Receivers[i].Name, err)
		}
		if err := addCalled(&r, &s.Receivers[i], s, contacts, voices); err != nil {
			return nil, fmt.Errorf("receiver %s: %w", s.Receivers[i].Name, err)
		}
		e.Receivers[r.Name] = r
	}
	for i := range s.Instances {
		e.Notify[s.Instances[i].ID] = s.Instances[i].Notify
	}
	e.Contacts = people(s)
	return notifier.NewDirectory(e), nil
}

// namesIn goes through the instances of a snapshot, by ID and name.
func namesIn(s *config.Snapshot) iter.Seq2[string, string] {
	return func(yield func(id, name string) bool) {
		for i := range s.Instances {
			if !yield(s.Instances[i].ID, s.Instances[i].Name) {
				return
			}
		}
	}
}

func newProvider(p *config.Provider, external, version string) (notifier.Channel, error) {
	switch p.Type {
	case "twilio":
		return twilio.New(twilio.Options{
			AccountSID: p.AccountSID, AuthToken: p.AuthToken.Reveal(),
			APIKeySID: p.APIKeySID, APIKeySecret: p.APIKeySecret.Reveal(),
			From: p.From, MessagingServiceSID: p.MessagingServiceSID,
			BaseURL: p.BaseURL, Validity: p.Validity, StatusCallback: statusCallback(external, p),
		})
	case "aliyun":
		return newAliyun(p)
	case "tencent":
		return newTencent(p)
	case "http":
		return newGateway(p, version)
	}
	return nil, fmt.Errorf("type %q is not known", p.Type)
}

func newReceiver(r *config.Receiver, s *config.Snapshot, contacts map[string]*config.Contact,
	providers map[string]notifier.Channel, version string,
) (notifier.Receiver, error) {
	out := notifier.Receiver{Name: r.Name, GroupWait: r.GroupWait, Within: r.Within, WithinCritical: r.WithinCritical, CallAfter: r.CallAfter}
	mute := muteTimes(r.Mute)
	text, err := templateOf(r.SMSTemplate)
	if err != nil {
		return out, fmt.Errorf("templates.sms: %w", err)
	}
	for _, e := range r.Escalate {
		out.Escalate = append(out.Escalate, notifier.Escalation(e))
	}
	for _, name := range r.SMS {
		t, err := newPerson(contacts[name], mute, s, providers)
		if err != nil {
			return out, err
		}
		t.Turn, t.Template = r.TurnOfSMS(name), text
		out.Targets = append(out.Targets, t)
	}
	for _, name := range r.OnCall {
		oc, err := newOnCall(name, s, contacts, func(c *config.Contact) (notifier.Target, error) { return newPerson(c, mute, s, providers) })
		if err != nil {
			return out, err
		}
		oc.Turn = r.TurnOfRota(name)
		wordedAs(&oc, text)
		out.OnCall = append(out.OnCall, oc)
	}
	for i := range r.Webhooks {
		t, err := newWebhook(&r.Webhooks[i], r.Name, s.Server.ExternalURL, version)
		if err != nil {
			return out, err
		}
		t.Mute, t.Turn = mute, r.TurnOfWebhook(i)
		// The only webhook of a receiver stays the same recipient when its address
		// is mended: what waits for it goes to the new one.
		only := "webhook/" + r.Name
		switch {
		case len(r.Webhooks) == 1:
			t.Former, t.Recipient.Name = t.Recipient.Name, only
		case i == 0:
			t.Former = only
		}
		out.Targets = append(out.Targets, t)
	}
	managers, err := newAlertmanagers(r, mute, version)
	if err != nil {
		return out, err
	}
	mails, err := newMails(r, mute, s, version)
	if err != nil {
		return out, err
	}
	out.Targets = append(append(out.Targets, managers...), mails...)
	return out, nil
}

// wayOf names the far side of a webhook: its host.
func wayOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return "webhook " + u.Scheme + "://" + u.Host
}

// stranger returns how an address is reached that is in no receiver any more: whoever
// was told of a beginning is told of the end. A number is sent to through the provider
// of its country, and a URL is called without the secrets that it had. An Alertmanager ends
// by itself what nobody repeats.
func stranger(s *config.Snapshot, providers map[string]notifier.Channel, version string) func(receiver, channel, address string) (notifier.Target, bool) {
	return func(receiver, channel, address string) (notifier.Target, bool) {
		switch channel {
		case "sms":
			if by := providersFor(s.SMS.Providers, address); len(by) > 0 {
				return routeTo(notifier.Target{
					Recipient: notifier.Recipient{Channel: "sms", Address: address, Display: "a former number"}, Language: words.EN, Zone: time.UTC,
				}, by, s, providers), true
			}
		case "email":
			return mailStranger(s, address, version)
		case "webhook":
			t, err := newWebhook(webhookAt(address), receiver, s.Server.ExternalURL, version)
			t.Bare = true
			return t, err == nil
		}
		return notifier.Target{}, false
	}
}

// providersFor lists who sends to a number, the best first: the longer the prefix that fits
// the better, and of equals the first of the configuration. One without prefixes takes what
// nobody else does.
func providersFor(providers []config.Provider, phone string) []*config.Provider {
	return best(providers, func(p *config.Provider) []string { return p.Prefixes }, phone)
}

// routeTo makes t one that is reached through providers, in their order. There is one at
// least.
func routeTo(t notifier.Target, by []*config.Provider, s *config.Snapshot, providers map[string]notifier.Channel) notifier.Target {
	routes := make([]notifier.Route, len(by))
	for i, p := range by {
		routes[i] = notifier.Route{
			Name: p.Name, Channel: providers[p.Name], Way: "sms " + p.Name, PricePerSegment: cmp.Or(p.PricePerSegment, s.SMS.Limits.PricePerSegment),
		}
	}
	first := routes[0]
	t.Provider, t.Channel, t.Way, t.PricePerSegment, t.Others = first.Name, first.Channel, first.Way, first.PricePerSegment, routes[1:]
	return t
}

// statusCallback returns where Twilio posts what became of a message; "" where it
// could not: an address of this machine alone means nothing to it, and a
// signature is made with the auth token.
func statusCallback(external string, p *config.Provider) string {
	return callback(external, p.AuthToken, twilio.StatusPath)
}

// callback returns the address of a path for Twilio; "" where it could not call it.
func callback(external string, token config.Secret, path string) string {
	if token == "" || config.IsLocal(external) {
		return ""
	}
	return external + path
}

// Signers lists the accounts whose callbacks Twilio signs.
func Signers(s *config.Snapshot) []twilio.Signer {
	var out []twilio.Signer
	for i := range s.SMS.Providers {
		if p := &s.SMS.Providers[i]; p.Type == "twilio" {
			out = append(out, twilio.Signer{AccountSID: p.AccountSID, AuthToken: p.AuthToken.Reveal()})
		}
	}
	for i := range s.Voice.Providers {
		if p := &s.Voice.Providers[i]; p.Type == "twilio" {
			out = append(out, twilio.Signer{AccountSID: p.AccountSID, AuthToken: p.AuthToken.Reveal()})
		}
	}
	return out
}
