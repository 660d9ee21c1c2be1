package notifier

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/lexicon"
	"github.com/brimwatch/brimwatch/notifier/sms"
	"github.com/brimwatch/brimwatch/test/golden"
)

// TestNoticesOfItself: what Brimwatch says of its own work, in both languages.
func TestNoticesOfItself(t *testing.T) {
	d := selfDirectory()
	wei := Contact{Name: "wei", Phone: "+8613800138000", Recipient: "sms/wei", Receivers: []string{"oncall"}, Zone: time.FixedZone("", 8*3600)}
	asked := time.Date(2026, 11, 29, 18, 0, 0, 0, time.UTC) // the 30th in Shanghai
	const day = 24 * time.Hour
	var b strings.Builder
	write := func(name string, say func(l words.Language) string) {
		if b.Len() > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "== %s\n", name)
		for _, l := range lexicon.Languages() {
			text := say(l)
			if n, gsm := sms.Segments(text); n != 1 || gsm != (l == words.EN) {
				t.Errorf("%s: %d segments, GSM-7 %v: %s", name, n, gsm, text)
			}
			fmt.Fprintf(&b, "%s, 1 segment, %d signs:\n    %s\n", l, utf8.RuneCountInString(text), text)
		}
	}
	for _, s := range []struct {
		name string
		self Self
	}{
		{"daily test", DailyTest(&wei)},
		{"drill", AskToAnswer(&wei, "4D7R")},
		{"a drill that was not answered", NotAnswered(&wei, asked, nil)},
		{"most of the cap of a day is used", NearCap(Bound{CapDay, day, 500}, 400, Limits{})},
		{"most of the cap of a month is used", NearCap(Bound{CapMonth, 30 * day, 5000}, 4000, Limits{})},
		{"most of the cap on money is used", NearCap(Bound{CapMoney, 30 * day, 200_000_000}, 160_050_000, Limits{ReserveCritical: 0.2})},
		{"somebody cannot be reached", Unreachable(d, "oncall", "sms/wei", "wei", "K7Q2 Orders", "21614: no mobile number; correct it")},
		{"somebody texted STOP", Stopped(d, &wei)},
		{"nothing leaves through a provider", WayFails(d, "sms twilio", "20003: bad credentials; give others")},
		{"it leaves again", WayWorks(d, "sms twilio")},
		{"a template fails", TemplateFails(d, &Notice{Receiver: "oncall", Channel: "sms", Code: "K7Q2", TemplateFault: "there is no .Nope"})},
		{"the database was damaged", Damaged(d, "brimwatch.db.damaged")},
	} {
		s.self.Code = "4D7R"
		ev := s.self.event(asked)
		write(s.name, func(l words.Language) string { return s.self.text(ev, l) })
	}
	write("a test by hand", func(l words.Language) string {
		to := Target{Recipient: Recipient{Channel: "sms", Name: "sms/wei"}, Language: l}
		n := TestNotice(d, to, asked)
		return n.Text
	})
	for _, c := range []Cap{CapContact, CapDay, CapMonth, CapMoney} {
		write("more is held: the cap "+string(c)+" is reached", func(l words.Language) string {
			return CapReached(l.Choose("K7Q2 WARNING Orders: connections 72%.", "K7Q2 警告 Orders：连接数72%。"), l, c, 12)
		})
	}
	golden.Equal(t, filepath.Join("notices", "self.txt"), []byte(b.String()))
}
