package lexicon

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/facts"
)

func now() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

func lexicons() map[words.Language]Lexicon {
	guides := map[words.Language]fleet.Guide{
		words.EN: {Renew: "R.", Upgrade: "U.", Lost: "All is lost.", Contents: "topics", Bulk: "Bulk.", Funds: "Funds.", Return: "Later.", LateRenewal: "Late."},
		words.ZH: {Renew: "续。", Upgrade: "升。", Lost: "丢失。", Contents: "主题", Bulk: "批量。", Funds: "余额。", Return: "稍后。", LateRenewal: "晚。"},
	}
	out := make(map[words.Language]Lexicon)
	for _, l := range Languages() {
		out[l] = For(l, &Reader{Now: now(), Zone: time.UTC, Home: time.UTC, Guide: guides[l]})
	}
	return out
}

// filled is every fact with something in each of its fields, and once more for each metric,
// state, rule and reason that it may be about.
func filled() []facts.Fact {
	var out []facts.Fact
	for _, f := range facts.All() {
		v := reflect.New(reflect.TypeOf(f)).Elem()
		fill(v)
		out = append(out, variants(v)...)
	}
	return out
}

func variants(v reflect.Value) []facts.Fact {
	var out []facts.Fact
	add := func(set func(v reflect.Value)) {
		c := reflect.New(v.Type()).Elem()
		c.Set(v)
		set(c)
		if f, ok := c.Interface().(facts.Fact); ok {
			out = append(out, f)
		}
	}
	if m := v.FieldByName("Metric"); v.Kind() == reflect.Struct && m.IsValid() && v.Type() != reflect.TypeFor[facts.Unwatched]() {
		for _, metric := range fleet.Metrics() {
			add(func(v reflect.Value) { v.FieldByName("Metric").Set(reflect.ValueOf(metric)) })
		}
		return out
	}
	switch v.Interface().(type) {
	case facts.Stands:
		for _, s := range []fleet.LifecycleState{fleet.LifecycleActive, fleet.LifecycleExpiring, fleet.LifecycleGrace, fleet.LifecycleSuspended, fleet.LifecycleRecycled, fleet.LifecycleReleased, fleet.LifecycleFrozen, fleet.LifecycleUnknown} {
			out = append(out, facts.Stands{State: s})
		}
	case facts.Over:
		for _, w := range facts.Whys() {
			out = append(out, facts.Over{Why: w})
		}
	case facts.Unknown:
		for _, w := range facts.Whats() {
			out = append(out, facts.Unknown{What: w})
		}
	case facts.Unwatched:
		for _, r := range append(alarm.InstanceRules(), alarm.LowBalance) {
			out = append(out, facts.Unwatched{Rule: r, Metric: fleet.Connections})
		}
	case facts.Fact:
		add(func(reflect.Value) {})
	}
	return out
}

func fill(v reflect.Value) {
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(now().AddDate(0, 0, 3)))
		return
	case time.Duration:
		v.Set(reflect.ValueOf(time.Hour))
		return
	case *fleet.Instance:
		v.Set(reflect.ValueOf(&fleet.Instance{ID: "0001", Name: "0001"}))
		return
	case *fleet.Balance:
		v.Set(reflect.ValueOf(&fleet.Balance{Amount: 5_000_000, Currency: "CNY"}))
		return
	case fleet.Balance:
		v.Set(reflect.ValueOf(fleet.Balance{Amount: 5_000_000, Currency: "CNY"}))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0))
		fill(v.Index(1))
	case reflect.String:
		v.SetString("0001")
	case reflect.Int, reflect.Int64:
		v.SetInt(2)
	case reflect.Float64:
		v.SetFloat(0.5)
	}
}

// latin are the words that a Chinese text may have: units, codes, products, and what the
// console writes so.
func latin() *regexp.Regexp {
	return regexp.MustCompile(`^(TPS|UTC|CNY|GiB|MiB|KiB|B|Topic|Group|ID|MQTT|Redis|Tair|RocketMQ|Brimwatch)$`)
}

// Each fact has words in each language, other ones in each, and Chinese ones that are
// Chinese.
func TestEveryFactHasWords(t *testing.T) {
	letters := regexp.MustCompile(`[A-Za-z]+`)
	all := lexicons()
	for _, f := range filled() {
		name := fmt.Sprintf("%T %+v", f, f)
		said := make(map[string]words.Language)
		for l, lex := range all {
			p, ok := Say(lex, f)
			if !ok {
				t.Errorf("%s: Say does not know it", name)
			}
			_, first := f.(facts.RenewsFirst) // the sentence of RenewsFrom names it
			if strings.TrimSpace(p.Message) == "" || p.Sentence == "" && !first {
				t.Errorf("%s, %s: %+v", l, name, p)
			}
			for _, text := range []string{p.Message, p.Sentence} {
				if other, same := said[text]; same && other != l && text != "" && text != "0001" && text != "0001." {
					t.Errorf("%s: %s and %s say the same: %s", name, l, other, text)
				}
				said[text] = l
				if l != words.ZH {
					continue
				}
				for _, w := range letters.FindAllString(text, -1) {
					if !latin().MatchString(w) {
						t.Errorf("%s: there is %q in %s", name, w, text)
					}
				}
				if strings.ContainsAny(strings.ReplaceAll(text, ": ", ""), ",;!?()") && !regexp.MustCompile(`\d,\d`).MatchString(text) {
					t.Errorf("%s: half-width signs in %s", name, text)
				}
			}
		}
	}
}

// Each method of the interface is for a fact of the list, and the other way round.
func TestTheListOfFactsIsWhole(t *testing.T) {
	known := make(map[string]bool)
	for _, f := range facts.All() {
		known[reflect.TypeOf(f).Name()] = true
	}
	methods := reflect.TypeFor[Lexicon]()
	for i := range methods.NumMethod() {
		m := methods.Method(i)
		if m.Type.NumIn() != 1 || !m.Type.In(0).Implements(reflect.TypeFor[facts.Fact]()) {
			continue
		}
		if of := m.Type.In(0).Name(); of != m.Name || !known[of] {
			t.Errorf("%s takes %s, which facts.All does not list", m.Name, of)
		}
		delete(known, m.Name)
	}
	for name := range known {
		t.Errorf("no method says %s", name)
	}
}

// Each step says something in each language, and not the same.
func TestEveryStepHasWords(t *testing.T) {
	all := lexicons()
	var steps []facts.Step
	for _, d := range facts.Dos() {
		s := facts.Step{Do: d, Every: time.Hour, Fitting: alarm.Fitting{Full: fleet.Text{EN: "It fits.", ZH: "可满足。"}}}
		if d != facts.Relieve {
			steps = append(steps, s)
			continue
		}
		for _, m := range fleet.Metrics() {
			steps = append(steps, facts.Step{Do: d, Metric: m})
		}
	}
	for _, s := range steps {
		en, zh := all[words.EN].Step(s), all[words.ZH].Step(s)
		if en.Sentence == "" || zh.Sentence == "" || en.Sentence == zh.Sentence || (en.Message == "") != (zh.Message == "") {
			t.Errorf("%+v: %+v and %+v", s, en, zh)
		}
	}
}

// A metric that fills up has advice of its own: nobody is told of messages that are
// throttled where commands are.
func TestReliefIsAboutItsMetric(t *testing.T) {
	zh := lexicons()[words.ZH]
	for m, never := range map[fleet.Metric]string{fleet.CommandsTPS: "消息", fleet.MemoryBytes: "消息", fleet.Connections: "限流"} {
		if p := zh.Step(facts.Step{Do: facts.Relieve, Metric: m}); strings.Contains(p.Sentence, never) {
			t.Errorf("%v: %s", m, p.Sentence)
		}
	}
}

func TestTones(t *testing.T) {
	for _, tt := range []struct {
		tone   facts.Tone
		en, zh string
	}{
		{facts.Tone{Severity: alarm.Critical}, "CRITICAL", "紧急"},
		{facts.Tone{Severity: alarm.Warning}, "WARNING", "警告"},
		{facts.Tone{Severity: alarm.Info}, "INFO", "提示"},
		{facts.Tone{Severity: alarm.Critical, Stage: facts.Still}, "STILL CRITICAL", "持续紧急告警"},
		{facts.Tone{Severity: alarm.Warning, Stage: facts.Still}, "STILL WARNING", "持续告警"},
		{facts.Tone{Severity: alarm.Info, Stage: facts.Still}, "STILL INFO", "持续提示"},
		{facts.Tone{Severity: alarm.Warning, Stage: facts.Ended}, "ENDED", "恢复"},
		{facts.Tone{Severity: alarm.Warning, Stage: facts.Withdrawn}, "WITHDRAWN", "撤销"},
	} {
		if en, zh := lexicons()[words.EN].Tone(tt.tone), lexicons()[words.ZH].Tone(tt.tone); en != tt.en || zh != tt.zh {
			t.Errorf("%+v: %s %s, want %s %s", tt.tone, en, zh, tt.en, tt.zh)
		}
	}
}

// The zone is said where it is not that of the account, and the last day is that of the
// account.
func TestZones(t *testing.T) {
	shanghai, berlin := time.FixedZone("", 8*3600), time.FixedZone("", 3600)
	end := time.Date(2026, 12, 5, 0, 0, 0, 0, shanghai)
	for _, tt := range []struct {
		name       string
		zone, home *time.Location
		fact       facts.Fact
		en, zh     string
	}{
		{"at home", shanghai, shanghai, facts.Stops{At: end}, "stops 5 Dec 00:00", "12月5日0点停服"},
		{"abroad", berlin, shanghai, facts.Stops{At: end}, "stops 4 Dec 17:00 UTC+1", "12月4日17:00 UTC+1停服"},
		{"no account is known", shanghai, nil, facts.Stops{At: end}, "stops 5 Dec 00:00 UTC+8", "12月5日0点 UTC+8停服"},
		{"a last day", shanghai, shanghai, facts.Expires{At: end}, "last day 4 Dec (12 d left)", "最后一天12月4日（剩12天）"},
		{"a last day, told abroad", berlin, shanghai, facts.Expires{At: end}, "last day 4 Dec UTC+8 (12 d left)", "最后一天12月4日 UTC+8（剩12天）"},
		{"no midnight of the account", berlin, berlin, facts.Expires{At: end}, "expires 4 Dec 17:00 (in 12 d)", "12月4日17:00到期（12天后）"},
	} {
		r := &Reader{Now: now(), Zone: tt.zone, Home: tt.home}
		en, _ := Say(For(words.EN, r), tt.fact)
		zh, _ := Say(For(words.ZH, r), tt.fact)
		if en.Message != tt.en || zh.Message != tt.zh {
			t.Errorf("%s: %q %q, want %q %q", tt.name, en.Message, zh.Message, tt.en, tt.zh)
		}
	}
}
