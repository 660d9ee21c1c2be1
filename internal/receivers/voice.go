package receivers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/sms/twilio"
)

// callers makes the channels of those who make telephone calls, by name.
func callers(s *config.Snapshot) (map[string]notifier.Channel, error) {
	out := make(map[string]notifier.Channel, len(s.Voice.Providers))
	for i := range s.Voice.Providers {
		p := &s.Voice.Providers[i]
		ch, err := newCaller(p, s.Server.ExternalURL)
		if err != nil {
			return nil, fmt.Errorf("voice provider %s: %w", p.Name, err)
		}
		out[p.Name] = ch
	}
	return out, nil
}

func newCaller(p *config.VoiceProvider, external string) (notifier.Channel, error) {
	switch p.Type {
	case "twilio":
		return twilio.NewCaller(twilio.CallerOptions{
			AccountSID: p.AccountSID, AuthToken: p.AuthToken.Reveal(),
			APIKeySID: p.APIKeySID, APIKeySecret: p.APIKeySecret.Reveal(), From: p.From, BaseURL: p.BaseURL,
			StatusCallback: callback(external, p.AuthToken, twilio.StatusPath), KeyAddress: callback(external, p.AuthToken, twilio.KeyPath),
		})
	}
	return nil, fmt.Errorf("type %q is not known", p.Type)
}

// called makes the targets of those whom a receiver calls.
func called(r *config.Receiver, s *config.Snapshot, contacts map[string]*config.Contact, channels map[string]notifier.Channel) ([]notifier.Target, error) {
	var out []notifier.Target
	for _, name := range r.Voice {
		c := contacts[name]
		by := best(s.Voice.Providers, func(p *config.VoiceProvider) []string { return p.Prefixes }, c.Phone)
		if len(by) == 0 {
			return nil, fmt.Errorf("no voice provider calls the country of contact %s", name)
		}
		routes := make([]notifier.Route, len(by))
		for i, p := range by {
			routes[i] = notifier.Route{Name: p.Name, Channel: channels[p.Name], Way: "voice " + p.Name}
		}
		t := notifier.Target{
			Recipient: notifier.Recipient{Channel: notifier.VoiceChannel, Name: notifier.VoiceChannel + "/" + name, Address: c.Phone, Display: name},
			Provider:  routes[0].Name, Channel: routes[0].Channel, Way: routes[0].Way, Others: routes[1:], Turn: r.TurnOfVoice(name),
			Language: c.Language, Zone: c.Zone, Mute: append(muteTimes(c.Mute), muteTimes(r.Mute)...),
		}
		if c.Quiet != nil {
			t.Quiet = &notifier.Quiet{From: c.Quiet.From, To: c.Quiet.To, Except: c.Quiet.Except}
		}
		out = append(out, t)
	}
	return out, nil
}

// best lists which providers fit a number: the longer the prefix that fits the better, and of
// equals the first of the configuration. One without prefixes takes what nobody else does.
func best[P any](providers []P, prefixes func(*P) []string, phone string) []*P {
	var out []*P
	length := make(map[*P]int)
	for i := range providers {
		p := &providers[i]
		fits := len(prefixes(p)) == 0
		for _, prefix := range prefixes(p) {
			if strings.HasPrefix(phone, prefix) {
				fits, length[p] = true, max(length[p], len(prefix))
			}
		}
		if fits {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(a, b *P) int { return length[b] - length[a] })
	return out
}

// TakeKeys lets the calls of a directory that is not in force yet ask for a key.
func TakeKeys(d *notifier.Directory, token twilio.Token) {
	for t := range d.Targets() {
		for _, r := range t.Routes() {
			if c, ok := r.Channel.(*twilio.Caller); ok {
				c.TakeKeys(token)
			}
		}
	}
}
