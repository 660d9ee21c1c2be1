package notifier

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// named is a configuration with instances of some names, and a directory that knows them.
func (s *stage) named(names []string) (Words, []*fleet.Instance) {
	var list []*fleet.Instance
	for i, name := range names {
		list = append(list, &fleet.Instance{ID: fmt.Sprintf("mqtt-cn-%05d", i), Name: name, Account: "acme", Product: "mqtt", Edition: "basic"})
	}
	w := s.words()
	w.Names = NamesOf(func(yield func(id, name string) bool) {
		for _, in := range list {
			if !yield(in.ID, in.Name) {
				return
			}
		}
	})
	return w, list
}

// shownAs is what a text for several calls the instance of a notice; "" when it does not
// name it.
func shownAs(text string, n *Notice, l words.Language) string {
	_, after, found := strings.Cut(text, n.Code+" ")
	if !found {
		return ""
	}
	name, _, found := strings.Cut(after, " "+abridged(n, l).what)
	if !found {
		return ""
	}
	return name
}

// TestNamesInBundles: no two instances of a configuration are told under the same shortened
// name in texts for several, whichever of them a text tells of, and how little room there is.
func TestNamesInBundles(t *testing.T) {
	s := newStage(t)
	rapid.Check(t, func(t *rapid.T) {
		long := rapid.StringMatching(`Pay[ab-]{1,3}-production-[ab]{1,4}-0[01]`)
		names := rapid.SliceOfNDistinct(rapid.OneOf(long, rapid.StringMatching(`订单与支付[与及]{1,3}结算对账[与及]{1,3}`)), 4, 20, rapid.ID[string]).Draw(t, "names")
		l := rapid.SampledFrom([]words.Language{words.EN, words.ZH}).Draw(t, "language")
		w, list := s.named(names)
		d := NewDirectory(Entries{Words: w})
		to := Target{Recipient: Recipient{Channel: "sms", Name: "sms/wei"}, Language: l, Zone: s.zone}
		seen := make(map[string]string)
		for range rapid.IntRange(1, 4).Draw(t, "texts") {
			var notices []Notice
			for i, in := range list {
				if rapid.Bool().Draw(t, "told") {
					ev := full(i, in.Name, alarm.Warning, alarm.Raised, 0.72)
					ev.Instance, ev.Key.Instance = in, in.ID
					notices = append(notices, newTelling(d, ev, ev.At).notice("oncall", to))
				}
			}
			if len(notices) < 2 {
				continue
			}
			text := d.Compose(to, notices).Text
			for i := range notices {
				n := &notices[i]
				id, shown := n.Alert.Labels[labelID], shownAs(text, n, l)
				if shown == "" {
					continue
				}
				if other, twice := seen[shown]; twice && other != id {
					t.Errorf("%s and %s are both called %q, the last in %q", other, id, shown, text)
				}
				seen[shown] = id
			}
		}
	})
}

// TestNamesOfOneBundle is the case that people met: two instances whose names differ where
// the middle is left out.
func TestNamesOfOneBundle(t *testing.T) {
	s := newStage(t)
	w, list := s.named([]string{"Payments of the North, line 0001", "Payments of the South, line 0001", "Stock of all warehouses in Europe", "Mail of all customers in Asia", "Chat of the whole company"})
	d := NewDirectory(Entries{Words: w})
	for _, l := range []words.Language{words.EN, words.ZH} {
		to := Target{Recipient: Recipient{Channel: "sms", Name: "sms/wei"}, Language: l, Zone: time.UTC}
		var notices []Notice
		for i, in := range list {
			ev := full(i, in.Name, alarm.Warning, alarm.Raised, 0.72)
			ev.Instance, ev.Key.Instance = in, in.ID
			notices = append(notices, newTelling(d, ev, ev.At).notice("oncall", to))
		}
		text := d.Compose(to, notices).Text
		north, south := shownAs(text, &notices[0], l), shownAs(text, &notices[1], l)
		if l == words.EN && (north == "" || south == "") || north != "" && north == south {
			t.Errorf("%s: %q and %q: %s", l, north, south, text)
		}
	}
}
