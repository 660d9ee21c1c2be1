// Package wire holds what the HTTP API says and takes, as JSON. Server and client
// share these definitions. A figure that is not known is null, never zero; a
// moment is RFC 3339 in UTC, except in statistics, where it is Unix seconds.
package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"time"
)

// Error is the answer to a request that was not carried out.
type Error struct {
	Error string `json:"error"`
	// Faults are all that is wrong, one by one, where there may be several.
	Faults []string `json:"faults,omitempty"`
}

// Instances is the answer of GET /api/v1/instances and of
// GET /api/v1/instances/{id}, which has one.
type Instances struct {
	Instances []Instance `json:"instances"`
}

// Instance is how one instance stands.
type Instance struct {
	ID      string            `json:"id"`
	Name    string            `json:"name"`
	Account string            `json:"account"`
	Product string            `json:"product"`
	Edition string            `json:"edition"`
	Spec    string            `json:"spec"`
	Labels  map[string]string `json:"labels"`

	// State is that of the worst metric: raised, unknown, ok or unwatched; and
	// unknown while the source does not answer.
	State string `json:"state"`
	// Watched is false for an instance without a source.
	Watched bool `json:"watched"`
	// CloudStatus is the cloud's own word for how it is.
	CloudStatus string `json:"cloud_status,omitempty"`
	// Up tells whether the source answered; null before the first reading.
	Up     *bool      `json:"up"`
	ReadAt *time.Time `json:"read_at"`
	// Reason says why the source is not up.
	Reason string `json:"reason,omitempty"`

	Lifecycle Lifecycle `json:"lifecycle"`
	Term      Term      `json:"term"`
	// Metrics holds, by name, each metric that has a capacity or is read.
	Metrics map[string]Metric `json:"metrics"`
}

// Lifecycle is where an instance stands in its product's calendar.
type Lifecycle struct {
	State     string     `json:"state"`
	Since     *time.Time `json:"since"`  // when the state began; null when that is not known
	Reason    string     `json:"reason"` // why it is in the state, in plain words
	ExpiresAt *time.Time `json:"expires_at"`
	// TermEnd is expires_at as people write it: the last day of the term where it ends
	// with a day of its account.
	TermEnd string `json:"term_end,omitempty"`
	Next    *Next  `json:"next"`
	// Moments are all beginnings of states in the calendar, those that have come
	// too, in order of time.
	Moments []Moment `json:"moments"`
	// Confirmation is what a person said of whether the instance exists, while that holds.
	Confirmation *Confirmation `json:"confirmation,omitempty"`
}

// Moment is the beginning of a lifecycle state.
type Moment struct {
	State string    `json:"state"`
	At    time.Time `json:"at"`
	Told  string    `json:"told"` // cloud, person, or policy where it was worked out
	// Perhaps is true where the documents of the product disagree.
	Perhaps bool `json:"perhaps"`
}

// Calendar is the answer of GET /api/v1/calendar.
type Calendar struct {
	Moments []CalendarMoment `json:"moments"`
}

// CalendarMoment is something that lies ahead of an instance.
type CalendarMoment struct {
	InstanceID string `json:"instance_id"`
	Name       string `json:"name"`
	Account    string `json:"account"`
	Product    string `json:"product"`
	// What happens: expires, overdue, suspended, recycled, released, converted or
	// unknown; Text says it in a sentence without its subject.
	What string `json:"what"`
	Text string `json:"text"`
	// TermEnd is the end of a paid term as people write it; empty for other moments.
	TermEnd string `json:"term_end,omitempty"`

	Moment
}

// OnCall is the answer of GET /api/v1/oncall.
type OnCall struct {
	At    time.Time `json:"at"` // that was asked for
	Rotas []Rota    `json:"rotas"`
}

// Rota is one list of people who are on call in turn.
type Rota struct {
	Name     string   `json:"name"`
	Rotate   string   `json:"rotate"`    // daily, weekly, every 3 days
	HandOver string   `json:"hand_over"` // Mon 09:00, in its time zone
	TimeZone string   `json:"time_zone"`
	People   []string `json:"people"`
	// Shifts are those from the moment that was asked for, the first of which it lies
	// in; without holes.
	Shifts []Shift `json:"shifts"`
}

// Shift is a time in which one person is on call.
type Shift struct {
	From       time.Time `json:"from"`
	To         time.Time `json:"to"`         // the first moment after it
	Person     string    `json:"person"`     // "" is nobody
	Overridden bool      `json:"overridden"` // by an override, not by turn
}

// Next is the lifecycle state that follows, and when it begins.
type Next struct {
	State string    `json:"state"`
	At    time.Time `json:"at"`
}

// Term is how long an instance may be used, as it is configured.
type Term struct {
	Method         string     `json:"method"`
	AutoRenew      bool       `json:"auto_renew"`
	PostExpiration string     `json:"post_expiration"`
	Frozen         bool       `json:"frozen"`
	OverdueSince   *time.Time `json:"overdue_since"`
	RenewPeriod    string     `json:"renew_period,omitempty"` // such as 3M
	Price          string     `json:"price,omitempty"`        // of a renewal
	UnsubscribedAt *time.Time `json:"unsubscribed_at,omitempty"`
	Advice         string     `json:"advice,omitempty"` // auto_renew: the term is short, and renewing it automatically is advised
}

// Metric is how one metric of an instance stands.
type Metric struct {
	Usage       *float64   `json:"usage"`
	Capacity    *float64   `json:"capacity"`
	Utilization *float64   `json:"utilization"`
	State       string     `json:"state"` // ok, raised, unknown, unwatched
	At          *time.Time `json:"at"`    // of the reading

	// Threshold is the utilization from which an alarm is raised; null where it is
	// off. Mark is its name of before, for one release.
	Threshold *float64 `json:"threshold"`
	Mark      *float64 `json:"mark"`
	// Origin says where the capacity comes from: configured, server, cloud, catalogue.
	Origin string `json:"capacity_origin,omitempty"`
	// CapacityAt is when the server or cloud told the capacity; null for what does
	// not age.
	CapacityAt *time.Time `json:"capacity_at"`
	// CapacityStale marks a capacity that was told more than a day ago and could not
	// be read since. It still counts.
	CapacityStale bool `json:"capacity_stale,omitempty"`
	// Reason says why the usage is not known.
	Reason string `json:"reason,omitempty"`
}

// Statistics is the history of one instance.
type Statistics struct {
	InstanceID string `json:"instance_id"`
	From       int64  `json:"from"` // Unix seconds
	To         int64  `json:"to"`   // Unix seconds
	Step       int64  `json:"step"` // seconds
	// Metrics holds, by name, each metric of which anything was recorded.
	Metrics map[string]Series `json:"metrics"`
}

// Series is what was used and what could have been. A moment of which nothing is
// known has no point.
type Series struct {
	Capacity []Point `json:"capacity"`
	Usage    []Point `json:"usage"`   // the highest of each step
	Average  []Point `json:"average"` // at the moments of usage
}

// Point is a moment in Unix seconds, and the value.
type Point [2]float64

// AlarmSettings is what PUT /api/v1/instances/{id}/alarms takes: settings by metric.
type AlarmSettings map[string]AlarmSetting

// AlarmSetting is the threshold and the switch of one metric. What is left out stays
// as it is.
type AlarmSetting struct {
	Threshold Share `json:"threshold,omitempty"`
	Enabled   *bool `json:"enabled,omitempty"`
}

// Share is a share of the capacity as people write it: 80% or 80. As JSON it is a
// string, or a number of percent.
type Share string

// UnmarshalJSON takes a string or a number.
func (s *Share) UnmarshalJSON(data []byte) error {
	data = bytes.TrimSpace(data)
	if len(data) > 0 && data[0] == '"' {
		var text string
		if err := json.Unmarshal(data, &text); err != nil {
			return err
		}
		if text == "" {
			return errors.New("a threshold is empty; leave it out to keep it as it is")
		}
		*s = Share(text)
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(data, &n); err != nil || n == "" {
		return errors.New(`a threshold is a share such as "80%"`)
	}
	*s = Share(n)
	return nil
}

// Alarms is the answer of GET /api/v1/alarms.
type Alarms struct {
	Alarms []Alarm `json:"alarms"`
}

// Alarm is one episode: one firing of one alarm, from raise to clear.
type Alarm struct {
	Code        string   `json:"code"`
	Rule        string   `json:"rule"`
	Account     string   `json:"account,omitempty"` // of an alarm about an account, which has no instance
	InstanceID  string   `json:"instance_id"`       // empty for an alarm about an account or the whole fleet
	Metric      string   `json:"metric"`            // empty for an alarm about an instance as a whole
	State       string   `json:"state"`             // raised, unknown, cleared
	Severity    string   `json:"severity"`
	Usage       *float64 `json:"usage"` // last known
	Capacity    *float64 `json:"capacity"`
	Utilization *float64 `json:"utilization"`
	// Threshold is the utilization that was crossed. Mark is its name of before, for
	// one release.
	Threshold *float64 `json:"threshold"`
	Mark      *float64 `json:"mark"`
	// Reason says why there is no data, what comes when, or why the alarm ended.
	Reason   string     `json:"reason,omitempty"`
	RaisedAt time.Time  `json:"raised_at"`
	EndedAt  *time.Time `json:"ended_at"`
	AckedBy  string     `json:"acked_by"`
	AckedAt  *time.Time `json:"acked_at"`
}

// Ack is what POST /api/v1/alarms/{code}/ack takes. The body may be left out.
type Ack struct {
	By string `json:"by,omitempty"`
}

// Acked is its answer: who acknowledged the alarm first.
type Acked struct {
	Code    string     `json:"code"`
	AckedBy string     `json:"acked_by"`
	AckedAt *time.Time `json:"acked_at"`
}

// Confirm is what POST /api/v1/instances/{id}/confirm takes: whether the instance is gone, or
// still exists. The body may be left out: then it exists.
type Confirm struct {
	Gone bool   `json:"gone,omitempty"`
	By   string `json:"by,omitempty"`
}

// Confirmed is its answer: what was taken down, and where the instance stands by it.
type Confirmed struct {
	InstanceID   string       `json:"instance_id"`
	Confirmation Confirmation `json:"confirmation"`
	Lifecycle    Lifecycle    `json:"lifecycle"`
}

// Confirmation is what a person said of whether an instance exists.
type Confirmation struct {
	Gone bool      `json:"gone"`
	By   string    `json:"by"`
	At   time.Time `json:"at"`
}

// Confirmations is the answer of GET /api/v1/instances/{id}/confirmations, the newest first.
type Confirmations struct {
	Confirmations []SaidOf `json:"confirmations"`
}

// SaidOf is one thing that was said, or that does not hold any more.
type SaidOf struct {
	At     time.Time `json:"at"`
	What   string    `json:"what"` // exists, gone, taken_back
	By     string    `json:"by"`   // who said so, or whose word is taken back
	Reason string    `json:"reason,omitempty"`
}

// AckSeveral is what POST /api/v1/alarms/ack takes: codes, or all that is open.
type AckSeveral struct {
	Codes []string `json:"codes,omitempty"`
	All   bool     `json:"all,omitempty"`
	By    string   `json:"by,omitempty"`
}

// AckedSeveral is its answer: who acknowledged each alarm first, and the codes that no
// open alarm has.
type AckedSeveral struct {
	Acked   []Acked  `json:"acked"`
	Missing []string `json:"missing"`
}

// Notices is the answer of GET /api/v1/notices.
type Notices struct {
	Notices []Notice `json:"notices"`
}

// Notice is one thing one recipient is told about one episode.
type Notice struct {
	ID         string     `json:"id"`
	Episode    string     `json:"episode"` // its code
	Kind       string     `json:"kind"`    // raised, escalated, reminded, flapping, settled, cleared, withdrawn
	Rule       string     `json:"rule"`
	Severity   string     `json:"severity"`
	Receiver   string     `json:"receiver"`
	Channel    string     `json:"channel"`     // sms, webhook
	Recipient  string     `json:"recipient"`   // as people are shown it, without secrets
	InstanceID string     `json:"instance_id"` // empty for an alarm about an account or the whole fleet
	State      string     `json:"state"`       // pending, sending, sent, delivered, held, dropped, dead
	Attempts   int        `json:"attempts"`
	Reason     string     `json:"reason"` // why it is held, dropped, dead or waits for another try
	ProviderID string     `json:"provider_id"`
	Message    string     `json:"message"`  // id of the message that it is part of; empty while it is part of none
	Together   int        `json:"together"` // how many notices that message speaks for
	Said       string     `json:"said"`     // the text of that message; empty for a webhook
	Text       string     `json:"text"`
	CreatedAt  time.Time  `json:"created_at"`
	SentAt     *time.Time `json:"sent_at"`
	NextAt     *time.Time `json:"next_at"` // when it is tried next; null when it is not
}

// People is the answer of GET /api/v1/people.
type People struct {
	People []Person `json:"people"`
}

// Person is a contact, and how well it can be reached at the number that it has now.
type Person struct {
	Name      string   `json:"name"`
	Number    string   `json:"number"` // its last four digits
	Language  string   `json:"language"`
	TimeZone  string   `json:"time_zone"`
	Receivers []string `json:"receivers"` // that send text messages to it
	// State is proved, unproved, failing, unsubscribed, unanswered (a drill, for more
	// than a day) or unused (no receiver sends to it).
	State        string       `json:"state"`
	ProvedAt     *time.Time   `json:"proved_at"`    // the later of the two below
	DeliveredAt  *time.Time   `json:"delivered_at"` // when the newest message that arrived was sent
	AnsweredAt   *time.Time   `json:"answered_at"`
	Failing      string       `json:"failing,omitempty"` // why the newest message did not arrive
	Unsubscribed bool         `json:"unsubscribed"`
	DailyTest    string       `json:"daily_test,omitempty"` // 09:00
	TestedAt     *time.Time   `json:"tested_at"`
	Drill        *PersonDrill `json:"drill"` // the newest; null when there was none
}

// PersonDrill is a drill that somebody was asked to answer.
type PersonDrill struct {
	AskedAt    time.Time  `json:"asked_at"`
	AnsweredAt *time.Time `json:"answered_at"`
	Overdue    bool       `json:"overdue"`
}

// Silences is the answer of GET /api/v1/silences.
type Silences struct {
	Silences []Silence `json:"silences"`
}

// Silence holds the notices of alarms that match all its matchers until it ends.
type Silence struct {
	ID string `json:"id"`
	// Matchers are label values of the alert; all must be equal. Labels are
	// alertname, instance_id, instance, product, edition, metric, severity, and those
	// of the instance.
	Matchers  map[string]string `json:"matchers"`
	Until     time.Time         `json:"until"`
	By        string            `json:"by"`
	Comment   string            `json:"comment"`
	CreatedAt time.Time         `json:"created_at"`
	// Holds is what it holds at this moment.
	Holds Holds `json:"holds"`
	// Remark says that it fits nothing now, and what may be the matter.
	Remark string `json:"remark,omitempty"`
}

// Holds is what a silence holds at a moment.
type Holds struct {
	Instances []string `json:"instances"` // ids of those about which it holds some alarm
	Accounts  []string `json:"accounts"`  // names of those about which it holds some alarm
	Alarms    []string `json:"alarms"`    // codes of those that are open
	Notices   int      `json:"notices"`   // that wait because of it, or would if they were decided now
}

// NewSilence is what POST /api/v1/silences takes: an end, or how long from now.
type NewSilence struct {
	Matchers map[string]string `json:"matchers"`
	Until    time.Time         `json:"until,omitzero"`
	For      string            `json:"for,omitempty"` // 30m, 2h, 7d
	By       string            `json:"by,omitempty"`
	Comment  string            `json:"comment,omitempty"`
	// Preview asks what the silence would hold; it is not stored.
	Preview bool `json:"preview,omitempty"`
}

// Accounts is the answer of GET /api/v1/accounts.
type Accounts struct {
	Accounts []Account `json:"accounts"`
}

// Account is who pays for instances. Amounts are text, so that no digit is lost.
type Account struct {
	Name         string     `json:"name"`
	Provider     string     `json:"provider,omitempty"`
	TimeZone     string     `json:"time_zone"`
	Balance      *Balance   `json:"balance"` // null when it is not known
	Overdue      bool       `json:"overdue"`
	OverdueSince *time.Time `json:"overdue_since"`
	LowBalance   string     `json:"low_balance,omitempty"` // the threshold below which somebody should pay

	Available       string `json:"available,omitempty"`        // what it can pay with, lines of credit included; left out when it is not known
	Credit          string `json:"credit,omitempty"`           // as it is configured
	Coupons         string `json:"coupons,omitempty"`          // as they are configured
	SuspensionDelay string `json:"suspension_delay,omitempty"` // as it is configured, such as 168h0m0s
	DailyUse        string `json:"daily_use,omitempty"`        // left out when too little was recorded
	NextBill        *Bill  `json:"next_bill"`                  // null when none is known
	Ahead           Money  `json:"ahead"`
}

// Balance is what an account has left.
type Balance struct {
	Amount   string     `json:"amount"`
	Currency string     `json:"currency"`
	At       *time.Time `json:"at"`               // when the cloud told it; null for one given by hand
	Credit   string     `json:"credit,omitempty"` // the line of credit that the cloud tells; the amount holds what is left of it
}

// Bill is a bill to come: when it is issued it may make the account overdue.
type Bill struct {
	InstanceID string     `json:"instance_id"`
	Begins     time.Time  `json:"cycle_begins"`
	Ends       time.Time  `json:"cycle_ends"`
	From       time.Time  `json:"from"`
	To         *time.Time `json:"to"` // null when it is not known until when
}

// Money is what lies ahead of the money of an account.
type Money struct {
	Until      time.Time   `json:"until"`    // how far was looked
	RunsOut    *time.Time  `json:"runs_out"` // when nothing is left, by daily use and renewals
	Costs      string      `json:"costs"`    // of the renewals, as far as their prices are known
	Unpriced   int         `json:"unpriced"` // renewals of which the price is not known
	Renewals   []Renewal   `json:"renewals"`
	Shortfalls []Shortfall `json:"shortfalls"`
	Missed     []string    `json:"missed"`  // instances of which automatic renewal has no attempt left
	Untimed    []string    `json:"untimed"` // instances of which it is not known when it tries
}

// Renewal is one renewal that automatic renewal will try to pay.
type Renewal struct {
	InstanceID  string    `json:"instance_id"`
	Ends        time.Time `json:"ends"` // of the term that it renews
	At          time.Time `json:"at"`   // the attempt that pays it, or the first that cannot
	LastAttempt time.Time `json:"last_attempt"`
	Price       string    `json:"price,omitempty"`
	Unpriced    string    `json:"unpriced,omitempty"` // why the price is not known: price, currency, period
	Fails       bool      `json:"fails"`
	CardMayPay  bool      `json:"card_may_pay"` // it is not documented that only the balance pays
}

// Shortfall is a moment at which renewals cannot be paid.
type Shortfall struct {
	At        time.Time `json:"at"`
	Missing   string    `json:"missing"` // so that all that is due until then can be paid
	Currency  string    `json:"currency"`
	Instances []string  `json:"instances"` // whose renewal fails at that moment for the first time
	Unpriced  int       `json:"unpriced"`  // renewals due until then of which the price is not known
}
