package replies

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	codes := func(v Verb, list ...string) Command { return Command{Verb: v, Codes: list} }
	muted := func(d time.Duration, list ...string) Command { return Command{Verb: Mute, Codes: list, For: d} }
	for _, tt := range []struct {
		name, text string
		want       Command
	}{
		{"the code alone", "K7Q2", codes(Ack, "K7Q2")},
		{"by hand, with manners", " Thanks! (k7q2) ", codes(Ack, "K7Q2")},
		{"with the word", "ACK K7Q2", codes(Ack, "K7Q2")},
		{"several", "ACK K7Q2 M3B4", codes(Ack, "K7Q2", "M3B4")},
		{"several, with commas", "k7q2,m3b4", codes(Ack, "K7Q2", "M3B4")},
		{"several, with a word between", "k7q2 and m3b4, please", codes(Ack, "K7Q2", "M3B4")},
		{"the same twice", "K7Q2 K7Q2", codes(Ack, "K7Q2")},
		{"longer ones", "ACK K7Q2X M3B4XYZ9", codes(Ack, "K7Q2X", "M3B4XYZ9")},
		{"full-width", "Ｋ７Ｑ２", codes(Ack, "K7Q2")},
		{"full-width, with everything", "ａｃｋ　ｋ７ｑ２，ｍ３ｂ４。", codes(Ack, "K7Q2", "M3B4")},
		{"spaced", "K 7 Q 2", codes(Ack, "K7Q2")},
		{"in pairs", "K7 Q2", codes(Ack, "K7Q2")},
		{"two, spaced", "ack k 7 q 2 m 3 b 4", codes(Ack, "K7Q2", "M3B4")},
		{"spaced, and longer", "K 7 Q 2 X", codes(Ack, "K7Q2X")},
		{"spaced with dots", "K.7.Q.2", codes(Ack, "K7Q2")},
		{"spaced and whole", "K 7 Q 2 M3B4", codes(Ack, "K7Q2", "M3B4")},
		{"in Chinese", "确认K7Q2", codes(Ack, "K7Q2")},
		{"in Chinese, with manners", "请确认 K7Q2 和 M3B4，谢谢", codes(Ack, "K7Q2", "M3B4")},
		{"received, in Chinese", "收到，k7q2", codes(Ack, "K7Q2")},
		{"ok and the code", "ok K7Q2", codes(Ack, "K7Q2")},
		{"an emoji is a word", "K7Q2 👍", Command{}},
		{"all", "ACK ALL", codes(AckAll)},
		{"all, the other way", "all ack", codes(AckAll)},
		{"all in Chinese", "全部确认", codes(AckAll)},
		{"all in Chinese, the other way", "确认全部", codes(AckAll)},
		{"all, in capitals of full width", "ＡＣＫ　ＡＬＬ", codes(AckAll)},
		{"all alarms please", "ack all alarms please", codes(AckAll)},
		{"all of what", "ALL", Command{}},
		{"all and one", "ACK ALL K7Q2", Command{}},
		{"ok", "ok", codes(AckOnly)},
		{"one", "1", codes(AckOnly)},
		{"one of full width", "１", codes(AckOnly)},
		{"the word alone", "ack", codes(AckOnly)},
		{"ok in Chinese", "好的", codes(AckOnly)},
		{"the word in Chinese", "确认", codes(AckOnly)},
		{"two", "2", Command{}},
		{"one two", "1 2", Command{}},
		{"mute", "MUTE K7Q2 2h", muted(2*time.Hour, "K7Q2")},
		{"mute, without a time", "mute k7q2", muted(0, "K7Q2")},
		{"mute, with a time in words", "mute K7Q2 for 2 hours", muted(2*time.Hour, "K7Q2")},
		{"mute, with two times", "mute K7Q2 1h 30min", muted(90*time.Minute, "K7Q2")},
		{"mute, with a time of two parts", "mute K7Q2 1h30m", muted(90*time.Minute, "K7Q2")},
		{"mute, the time first", "MUTE 2d K7Q2 M3B4", muted(48*time.Hour, "K7Q2", "M3B4")},
		{"mute in Chinese", "静音K7Q2 2小时", muted(2*time.Hour, "K7Q2")},
		{"mute with the other word", "屏蔽 k7q2 30分钟", muted(30*time.Minute, "K7Q2")},
		{"mute for half an hour in Chinese", "静音K7Q2半小时", muted(30*time.Minute, "K7Q2")},
		{"mute for an hour in Chinese", "静音K7Q2一小时", muted(time.Hour, "K7Q2")},
		{"mute for two hours in Chinese", "静音K7Q2两小时", muted(2*time.Hour, "K7Q2")},
		{"mute for half a day in Chinese", "静音K7Q2半天", muted(12*time.Hour, "K7Q2")},
		{"mute for a day in Chinese", "静音K7Q2一天", muted(24*time.Hour, "K7Q2")},
		{"mute for days in Chinese", "静音K7Q2 3天", muted(72*time.Hour, "K7Q2")},
		{"mute for a week", "mute K7Q2 1 week", muted(7*24*time.Hour, "K7Q2")},
		{"mute for some hours in Chinese", "请静音K7Q2 3个小时", muted(3*time.Hour, "K7Q2")},
		{"mute, spaced, and all of it", "MUTE K 7 Q 2 2 h", muted(2*time.Hour, "K7Q2")},
		{"mute, spaced", "MUTE K 7 Q 2 2h", muted(2*time.Hour, "K7Q2")},
		{"mute, spaced, the unit a word", "MUTE K 7 Q 2 2 hours", muted(2*time.Hour, "K7Q2")},
		{"mute, and a code that ends like a time", "MUTE K 7 2 H", muted(0, "K72H")},
		{"a drill", "OK 4D7R", Command{Verb: Drill, Drills: []string{"4D7R"}}},
		{"a drill whose code is like a time", "ok 2h3m", Command{Verb: Drill, Drills: []string{"2H3M"}}},
		{"a drill and an alarm", "4D7R K7Q2", Command{Verb: Ack, Codes: []string{"K7Q2"}, Drills: []string{"4D7R"}}},
		{"a drill and all", "4D7R ACK ALL", Command{}},
		{"a drill and a time", "4D7R 2h", Command{}},
		{"mute, with a time like the code of a drill", "mute K7Q2 2h3m", muted(123*time.Minute, "K7Q2")},
		{"mute of a drill", "mute 4D7R", Command{}},
		{"mute which", "MUTE 2h", muted(2 * time.Hour)},
		{"mute all", "MUTE ALL", Command{}},
		{"mute for how long", "MUTE K7Q2 2", Command{}},
		{"mute for no time", "MUTE K7Q2 0h", Command{}},
		{"mute for ever", "MUTE K7Q2 9999w 9999w", muted(longestSpan, "K7Q2")},
		{"mute and acknowledge", "MUTE ACK K7Q2", Command{}},
		{"a time without a mute", "ACK K7Q2 2h", Command{}},
		{"status", "Status", codes(Status)},
		{"status in Chinese", "状态", codes(Status)},
		{"list", "list", codes(List)},
		{"list in Chinese", "列表", codes(List)},
		{"list all", "list all", codes(List)},
		{"list and status", "list status", Command{}},
		{"help", "HELP", codes(Help)},
		{"help in Chinese", "帮助", codes(Help)},
		{"a question mark", "？", codes(Help)},
		{"stop", " stop ", codes(Stop)},
		{"unsubscribe", "Unsubscribe", codes(Stop)},
		{"start", "START", codes(Start)},
		{"yes", "yes", codes(Yes)},
		{"stop what", "stop K7Q2", Command{}},
		{"stop, shouted, which the provider does not act on", "STOP!", Command{}},
		{"nothing", "", Command{}},
		{"blanks", " \n\t ", Command{}},
		{"only an emoji", "👍", Command{}},
		{"only manners", "Thank you!", Command{}},
		{"a question", "what is K7Q2?", Command{}},
		{"a refusal", "don't ack K7Q2", Command{}},
		{"a refusal in Chinese", "不确认K7Q2", Command{}},
		{"a name that begins with a code", "ACK K7Q2-cache", Command{}},
		{"a name that ends with a code", "ACK cache_K7Q2", Command{}},
		{"letters of another alphabet", "ACK \u041a7Q2", Command{}},
		{"a letter that no code has", "ACK K7O2", codes(Ack, "K7O2")},
		{"no form of a code", "ACK 77Q2", Command{}},
		{"a word", "ACK FULL", Command{}},
		{"as much as fits", strings.Repeat("K7Q2 ", 320), codes(Ack, "K7Q2")},
		{"more than fits", strings.Repeat("K7Q2 ", 320) + "x", Command{}},
		{"no UTF-8", "ACK K7Q2 \xff", Command{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Parse(tt.text)); diff != "" {
				t.Errorf("%q (-want +got):\n%s", tt.text, diff)
			}
		})
	}
}

// FuzzParse: whatever somebody texts, what is read is something that can be carried
// out, and reads the same with other blanks and in other letters.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"ACK K7Q2, M3B4", "确认K7Q2", "MUTE K 7 Q 2 2 h", "静音 Ｋ７Ｑ２ 3个小时", "1", "STOP", "what?", "9999w9999w9999w"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := Parse(text)
		for i, code := range got.Codes {
			if !isCode(code) || slices.Contains(got.Codes[:i], code) {
				t.Errorf("%q: code %q", text, code)
			}
		}
		if len(got.Drills) > 0 && got.Verb != Ack && got.Verb != Drill {
			t.Errorf("%q: %v with drills %q", text, got.Verb, got.Drills)
		}
		if got.For < 0 || got.For > longestSpan || got.For > 0 && got.Verb != Mute {
			t.Errorf("%q: %v for %v", text, got.Verb, got.For)
		}
		if got.Verb == Ack != (len(got.Codes) > 0) && got.Verb != Mute {
			t.Errorf("%q: %v with codes %q", text, got.Verb, got.Codes)
		}
		if again := Parse(" " + text + " "); len(text) < maxText && !cmp.Equal(got, again) {
			t.Errorf("%q: %v, and with blanks around it %v", text, got, again)
		}
	})
}
