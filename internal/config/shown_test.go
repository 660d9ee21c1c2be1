package config

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

func TestShownURL(t *testing.T) {
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
		if got := ShownURL(given); got != want {
			t.Errorf("ShownURL(%q) = %q, want %q", given, got, want)
		}
	}
}

// Whatever a URL has as user, password, path, query and fragment: none is shown.
func TestShownURLShowsNoSecret(t *testing.T) {
	const letters = `[A-Z0-9]{1,12}` // no host has capital letters here
	rapid.Check(t, func(t *rapid.T) {
		part := func(name string) string { return rapid.StringMatching(letters).Draw(t, name) }
		host := rapid.StringMatching(`[a-z]{1,10}(\.[a-z]{2,5})?(:[1-9][0-9]{0,3})?`).Draw(t, "host")
		scheme := rapid.SampledFrom([]string{"http", "https"}).Draw(t, "scheme")
		raw := scheme + "://" + part("user") + ":" + part("password") + "@" + host + "/" + part("path") + "?" + part("key") + "=" + part("value") + "#" + part("fragment")
		if got, want := ShownURL(raw), scheme+"://"+host; got != want {
			t.Fatalf("ShownURL(%q) = %q, want %q", raw, got, want)
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.String().Draw(t, "raw")
		if got := ShownURL(raw); strings.ContainsAny(got, "?#@") || strings.Count(got, "/") > 2 {
			t.Fatalf("ShownURL(%q) = %q", raw, got)
		}
	})
}

func TestTitles(t *testing.T) {
	c := &Catalogue{Products: map[string]Product{
		"mqtt": {Title: "MQTT", Editions: map[string]Edition{"basic": {Title: map[string]string{"en": "Basic", "zh": "基础版"}}}},
		"ours": {},
	}}
	for _, tt := range []struct {
		product, edition, spec string
		language               words.Language
		want                   string
	}{
		{"mqtt", "basic", "", words.EN, "MQTT Basic"},
		{"mqtt", "basic", "", words.ZH, "MQTT 基础版"},
		{"mqtt", "basic", "mqtt.2k", words.EN, "MQTT mqtt.2k"},
		{"mqtt", "", "", words.EN, "MQTT"},
		{"ours", "big", "", words.EN, "ours big"},
		{"theirs", "big", "", words.EN, "theirs big"},
	} {
		in := &fleet.Instance{Product: tt.product, Edition: tt.edition, Spec: tt.spec}
		if got := c.Title(in, tt.language); got != tt.want {
			t.Errorf("Title(%+v) = %q, want %q", tt, got, tt.want)
		}
	}
}
