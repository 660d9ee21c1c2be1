package receivers

import (
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/notifier"
)

func TestProvidersFor(t *testing.T) {
	provider := func(name string, prefixes ...string) config.Provider {
		return config.Provider{Name: name, Prefixes: prefixes}
	}
	everywhere, china := provider("everywhere"), provider("china", "+86")
	america, toronto := provider("america", "+1", "+52"), provider("toronto", "+1416")
	for _, c := range []struct {
		name      string
		providers []config.Provider
		phone     string
		want      string // in their order; "" is nobody
	}{
		{"nobody is there", nil, "+14165550100", ""},
		{"one for all", []config.Provider{everywhere}, "+14165550100", "everywhere"},
		{"its own country", []config.Provider{everywhere, china}, "+8613800138000", "china everywhere"},
		{"the rest", []config.Provider{china, everywhere}, "+4930901820", "everywhere"},
		{"the longest prefix", []config.Provider{america, toronto}, "+14165550100", "toronto america"},
		{"the longest prefix, in the other order", []config.Provider{toronto, america}, "+14165550100", "toronto america"},
		{"a shorter one where the longer does not fit", []config.Provider{toronto, america}, "+12125550100", "america"},
		{"its second prefix", []config.Provider{america, china}, "+525555550100", "america"},
		{"nobody sends there", []config.Provider{america, china}, "+4930901820", ""},
		{"the first of two for all", []config.Provider{everywhere, provider("other")}, "+4930901820", "everywhere other"},
		{"the first of two with the same prefix", []config.Provider{china, provider("other", "+86")}, "+8613800138000", "china other"},
		{"one for all does not win by its place", []config.Provider{america, everywhere}, "+12125550100", "america everywhere"},
	} {
		var names []string
		for _, p := range providersFor(c.providers, c.phone) {
			names = append(names, p.Name)
		}
		if got := strings.Join(names, " "); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// Notices that wait for a receiver's only webhook go to its new address when that
// is mended; those for one of several go nowhere else.
func TestWaitingNoticesFollowTheirWebhook(t *testing.T) {
	receiver := func(addresses ...string) notifier.Receiver {
		r := &config.Receiver{Name: "oncall"}
		for _, a := range addresses {
			r.Webhooks = append(r.Webhooks, config.Webhook{URL: config.Secret(a)})
		}
		out, err := newReceiver(r, &config.Snapshot{}, nil, nil, "test")
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	const a, b, c = "http://a.example.com/", "http://b.example.com/", "http://c.example.com/"
	for _, tt := range []struct {
		name          string
		before, after []string
		want          []string // where notices to each of before go; "" is nowhere
	}{
		{"unchanged", []string{a}, []string{a}, []string{a}},
		{"mended", []string{a}, []string{b}, []string{b}},
		{"another one is added", []string{a}, []string{a, b}, []string{a}},
		{"one of two is taken out", []string{a, b}, []string{b}, []string{"", b}},
		{"the other one is taken out", []string{a, b}, []string{a}, []string{a, ""}},
		{"one of two is mended", []string{a, b}, []string{c, b}, []string{"", b}},
		{"in another order", []string{a, b}, []string{b, a}, []string{a, b}},
		{"none is left", []string{a}, nil, []string{""}},
	} {
		after := notifier.NewDirectory(notifier.Entries{Receivers: map[string]notifier.Receiver{"oncall": receiver(tt.after...)}})
		for i, target := range receiver(tt.before...).Targets {
			got, ok := after.Find("oncall", target.Recipient.Name)
			if got.Recipient.Address != tt.want[i] || ok != (tt.want[i] != "") {
				t.Errorf("%s: what waits for %s goes to %q, want %q", tt.name, target.Recipient.Address, got.Recipient.Address, tt.want[i])
			}
		}
	}
}

func TestStatusCallback(t *testing.T) {
	p := &config.Provider{AuthToken: "t"}
	for external, want := range map[string]string{
		"https://brimwatch.example.com": "https://brimwatch.example.com/hooks/twilio/status", "https://h/x": "https://h/x/hooks/twilio/status",
		"http://127.0.0.1:9740": "", "http://[::1]:9740": "", "http://0.0.0.0:9740": "", "http://localhost:9740": "", "::": "",
	} {
		if got := statusCallback(external, p); got != want {
			t.Errorf("%s: %q, want %q", external, got, want)
		}
	}
	if got := statusCallback("https://brimwatch.example.com", &config.Provider{APIKeySID: "SK"}); got != "" {
		t.Errorf("without an auth token: %q", got)
	}
}

// TestProviderOfATarget: metrics say through which provider a text message goes.
func TestProviderOfATarget(t *testing.T) {
	s := &config.Snapshot{}
	s.SMS.Providers = []config.Provider{{Name: "west"}, {Name: "china", Prefixes: []string{"+86"}}}
	contacts := map[string]*config.Contact{"wei": {Name: "wei", Phone: "+8613800138000"}, "ann": {Name: "ann", Phone: "+4930901820"}}
	r, err := newReceiver(&config.Receiver{Name: "oncall", SMS: []string{"wei", "ann"}, Webhooks: []config.Webhook{{URL: "http://a.example.com/"}}}, s, contacts, nil, "test")
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"china", "west", ""} {
		if got := r.Targets[i].Provider; got != want {
			t.Errorf("%s goes through %q, want %q", r.Targets[i].Recipient.Name, got, want)
		}
	}
}

// TestAURLThatIsInNoReceiver is called without secrets, and says so.
func TestAURLThatIsInNoReceiver(t *testing.T) {
	s := &config.Snapshot{}
	s.SMS.Providers = []config.Provider{{Name: "west"}}
	if got, ok := stranger(s, nil, "test")("oncall", "webhook", "http://a.example.com/"); !ok || !got.Bare || got.Channel == nil {
		t.Errorf("a URL: %+v", got)
	}
	if got, ok := stranger(s, nil, "test")("oncall", "sms", "+4930901820"); !ok || got.Bare || got.Provider != "west" {
		t.Errorf("a number: %+v", got)
	}
}
