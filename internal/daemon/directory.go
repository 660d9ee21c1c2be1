package daemon

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/sms/twilio"
	"github.com/brimwatch/brimwatch/notifier/webhook"
)

// newDirectory builds who is told and how, with a channel for each SMS provider
// and each webhook.
func newDirectory(s *config.Snapshot, version string) (*notifier.Directory, error) {
	providers := make(map[string]notifier.Channel, len(s.SMS.Providers))
	for i := range s.SMS.Providers {
		p := &s.SMS.Providers[i]
		ch, err := newProvider(p, s.Server.ExternalURL)
		if err != nil {
			return nil, fmt.Errorf("sms provider %s: %w", p.Name, err)
		}
		providers[p.Name] = ch
	}
	d := &notifier.Directory{
		Receivers: make(map[string]notifier.Receiver, len(s.Receivers)),
		Notify:    make(map[string][]string, len(s.Instances)),
		Accounts:  s.AccountNotify,
		Default:   s.NoData.Notify,
		Limits:    notifier.Limits(s.SMS.Limits),
		Words:     notifier.Words{ExternalURL: s.Server.ExternalURL, Title: titles(s.Catalogue), Guide: s.Catalogue.Guide},
	}
	contacts := make(map[string]*config.Contact, len(s.Contacts))
	for i := range s.Contacts {
		contacts[s.Contacts[i].Name] = &s.Contacts[i]
	}
	for i := range s.Receivers {
		r, err := newReceiver(&s.Receivers[i], s, contacts, providers, version)
		if err != nil {
			return nil, fmt.Errorf("receiver %s: %w", s.Receivers[i].Name, err)
		}
		d.Receivers[r.Name] = r
	}
	for i := range s.Instances {
		d.Notify[s.Instances[i].ID] = s.Instances[i].Notify
	}
	return d, nil
}

func newProvider(p *config.Provider, external string) (notifier.Channel, error) {
	switch p.Type {
	case "twilio":
		return twilio.New(twilio.Options{
			AccountSID: p.AccountSID, AuthToken: p.AuthToken.Reveal(),
			APIKeySID: p.APIKeySID, APIKeySecret: p.APIKeySecret.Reveal(),
			From: p.From, MessagingServiceSID: p.MessagingServiceSID,
			BaseURL: p.BaseURL, Validity: p.Validity, StatusCallback: statusCallback(external, p),
		})
	}
	return nil, fmt.Errorf("type %q is not known", p.Type)
}

func newReceiver(r *config.Receiver, s *config.Snapshot, contacts map[string]*config.Contact,
	providers map[string]notifier.Channel, version string,
) (notifier.Receiver, error) {
	out := notifier.Receiver{Name: r.Name, GroupWait: r.GroupWait}
	for _, name := range r.SMS {
		c := contacts[name]
		p := providerFor(s.SMS.Providers, c.Phone)
		if p == nil {
			return out, fmt.Errorf("no sms provider sends to the country of contact %s", name)
		}
		t := notifier.Target{
			Recipient: notifier.Recipient{Channel: "sms", Name: "sms/" + c.Name, Address: c.Phone, Display: c.Name},
			Channel:   providers[p.Name], Language: c.Language, Zone: c.Zone,
		}
		if c.Quiet != nil {
			t.Quiet = &notifier.Quiet{From: c.Quiet.From, To: c.Quiet.To, Except: c.Quiet.Except}
		}
		out.Targets = append(out.Targets, t)
	}
	for i := range r.Webhooks {
		t, err := newWebhook(&r.Webhooks[i], r.Name, s.Server.ExternalURL, version)
		if err != nil {
			return out, err
		}
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
	return out, nil
}

func newWebhook(w *config.Webhook, receiver, externalURL, version string) (notifier.Target, error) {
	address := w.URL.Reveal()
	tlsConfig, err := tlsConfigOf(w.TLS)
	if err != nil {
		return notifier.Target{}, fmt.Errorf("tls of webhook %s: %w", display(address), err)
	}
	secrets := make([]string, len(w.Secrets))
	for i, secret := range w.Secrets {
		secrets[i] = secret.Reveal()
	}
	ch, err := webhook.New(webhook.Options{
		URL: address, Receiver: receiver, ExternalURL: externalURL, Secrets: secrets,
		Username: w.Username, Password: w.Password.Reveal(), Bearer: w.Bearer.Reveal(),
		TLS: tlsConfig, Timeout: w.Timeout, Version: version,
	})
	if err != nil {
		return notifier.Target{}, fmt.Errorf("webhook %s: %w", display(address), err)
	}
	sum := sha256.Sum256([]byte(address))
	return notifier.Target{
		Recipient: notifier.Recipient{
			Channel: "webhook", Name: "webhook/" + receiver + "/" + hex.EncodeToString(sum[:4]),
			Address: address, Display: display(address),
		},
		Channel: ch, Language: "en", Zone: time.UTC,
	}, nil
}

// display is what may be shown of a URL: path and query may hold secrets.
func display(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return "webhook"
	}
	return u.Scheme + "://" + u.Host
}

// providerFor chooses the provider whose prefix fits a number best; one without
// prefixes takes what nobody else does.
func providerFor(providers []config.Provider, phone string) *config.Provider {
	var best *config.Provider
	length := -1
	for i := range providers {
		p := &providers[i]
		if len(p.Prefixes) == 0 && length < 0 {
			best, length = p, 0
		}
		for _, prefix := range p.Prefixes {
			if strings.HasPrefix(phone, prefix) && len(prefix) > length {
				best, length = p, len(prefix)
			}
		}
	}
	return best
}

// titles names product and edition of an instance from the catalogue.
func titles(c *config.Catalogue) func(*fleet.Instance, string) string {
	return func(in *fleet.Instance, language string) string {
		product, edition := in.Product, in.Edition
		if c == nil {
			return strings.TrimSpace(product + " " + edition)
		}
		p, ok := c.Products[in.Product]
		if !ok {
			return strings.TrimSpace(product + " " + edition)
		}
		if p.Title != "" {
			product = p.Title
		}
		if t := p.Editions[in.Edition].Title[language]; t != "" {
			edition = t
		}
		if in.Spec != "" {
			edition = in.Spec
		}
		return strings.TrimSpace(product + " " + edition)
	}
}
