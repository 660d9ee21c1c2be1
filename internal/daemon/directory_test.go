package daemon

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/notifier"
)

func TestProviderFor(t *testing.T) {
	provider := func(name string, prefixes ...string) config.Provider {
		return config.Provider{Name: name, Prefixes: prefixes}
	}
	everywhere, china := provider("everywhere"), provider("china", "+86")
	america, toronto := provider("america", "+1", "+52"), provider("toronto", "+1416")
	for _, c := range []struct {
		name      string
		providers []config.Provider
		phone     string
		want      string // "" is nobody
	}{
		{"nobody is there", nil, "+14165550100", ""},
		{"one for all", []config.Provider{everywhere}, "+14165550100", "everywhere"},
		{"its own country", []config.Provider{everywhere, china}, "+8613800138000", "china"},
		{"the rest", []config.Provider{china, everywhere}, "+4930901820", "everywhere"},
		{"the longest prefix", []config.Provider{america, toronto}, "+14165550100", "toronto"},
		{"the longest prefix, in the other order", []config.Provider{toronto, america}, "+14165550100", "toronto"},
		{"a shorter one where the longer does not fit", []config.Provider{toronto, america}, "+12125550100", "america"},
		{"its second prefix", []config.Provider{america, china}, "+525555550100", "america"},
		{"nobody sends there", []config.Provider{america, china}, "+4930901820", ""},
		{"the first of two for all", []config.Provider{everywhere, provider("other")}, "+4930901820", "everywhere"},
		{"the first of two with the same prefix", []config.Provider{china, provider("other", "+86")}, "+8613800138000", "china"},
		{"one for all does not win by its place", []config.Provider{america, everywhere}, "+12125550100", "america"},
	} {
		got := ""
		if p := providerFor(c.providers, c.phone); p != nil {
			got = p.Name
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestDisplay(t *testing.T) {
	for given, want := range map[string]string{
		"https://hooks.example.com/T0/B0/geheim":          "https://hooks.example.com",
		"https://wei:geheim@hooks.example.com:8443/x?y=z": "https://hooks.example.com:8443",
		"http://[::1]:8080/geheim":                        "http://[::1]:8080",
		"https://hooks.example.com#geheim":                "https://hooks.example.com",
		"geheim":                                          "webhook",
		"":                                                "webhook",
		"http://%zz/geheim":                               "webhook",
		"mailto:geheim@example.com":                       "webhook",
	} {
		if got := display(given); got != want {
			t.Errorf("display(%q) = %q, want %q", given, got, want)
		}
	}
}

// Whatever a URL has as user, password, path, query and fragment: none is shown.
func TestDisplayShowsNoSecret(t *testing.T) {
	const letters = `[A-Z0-9]{1,12}` // no host has capital letters here
	rapid.Check(t, func(t *rapid.T) {
		part := func(name string) string { return rapid.StringMatching(letters).Draw(t, name) }
		host := rapid.StringMatching(`[a-z]{1,10}(\.[a-z]{2,5})?(:[1-9][0-9]{0,3})?`).Draw(t, "host")
		scheme := rapid.SampledFrom([]string{"http", "https"}).Draw(t, "scheme")
		raw := scheme + "://" + part("user") + ":" + part("password") + "@" + host + "/" + part("path") + "?" + part("key") + "=" + part("value") + "#" + part("fragment")
		if got, want := display(raw), scheme+"://"+host; got != want {
			t.Fatalf("display(%q) = %q, want %q", raw, got, want)
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.String().Draw(t, "raw")
		if got := display(raw); strings.ContainsAny(got, "?#@") || strings.Count(got, "/") > 2 {
			t.Fatalf("display(%q) = %q", raw, got)
		}
	})
}

func TestTitles(t *testing.T) {
	c := &config.Catalogue{Products: map[string]config.Product{
		"mqtt": {Title: "MQTT", Editions: map[string]config.Edition{"basic": {Title: map[string]string{"en": "Basic", "zh": "基础版"}}}},
		"ours": {},
	}}
	for _, tt := range []struct {
		product, edition, spec, language, want string
	}{
		{"mqtt", "basic", "", "en", "MQTT Basic"},
		{"mqtt", "basic", "", "zh", "MQTT 基础版"},
		{"mqtt", "basic", "mqtt.2k", "en", "MQTT mqtt.2k"},
		{"mqtt", "", "", "en", "MQTT"},
		{"ours", "big", "", "en", "ours big"},
		{"theirs", "big", "", "en", "theirs big"},
	} {
		in := &fleet.Instance{Product: tt.product, Edition: tt.edition, Spec: tt.spec}
		if got := titles(c)(in, tt.language); got != tt.want {
			t.Errorf("titles(%+v) = %q, want %q", tt, got, tt.want)
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
		after := &notifier.Directory{Receivers: map[string]notifier.Receiver{"oncall": receiver(tt.after...)}}
		for i, target := range receiver(tt.before...).Targets {
			got, ok := after.Find("oncall", target.Recipient.Name)
			if got.Recipient.Address != tt.want[i] || ok != (tt.want[i] != "") {
				t.Errorf("%s: what waits for %s goes to %q, want %q", tt.name, target.Recipient.Address, got.Recipient.Address, tt.want[i])
			}
		}
	}
}
