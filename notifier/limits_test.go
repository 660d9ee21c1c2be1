package notifier

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/sms"
)

func TestShare(t *testing.T) {
	for _, tt := range []struct {
		name     string
		most     int64
		reserve  float64
		severity alarm.Severity
		want     int64
	}{
		{"no reserve", 10, 0, alarm.Info, 10},
		{"a fifth", 10, 0.2, alarm.Warning, 8},
		{"a fifth, for critical ones", 10, 0.2, alarm.Critical, 10},
		{"what computers cannot write", 500, 0.07, alarm.Warning, 465},
		{"at least one", 1, 0.5, alarm.Warning, 1},
		{"all of it", 10, 1, alarm.Warning, 0},
		{"all of it, for critical ones", 10, 1, alarm.Critical, 10},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := Limits{ReserveCritical: tt.reserve}
			if got := l.Share(Bound{Most: tt.most}, tt.severity); got != tt.want {
				t.Errorf("%d, want %d", got, tt.want)
			}
		})
	}
}

func TestBounds(t *testing.T) {
	l := Limits{PerContact: 10, PerContactEvery: time.Hour, PerMonth: 100, MoneyPerMonth: 5}
	got := l.Bounds()
	want := []Bound{{CapContact, time.Hour, 10}, {CapMonth, 30 * 24 * time.Hour, 100}, {CapMoney, 30 * 24 * time.Hour, 5}}
	if len(got) != len(want) || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestCapReached(t *testing.T) {
	const alarmText = "K7Q2 WARNING Orders: connections 3,612 of 5,000 (72%, threshold 70%), MQTT Basic."
	for _, tt := range []struct {
		name, text string
		l          words.Language
		c          Cap
		held       int
		want       string
	}{
		{"nobody yet", alarmText, words.EN, CapDay, 0, "K7Q2 WARNING Orders: connections 3,612 of 5,000 (72%, threshold 70%), MQTT Basic; more is held: the cap of the day is reached"},
		{"one", alarmText, words.EN, CapContact, 1, "K7Q2 WARNING Orders: connections 3,612 of 5,000 (72%, threshold 70%), MQTT Basic; 1 more is held: your cap is reached"},
		{"twelve", "K7Q2 ENDED Orders.", words.EN, CapMoney, 12, "K7Q2 ENDED Orders; 12 more are held: the cap on money is reached"},
		{"in Chinese", "K7Q2 警告 Orders：连接数3,612/5,000。", words.ZH, CapMonth, 12, "K7Q2 警告 Orders：连接数3,612/5,000；另有12条暂缓：已达当月短信上限"},
		{"in Chinese, nobody yet", "K7Q2 警告 Orders。", words.ZH, CapDay, 0, "K7Q2 警告 Orders；后续告警暂缓：已达当日短信上限"},
		{"where there is no room", strings.Repeat("a", 100) + ", " + strings.Repeat("b", 58), words.EN, CapDay, 12, strings.Repeat("a", 100) + ", bbbbbbb..; 12 more are held: the cap of the day is reached"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := CapReached(tt.text, tt.l, tt.c, tt.held); got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

// TestCapReachedIsOneSegment: whatever a text says, it stays one segment with what is
// held.
func TestCapReachedIsOneSegment(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := rapid.SampledFrom([]words.Language{words.EN, words.ZH}).Draw(t, "language")
		c := rapid.SampledFrom([]Cap{CapContact, CapDay, CapMonth, CapMoney}).Draw(t, "cap")
		text := CapReached(rapid.String().Draw(t, "text"), l, c, rapid.IntRange(0, 100_000).Draw(t, "held"))
		if n, _ := sms.Segments(text); n != 1 {
			t.Fatalf("%d segments: %q", n, text)
		}
	})
}
