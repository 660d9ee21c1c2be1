package receivers

import (
	"cmp"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/chat"
	"github.com/brimwatch/brimwatch/notifier/chat/dingtalk"
	"github.com/brimwatch/brimwatch/notifier/chat/feishu"
	"github.com/brimwatch/brimwatch/notifier/chat/slack"
	"github.com/brimwatch/brimwatch/notifier/chat/wecom"
	"github.com/brimwatch/brimwatch/notifier/pagerduty"
	"github.com/brimwatch/brimwatch/notifier/webhook"
)

func newWebhook(w *config.Webhook, receiver, externalURL, version string) (notifier.Target, error) {
	shown := config.ShownURL(w.URL.Reveal())
	tlsConfig, err := w.TLS.Load()
	if err != nil {
		return notifier.Target{}, fmt.Errorf("tls of webhook %s: %w", shown, err)
	}
	body, err := templateOf(w.Body.Reveal())
	if err != nil {
		return notifier.Target{}, fmt.Errorf("body of webhook %s: %w", shown, err)
	}
	ch, err := newPoster(w, receiver, externalURL, version, tlsConfig)
	if err != nil {
		return notifier.Target{}, fmt.Errorf("webhook %s: %w", shown, err)
	}
	address := addressOf(w)
	return notifier.Target{
		Recipient: notifier.Recipient{
			Channel: "webhook", Name: "webhook/" + receiver + "/" + short(address), Address: address, Display: shown,
		},
		Template: body, TemplateJSON: strings.Contains(w.ContentType, "json"),
		Acks:    w.Acknowledgements,
		Channel: ch, Way: wayOf(address), Language: w.Language, Zone: cmp.Or(w.Zone, time.UTC), Hour: w.CalendarAt,
	}, nil
}

// newPoster makes the channel of a webhook's format.
func newPoster(w *config.Webhook, receiver, externalURL, version string, tlsConfig *tls.Config) (notifier.Channel, error) {
	secrets := make([]string, len(w.Secrets))
	for i, secret := range w.Secrets {
		secrets[i] = secret.Reveal()
	}
	switch w.Format {
	case "", "alertmanager", "brimwatch", "template":
		return webhook.New(webhook.Options{
			URL: w.URL.Reveal(), Receiver: receiver, ExternalURL: externalURL, Own: w.Format == "brimwatch", Language: w.Language, Secrets: secrets,
			Templated: w.Format == "template", ContentType: w.ContentType, AcceptPages: w.AcceptPages,
			Username: w.Username, Password: w.Password.Reveal(), Bearer: w.Bearer.Reveal(),
			TLS: tlsConfig, Timeout: w.Timeout, Version: version,
		})
	case "pagerduty":
		return pagerduty.New(pagerduty.Options{
			URL: w.URL.Reveal(), Receiver: receiver, RoutingKey: w.RoutingKey.Reveal(), Language: w.Language, Zone: w.Zone,
			Username: w.Username, Password: w.Password.Reveal(), Bearer: w.Bearer.Reveal(),
			TLS: tlsConfig, Timeout: w.Timeout, Version: version,
		})
	}
	o := chat.Options{
		URL: w.URL.Reveal(), Receiver: receiver, List: externalURL + "/alarms", At: w.At, Language: w.Language, Zone: w.Zone,
		Username: w.Username, Password: w.Password.Reveal(), Bearer: w.Bearer.Reveal(),
		TLS: tlsConfig, Timeout: w.Timeout, Version: version,
	}
	if len(secrets) > 0 {
		o.Secret = secrets[0]
	}
	switch w.Format {
	case "slack":
		return slack.New(o)
	case "dingtalk":
		return dingtalk.New(o)
	case "feishu":
		return feishu.New(o)
	case "wecom":
		return wecom.New(o)
	}
	return nil, fmt.Errorf("there is no format %q", w.Format)
}

// addressOf names where a webhook goes, and how: whoever was told of a beginning in a format
// is told of the end in it, though the webhook has left the configuration. A URL of the
// configuration has no fragment of its own. The key of an integration is not in it; its
// digest tells two apart that have the same URL.
func addressOf(w *config.Webhook) string {
	switch w.Format {
	case "", "alertmanager":
		return w.URL.Reveal()
	case "pagerduty":
		return w.URL.Reveal() + "#" + w.Format + ":" + short(w.RoutingKey.Reveal())
	}
	return w.URL.Reveal() + "#" + w.Format
}

// webhookAt is a webhook of which no more is known than its address.
func webhookAt(address string) *config.Webhook {
	target, how, _ := strings.Cut(address, "#")
	format, _, _ := strings.Cut(how, ":")
	return &config.Webhook{URL: config.Secret(target), Format: format, Timeout: 15 * time.Second}
}

// short is a digest that tells a few apart.
func short(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:4])
}
