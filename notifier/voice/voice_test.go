package voice_test

import (
	"testing"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/voice"
)

func TestSays(t *testing.T) {
	alarms := func(codes ...string) *notifier.Message {
		m := &notifier.Message{}
		for _, c := range codes {
			m.Notices = append(m.Notices, notifier.Notice{Code: c, Text: " 告警  K "})
		}
		return m
	}
	test := alarms("TEST")
	test.Notices[0].Rule = notifier.TestRule
	doubtful := alarms("K7", "K7", "Q2")
	doubtful.InDoubt = true
	for _, tt := range []struct{ name, got, want string }{
		{"the text", voice.Text(alarms("K7")), "告警 K"},
		{"one", voice.More(alarms("K7"), words.EN, true), " Press 1 to acknowledge it."},
		{"one, without a key", voice.More(alarms("K7"), words.EN, false), ""},
		{"two notices of one, and another", voice.More(doubtful, words.ZH, true), "另有一个告警。此电话可能重复。全部确认请按1。"},
		{"three", voice.More(alarms("A", "B", "C"), words.EN, false), " There are 2 more alarms."},
		{"another way", voice.Otherwise(alarms("K7"), words.ZH), "也可回复短信 ACK，代码 K，7，以确认。再见。"},
		{"another way for all", voice.Otherwise(alarms("A", "B"), words.EN), "You may also acknowledge by replying to the text message: ACK, all. Goodbye."},
		{"nothing to acknowledge", voice.Otherwise(test, words.EN), ""},
		{"English", voice.Language("1. Orders 订单").String(), "en"},
		{"Chinese", voice.Language("“订单 Orders”").String(), "zh"},
		{"no letters", voice.Language("42").String(), "en"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, tt.got, tt.want)
		}
	}
}
