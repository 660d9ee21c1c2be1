package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

const guided = `
products:
  mqtt:
    renew_url: "https://console.example.com/renew/{product}?id={instance_id}&a={account}"
    upgrade_url: "https://console.example.com/#/upgrade/{edition}/{instance_id}"
    guide: {renew: {en: "Ask Wei\n  to renew."}}
    editions:
      basic:
        monitor_url: "http://grafana.internal:3000/d/mqtt?var-instance={instance_id}"
        guide: {lost: {zh: 全部删除。}}
  ours: {editions: {big: {guide: {lost: {zh: 数据丢失。}}}}}
`

func TestGuide(t *testing.T) {
	c := mustLoad(t, files(t, "brimwatch.yml", complete+guided)).Catalogue
	in := func(product, edition string, m fleet.Method) *fleet.Instance {
		return &fleet.Instance{ID: "a b/c&d?{account}", Account: "acme #1", Product: product, Edition: edition, Term: fleet.Term{Method: m}}
	}
	basic := c.Products["mqtt"].Editions["basic"].Guidance
	for _, tt := range []struct {
		name     string
		in       *fleet.Instance
		language words.Language
		want     fleet.Guide
	}{
		{"an edition wins over its product, a file over what is shipped", in("mqtt", "basic", fleet.Subscription), words.EN, fleet.Guide{
			Renew: "Ask Wei to renew.", Upgrade: basic.Upgrade["en"], Lost: "全部删除。", Contents: "topics and group IDs",
			RenewURL:   "https://console.example.com/renew/mqtt?id=a%20b%2Fc%26d%3F%7Baccount%7D&a=acme%20%231",
			UpgradeURL: "https://console.example.com/#/upgrade/basic/a%20b%2Fc%26d%3F%7Baccount%7D",
			MonitorURL: "http://grafana.internal:3000/d/mqtt?var-instance=a%20b%2Fc%26d%3F%7Baccount%7D",
		}},
		{"what is billed by use is not renewed", in("mqtt", "unknown", fleet.PayAsYouGo), words.ZH, fleet.Guide{
			Upgrade: c.Products["mqtt"].Guidance.Upgrade["zh"], Lost: c.Products["mqtt"].Guidance.Lost["zh"], Contents: "Topic和Group ID",
			UpgradeURL: "https://console.example.com/#/upgrade/unknown/a%20b%2Fc%26d%3F%7Baccount%7D",
		}},
		{"an edition that is billed by use says what to do", in("rocketmq", "standard-4", fleet.PayAsYouGo), words.EN, fleet.Guide{
			Renew:   "It is billed by use, so there is no term to renew. Pay the bill of its account.",
			Upgrade: c.Products["rocketmq"].Editions["standard-4"].Guidance.Upgrade["en"], Lost: c.Products["rocketmq"].Guidance.Lost["en"],
			Contents: "topics and groups",
		}},
		{"another language is better than nothing", in("ours", "big", fleet.Subscription), words.EN, fleet.Guide{Lost: "数据丢失。"}},
		{"a product nobody knows", in("theirs", "", fleet.Subscription), words.EN, fleet.Guide{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, c.Guide(tt.in, tt.language)); diff != "" {
				t.Errorf("guide (-want +got):\n%s", diff)
			}
		})
	}
	if got := (*Catalogue)(nil).Guide(in("mqtt", "basic", fleet.Free), words.EN); got != (fleet.Guide{}) {
		t.Errorf("no catalogue: %+v", got)
	}
}

// Every product that is shipped says in both languages how it is renewed and
// changed, in each of its editions; and what can be deleted, what is lost. No link
// is shipped: which console it would lead to depends on the operator.
func TestShippedGuides(t *testing.T) {
	c := mustLoad(t, files(t, "brimwatch.yml", complete)).Catalogue
	for name, p := range c.Products {
		for edition, e := range p.Editions {
			in := &fleet.Instance{Product: name, Edition: edition, Term: fleet.Term{Method: fleet.Subscription}}
			en, zh := c.Guide(in, words.EN), c.Guide(in, words.ZH)
			deleted := false
			for _, policy := range e.Policies {
				for _, ph := range c.Policies[policy].Phases {
					deleted = deleted || ph.State == fleet.LifecycleReleased
				}
			}
			for what, texts := range map[string][2]string{"renew": {en.Renew, zh.Renew}, "upgrade": {en.Upgrade, zh.Upgrade}, "lost": {en.Lost, zh.Lost}} {
				switch {
				case what == "lost" && !deleted:
					if texts[0] != "" || texts[1] != "" {
						t.Errorf("%s %s says what is lost, and is never deleted: %q", name, edition, texts)
					}
				case !strings.HasSuffix(texts[0], ".") || !strings.HasSuffix(texts[1], "。") || strings.Contains(texts[0], "。"):
					t.Errorf("%s %s: %s = %q, want whole sentences in both languages", name, edition, what, texts)
				}
			}
			if en.RenewURL+en.UpgradeURL+en.MonitorURL != "" {
				t.Errorf("%s %s ships a link: %+v", name, edition, en)
			}
		}
	}
}

// Whatever the texts say of a shipped product in one language, they say in the other.
func TestShippedWordsInBothLanguages(t *testing.T) {
	c := mustLoad(t, files(t, "brimwatch.yml", complete)).Catalogue
	said := 0
	check := func(of string, g *Guidance) {
		for what, texts := range map[string]map[string]string{
			"renew": g.Renew, "upgrade": g.Upgrade, "lost": g.Lost, "contents": g.Contents, "bulk": g.Bulk, "funds": g.Funds, "return": g.Return,
			"late_renewal": g.LateRenewal,
		} {
			if len(texts) == 0 {
				continue
			}
			said++
			if texts["en"] == "" || texts["zh"] == "" {
				t.Errorf("%s: %s is said in one language only: %q", of, what, texts)
			}
			if what != "contents" && (!strings.HasSuffix(texts["en"], ".") || !strings.HasSuffix(texts["zh"], "。")) {
				t.Errorf("%s: %s is no sentence: %q", of, what, texts)
			}
		}
	}
	for name, p := range c.Products {
		check(name, &p.Guidance)
		for edition, e := range p.Editions {
			check(name+" "+edition, &e.Guidance)
		}
	}
	if said < 20 {
		t.Errorf("only %d texts were looked at", said)
	}
}

// TestOwnProductHasAllWords: whatever a shipped product has, one of your own can have.
func TestOwnProductHasAllWords(t *testing.T) {
	s := mustLoad(t, files(t, "brimwatch.yml", complete+`
products:
  mail:
    title: Mail
    guide:
      contents: {en: mailboxes, zh: 邮箱}
      bulk: {en: Renew them all under Renewals., zh: 请在续费页面批量续费。}
      funds: {en: It pays from the balance only., zh: 只从余额扣款。}
      return: {en: It is back within an hour., zh: 一小时内恢复。}
      late_renewal: {en: The new term begins that day., zh: 新周期自当日起算。}
    editions: {one: {policies: {subscription: mqtt}}, two: {guide: {funds: {en: Any card will do.}}}}
`))
	in := &fleet.Instance{Product: "mail", Edition: "one", Term: fleet.Term{Method: fleet.Subscription}}
	want := fleet.Guide{Contents: "邮箱", Bulk: "请在续费页面批量续费。", Funds: "只从余额扣款。", Return: "一小时内恢复。", LateRenewal: "新周期自当日起算。"}
	if diff := cmp.Diff(want, s.Catalogue.Guide(in, words.ZH)); diff != "" {
		t.Errorf("guide (-want +got):\n%s", diff)
	}
	if !s.Catalogue.bulk(in) || s.Catalogue.bulk(&fleet.Instance{Product: "mqtt"}) || !s.Catalogue.bulk(&fleet.Instance{Product: "iot"}) {
		t.Error("who is renewed in bulk: mail and iot, and not mqtt")
	}
	in.Edition = "two"
	if got := s.Catalogue.Guide(in, words.EN).Funds; got != "Any card will do." {
		t.Errorf("an edition says %q", got)
	}
	in.Term.Method = fleet.PayAsYouGo
	if got := s.Catalogue.Guide(in, words.EN); got.Bulk != "" || got.LateRenewal != "" || got.Return == "" {
		t.Errorf("what is billed by use is not renewed, and comes back all the same: %+v", got)
	}
}

// Whatever an instance is called, its name is one piece of the link.
func TestFillKeepsTheLinkWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := &fleet.Instance{ID: rapid.String().Draw(t, "id"), Account: rapid.String().Draw(t, "account")}
		got := fill("https://h/{instance_id}?a={account}&b=c#{instance_id}", in)
		rest := got[len("https://h/"):]
		if strings.ContainsAny(rest, " {}\"<>") || strings.Count(rest, "/") != 0 || strings.Count(rest, "?") != 1 ||
			strings.Count(rest, "&") != 1 || strings.Count(rest, "=") != 2 || strings.Count(rest, "#") != 1 {
			t.Fatalf("%q", got)
		}
	})
}
