package advice_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/advice"
)

// shop is a product with two editions of a few specifications, given in disorder.
func shop() *advice.Product {
	spec := func(name string, tps, connections float64) advice.Spec {
		var s advice.Spec
		s.Name, s.Capacity[fleet.MessageTPS], s.Capacity[fleet.Connections] = name, tps, connections
		return s
	}
	p := &advice.Product{
		Editions: []advice.Edition{
			{Name: "large", Specs: []advice.Spec{spec("l.10x", 10000, 10000), spec("l.40x", 40000, 12000)}},
			{Name: "small", Specs: []advice.Spec{spec("s.10x", 8000, 4000), spec("s.2x", 2000, 4000), spec("s.4x", 4000, 4000)}},
		},
		Changes: []advice.Change{
			{From: "*", To: advice.Same, Direction: advice.Both, Allowed: true, By: advice.ByConsole, Note: map[string]string{"en": "In the console."}},
			{From: "small", To: "large", Direction: advice.Both, Allowed: true, By: advice.ByConsole, Note: map[string]string{"en": "There is no way back."}},
			{From: "large", To: "small", Direction: advice.Both, Note: map[string]string{"en": "Never."}},
		},
	}
	p.Sort()
	return p
}

func used(days int, peak, p99 float64) advice.Usage {
	return advice.Usage{Known: true, Days: days, Week: advice.Window{Peak: peak, P99: p99}, Month: advice.Window{Peak: peak, P99: p99}}
}

// input is a small s.4x that is used a little.
func input(tps, connections advice.Usage) advice.Input {
	in := advice.Input{Instance: &fleet.Instance{ID: "rmq-1", Edition: "small", Spec: "s.4x", Term: fleet.Term{Method: fleet.Subscription}}, Product: shop()}
	in.Capacity[fleet.MessageTPS], in.Capacity[fleet.Connections] = 4000, 4000
	for m := range in.Thresholds {
		in.Thresholds[m] = 0.7
	}
	in.Usage[fleet.MessageTPS], in.Usage[fleet.Connections] = tps, connections
	return in
}

func TestSort(t *testing.T) {
	var names []string
	for _, e := range shop().Editions {
		for _, s := range e.Specs {
			names = append(names, s.Name)
		}
	}
	if got := strings.Join(names, " "); got != "s.2x s.4x s.10x l.10x l.40x" {
		t.Errorf("order: %s", got)
	}
}

func TestAdvise(t *testing.T) {
	for _, tt := range []struct {
		name    string
		in      advice.Input
		change  func(*advice.Input)
		verdict advice.Verdict
		target  string
		also    string
		text    string
		short   string
	}{
		{
			name: "it fits", in: input(used(30, 2799, 2000), used(30, 100, 100)), verdict: advice.Fits,
			text: "The present capacity is enough.",
		},
		{
			name: "the threshold itself is over", in: input(used(30, 2800, 2000), used(30, 100, 100)), verdict: advice.Upgrade, target: "small s.10x", also: "large l.10x",
			text:  "small s.10x would fit. Message TPS reached 2,800 of 4,000 (threshold 70%), so it needs at least 4,001. In the console. Also possible: large l.10x. There is no way back.",
			short: "s.10x fits.",
		},
		{
			name: "the peak of an old incident does not buy anything", in: input(advice.Usage{Known: true, Days: 30, Week: advice.Window{Peak: 1500, P99: 900}, Month: advice.Window{Peak: 3900, P99: 1600}}, used(30, 100, 100)),
			verdict: advice.Fits, text: "The present capacity is enough.",
		},
		{
			name: "a month that often stood high does", in: input(advice.Usage{Known: true, Days: 30, Week: advice.Window{Peak: 1500, P99: 900}, Month: advice.Window{Peak: 3900, P99: 3000}}, used(30, 100, 100)),
			verdict: advice.Upgrade, target: "small s.10x", also: "large l.10x", short: "s.10x fits.",
			text: "small s.10x would fit. Message TPS reached 3,000 of 4,000 (threshold 70%), so it needs at least 4,286. In the console. Also possible: large l.10x. There is no way back.",
		},
		{
			name: "another edition, where the own one ends", in: input(used(30, 1000, 900), used(30, 3500, 900)), verdict: advice.Upgrade, target: "large l.10x",
			text:  "large l.10x would fit. Connections reached 3,500 of 4,000 (threshold 70%), so it needs at least 5,001. There is no way back.",
			short: "",
		},
		{
			name: "nothing is large enough", in: input(used(30, 50000, 900), used(30, 900, 900)), verdict: advice.Upgrade,
			text: "Nothing in the catalogue that it may be changed into is large enough. Message TPS reached 50,000 of 4,000 (threshold 70%), so it needs at least 71,429; the largest has 40,000, which is 31,429 too little.",
		},
		{
			name: "it would fit, and may not be", in: input(used(30, 2000, 900), used(30, 900, 900)), verdict: advice.Upgrade,
			change: func(in *advice.Input) {
				in.Instance.Edition, in.Instance.Spec = "large", "l.40x"
				in.Product.Editions[0].Specs = append(in.Product.Editions[0].Specs, advice.Spec{Name: "s.99x", Capacity: fleet.Amounts{fleet.MessageTPS: 99000, fleet.Connections: 9000}})
				in.Capacity[fleet.MessageTPS], in.Usage[fleet.MessageTPS] = 40000, used(30, 50000, 40000)
			},
			text: "Nothing in the catalogue that it may be changed into is large enough. Message TPS reached 50,000 of 40,000 (threshold 70%), so it needs at least 71,429; the largest has 40,000, which is 31,429 too little. small s.99x would fit, but: Never.",
		},
		{
			name: "less would do", in: input(used(28, 1100, 700), used(30, 100, 100)), verdict: advice.DowngradePossible, target: "small s.2x",
			text: "A smaller one would do: small s.2x, of whose thresholds 30 days of peaks stayed under 80%. In the console.",
		},
		{name: "less would do, without room", in: input(used(30, 1120, 700), used(30, 100, 100)), verdict: advice.Fits, text: "The present capacity is enough."},
		{name: "less would do, after a month", in: input(used(27, 100, 70), used(30, 100, 100)), verdict: advice.Fits, text: "The present capacity is enough."},
		{
			name: "less would do, but for one peak of the month", in: input(advice.Usage{Known: true, Days: 30, Week: advice.Window{Peak: 100}, Month: advice.Window{Peak: 1900, P99: 100}}, used(30, 100, 100)),
			verdict: advice.Fits, text: "The present capacity is enough.",
		},
		{
			name: "less is never advised into the unknown", in: input(used(30, 100, 70), advice.Usage{}), verdict: advice.NotEnoughHistory,
			change: func(in *advice.Input) { in.Usage[fleet.MessageTPS].Days = 6 },
			text:   "There is not enough history: 6 full days of 7. Not known: usage of connections.",
		},
		{
			name: "one metric is not known", in: input(used(30, 100, 70), advice.Usage{}), verdict: advice.Fits,
			text: "As far as it is known, the present capacity is enough. Not known: usage of connections.",
		},
		{
			name: "more is advised on any history", in: input(used(0, 3000, 0), used(0, 100, 0)), verdict: advice.Upgrade, target: "small s.10x", also: "large l.10x", short: "s.10x fits.",
			text: "small s.10x would fit. Message TPS reached 3,000 of 4,000 (threshold 70%), so it needs at least 4,286. In the console. Also possible: large l.10x. There is no way back.",
		},
		{name: "one day", in: input(used(1, 300, 0), used(1, 100, 0)), verdict: advice.NotEnoughHistory, text: "There is not enough history: 1 full day of 7."},
		{
			name: "a target is not assumed to fit", in: input(used(30, 3000, 900), advice.Usage{}), verdict: advice.Upgrade, target: "small s.10x", also: "large l.10x", short: "s.10x fits its message TPS.",
			text: "small s.10x would fit. Message TPS reached 3,000 of 4,000 (threshold 70%), so it needs at least 4,286. In the console. Also possible: large l.10x. There is no way back. Not known: usage of connections.",
		},
		{
			name: "nor one that states nothing", in: input(used(30, 3000, 900), used(30, 100, 100)), verdict: advice.Upgrade, target: "small s.10x", also: "large l.10x", short: "s.10x fits its message TPS.",
			change: func(in *advice.Input) { in.Product.Editions[0].Specs[2].Capacity[fleet.Connections] = 0 },
			text:   "small s.10x would fit. Message TPS reached 3,000 of 4,000 (threshold 70%), so it needs at least 4,286. In the console. Also possible: large l.10x. There is no way back. Not known is what the target carries in connections.",
		},
		{
			name: "an alarm that is off is held against the capacity", in: input(used(30, 3900, 900), used(30, 100, 100)), verdict: advice.Fits,
			change: func(in *advice.Input) { in.Thresholds[fleet.MessageTPS] = 0 }, text: "The present capacity is enough.",
		},
		{
			name: "no catalogue, and it fits", in: input(used(30, 100, 70), used(30, 100, 70)), verdict: advice.Fits,
			change: func(in *advice.Input) { in.Product = nil }, text: "The present capacity is enough.",
		},
		{
			name: "no catalogue", in: input(used(30, 3000, 70), used(30, 100, 70)), verdict: advice.NoCatalogue,
			change: func(in *advice.Input) { in.Instance.Edition = "" },
			text:   "The catalogue does not know this edition. Message TPS reached 3,000 of 4,000 (threshold 70%), so it needs at least 4,286.",
		},
		{name: "nothing is known", in: input(advice.Usage{}, advice.Usage{}), verdict: advice.Unknown, text: "No metric has both a usage and a capacity that are known. Not known: usage of message TPS, usage of connections."},
		{
			name: "the catalogue says nothing of changes", in: input(used(30, 3000, 70), used(30, 100, 70)), verdict: advice.Upgrade, target: "small s.10x",
			change: func(in *advice.Input) { in.Product.Changes = nil },
			text:   "small s.10x would fit. Message TPS reached 3,000 of 4,000 (threshold 70%), so it needs at least 4,286. The catalogue does not say whether and how it may be changed.",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.change != nil {
				tt.change(&tt.in)
			}
			got := advice.Advise(tt.in)
			if got.Verdict != tt.verdict || targetName(got.Target) != tt.target || targetName(got.Also) != tt.also {
				t.Errorf("%s to %q, also %q; want %s to %q, also %q", got.Verdict, targetName(got.Target), targetName(got.Also), tt.verdict, tt.target, tt.also)
			}
			if text := got.Text(words.EN); text != tt.text {
				t.Errorf("text\n got %s\nwant %s", text, tt.text)
			}
			if short := got.Short(fleet.MessageTPS, words.EN); short != tt.short {
				t.Errorf("short %q, want %q", short, tt.short)
			}
		})
	}
}

func targetName(t *advice.Target) string {
	if t == nil {
		return ""
	}
	return t.Edition + " " + t.Spec
}

// Whatever is advised to be changed into holds the usage it was advised for.
func TestAdviseProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		usage := func(name string) advice.Usage {
			u := advice.Usage{Known: rapid.IntRange(0, 5).Draw(t, name+" known") > 0, Days: rapid.IntRange(0, 30).Draw(t, name+" days")}
			u.Month.Peak = rapid.Float64Range(0, 60000).Draw(t, name+" month")
			u.Month.P99 = u.Month.Peak * rapid.Float64Range(0, 1).Draw(t, name+" p99")
			u.Week.Peak = u.Month.Peak * rapid.Float64Range(0, 1).Draw(t, name+" week")
			return u
		}
		in := input(usage("tps"), usage("connections"))
		if rapid.Bool().Draw(t, "large") {
			in.Instance.Edition, in.Instance.Spec = "large", "l.10x"
			in.Capacity[fleet.MessageTPS], in.Capacity[fleet.Connections] = 10000, 10000
		}
		got := advice.Advise(in)
		for _, f := range got.Findings {
			switch {
			case got.Target == nil:
			case f.TargetState == advice.Over:
				t.Errorf("%s does not hold %+v", targetName(got.Target), f)
			case got.Verdict == advice.DowngradePossible && (f.TargetState != advice.Holds || f.Usage.Month.Peak >= 0.8*0.7*f.Target || f.Usage.Days < advice.DowngradeDays):
				t.Errorf("a downgrade to %s on %+v", targetName(got.Target), f)
			}
			if f.State == advice.Holds && f.Need >= 0.7*f.Capacity {
				t.Errorf("%+v is said to hold", f)
			}
		}
		for _, language := range []words.Language{words.EN, words.ZH} {
			if got.Text(language) == "" {
				t.Errorf("%s says nothing in %s", got.Verdict, language)
			}
		}
	})
}

// The more is used, the larger what is advised.
func TestMoreUsageNeverAdvisesLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.Float64Range(2800, 28000).Draw(t, "a")
		b := rapid.Float64Range(a, 28000).Draw(t, "b")
		tps := func(v float64) float64 {
			got := advice.Advise(input(used(30, v, v), used(30, 100, 100)))
			if got.Target == nil {
				return 1e12
			}
			return got.Target.Capacity[fleet.MessageTPS]
		}
		if tps(a) > tps(b) {
			t.Errorf("%v takes %v, and %v only %v", a, tps(a), b, tps(b))
		}
	})
}

func TestChineseText(t *testing.T) {
	in := input(used(30, 3000, 900), advice.Usage{})
	in.Instance.Term.Expires = time.Date(2026, 12, 31, 16, 0, 0, 0, time.UTC)
	got := advice.Advise(in)
	if text, want := got.Text(words.ZH), "small s.10x可满足。消息TPS用量3,000，容量4,000（阈值70%），至少需要4,286。In the console。也可变更为large l.10x。There is no way back。未知：连接数用量。"; text != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	if short := got.Short(fleet.MessageTPS, words.ZH); short != "s.10x可满足消息TPS" {
		t.Errorf("short %q", short)
	}
}
