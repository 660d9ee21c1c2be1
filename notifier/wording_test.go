package notifier

import (
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

func TestShorten(t *testing.T) {
	for _, tt := range []struct {
		s    string
		n    int
		want string
	}{{"Orders", 7, "Orders"}, {"Orders", 6, "Orders"}, {"Orders", 5, "Orde."}, {"订单与支付", 4, "订单与."}, {"", 4, ""}} {
		if got := shorten(tt.s, tt.n); got != tt.want {
			t.Errorf("shorten(%q, %d) = %q, want %q", tt.s, tt.n, got, tt.want)
		}
	}
}

func TestCut(t *testing.T) {
	long := strings.Repeat("0123456789", 17)
	zh := strings.Repeat("零一二三四五六七八九", 8)
	for _, tt := range []struct{ s, want string }{
		{"", ""},
		{long[:160], long[:160]},
		{long[:161], long[:160]},
		{long, long[:160]},
		{long[:159] + "€", long[:159]}, // it takes two septets
		{zh[:3*70], zh[:3*70]},
		{zh, zh[:3*70]},
		{long[:100] + "零", long[:100]}, // without it the rest is GSM-7
	} {
		if got := cut(tt.s); got != tt.want {
			t.Errorf("cut(%q) = %q, want %q", tt.s, got, tt.want)
		}
	}
}

// TestReason: 60 signs of a reason go into a text, in whole words where there are.
func TestReason(t *testing.T) {
	const letters = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"
	for _, tt := range []struct{ why, want string }{
		{"refused", ": refused"},
		{"refused., :;", ": refused"},
		{letters[:60], ": " + letters[:60]},
		{letters[:61], ": " + letters[:61] + "..."},
		{letters[:62], ": " + letters[:61] + "..."},
		{letters[:30] + " " + letters[:30], ": " + letters[:30] + " " + letters[:30] + "..."},
		{letters[:31] + " " + letters[:30], ": " + letters[:31] + "..."},
		{letters[:59] + ": " + letters[:9], ": " + letters[:59] + "..."},
		{letters[:60] + " " + letters[:9], ": " + letters[:60] + "..."},
	} {
		if got := reason(": ", tt.why); got != tt.want {
			t.Errorf("reason(%q)\n got %q\nwant %q", tt.why, got, tt.want)
		}
	}
}

// TestTextsWithoutRoom: when not even the shortest form fits, the text is cut.
func TestTextsWithoutRoom(t *testing.T) {
	ev := connections(alarm.Raised)
	ev.Key, ev.Reason = alarm.Key{Rule: alarm.Expiry, Instance: ev.Instance.ID, Metric: alarm.NoMetric}, strings.Repeat("x", 300)
	ev.Instance.Name = "Orders of Europe"
	for l, want := range map[words.Language]string{
		words.EN: ("K7Q2 WARNING Order.: " + ev.Reason)[:160],
		words.ZH: "K7Q2 警告 Order.：" + strings.Repeat("x", 55),
	} {
		if got := (Words{}).text(ev, l, nil); got != want {
			t.Errorf("%s: %d signs %q", l, len([]rune(got)), got)
		}
	}
}

// TestFingerprint: no two keys run into one, and that of an instance or a metric has
// nothing of an account.
func TestFingerprint(t *testing.T) {
	keys := []alarm.Key{
		{Rule: "a", Instance: "bc", Metric: alarm.NoMetric}, {Rule: "ab", Instance: "c", Metric: alarm.NoMetric}, {Rule: "abc", Metric: alarm.NoMetric},
		{Rule: "a", Account: "bc", Metric: alarm.NoMetric}, {Rule: "a", Instance: "bc", Metric: fleet.Connections}, {Rule: "a", Instance: "bcconnections", Metric: alarm.NoMetric},
	}
	seen := make(map[string]alarm.Key)
	for _, k := range keys {
		f := fingerprint(k)
		if other, twice := seen[f]; twice || len(f) != 16 || f != fingerprint(k) {
			t.Errorf("%+v has the fingerprint %s of %+v", k, f, other)
		}
		seen[f] = k
	}
}

func TestPriceDue(t *testing.T) {
	for _, tt := range []struct {
		price Price
		want  bool
	}{
		{Price{}, false}, {Price{Currency: "USD"}, true}, {Price{Currency: "USD", Known: true}, false}, {Price{Known: true}, false},
	} {
		if got := tt.price.Due(); got != tt.want {
			t.Errorf("%+v is due: %v", tt.price, got)
		}
	}
}
