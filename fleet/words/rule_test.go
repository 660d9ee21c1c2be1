package words_test

import (
	"testing"

	"github.com/brimwatch/brimwatch/fleet/words"
)

func TestRule(t *testing.T) {
	for name, want := range map[string][2]string{
		"no_data": {"no data", "无数据"}, "release": {"deletion", "释放"}, "one's own": {"one's own", "one's own"},
	} {
		if en, zh := words.Rule(name, words.EN), words.Rule(name, words.ZH); en != want[0] || zh != want[1] {
			t.Errorf("%s is called %q and %q, want %q", name, en, zh, want)
		}
	}
}

func TestSeverity(t *testing.T) {
	for name, want := range map[string][2]string{"critical": {"critical", "紧急"}, "warning": {"warning", "警告"}, "info": {"info", "提示"}, "": {"info", "提示"}} {
		if en, zh := words.Severity(name, words.EN), words.Severity(name, words.ZH); en != want[0] || zh != want[1] {
			t.Errorf("%s is called %q and %q, want %q", name, en, zh, want)
		}
	}
}

func TestClean(t *testing.T) {
	for given, want := range map[string]string{
		"Orders": "Orders", "": "", "订单 A": "订单 A", " Orders\r\n of\tEurope ": "Orders of Europe", "a\x00b\x7fc": "abc", "a\u0085b": "a b", "a\u009bb": "ab",
		"abc\u202Edef\u2066g\u2069\u200e\u200f": "abcdefg", "zero\u200bwidth\ufeff": "zerowidth", "\u00a0x\u3000y": "x y", "a  b": "a b", "🔥\ufe0f": "🔥", "\xff\xfe": "", "\u202e": "",
	} {
		if got := words.Clean(given); got != want {
			t.Errorf("%q becomes %q, want %q", given, got, want)
		}
	}
}
