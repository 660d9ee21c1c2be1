package rehearsal

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/fleet"
)

const watched = `contacts: [{name: anna, phone: "+491701234567", time_zone: UTC}]
sms:
  providers: [{name: twilio, type: twilio, account_sid: AC00000000000000000000000000000000, auth_token_env: HOME, from: "+15005550006", base_url: "http://127.0.0.1:1"}]
receivers: [{name: r, sms: [anna]}]
alarms: {notify: [r]}
collect: {interval: 15s}
instances:
  - {id: a, name: Orders, product: mqtt, capacity: {connections: 1000}, source: {type: exposition, url: "http://127.0.0.1:1/metrics", mapping: {connections: {series: c, kind: gauge}}}}
`

// reading is one of a number of connections; below zero is none.
func reading(at time.Time, connections float64) []*fleet.Reading {
	r := &fleet.Reading{Instance: "a", At: at, Up: connections >= 0}
	if r.Up {
		r.Known = r.Known.With(fleet.Connections)
		r.Usage[fleet.Connections] = connections
	} else {
		r.Reason = "connection refused"
	}
	return []*fleet.Reading{r}
}

// TestReadings: a Machine that is fed with readings judges them, and tells people, at the moments
// at which the daemon would.
func TestReadings(t *testing.T) {
	for _, tc := range []struct {
		name string
		of   func(minute int) float64
		want []string
	}{
		{"below the threshold", func(int) float64 { return 500 }, nil},
		{"above it for a while", func(m int) float64 {
			if m >= 5 && m < 10 {
				return 950
			}
			return 500
		}, []string{"12:06:00 raised capacity", "12:11:00 cleared capacity"}},
		{"silent", func(m int) float64 {
			if m >= 5 && m < 15 {
				return -1
			}
			return 500
		}, []string{"12:08:00 raised no_data", "12:16:00 cleared no_data"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			begin := time.Date(2031, 3, 1, 12, 0, 0, 0, time.UTC)
			s := load(t, watched)
			var got []string
			m, err := Open(t.Context(), MachineOptions{Snapshot: s, At: begin, Readings: true, Sent: func(s Sent) {
				n := s.Message.Notices[0]
				got = append(got, fmt.Sprintf("%s %s %s", s.At.Format(time.TimeOnly), n.Kind, n.Rule))
			}})
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := m.Close(); err != nil {
					t.Error(err)
				}
			}()
			for at := begin; at.Before(begin.Add(30 * time.Minute)); at = at.Add(15 * time.Second) {
				if err := m.Advance(t.Context(), at); err != nil {
					t.Fatal(err)
				}
				m.Observe(reading(at, tc.of(int(at.Sub(begin).Minutes()))))
			}
			if err := m.Settle(t.Context()); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
		})
	}
}

// TestPaceIsKept: mails of a rehearsal keep as far apart as those of the daemon, ten a minute. The
// alarms come one a second, so without a pace there would be fifteen within as many seconds.
func TestPaceIsKept(t *testing.T) {
	begin := time.Date(2031, 3, 1, 12, 0, 0, 0, time.UTC)
	text := "smtp: {host: 127.0.0.1, port: 25, security: none, from: brimwatch@example.com}\ncontacts: [{name: anna, email: anna@example.com, time_zone: UTC}]\n" +
		"receivers: [{name: r, email: [anna]}]\nalarms: {notify: [r]}\ncollect: {interval: 15s}\ninstances:\n"
	for i := range 15 {
		text += fmt.Sprintf("  - {id: a%d, name: Orders%d, product: mqtt, capacity: {connections: 1000}, source: {type: exposition, url: \"http://127.0.0.1:1/%d\", mapping: {connections: {series: c, kind: gauge}}}}\n", i, i, i)
	}
	var sent []time.Time
	told := 0
	m, err := Open(t.Context(), MachineOptions{Snapshot: load(t, text), At: begin, Readings: true, Sent: func(s Sent) {
		sent, told = append(sent, s.At), told+len(s.Message.Notices)
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}()
	for second := range 300 {
		at := begin.Add(time.Duration(second) * time.Second)
		if err := m.Advance(t.Context(), at); err != nil {
			t.Fatal(err)
		}
		readings := reading(at, 950)
		readings[0].Instance = fmt.Sprintf("a%d", second%15)
		m.Observe(readings)
	}
	if err := m.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i := range sent {
		if i >= 10 && sent[i].Sub(sent[i-10]) < time.Minute {
			t.Errorf("eleven mails within %s: %v", sent[i].Sub(sent[i-10]), sent)
		}
	}
	if told != 15 || len(sent) < 5 {
		t.Errorf("%d notices in %d mails", told, len(sent))
	}
}

// TestRestartInGoodOrder: a timer that runs when Brimwatch is stopped goes on afterwards, as in the
// daemon; an alarm that is open then says nothing by itself.
func TestRestartInGoodOrder(t *testing.T) {
	begin := time.Date(2031, 3, 1, 12, 0, 0, 0, time.UTC)
	s := load(t, watched)
	var got []string
	m, err := Open(t.Context(), MachineOptions{Snapshot: s, At: begin, Readings: true, Sent: func(s Sent) {
		got = append(got, fmt.Sprintf("%s %s", s.At.Format(time.TimeOnly), s.Message.Notices[0].Kind))
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}()
	live := func(until time.Time, connections float64) {
		t.Helper()
		for at := m.Now(); at.Before(until); at = at.Add(15 * time.Second) {
			if err := m.Advance(t.Context(), at); err != nil {
				t.Fatal(err)
			}
			m.Observe(reading(at, connections))
			if err := m.Settle(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if err := m.Advance(t.Context(), until); err != nil {
			t.Fatal(err)
		}
	}
	live(begin.Add(30*time.Second), 950) // half of the minute that "for" is
	if err := m.Restart(t.Context(), begin.Add(40*time.Second), s, nil); err != nil {
		t.Fatal(err)
	}
	live(begin.Add(5*time.Minute), 950)
	if err := m.Restart(t.Context(), begin.Add(6*time.Minute), s, nil); err != nil {
		t.Fatal(err)
	}
	live(begin.Add(10*time.Minute), 500)
	if diff := cmp.Diff([]string{"12:01:10 raised", "12:07:00 cleared"}, got); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}
