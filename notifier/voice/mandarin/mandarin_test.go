package mandarin_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/notifier/voice/mandarin"
)

func TestRead(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"nothing", "", ""},
		{"no figure", "一切正常。", "一切正常。"},
		{"thousands", "连接数4,850，上限5,000", "连接数四千八百五十，上限五千"},
		{"a share", "百分之97", "百分之九十七"},
		{"a fraction", "百分之97.05", "百分之九十七点零五"},
		{"a code", "代码 K，7，Q，2。", "代码 K，七，Q，二。"},
		{"a name with figures", "Orders2 的 mqtt-cn-0pp1abc", "Orders二 的 mqtt-cn-零pp一abc"},
		{"two of something", "剩2天，另有2个告警，2小时内，12个", "剩两天，另有两个告警，两小时内，十二个"},
		{"a day of the calendar", "12月2日", "十二月二日"},
		{"a date", "2026-12-31释放，2027-01-05", "二零二六年十二月三十一日释放，二零二七年一月五日"},
		{"hours", "09:00、2:05、14:30:00、00:30", "九点、两点零五分、十四点三十分零秒、零点三十分"},
		{"an hour in words", "0点释放，2点", "零点释放，两点"},
		{"below zero", "余额 -5.50 元", "余额 负五点五零 元"},
		{"a range", "3-5天", "三-五天"},
		{"an address", "10.0.0.7无应答", "一零点零点零点七无应答"},
		{"a telephone number", "013800138000", "零一三八零零一三八零零零"},
		{"a long number", "123456789012345", "一二三四五六七八九零一二三四五"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := mandarin.New().Read(tt.text); got != tt.want {
				t.Errorf("%q is read %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

func TestNumber(t *testing.T) {
	for n, want := range map[uint64]string{
		0: "零", 1: "一", 2: "二", 10: "十", 11: "十一", 20: "二十", 100: "一百", 101: "一百零一", 110: "一百一十", 200: "二百", 1001: "一千零一", 1010: "一千零一十",
		2000: "两千", 4850: "四千八百五十", 10_000: "一万", 20_000: "两万", 22_000: "两万两千", 100_000: "十万", 100_001: "十万零一", 120_500: "十二万零五百",
		1_000_000: "一百万", 1_0000_0001: "一亿零一", 1_0010_0000: "一亿零一十万", 2_0000_0000: "两亿", 1_0001_0001: "一亿零一万零一",
	} {
		if got := mandarin.Number(n); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
}

// heard understands a number that is read out.
func heard(said string) uint64 {
	var total, part, digit uint64
	for _, r := range said {
		switch r {
		case '零':
		case '十':
			part += max(digit, 1) * 10
			digit = 0
		case '百':
			part, digit = part+digit*100, 0
		case '千':
			part, digit = part+digit*1000, 0
		case '万':
			total, part, digit = total+(part+digit)*1_0000, 0, 0
		case '亿':
			total, part, digit = total+(part+digit)*1_0000_0000, 0, 0
		case '两':
			digit = 2
		default:
			digit = uint64(strings.Index("一二三四五六七八九", string(r))/len("一") + 1)
		}
	}
	return total + part + digit
}

// TestNumberIsUnderstood: who hears a number writes the same down.
func TestNumberIsUnderstood(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Uint64Range(0, 9_9999_9999_999).Draw(t, "n")
		said := mandarin.Number(n)
		if got := heard(said); got != n {
			t.Fatalf("%d is read %s, which is %d", n, said, got)
		}
		if strings.Contains(said, "零零") || n > 0 && strings.HasSuffix(said, "零") || strings.HasPrefix(said, "一十") {
			t.Fatalf("%d is read %s", n, said)
		}
	})
}

// FuzzRead: no digit is left, and nothing else is lost.
func FuzzRead(f *testing.F) {
	for _, s := range []string{"K7Q2 2026-12-31 09:05:00 4,850/5,000 97.5% -3", "1.2.3.4", "99:99", "0000-00-00", "1,,2", "9999999999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := mandarin.New().Read(text)
		if strings.ContainsAny(got, "0123456789") {
			t.Errorf("%q is read %q", text, got)
		}
	})
}
