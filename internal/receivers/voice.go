package receivers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/sms/twilio"
	"github.com/brimwatch/brimwatch/notifier/voice/aliyun"
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
		callback := func(path string) string {
			if p.AuthToken == "" || !p.CanCall(external) { // a signature is made with the token
				return ""
			}
			return external + path
		}
		return twilio.NewCaller(twilio.CallerOptions{
			AccountSID: p.AccountSID, AuthToken: p.AuthToken.Reveal(),
			APIKeySID: p.APIKeySID, APIKeySecret: p.APIKeySecret.Reveal(), From: p.From, BaseURL: p.BaseURL,
			StatusCallback: callback(twilio.StatusPath), KeyAddress: callback(twilio.KeyPath),
		})
	case "aliyun":
		return aliyun.New(aliyun.Options{
			AccessKeyID: p.KeyID.Reveal(), AccessKeySecret: p.KeySecret.Reveal(), From: p.From, Templates: p.Templates, BaseURL: p.BaseURL,
		})
	}
	return nil, fmt.Errorf("type %q is not known", p.Type)
}

// addCalled adds those whom a receiver calls: contacts, and whoever is on call.
func addCalled(out *notifier.Receiver, r *config.Receiver, s *config.Snapshot, contacts map[string]*config.Contact, channels map[string]notifier.Channel) error {
	for _, name := range r.Voice {
		t, err := newCalled(contacts[name], r, s, channels)
		if err != nil {
			return err
		}
		t.Turn = r.TurnOfVoice(name)
		out.Targets = append(out.Targets, t)
	}
	for _, name := range r.VoiceOnCall {
		oc, err := newOnCall(name, s, contacts, func(c *config.Contact) (notifier.Target, error) { return newCalled(c, r, s, channels) })
		if err != nil {
			return err
		}
		oc.Turn = r.TurnOfVoice(name)
		out.OnCall = append(out.OnCall, oc)
	}
	return nil
}

// newCalled makes the target of a contact whom a receiver calls.
func newCalled(c *config.Contact, r *config.Receiver, s *config.Snapshot, channels map[string]notifier.Channel) (notifier.Target, error) {
	by := best(s.Voice.Providers, func(p *config.VoiceProvider) []string { return p.Prefixes }, c.Phone)
	if len(by) == 0 {
		return notifier.Target{}, fmt.Errorf("no voice provider calls the country of contact %s", c.Name)
	}
	routes := make([]notifier.Route, len(by))
	for i, p := range by {
		routes[i] = notifier.Route{Name: p.Name, Channel: channels[p.Name], Way: "voice " + p.Name}
	}
	t := notifier.Target{
		Recipient: notifier.Recipient{Channel: notifier.VoiceChannel, Name: notifier.VoiceChannel + "/" + c.Name, Address: c.Phone, Display: c.Name},
		Provider:  routes[0].Name, Channel: routes[0].Channel, Way: routes[0].Way, Others: routes[1:],
		Language: c.Language, Zone: c.Zone, Mute: append(muteTimes(c.Mute), muteTimes(r.Mute)...),
	}
	if c.Quiet != nil {
		t.Quiet = &notifier.Quiet{From: c.Quiet.From, To: c.Quiet.To, Except: c.Quiet.Except}
	}
	return t, nil
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
