package config

import (
	"path/filepath"
	"reflect"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// TestFile is a file of tests of a configuration: series and dates go in, alarms and
// messages come out.
type TestFile struct {
	Path   string
	Config string // path of the configuration that is tested
	Tests  []Test
}

// Test is one course of events, and what is expected of it. Moments are lengths of time
// after From.
type Test struct {
	Position

	Name     string
	From     time.Time // the first moment
	Interval time.Duration
	Until    time.Duration // 0 goes by what is given and expected

	Series   []TestSeries
	Balances []TestBalance
	Renewals []TestRenewal
	Bills    []TestBill
	Acks     []TestAck

	Alarms  []TestAlarms
	Notices []TestNotice
	// Told is true where notices is given, though it may be empty: then a message that it
	// does not have is a fault.
	Told bool
}

// TestSeries is what is read of an instance: values by metric, as promtool writes them.
type TestSeries struct {
	Position

	Instance string
	Values   map[fleet.Metric]TestValues
}

// TestValues is one series of values as it was written.
type TestValues struct {
	Position

	Text string
}

// TestBalance is what an account has left from a moment on.
type TestBalance struct {
	Position

	Account  string
	At       time.Duration
	Amount   fleet.Amount
	Currency string // "" is that of before
}

// TestRenewal is an instance that is renewed on a day.
type TestRenewal struct {
	Position

	Instance  string
	On, Until time.Time // midnight UTC of the days; Until may be zero
}

// TestBill is an account that stops paying on a day, or pays.
type TestBill struct {
	Position

	Account string
	On      time.Time // midnight UTC of the day
	Paid    bool
}

// TestAck is somebody who acknowledges an alarm.
type TestAck struct {
	TestAlarm

	At time.Duration
}

// TestAlarms are the alarms that are open at a moment: these, and no others.
type TestAlarms struct {
	Position

	At   time.Duration
	Open []TestAlarm
}

// TestAlarm names an alarm by what it is about.
type TestAlarm struct {
	Position

	Instance, Account string
	Rule              alarm.RuleName // "" is capacity where a metric is given
	Metric            string
	Severity          alarm.Severity // "" is any
}

// TestNotice is a message that goes out.
type TestNotice struct {
	Position

	At   time.Duration
	To   string // the recipient as people are shown it
	Text string // {code} stands for any code, … for any text; "" is any
}

// LoadTests reads a file of tests. The error is Faults.
func LoadTests(path string) (*TestFile, error) {
	d := newDecoder()
	full, err := filepath.Abs(path)
	if err != nil || filepath.IsLocal(path) {
		full = path // faults name files as the person did
	}
	node, ok := d.parse(full)
	if !ok {
		return nil, d.faults
	}
	var doc testFileDoc
	d.decode(place{node: node, file: full}, reflect.ValueOf(&doc).Elem())
	out := &TestFile{Path: full, Config: beside(full, "brimwatch.yml")}
	if doc.Config != "" {
		out.Config = beside(full, doc.Config)
	}
	for i := range doc.Tests {
		out.Tests = append(out.Tests, d.test(&doc.Tests[i]))
	}
	if len(doc.Tests) == 0 && len(d.faults) == 0 {
		d.fault(place{node: node, file: full}, "there are no tests: give tests, a list")
	}
	if len(d.faults) > 0 {
		d.sort(d.faults)
		return nil, d.faults
	}
	return out, nil
}

func (d *decoder) test(t *testDoc) Test {
	out := Test{Position: t.position(), Name: t.Name, Interval: t.Interval.Duration, Until: t.Until.Duration, From: t.From.at, Told: t.Notices != nil}
	if !t.From.set {
		d.fault(t.place, "from is missing: a date or a time at which the test begins, such as 2026-12-01T08:00:00+08:00")
	}
	if t.Interval.set && t.Interval.Duration < time.Second {
		d.fault(d.under(t.place, "interval"), "an interval is a second at least")
	}
	for i := range t.Series {
		out.Series = append(out.Series, d.testSeries(&t.Series[i]))
	}
	for i := range t.Balances {
		b := &t.Balances[i]
		out.Balances = append(out.Balances, TestBalance{Position: b.position(), Account: b.Account, At: b.At.Duration, Amount: b.Amount.v, Currency: b.Currency})
	}
	for i := range t.Renew {
		r := &t.Renew[i]
		d.dated(r.place, "on", r.On)
		out.Renewals = append(out.Renewals, TestRenewal{r.position(), r.Instance, r.On.at, r.Until.at})
	}
	for _, list := range []struct {
		docs []testBillDoc
		paid bool
	}{{t.Unpaid, false}, {t.Paid, true}} {
		for i := range list.docs {
			b := &list.docs[i]
			d.dated(b.place, "on", b.On)
			out.Bills = append(out.Bills, TestBill{b.position(), b.Account, b.On.at, list.paid})
		}
	}
	for i := range t.Ack {
		out.Acks = append(out.Acks, TestAck{d.testAlarm(&t.Ack[i].testAlarmDoc), t.Ack[i].At.Duration})
	}
	for i := range t.Alarms {
		a := &t.Alarms[i]
		one := TestAlarms{Position: a.position(), At: a.At.Duration}
		for k := range a.Open {
			one.Open = append(one.Open, d.testAlarm(&a.Open[k]))
		}
		out.Alarms = append(out.Alarms, one)
	}
	for i := range t.Notices {
		n := &t.Notices[i]
		out.Notices = append(out.Notices, TestNotice{n.position(), n.At.Duration, n.To, n.Text})
	}
	if t.node != nil && !d.stands(t.place, "alarms") && !d.stands(t.place, "notices") {
		d.fault(t.place, "nothing is expected: give alarms or notices; notices: [] expects that nobody is told")
	}
	return out
}

// dated faults a day that is missing or is more than a day.
func (d *decoder) dated(p place, key string, m moment) {
	if !m.set || !m.date {
		d.fault(d.under(p, key), "a date is wanted here, such as 2026-12-31")
	}
}

func (d *decoder) testSeries(s *testSeriesDoc) TestSeries {
	out := TestSeries{Position: s.position(), Instance: s.Instance, Values: make(map[fleet.Metric]TestValues, len(s.Values))}
	if s.Instance == "" {
		d.fault(s.place, "instance is missing")
	}
	at := d.under(s.place, "values")
	for name, text := range s.Values {
		if m, ok := d.metric(d.under(at, name), name); ok {
			out.Values[m] = TestValues{d.under(at, name).position(), text}
		}
	}
	return out
}

func (d *decoder) testAlarm(a *testAlarmDoc) TestAlarm {
	out := TestAlarm{Position: a.position(), Instance: a.Instance, Account: a.Account, Rule: alarm.RuleName(a.Rule), Metric: a.Metric}
	if a.Metric != "" {
		d.metric(d.under(a.place, "metric"), a.Metric)
	}
	if a.Severity != "" {
		out.Severity = d.severity(d.under(a.place, "severity"), a.Severity, "")
	}
	if a.Rule == "" {
		out.Rule = alarm.Capacity
		if a.Metric == "" {
			d.fault(a.place, "give rule, or the metric of a capacity alarm")
		}
	}
	return out
}

// The schema of a file of tests.

type testFileDoc struct {
	marked
	Config string    `yaml:"config" doc:"The configuration that is tested, relative to this file." default:"brimwatch.yml"`
	Tests  []testDoc `yaml:"tests" doc:"The tests. Each has a fleet of its own, of which nothing was told before."`
}

type testDoc struct {
	marked
	Name     string           `yaml:"name" doc:"What it shows." example:"a full broker is told at 70 %"`
	From     moment           `yaml:"from" doc:"When it begins: a time, or a date, which is its first moment in UTC. All moments are lengths of time after it." example:"2026-12-01T08:00:00+08:00"`
	Interval span             `yaml:"interval" doc:"How far apart the values of series are." default:"collect.interval"`
	Until    span             `yaml:"until" doc:"How long it goes on." default:"to the last thing that is given or expected" example:"3d"`
	Series   []testSeriesDoc  `yaml:"series" doc:"What is read of instances."`
	Balances []testBalanceDoc `yaml:"balances" doc:"What accounts have left, from a moment on."`
	Renew    []testRenewDoc   `yaml:"renew" doc:"Instances that are renewed, at ten in the morning of their account's time zone."`
	Unpaid   []testBillDoc    `yaml:"unpaid" doc:"Accounts that have a bill unpaid, from the first moment of a day on."`
	Paid     []testBillDoc    `yaml:"paid" doc:"Accounts that pay, at ten in the morning."`
	Ack      []testAckDoc     `yaml:"ack" doc:"Alarms that somebody acknowledges."`
	Alarms   []testAlarmsDoc  `yaml:"alarms" doc:"What is expected: the alarms that are open at a moment."`
	Notices  []testNoticeDoc  `yaml:"notices" doc:"What is expected: all messages that go out, in order. Left out, messages are not looked at; [] expects none."`
}

type testSeriesDoc struct {
	marked
	Instance string            `yaml:"instance" doc:"Id." example:"mqtt-1"`
	Values   map[string]string `yaml:"values" doc:"By metric, as promtool writes series: 3000x20 is 3000 and 20 times more, 100+5x3 is 100 105 110 115, _x4 is four values that could not be read. A series goes on with its last value. An instance of which nothing could be read at a moment gives no data." example:"{connections: 3000x20 3600x40 _x8 3600x40}"`
}

type testBalanceDoc struct {
	marked
	Account  string `yaml:"account" doc:"Its name." example:"acme"`
	At       span   `yaml:"at" doc:"From when on." default:"0s"`
	Amount   money  `yaml:"amount" doc:"How much; below zero it is overdue." example:"-5"`
	Currency string `yaml:"currency" doc:"In which currency." default:"that of before, else CNY"`
}

type testRenewDoc struct {
	marked
	Instance string `yaml:"instance" doc:"Id." example:"mqtt-1"`
	On       moment `yaml:"on" doc:"The day." example:"2026-12-03"`
	Until    moment `yaml:"until" doc:"Last day of the new term." default:"a year after the old one" example:"2027-12-31"`
}

type testBillDoc struct {
	marked
	Account string `yaml:"account" doc:"Its name." example:"acme"`
	On      moment `yaml:"on" doc:"The day." example:"2026-12-03"`
}

type testAckDoc struct {
	testAlarmDoc
	At span `yaml:"at" doc:"When." example:"30m"`
}

type testAlarmsDoc struct {
	marked
	At   span           `yaml:"at" doc:"When." example:"10m"`
	Open []testAlarmDoc `yaml:"open" doc:"These alarms, and no others; [] is none." example:"[{instance: mqtt-1, metric: connections, severity: warning}]"`
}

type testAlarmDoc struct {
	marked
	Instance string `yaml:"instance" doc:"Id." example:"mqtt-1"`
	Account  string `yaml:"account" doc:"Name, of an alarm about an account."`
	Rule     string `yaml:"rule" doc:"capacity, no_data, or a rule of the calendar." default:"capacity"`
	Metric   string `yaml:"metric" doc:"Of a capacity alarm." example:"connections"`
	Severity string `yaml:"severity" doc:"info, warning or critical." default:"any"`
}

type testNoticeDoc struct {
	marked
	At   span   `yaml:"at" doc:"When it leaves." example:"6m"`
	To   string `yaml:"to" doc:"Who gets it: the name of a contact, or the host of a webhook as the journal shows it." example:"wei"`
	Text string `yaml:"text" doc:"Its text: {code} stands for the code of an alarm, … for any text. For webhooks the line that sums it up." default:"any" example:"{code} WARNING Orders: connections 3,600 of 5,000 …"`
}
