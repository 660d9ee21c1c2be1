package notifier

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// drawBundle draws notices of all kinds, with the bundle that a text makes of them.
func drawBundle(t *rapid.T) *bundle {
	l := rapid.SampledFrom([]words.Language{words.EN, words.ZH}).Draw(t, "language")
	whats := map[words.Language][]string{
		words.EN: {"connections 97%", "stops 9 Sep", "expired 25 Jan, stopped, final deletion 1 Feb", "deleted 9 Sep 2031 08:00 UTC+8", "balance low"},
		words.ZH: {"连接数97%", "9月9日停服", "1月25日到期，已停服，2月1日最终释放", "余额不足"},
	}[l]
	var notices []Notice
	for i := range rapid.IntRange(2, 40).Draw(t, "notices") {
		n := Notice{
			ID: strconv.Itoa(i), Code: fmt.Sprintf("K%03d", i), LeftOut: rapid.SampledFrom([]int{0, 0, 0, 1, 12_345}).Draw(t, "left out"),
			Kind:     rapid.SampledFrom([]alarm.EventKind{alarm.Raised, alarm.Raised, alarm.Escalated, alarm.Reminded, alarm.Cleared}).Draw(t, "kind"),
			Rule:     rapid.SampledFrom([]alarm.RuleName{alarm.Capacity, alarm.Expiry, alarm.Suspension, alarm.Release, alarm.LowBalance}).Draw(t, "rule"),
			Severity: rapid.SampledFrom([]alarm.Severity{alarm.Warning, alarm.Critical}).Draw(t, "severity"),
		}
		name := rapid.SampledFrom([]string{"Orders", "Payments-of-the-whole-company-0001", "订单", "O"}).Draw(t, "name") + strconv.Itoa(i%7)
		n.Alert.Labels = map[string]string{labelInstance: name, labelID: fmt.Sprintf("i-%d", i%7), labelAccount: fmt.Sprintf("acct-%d", i%2)}
		if n.Rule == alarm.LowBalance {
			delete(n.Alert.Labels, labelID)
		}
		what := rapid.SampledFrom(whats).Draw(t, "what")
		if Ends(n.Kind) && rapid.Bool().Draw(t, "only over") {
			what = ""
		}
		n.Brief = n.Code + " " + name + " " + what
		notices = append(notices, n)
	}
	r := reader{l: l, last: rapid.IntRange(0, 4).Draw(t, "last") == 0}
	link := rapid.SampledFrom([]string{"", "https://brimwatch.example.com/alarms"}).Draw(t, "link")
	tails := rapid.SampledFrom([][]string{nil, {"; 12 more held back"}}).Draw(t, "tails")
	b := newBundle(notices, r, link, tails)
	if rapid.Bool().Draw(t, "grouped") {
		return b.of(func(list []entry) []entry { return merged(grouped(list)) })
	}
	return b
}

// TestNothingThatFitsIsPassedOver: what is not even tried because it seems to have no room has none.
func TestNothingThatFitsIsPassedOver(t *testing.T) {
	passed, more := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		b := drawBundle(t)
		for _, x := range b.ways() {
			for n := min(len(b.begins)+len(b.ends), mostNamed); n > 0; n-- {
				names := b.choose(n)
				text := b.write(names, b.least(), x)
				if b.signs(names) > b.room() {
					passed++
					if inOne(text) {
						t.Fatalf("%d are named in one segment, and were not tried: %q", n, text)
					}
					continue
				}
				if !inOne(text) {
					continue
				}
				for i := range b.begins {
					e := &b.begins[i]
					if !e.must || utf8.RuneCountInString(text)+e.signs() <= b.room()+mostSpared ||
						slices.ContainsFunc(names.begins, func(o entry) bool { return o.notices[0] == e.notices[0] }) {
						continue
					}
					more++
					with := named{append(slices.Clone(names.begins), *e), names.ends}
					if longer := b.write(with, b.fair(), x); inOne(longer) {
						t.Fatalf("one more fits, and was not tried: %q", longer)
					}
				}
			}
		}
	})
	if passed == 0 || more == 0 {
		t.Errorf("%d and %d were passed over: this tests nothing", passed, more)
	}
}
