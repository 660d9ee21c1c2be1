package outbox

import (
	"database/sql"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// crowd is a directory of two people and a program.
func crowd() *notifier.Directory {
	return directoryOf(map[string]notifier.Channel{"webhook/oncall/1": &fakeChannel{bundle: 64}}, texting("wei", "li"))
}

// TestNoticesStoredTogether: however many notices a commit has, and though some of them
// exist already, each is stored once, and waits under the row that it has.
func TestNoticesStoredTogether(t *testing.T) {
	for name, tt := range map[string]struct {
		events int
		lost   string // what of a first commit is taken away before it is made again
	}{
		"one alarm":                     {1, ""},
		"as many as go into one":        {together, ""},
		"one statement and a bit":       {together/3 + 1, ""},
		"a part of a storm":             {500, ""},
		"again":                         {40, `DELETE FROM notice WHERE 0`},
		"again, and a third was lost":   {40, `DELETE FROM notice WHERE seq % 3 = 0`},
		"again, and the last were lost": {40, `DELETE FROM notice WHERE seq > 70`},
		"again, and all were lost":      {40, `DELETE FROM notice`},
	} {
		t.Run(name, func(t *testing.T) {
			r := open(t, dbPath(t), crowd())
			r.closed()
			var c alarm.Commit
			for n := range tt.events {
				c.Events = append(c.Events, stormEvent(n))
			}
			if tt.lost != "" {
				if err := r.Commit(t.Context(), c); err != nil {
					t.Fatal(err)
				}
				r.exec(tt.lost)
				r.queues = newQueues()
			}
			kept := r.number(`SELECT count(*) FROM notice`)
			if err := r.Commit(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			if got := r.number(`SELECT count(DISTINCT code || recipient) FROM notice`); got != 3*tt.events || got != r.number(`SELECT count(*) FROM notice`) {
				t.Errorf("%d notices, want %d", got, 3*tt.events)
			}
			waiting := 0
			for l, q := range r.queues.of {
				for _, it := range q.items {
					waiting++
					var recipient string
					var episode int64
					if err := r.db.QueryRowContext(t.Context(), `SELECT recipient, episode FROM notice WHERE seq = ?`, it.seq).Scan(&recipient, &episode); err != nil {
						t.Fatal(err)
					}
					if recipient != l.recipient || episode != it.episode {
						t.Errorf("row %d is of %s and episode %d, and waits for %s and episode %d", it.seq, recipient, episode, l.recipient, it.episode)
					}
				}
			}
			if waiting != 3*tt.events-kept {
				t.Errorf("%d wait, want %d", waiting, 3*tt.events-kept)
			}
		})
	}
}

// TestReadsSeeWhatIsStored: what a write asks for is never older than what it has
// planned, and a write whose notices cannot be stored fails.
func TestReadsSeeWhatIsStored(t *testing.T) {
	r := open(t, dbPath(t), crowd())
	r.closed()
	r.happen(alarm.Raised, "A2AA")
	n := notifier.Notice{ID: "ntc_new", Channel: "sms", Receiver: "oncall", Recipient: "sms/wei", Kind: alarm.Raised, Severity: alarm.Warning}
	for name, ask := range map[string]func(*transaction) (int, error){
		"one row": func(tx *transaction) (n int, err error) {
			return n, tx.QueryRowContext(t.Context(), `SELECT count(*) FROM notice WHERE id = 'ntc_new'`).Scan(&n)
		},
		"rows": func(tx *transaction) (int, error) {
			rows, err := tx.QueryContext(t.Context(), `SELECT seq FROM notice WHERE id = 'ntc_new'`)
			if err != nil {
				return 0, err
			}
			defer rows.Close()
			found := 0
			for rows.Next() {
				found++
			}
			return found, rows.Err()
		},
		"a change": func(tx *transaction) (int, error) {
			changed, err := tx.affect(t.Context(), `UPDATE notice SET reason = '' WHERE id = 'ntc_new'`)
			return int(changed), err
		},
	} {
		t.Run(name, func(t *testing.T) {
			found := 0
			err := r.write(t.Context(), func(tx *transaction) (err error) {
				if _, err := r.storeNotice(t.Context(), tx, r.Directory(), 1, &n, placing{weight: lightest, alert: "{}"}); err != nil {
					return err
				}
				found, err = ask(tx)
				return err
			})
			if err != nil || found != 1 {
				t.Errorf("%d found, %v", found, err)
			}
			r.exec(`DELETE FROM notice WHERE id = 'ntc_new'`)
		})
	}
	err := r.write(t.Context(), func(tx *transaction) error {
		_, err := r.storeNotice(t.Context(), tx, r.Directory(), 99, &n, placing{weight: lightest, alert: "{}"}) // there is no such episode
		if err != nil {
			return err
		}
		var one int
		return tx.QueryRowContext(t.Context(), `SELECT 1`).Scan(&one)
	})
	if err == nil {
		t.Error("a notice of no episode was stored")
	}
}

// TestAlertStoredOnce: what an event says to all is stored with the event, and a notice
// of a version before, that has its own, reads the same.
func TestAlertStoredOnce(t *testing.T) {
	r := open(t, dbPath(t), crowd())
	r.closed()
	r.happen(alarm.Raised, "A2AA")
	if got := r.number(`SELECT count(*) FROM notice WHERE alert <> ''`); got != 0 {
		t.Errorf("%d notices repeat the alert of their event", got)
	}
	read := func() (list []notifier.Record, sent []storedNotice, told []notifier.Told) {
		list, err := r.Notices(t.Context(), notifier.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		if sent, err = readAll(t.Context(), r.reads, []item{{seq: 1}, {seq: 2}, {seq: 3}}); err != nil {
			t.Fatal(err)
		}
		if told, err = r.Told(t.Context(), "sms/wei"); err != nil {
			t.Fatal(err)
		}
		return list, sent, told
	}
	list, sent, told := read()
	if len(list) != 3 || list[2].Alert.Labels["instance"] != "Orders" || sent[0].Alert.Labels["instance"] != "Orders" || len(told) != 1 || told[0].Name != "Orders" {
		t.Errorf("%+v\n%+v\n%+v", list, sent, told)
	}
	r.exec(`UPDATE notice SET alert = (SELECT CAST(alert AS BLOB) FROM event WHERE id = notice.event), event = 0`)
	before, sentBefore, toldBefore := read()
	if diff := cmp.Diff(list, before) + cmp.Diff(sent, sentBefore, cmp.AllowUnexported(storedNotice{})) + cmp.Diff(told, toldBefore); diff != "" {
		t.Error(diff)
	}
	if _, err := readAll(t.Context(), r.reads, []item{{seq: 1}, {seq: 99}}); err == nil {
		t.Error("a notice that is not there was read")
	}
}

// TestSilenceFoundInTheTransaction: plans that were made without a silence are made
// again when the transaction finds it.
func TestSilenceFoundInTheTransaction(t *testing.T) {
	r := open(t, dbPath(t), crowd())
	r.closed()
	if _, err := r.AddSilence(t.Context(), notifier.Silence{Matchers: map[string]string{"alertname": "capacity"}, Until: time.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	reads := r.reads
	t.Cleanup(func() { r.reads = reads })
	r.reads = r.unreadable()
	r.happen(alarm.Raised, "A2AA")
	if got := r.number(`SELECT count(*) FROM notice WHERE state = 'held'`); got != 3 {
		t.Errorf("%d of 3 notices are held", got)
	}
}

// unreadable is a database that cannot be read.
func (r *rig) unreadable() *sql.DB {
	r.t.Helper()
	db, err := sql.Open("sqlite", "file:"+dbPath(r.t))
	if err == nil {
		err = db.Close()
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return db
}

// number asks for a number.
func (r *rig) number(text string) (n int) {
	r.t.Helper()
	if err := r.db.QueryRowContext(r.t.Context(), text).Scan(&n); err != nil {
		r.t.Fatal(err)
	}
	return n
}

// TestForesight: plans hold while the silences are those that they were made with.
func TestForesight(t *testing.T) {
	until := time.Now().Add(time.Hour)
	one := notifier.Silence{ID: "sil_1", Matchers: map[string]string{"a": "b"}, Until: until}
	other, longer, wider := one, one, one
	other.ID, longer.Until, wider.Matchers = "sil_2", until.Add(time.Minute), map[string]string{"a": "c"}
	for name, tt := range map[string]struct {
		before, now []notifier.Silence
		want        bool
	}{
		"none":          {nil, []notifier.Silence{}, true},
		"the same":      {[]notifier.Silence{one}, []notifier.Silence{one}, true},
		"a new one":     {nil, []notifier.Silence{one}, false},
		"one is over":   {[]notifier.Silence{one}, nil, false},
		"another":       {[]notifier.Silence{one}, []notifier.Silence{other}, false},
		"it is longer":  {[]notifier.Silence{one}, []notifier.Silence{longer}, false},
		"other matches": {[]notifier.Silence{one}, []notifier.Silence{wider}, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := foresee(crowd(), nil, tt.before, time.Now())
			if got := f.holds(tt.now); got != tt.want {
				t.Errorf("%t", got)
			}
		})
	}
}
