package phrases

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/fleet/heard"
	"github.com/brimwatch/brimwatch/fleet/words"
)

func TestHeard(t *testing.T) {
	zh := New().In(words.ZH)
	for _, tt := range []struct {
		name, english, want string
		known               bool
	}{
		{"nothing", "", "", true},
		{"a sentence", "quiet hours", "免打扰时段", true},
		{"with a name", "silenced by sil_01ABC", "被静默 sil_01ABC 暂缓", true},
		{"a name that is a sentence", "silenced by quiet hours", "被静默 quiet hours 暂缓", true},
		{"a sentence within one", "escalation: until somebody acknowledges K7Q2, then quiet hours", "升级通知：等待有人确认 K7Q2，其后免打扰时段", true},
		{"in another order", "2 of 3 instances tell nothing", "3 个实例中有 2 个无数据", true},
		{"with figures", "over the cap of a day: 1,200 text messages", "超过每天的上限：1,200 条短信", true},
		{"an answer within one", "given up after 5 attempts: HTTP 503: try again later", "尝试 5 次后放弃：HTTP 503: try again later", true},
		{"two lines", "accepted, and then not delivered: one\ntwo", "已受理，但未送达：one\ntwo", true},
		{"the one that says more", "told with wei, who has the same number", "已随 wei 一并通知（号码相同）", true},
		{"an answer", "HTTP 503 Service Unavailable: try again later", "HTTP 503 Service Unavailable: try again later", false},
		{"a sentence with something behind", "quiet hours until 8", "quiet hours until 8", false},
		{"percent signs", "withdrawn: 50%s of %d", "已撤销：50%s of %d", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, known := zh.Heard(tt.english); got != tt.want || known != tt.known {
				t.Errorf("%q, %v, want %q, %v", got, known, tt.want, tt.known)
			}
			if got, known := New().In(words.EN).Heard(tt.english); got != tt.english || !known {
				t.Errorf("in English %q, %v", got, known)
			}
		})
	}
	deep := strings.Repeat("withdrawn: ", 40) + "x"
	if got, _ := zh.Heard(deep); !strings.HasSuffix(got, "x") {
		t.Errorf("deep: %q", got)
	}
}

func TestHeardAs(t *testing.T) {
	quote := func(part string, foreign bool) string {
		if foreign {
			return "<" + part + ">"
		}
		return "[" + part + "]"
	}
	b := New()
	for _, tt := range []struct {
		name, english, want string
	}{
		{"known", "quiet hours", "免打扰时段"},
		{"a name", "silenced by x", "被静默 [x] 暂缓"},
		{"an answer", "no", "<no>"},
		{"an answer in a sentence", "withdrawn: no", "已撤销：<no>"},
	} {
		if got := b.In(words.ZH).HeardAs(tt.english, quote); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	if got := b.In(words.EN).HeardAs("no", quote); got != "[no]" {
		t.Errorf("in English: %q", got)
	}
}

// shared has the sayings of fleet/heard.
func shared() (out []saying) {
	for _, s := range append(heard.OfSilence(), heard.OfCalls()...) {
		out = append(out, saying(s))
	}
	return out
}

// TestSayings: both sides of a saying have the same placeholders, and what is written in
// Chinese needs no escaping on a page.
func TestSayings(t *testing.T) {
	seen := make(map[string]bool)
	for _, s := range append(allHeard(), shared()...) {
		if seen[s.English] {
			t.Errorf("%q is there twice", s.English)
		}
		seen[s.English] = true
		en, zh := placeholders(s.English), placeholders(s.Chinese)
		if strings.Join(en, " ") != strings.Join(zh, " ") {
			t.Errorf("%q has other placeholders than %q: %v, %v", s.Chinese, s.English, zh, en)
		}
		if strings.ContainsAny(strings.ReplaceAll(s.Chinese, "<command>", ""), `<>&"'`) {
			t.Errorf("%q has signs that mean something in HTML", s.Chinese)
		}
		if s.Chinese == "" || s.English == "" {
			t.Errorf("one side of %q is empty", s)
		}
	}
}

// TestExpectedSilenceIsHeard: why a silence is no fault, with its cause behind it.
func TestExpectedSilenceIsHeard(t *testing.T) {
	zh := New().In(words.ZH)
	for _, cause := range []string{"", " for its unpaid bill", ", because its term is over", ", by what the cloud tells"} {
		for _, state := range []string{"stopped", "in the recycle bin", "due for deletion"} {
			text, known := zh.Heard("expected: " + state + " since 2026-12-05 00:00 CST" + cause)
			if !known || strings.Contains(text, "since") || strings.Contains(text, "term") || strings.Contains(text, "bill") {
				t.Errorf("%s%s: %q, %v", state, cause, text, known)
			}
		}
	}
}

// TestFaultsOfTestsAreHeard: what may be wrong with a file of tests has its Chinese. Faults that only a
// configuration can have are not of them.
func TestFaultsOfTestsAreHeard(t *testing.T) {
	zh := New().In(words.ZH)
	others := []string{
		`a time of day is wanted here, such as "22:00" (in quotes), not %`, `a time of day is wanted here, such as "09:00" (in quotes), or off, not %`,
		"a number in a time is wanted here, such as 10/h or 30/d, not %",
		"read %: no number", "read %: not a length of time", // of which the fault says more
		"the test", // who acknowledges
	}
	found := 0
	for _, file := range []string{"config/testfile.go", "config/decode.go", "config/scalars.go", "config/money.go", "config/files.go", "config/syntax.go", "alarmtest/run.go", "alarmtest/series.go"} {
		code, err := os.ReadFile(filepath.Join(root, "internal", file))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile("(?:fault\\(|wrong\\(|return nil, |return )[^\"`\n]*(\"(?:[^\"\\\\\n]|\\\\.)*\"|`[^`\n]*`)").FindAllStringSubmatch(string(code), -1) {
			text, err := strconv.Unquote(m[1])
			bare := regexp.MustCompile(`%[a-z]`).ReplaceAllString(strings.ReplaceAll(text, "%%", "\x00"), "%")
			if err != nil || !strings.Contains(strings.TrimSpace(text), " ") || strings.HasSuffix(text, "file ") || slices.Contains(others, bare) {
				continue
			}
			said := strings.ReplaceAll(strings.NewReplacer("%d", "3", "%q%s", `"Q7"`, "key%s", "key", "%s", "Q7", "%q", `"Q7"`).Replace(text), "%%", "%")
			_, whole := zh.Heard(said)
			if _, begun := zh.Heard(said + "Q7"); !whole && !begun {
				t.Errorf("internal/%s: %q has no Chinese", file, said)
			}
			found++
		}
	}
	if found < 50 {
		t.Errorf("only %d faults were found: the test does not see the code", found)
	}
}
