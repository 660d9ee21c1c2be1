package notifier

import (
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/sms"
)

// TestDamagedFits: what people are told of a damaged database is one segment.
func TestDamagedFits(t *testing.T) {
	e := Entries{Default: []string{"oncall"}, Receivers: map[string]Receiver{"oncall": {Name: "oncall"}}}
	for _, l := range []words.Language{words.EN, words.ZH} {
		r := e.Receivers["oncall"]
		r.Targets = append(r.Targets, Target{Recipient: Recipient{Channel: "sms", Name: "sms/" + l.String()}, Language: l, Zone: time.UTC})
		e.Receivers["oncall"] = r
	}
	d := NewDirectory(e)
	s := Damaged(d, "brimwatch.db.damaged-2026-11-30T071500Z")
	s.Code = "3ABC"
	got := SelfNotices(d, &s, nil, time.Unix(1, 0))
	if len(got) != 2 {
		t.Fatalf("%d notices", len(got))
	}
	for i, want := range []string{
		"3ABC WARNING Brimwatch: the database was damaged. A new one is begun, and alarms that last are told again.",
		"3ABC 警告 Brimwatch：数据库已损坏，已新建数据库；仍存在的告警将重新通知。",
	} {
		if n, _ := sms.Segments(got[i].Text); n != 1 || got[i].Text != want {
			t.Errorf("%d segments: %q", n, got[i].Text)
		}
	}
}
