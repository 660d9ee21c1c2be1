package config

import (
	"fmt"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/fleet"
)

// TestNamesAreOneLineOfPlainText: names end in texts, on pages and in logs, so the
// configuration refuses a sign that breaks or turns a line in all of them.
func TestNamesAreOneLineOfPlainText(t *testing.T) {
	for _, tt := range []struct{ path, text string }{
		{"instances[0].id", `instances: [{id: "%s", product: mqtt}]`},
		{"instances[0].name", `instances: [{id: a, name: "%s", product: mqtt}]`},
		{"instances[0].labels.team", `instances: [{id: a, product: mqtt, labels: {team: "%s"}}]`},
		{"instances[0].source.region", `instances: [{id: a, product: mqtt, account: acme, source: {type: aliyun, region: "%s"}}]`},
		{"accounts[0].name", `accounts: [{name: "%s"}]`},
		{"accounts[0].discover.regions[0]", `accounts: [{name: acme, provider: aliyun, discover: {regions: ["%s"]}}]`},
		{"contacts[0].name", `contacts: [{name: "%s", phone: "+8613800138000"}]`},
		{"receivers[0].name", `receivers: [{name: "%s", webhooks: [{url: "http://h/x"}]}]`},
		{"sms.providers[0].name", `sms: {providers: [{name: "%s", type: twilio}]}`},
		{"products.x.title", `products: {x: {title: "%s"}}`},
		{"products.x.editions.y.title.zh", `products: {x: {editions: {y: {title: {en: Y, zh: "%s"}}}}}`},
		{"products.x.editions.y.source", `products: {x: {editions: {y: {source: "%s"}}}}`},
		{"products.x.editions.y.specs.z.source", `products: {x: {editions: {y: {specs: {z: {capacity: {connections: 1}, source: "%s"}}}}}}`},
		{"policies.x.source", `policies: {x: {source: "%s"}}`},
	} {
		t.Run(tt.path, func(t *testing.T) {
			for escaped, named := range map[string]string{
				`\u202e`: "U+202E", `\u2067`: "U+2067", `\u200f`: "U+200F", `\u061c`: "U+061C", `\n`: "U+000A", `\u2028`: "U+2028", `\e`: "U+001B", `\x7f`: "U+007F", `\u200b`: "U+200B", `\ufeff`: "U+FEFF",
			} {
				column := strings.Index(tt.text, `"%s"`) + 1
				want := fmt.Sprintf("brimwatch.yml:1:%d: %s: a name is one line of plain text, and here character 4 is %s, ", column, tt.path, named)
				got := faultsOf(t, fmt.Sprintf(tt.text, "abc"+escaped+"d")+"\n")
				if lines(got, want) != 1 {
					t.Errorf("no fault %s in\n%s", want, got)
				}
				if fleet.CheckName(strings.ReplaceAll(got, "\n", "")) != nil {
					t.Errorf("the fault itself breaks or turns a line: %q", got)
				}
			}
		})
	}
	for _, tt := range []struct{ path, text string }{
		{"products.", `products: {"%s": {title: x}}`},
		{"products.x.editions.", `products: {x: {editions: {"%s": {source: x}}}}`},
		{"products.x.editions.y.specs.", `products: {x: {editions: {y: {specs: {"%s": {capacity: {connections: 1}}}}}}}`},
		{"policies.", `policies: {"%s": {method: payg}}`},
	} {
		got := faultsOf(t, fmt.Sprintf(tt.text, `abc\u202ed`)+"\n")
		want := tt.path + `"abc\u202ed": a name is one line of plain text, and here character 4 is U+202E, `
		if lines(got, want) != 1 || !strings.HasPrefix(got, "brimwatch.yml:1:") {
			t.Errorf("no fault %s in\n%s", want, got)
		}
	}
	for _, twice := range []string{`instances: [{id: "%s", product: mqtt}, {id: "%s", product: mqtt}]`, `contacts: [{name: "%s"}, {name: "%s"}]`, `instances: [{id: a, product: mqtt, account: "%s", labels: {"%s": x}}]`} {
		got := faultsOf(t, fmt.Sprintf(twice, `a\nb\u202e`, `a\nb\u202e`)+"\n")
		for line := range strings.Lines(got) {
			if !strings.HasPrefix(line, "brimwatch.yml:1:") || fleet.CheckName(strings.TrimSuffix(line, "\n")) != nil {
				t.Errorf("a fault breaks or turns its line: %q", got)
			}
		}
	}
	if got := faultsOf(t, "instances: [{id: 订单, name: \"ops 👩\u200d👩\u200d👧 (EU)\", product: mqtt, labels: {team: הזמנות}}]\n"); got != "" {
		t.Errorf("plain names are refused:\n%s", got)
	}
}

// TestSentencesMayHaveLines: the lines of a text become one, and a sign that turns
// it is refused as in a name.
func TestSentencesMayHaveLines(t *testing.T) {
	const text = "products:\n  x:\n    editions: {y: {}}\n    guide:\n      renew:\n        en: |\n          Open the console.\n          Renew%s.\n" +
		"    changes: [{from: y, to: same, note: {en: \"Takes effect\\n at once%s.\"}}]\n"
	s := mustLoad(t, files(t, "brimwatch.yml", strings.ReplaceAll(text, "%s", "")))
	if p := s.Catalogue.Products["x"]; p.Guidance.Renew["en"] != "Open the console. Renew." || p.Changes[0].Note["en"] != "Takes effect at once." {
		t.Errorf("renew %q, note %q", p.Guidance.Renew["en"], p.Changes[0].Note["en"])
	}
	got := faultsOf(t, fmt.Sprintf(text, "\u202e", `\u200f`))
	for _, want := range []string{"products.x.guide.renew.en: a text is plain, and here character 24 is U+202E, ", "products.x.changes[0].note.en: a text is plain, and here character 21 is U+200F, "} {
		if lines(got, want) != 1 {
			t.Errorf("no fault %s in\n%s", want, got)
		}
	}
}

// TestNamesFoundAreShownPlainly: the operator cannot mend the names that a cloud
// gives. They are no faults: the signs are written out, and there is a warning.
func TestNamesFoundAreShownPlainly(t *testing.T) {
	found := foundFleet()[:1]
	found[0].Name, found[0].Labels = "Orders\u202e", []fleet.Label{{Name: "team", Value: "a\nb"}}
	s := loadFound(t, discovering, found)
	if in := s.Instances[0]; in.Name != "Orders<U+202E>" || in.Label("team") != "a<U+000A>b" {
		t.Errorf("name %q, label %q", in.Name, in.Label("team"))
	}
	for _, want := range []string{
		`what the cloud calls mqtt-cn-1 is no plain text: character 7 is U+202E, which turns the direction of the text; it is shown as Orders<U+202E>`,
		`what the cloud calls mqtt-cn-1 is no plain text: character 2 is U+000A, a line break; it is shown as a<U+000A>b`,
	} {
		if lines(warned(s), want) != 1 {
			t.Errorf("no warning %s in\n%s", want, warned(s))
		}
	}
	if found[0].Name != "Orders\u202e" || found[0].Labels[0].Value != "a\nb" {
		t.Error("what was found has been written to")
	}
	// Written by hand, the same name is a fault.
	found[0].ID = "mqtt\u200ecn"
	if s := loadFound(t, discovering, found); s.Instances[0].ID != "mqtt<U+200E>cn" {
		t.Errorf("id %q", s.Instances[0].ID)
	}
}
