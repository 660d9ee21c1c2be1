package notifier

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/lexicon"
	"github.com/brimwatch/brimwatch/notifier/sms"
)

// drawActor makes an instance with any name, edition, term and payer.
func drawActor(t *rapid.T, s *stage) actor {
	products := []string{"mqtt", "rocketmq", "iot", "redis", "ours"}
	methods := []fleet.Method{fleet.Subscription, fleet.Subscription, fleet.PayAsYouGo, fleet.Free}
	moment := func(name string) time.Time {
		if rapid.IntRange(0, 3).Draw(t, name+" is unknown") == 0 {
			return time.Time{}
		}
		return s.end.Add(time.Duration(rapid.Int64Range(-int64(90*day), int64(90*day)).Draw(t, name)))
	}
	in := &fleet.Instance{
		ID: rapid.String().Draw(t, "id"), Name: rapid.String().Draw(t, "name"), Account: "acme",
		Product: rapid.SampledFrom(products).Draw(t, "product"), Edition: rapid.StringN(0, 30, 60).Draw(t, "edition"),
	}
	in.Term = fleet.Term{
		Method: rapid.SampledFrom(methods).Draw(t, "method"), Expires: moment("expires"), OverdueSince: moment("overdue"),
		SuspendsAt: moment("suspends"), ReleasesAt: moment("releases"), AutoRenew: rapid.Bool().Draw(t, "automatic"), Frozen: rapid.Bool().Draw(t, "frozen"),
		PostExpiration: rapid.SampledFrom([]string{fleet.Release, fleet.Downgrade}).Draw(t, "then"),
	}
	in.Term.Policy = rapid.SampledFrom(append(policies(s), "")).Draw(t, "policy")
	return actor{in, drawPayer(t, s)}
}

func policies(s *stage) []string {
	var names []string
	for name := range s.catalogue.Policies {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func drawPayer(t *rapid.T, s *stage) *fleet.Account {
	a := &fleet.Account{Name: rapid.String().Draw(t, "account"), Zone: s.zone, LowBalance: fleet.Amount(rapid.Int64Range(0, 1e12).Draw(t, "mark"))}
	if rapid.Bool().Draw(t, "known") {
		a.Balance = &fleet.Balance{Amount: fleet.Amount(rapid.Int64Range(-1e14, 1e14).Draw(t, "balance")), Currency: rapid.SampledFrom([]string{"CNY", "USD", ""}).Draw(t, "currency")}
	}
	if rapid.Bool().Draw(t, "owes") {
		a.OverdueSince = s.end.Add(-time.Duration(rapid.Int64Range(0, int64(60*day)).Draw(t, "since")))
	}
	return a
}

// drawEvent makes an event of any rule of the calendar at any time.
func drawEvent(t *rapid.T, s *stage) *alarm.Event {
	kinds := []alarm.EventKind{alarm.Raised, alarm.Escalated, alarm.Reminded, alarm.Cleared, alarm.Withdrawn}
	rules := []alarm.RuleName{alarm.Expiry, alarm.Suspension, alarm.Release, alarm.Overdue, alarm.AutoRenewal, alarm.CannotRenew, alarm.FrozenRule}
	kind := rapid.SampledFrom(kinds).Draw(t, "kind")
	now := s.end.Add(time.Duration(rapid.Int64Range(-int64(100*day), int64(100*day)).Draw(t, "now")))
	a := drawActor(t, s)
	var ev *alarm.Event
	if rapid.IntRange(0, 3).Draw(t, "an account") == 0 {
		if a.payer.Name == "" {
			a.payer.Name = "acme"
		}
		ev = s.accountEvent(kind, rapid.SampledFrom([]alarm.RuleName{alarm.Overdue, alarm.LowBalance}).Draw(t, "rule"), a.payer, now)
	} else {
		ev = s.event(kind, rapid.SampledFrom(rules).Draw(t, "rule"), a, now)
	}
	ev.Severity = rapid.SampledFrom([]alarm.Severity{alarm.Info, alarm.Warning, alarm.Critical}).Draw(t, "severity")
	ev.Known = rapid.IntRange(0, 5).Draw(t, "date is lost") > 0
	if ev.Details == nil {
		return ev
	}
	if !ev.Known && ev.Instance != nil {
		ev.Details.At = time.Time{}
	}
	ev.Details.Renewed = ev.Kind == alarm.Cleared && rapid.Bool().Draw(t, "renewed")
	for range rapid.IntRange(0, 4).Draw(t, "others") {
		other := drawActor(t, s)
		other.in.Name = strings.ReplaceAll(other.in.Name, "-", "_") // texts are searched for figures below zero
		ev.Details.Others = append(ev.Details.Others, s.affected(other, now))
	}
	return ev
}

// Whatever is told of whom and when: it is one segment, whole, and promises
// nothing that is past.
func TestTextsOfTheCalendarFit(t *testing.T) {
	s := newStage(t)
	negative := regexp.MustCompile(`\(in -|（-\d|\b0001-|Jan 0001|0001年`)
	rapid.Check(t, func(t *rapid.T) {
		ev := drawEvent(t, s)
		zone := rapid.SampledFrom([]*time.Location{s.zone, time.UTC, time.FixedZone("", 20700)}).Draw(t, "zone")
		w := Words{Guide: s.catalogue.Guide}
		for _, l := range lexicon.Languages() {
			text, say, full := w.text(ev, l, zone), w.spoken(ev, l, zone), w.told(ev, l, zone)
			if n, _ := sms.Segments(text); n != 1 {
				t.Errorf("%s takes %d segments: %q", l, n, text)
			}
			head := &say.facts[0].Phrase
			if !strings.HasPrefix(text, "K7Q2 ") || !strings.Contains(text, head.Message) && !strings.Contains(text, cmp.Or(head.Tight, head.Message)) && !strings.Contains(text, cmp.Or(head.Brief, head.Tight, head.Message)) {
				t.Errorf("the code or the gravest is missing: %q", text)
			}
			named := ev.Instance != nil && strings.Contains(ev.Instance.Name+ev.Instance.Edition+ev.Instance.Account, "?")
			if strings.Contains(text, "???") && !named || strings.ContainsFunc(text, unicode.IsControl) {
				t.Errorf("there are signs that mean nothing: %q", text)
			}
			if said := say.summary() + full.description(); negative.MatchString(said) {
				t.Errorf("a time is told that is none: %q", said)
			}
		}
	})
}

// What the texts say of the term and of deletion is so at the time of the event.
func TestTextsOfTheCalendarAreTrue(t *testing.T) {
	s := newStage(t)
	rapid.Check(t, func(t *rapid.T) {
		ev := drawEvent(t, s)
		if ev.Details == nil || ev.Details.Course == nil || !Begins(ev.Kind) || !ev.Known || len(ev.Details.Others) > 0 {
			return
		}
		c := ev.Details.Course
		w := Words{}
		say := func(l words.Language) (summary, description string) {
			x := w.told(ev, l, s.zone)
			return x.summary(), x.description()
		}
		en, enStory := say(words.EN)
		zh, zhStory := say(words.ZH)
		released := c.Begins(fleet.LifecycleReleased)
		deletes := strings.Contains(en, "final deletion") || strings.Contains(en, "will be deleted")
		switch {
		case deletes && !released.After(ev.At):
			t.Errorf("nothing is to be deleted after %s: %q", ev.At, en)
		case strings.Contains(zh, "不可恢复") && released.IsZero():
			t.Errorf("nothing is ever deleted: %q", zh)
		case c.Downgrades() && (deletes || strings.Contains(enStory, "It is deleted") || strings.Contains(zhStory, "不可恢复")):
			t.Errorf("it is downgraded, and there is a deletion warning: %q %q", enStory, zhStory)
		}
		if ev.Key.Rule != alarm.Expiry || c.Term.Expires.IsZero() {
			return
		}
		if ahead := c.Term.Expires.After(ev.At); strings.Contains(en, ": expired") == ahead || strings.Contains(zh, "已到期") == ahead {
			t.Errorf("%s, expires %s: %q %q", ev.At, c.Term.Expires, en, zh)
		}
	})
}
