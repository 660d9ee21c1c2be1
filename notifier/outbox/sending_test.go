package outbox

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// TestInDoubtWithoutALookUp: a channel that cannot look up sends again, under the
// same id, and is told since when the message is tried.
func TestInDoubtWithoutALookUp(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		var got []notifier.Message
		var ages []time.Duration
		began := time.Now()
		hook := &fakeChannel{answer: func(m notifier.Message) (notifier.Receipt, error) {
			got, ages = append(got, m), append(ages, time.Since(began))
			if len(got) < 3 {
				return notifier.Receipt{}, notifier.Unknown(errors.New("timeout"))
			}
			return notifier.Receipt{}, nil
		}}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"webhook/oncall/1": hook})).start()
		defer r.stop()
		r.happen(alarm.Raised, "A2BC")
		pass(time.Minute)
		want(t, "notices", r.states(), "webhook/oncall/1 raised sent 3")
		for i, m := range got {
			if m.ID != got[0].ID || m.Attempt != i+1 || m.InDoubt != (i > 0) || m.Age != ages[i] {
				t.Errorf("attempt %d: id %s, attempt %d, in doubt %v, age %v", i+1, m.ID, m.Attempt, m.InDoubt, m.Age)
			}
		}
	})
}

// TestAMessageIsTheMostTriedOfItsNotices: its attempts are those of the notice that was
// tried most often, and it is in doubt when one of them is. What a message in doubt is
// was stored with it.
func TestAMessageIsTheMostTriedOfItsNotices(t *testing.T) {
	r := open(t, dbPath(t), directoryOf(map[string]notifier.Channel{"webhook/oncall/1": &fakeChannel{bundle: 9}}))
	r.closed()
	for _, code := range []string{"A2AA", "B2BB", "C2CC"} {
		r.happen(alarm.Raised, code)
	}
	r.exec(`UPDATE notice SET message = 'msg_1', attempts = 1, in_doubt = 1`)
	r.exec(`UPDATE notice SET attempts = 4 WHERE code = 'B2BB'`)
	r.exec(`UPDATE notice SET attempts = 2 WHERE code = 'C2CC'`)
	r.exec(`INSERT INTO message (id, text, address, began, tried, notices) VALUES ('msg_1', 'three at once', '+8613800138000', -60000, -60000, 3)`)
	for _, order := range [][]int64{{1, 2, 3}, {3, 1, 2}, {2, 3, 1}} {
		var items []item
		for _, seq := range order {
			items = append(items, item{seq: seq, recipient: "webhook/oncall/1", message: "msg_1"})
		}
		s, moved, err := r.prepare(t.Context(), work{items: items})
		if err != nil || s.target.Channel == nil || len(moved) > 0 {
			t.Fatal(s.target, moved, err)
		}
		m := s.message
		if m.ID != "msg_1" || m.Attempt != 5 || !m.InDoubt || m.Age < time.Minute || len(m.Notices) != 3 ||
			m.Text != "three at once" || m.Recipient.Address != "+8613800138000" {
			t.Errorf("%v: %+v", order, m)
		}
	}
}

// TestReceiptsAreKept: the id and the words of the far side, and when it took the
// message.
func TestReceiptsAreKept(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		hook := &fakeChannel{answer: func(m notifier.Message) (notifier.Receipt, error) {
			if m.Attempt == 1 {
				return notifier.Receipt{Detail: "not seen"}, errors.New("refused")
			}
			return notifier.Receipt{ProviderID: "SM1", Status: notifier.Accepted, Detail: "202 Accepted"}, nil
		}}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"webhook/oncall/1": hook})).start()
		defer r.stop()
		began := time.Now()
		r.happen(alarm.Raised, "A2BC")
		pass(time.Minute)
		records, err := r.Notices(t.Context(), notifier.Filter{})
		if err != nil || len(records) != 1 || records[0].ProviderID != "SM1" {
			t.Fatalf("%+v, %v", records, err)
		}
		// The second attempt came after five seconds and up to a fifth more.
		if after := records[0].SentAt.Sub(began); after < 5*time.Second || after > 6*time.Second {
			t.Errorf("sent after %v", after)
		}
		rows, err := r.db.QueryContext(t.Context(), `SELECT outcome || ': ' || detail || ' ' || number || ' ' || notices FROM attempt ORDER BY id`)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		var attempts []string
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				t.Fatal(err)
			}
			attempts = append(attempts, line)
		}
		if err := rows.Err(); err != nil || !slices.Equal(attempts, []string{"later: refused 1 1", "sent: 202 Accepted 2 1"}) {
			t.Errorf("attempts %q, %v", attempts, err)
		}
	})
}

// TestAccepted: only who can be asked about a message is asked.
func TestAccepted(t *testing.T) {
	for _, tt := range []struct {
		name    string
		receipt notifier.Receipt
		channel notifier.Channel
		want    outcome
	}{
		{"accepted", notifier.Receipt{Status: notifier.Accepted, ProviderID: "SM1"}, &trackingChannel{}, outcome{name: "sent", state: notifier.Sent, in: 5 * time.Second, more: true, result: took}},
		{"accepted without an id", notifier.Receipt{Status: notifier.Accepted}, &trackingChannel{}, outcome{name: "sent", state: notifier.Sent, result: took}},
		{"accepted by a channel that cannot be asked", notifier.Receipt{Status: notifier.Accepted, ProviderID: "SM1"}, &fakeChannel{}, outcome{name: "sent", state: notifier.Sent, result: took}},
		{"without a status", notifier.Receipt{}, &fakeChannel{}, outcome{name: "sent", state: notifier.Sent, result: took}},
		{"delivered", notifier.Receipt{Status: notifier.Delivered, ProviderID: "SM1"}, &trackingChannel{}, outcome{name: "delivered", state: notifier.NoticeDelivered, result: took}},
		{"failed", notifier.Receipt{Status: notifier.Failed, ProviderID: "SM1", Detail: "30005"}, &trackingChannel{}, outcome{name: "failed", state: notifier.Dead, reason: "30005", about: true, result: took}},
	} {
		if got := accepted(tt.receipt, tt.channel); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

// TestDeliveredAtOnce: a far side may know the end of it at once.
func TestDeliveredAtOnce(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		hook := &fakeChannel{answer: func(notifier.Message) (notifier.Receipt, error) {
			return notifier.Receipt{Status: notifier.Delivered}, nil
		}}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"webhook/oncall/1": hook})).start()
		defer r.stop()
		began := time.Now()
		r.happen(alarm.Raised, "A2BC")
		pass(time.Minute)
		records, err := r.Notices(t.Context(), notifier.Filter{})
		if err != nil || len(records) != 1 || records[0].State != notifier.NoticeDelivered || !records[0].SentAt.Equal(began) {
			t.Errorf("%+v, %v", records, err)
		}
	})
}

// TestOutcomeThatCannotBeStored: while the disk is full the outbox keeps what it
// knows, sends nothing again, and stores it when it can.
func TestOutcomeThatCannotBeStored(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		hook := &fakeChannel{}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"webhook/oncall/1": hook})).start()
		defer r.stop()
		r.exec(`CREATE TRIGGER full BEFORE UPDATE ON attempt BEGIN SELECT RAISE(ABORT, 'disk full'); END`)
		r.happen(alarm.Raised, "A2BC")
		r.happen(alarm.Raised, "B2BB")
		pass(time.Minute)
		want(t, "sends", hook.lines(), "webhook/oncall/1 #1 raised A2BC")
		want(t, "while it is full", r.states(), "webhook/oncall/1 raised sending 1", "webhook/oncall/1 raised pending 0")
		if r.Healthy() {
			t.Error("healthy while it is full")
		}
		r.exec(`DROP TRIGGER full`)
		pass(3 * time.Second)
		want(t, "sends", hook.lines(), "webhook/oncall/1 #1 raised A2BC", "webhook/oncall/1 #1 raised B2BB")
		want(t, "then", r.states(), "webhook/oncall/1 raised sent 1", "webhook/oncall/1 raised sent 1")
	})
}
