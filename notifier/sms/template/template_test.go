package template_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/notifier/sms/template"
)

func TestCut(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		n, length  int
		want       []string
		whole      bool
	}{
		{"at clauses", "K7Q2 警告 Orders：连接数3,612/5,000（72%），阈值70%，MQTT 基础版。请升配或减少客户端", 5, 35,
			[]string{"K7Q2 警告 Orders", "连接数3,612/5,000（72%）", "阈值70%", "MQTT 基础版", "请升配或减少客户端"}, true},
		{"fewer clauses than variables", "TEST Brimwatch can reach you. This is a test, nothing is wrong.", 5, 35,
			[]string{"TEST Brimwatch can reach you", "This is a test", "nothing is wrong"}, true},
		{"English, as long as it gets", "K7Q2 CRITICAL Orders: auto-renewal has not paid, 7 attempts left, last day 4 Dec (8 d left), balance 1,012.50 CNY, final deletion 4 Jan 2027 00:00, MQTT Basic.", 5, 35,
			[]string{"K7Q2 CRITICAL Orders: auto-renewal", "has not paid, 7 attempts left", "last day 4 Dec (8 d left), balance", "1,012.50 CNY, final deletion", "4 Jan 2027 00:00, MQTT Basic"}, true},
		{"no clause", "abcdefghij", 3, 4, []string{"abc", "def", "ghij"}, true},
		{"figures stay whole", "5,000 of 5,000 at 09:00", 5, 12, []string{"5,000", "of 5,000", "at 09:00"}, true},
		{"too long", "one two three four five six", 2, 8, []string{"one two", "three.."}, false},
		{"one short word", "a", 5, 35, []string{"a"}, true},
		{"nothing", " ", 5, 35, nil, true},
		{"only marks", "..", 5, 35, []string{".."}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, whole := template.Cut(tt.text, tt.n, tt.length)
			if diff := cmp.Diff(tt.want, got); diff != "" || whole != tt.whole {
				t.Errorf("whole %t (-want +got):\n%s", whole, diff)
			}
		})
	}
}

// said is a text without what may stand in the template instead.
func said(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune(",.;:，。；：、", r) {
			return -1
		}
		return r
	}, text)
}

// TestNothingIsLost: whatever the text, each variable has 1 to 35 signs, none is refused,
// and together they say the text.
func TestNothingIsLost(t *testing.T) {
	alphabet := []rune("abz AB 059,.:;()%/ 警告连接数，。；：（）、【】[]{}")
	rapid.Check(t, func(t *rapid.T) {
		signs := rapid.SliceOfN(rapid.SampledFrom(alphabet), 1, 160).Draw(t, "text")
		text := string(signs)
		set := template.Set{Default: "SMS_1", Variables: template.Default()}
		got := set.Fill(template.Content{Text: text})
		if !got.Whole {
			t.Fatalf("%q had no room", text)
		}
		joined := ""
		for _, v := range got.Values {
			if n := utf8.RuneCountInString(v); n < 1 || n > template.Length {
				t.Fatalf("a variable of %d signs: %q", n, v)
			}
			if strings.ContainsAny(v, "【】[]{}\n\r") || v != strings.TrimSpace(v) {
				t.Fatalf("a variable that is refused: %q", v)
			}
			joined += v
		}
		joined = strings.TrimRight(joined, template.Filler) // those that are left over
		if want := strings.TrimRight(said(template.Clean(text)), template.Filler); said(joined) != want {
			t.Fatalf("%q became %q", want, got.Values)
		}
	})
}

func TestAnyTextMakesVariables(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, length := rapid.IntRange(1, 9).Draw(t, "n"), rapid.IntRange(4, 50).Draw(t, "length")
		set := template.Set{Default: "SMS_1", Length: length}
		for i := range n {
			set.Variables = append(set.Variables, template.Variable{Field: template.Text(i + 1)})
		}
		for _, v := range set.Fill(template.Content{Text: rapid.String().Draw(t, "text")}).Values {
			if c := utf8.RuneCountInString(v); c < 1 || c > length {
				t.Fatalf("a variable of %d signs: %q", c, v)
			}
		}
	})
}

func TestClean(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"a text of ours", "K7Q2 WARNING Orders: connections 3,612 of 5,000 (72%, threshold 70%).", "K7Q2 WARNING Orders: connections 3,612 of 5,000 (72%, threshold 70%)."},
		{"a link", "3 alarms, see https://brimwatch.example.com:9740/alarms?x=1.", "3 alarms, see the page."},
		{"a link in Chinese", "另有3条告警：https://brimwatch.example.com/alarms", "另有3条告警：网页"},
		{"a host", "orders.example.com and 10.0.0.7 are down", "orders-example-com and 10-0-0-7 are down"},
		{"figures and specifications", "97.5% of rmq.p2.4xlarge at 1,012.50 CNY", "97.5% of rmq.p2.4xlarge at 1,012.50 CNY"},
		{"brackets", "【x】[y] {z}", "(x)(y) (z)"},
		{"signs", "a→b ≥ 3 × 4 ¥5 ✓ 🔥 m²", "a-b >= 3 x 4 CNY 5 _ _ m_"},
		{"lines", "a\r\n\tb\x00c", "a b c"},
	} {
		if got := template.Clean(tt.text); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestFill(t *testing.T) {
	set := template.Set{
		Default: "SMS_1", ByRule: map[string]string{"capacity": "SMS_2", "expiry": "SMS_3", "release": "SMS_3"},
		Variables: []template.Variable{{Name: "no", Field: template.Code}, {Name: "b", Field: "text2"}, {Name: "a", Field: "text1"}, {Name: "how", Field: template.Severity}, {Name: "c", Field: "text3"}},
	}
	got := set.Fill(template.Content{Text: "one, two", Rules: []string{"capacity", "capacity"}, Code: "K7Q2", Severity: "critical"})
	want := template.Filled{Template: "SMS_2", Values: []string{"K7Q2", "two", "one", "critical", "-"}, Whole: true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("filled (-want +got):\n%s", diff)
	}
	for _, tt := range []struct {
		rules []string
		want  string
	}{{nil, "SMS_1"}, {[]string{"capacity", "expiry"}, "SMS_1"}, {[]string{"test"}, "SMS_1"}, {[]string{"release"}, "SMS_3"}} {
		if got := set.Fill(template.Content{Text: "x", Rules: tt.rules}).Template; got != tt.want {
			t.Errorf("%v: %s, want %s", tt.rules, got, tt.want)
		}
	}
	if all := set.All(); !slices.Equal(all, []string{"SMS_1", "SMS_2", "SMS_3"}) {
		t.Errorf("all templates: %v", all)
	}
	if room := set.Room(); room != 3*35 {
		t.Errorf("room for %d signs", room)
	}
}

func TestFault(t *testing.T) {
	of := func(fields ...string) (out []template.Variable) {
		for _, f := range fields {
			out = append(out, template.Variable{Field: f})
		}
		return out
	}
	for _, tt := range []struct {
		name   string
		fields []template.Variable
		want   string // "" is none
	}{
		{"the default", template.Default(), ""},
		{"in another order", of("code", "text2", "text1", "severity"), ""},
		{"no text", of("code"), "no variable holds the text"},
		{"a gap", of("text1", "text3"), "text2"},
		{"twice", of("text1", "text1"), "two variables hold text1"},
		{"unknown", of("text1", "name"), `"name" is no field`},
		{"none", nil, "no variable holds the text"},
		{"too many", of("text1", "text10"), `"text10" is no field`},
	} {
		if got := template.Fault(tt.fields); !strings.Contains(got, tt.want) || tt.want == "" && got != "" {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestSegments(t *testing.T) {
	for signs, want := range map[int]int{0: 0, 1: 1, 70: 1, 71: 2, 134: 2, 135: 3, 160: 3, 201: 3, 202: 4} {
		if got := template.Segments(signs); got != want {
			t.Errorf("%d signs: %d segments, want %d", signs, got, want)
		}
	}
}
