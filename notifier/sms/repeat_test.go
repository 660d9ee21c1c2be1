package sms_test

import (
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/notifier/sms"
)

func TestRepeat(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		inDoubt    bool
		want       string
	}{
		{"a first attempt", "K7Q2 WARNING Orders", false, "K7Q2 WARNING Orders"},
		{"in English", "K7Q2 WARNING Orders", true, "K7Q2 WARNING Orders (may be a repeat)"},
		{"in Chinese", "K7Q2 警告 订单", true, "K7Q2 警告 订单（可能重复）"},
		{"where the hint just fits", strings.Repeat("a", 142), true, strings.Repeat("a", 142) + " (may be a repeat)"},
		{"where it would cost a segment", strings.Repeat("a", 143), true, strings.Repeat("a", 143)},
		{"where it would cost one in Chinese", strings.Repeat("告", 65), true, strings.Repeat("告", 65)},
		{"no text", "", true, ""},
	} {
		if got := sms.Repeat(tt.text, tt.inDoubt); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
