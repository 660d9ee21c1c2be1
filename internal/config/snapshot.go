// Package config turns YAML files into one immutable Snapshot, or into all the
// faults that were found, each with file, line, column, path and reason. It
// starts nothing and opens no connection; a Snapshot is a value that nothing
// running writes to.
package config

import (
	"fmt"
	"io"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/rota"
)

// Snapshot is a whole, checked configuration. Everything in it is resolved:
// defaults are filled in, secrets are read, capacities are looked up in the
// catalogue, and each instance has its alarm rules.
type Snapshot struct {
	Path     string   // of the main file
	Files    []string // all files read, secrets and web configuration among them
	Hash     string   // of the contents of all files: equal hashes are equal configurations
	LoadedAt time.Time

	Server   Server
	Storage  Storage
	Collect  Collect
	Accounts map[string]fleet.Account
	Payers   map[string]PayerRules // the alarms of accounts, by account
	// AccountNotify names the receivers of an account's alarms, and of those of its
	// instances that name none.
	AccountNotify map[string][]string
	Clouds        map[string]Cloud // how accounts of a provider are asked, by account
	Instances     []Instance       // in order of ID
	NoData        NoData
	Contacts      []Contact
	Receivers     []Receiver
	Rotas         []rota.Rota
	SMS           SMS
	Voice         Voice
	SMTP          *SMTP      // nil: no e-mail is sent
	Fallback      []string   // receivers that are told when somebody cannot be reached
	Heartbeat     *Heartbeat // nil: none is sent
	Drill         Drill
	CalendarAt    *int // when people are told of steps of the calendar, in minutes since midnight; nil is when they are due
	Catalogue     *Catalogue

	found    map[string]*fleet.Found // what it was loaded with
	patterns []string                // its include patterns
	rotas    []Fault                 // where the rotas stand, in their order; without reasons
	// templates are where the templates of receivers stand, without reasons.
	templates map[string]Fault

	// Warnings are things that are not faults but that a person should know,
	// one plain sentence each.
	Warnings []Fault
}

// Server is where the HTTP side listens, and who gets in. A change of Listen and
// WebConfigFile takes effect on restart.
type Server struct {
	Listen        string
	ExternalURL   string   // without a slash at the end; never empty
	Hosts         []string // further names that requests may come by
	Open          bool     // requests from other machines need no sign-in
	MCPWrite      bool     // assistants may acknowledge and silence
	Push          []Push
	WebConfigFile string // "" is plain HTTP without authentication
}

// Push is one place that /metrics is sent to.
type Push struct {
	URL      Secret // its path or query may hold a token
	Interval time.Duration
	Username string
	Password Secret
	Bearer   Secret
}

// Storage is where history, states and notices are kept. A change takes effect on
// restart.
type Storage struct {
	Dir             string
	Retention       time.Duration
	QueryMaxSamples int        // 50 million when it was not given
	RemoteWrite     []Database // each gets a copy of the history
	Query           *Database  // that the history is read from; nil is the own one
}

// Database is one that is written to or read from over HTTP.
type Database struct {
	URL      string
	Username string
	Password Secret
	Bearer   Secret
	TLS      TLS
}

// Collect is how often Brimwatch reads a source, and how long one reading may take.
type Collect struct {
	Interval time.Duration
	Timeout  time.Duration
}

// Instance is one instance with its source, its rules and its receivers.
type Instance struct {
	*fleet.Instance
	Source *Source // nil: only the calendar is watched
	Notify []string
	// Rules holds the capacity rule of each metric; nil where its alarm is
	// switched off. A metric without a known capacity is not judged even when it
	// has a rule.
	Rules [fleet.NumMetrics]*alarm.Rule
	// Resting holds the rule that a metric would have whose alarm is switched off.
	Resting [fleet.NumMetrics]*alarm.Rule
	// OwnClear are the metrics to which the instance itself gives a clear threshold: it does not
	// follow another threshold.
	OwnClear fleet.MetricSet
	// NoData is the rule for silence; nil where it is switched off.
	NoData *alarm.Rule
	// Calendar holds the rules of its calendar.
	Calendar *alarm.CalendarRules
	// Line is where the instance stands; its File is "" for one that was found and
	// is not listed.
	Line Position
}

// Cloud is how Brimwatch asks the API of an account's provider.
type Cloud struct {
	AccessKeyID     Secret // "" is the default credential chain
	AccessKeySecret Secret
	Endpoint        string
	MonthlyCalls    int       // 0 is the provider's own
	Discover        *Discover // nil: instances are only listed
}

// Discover says where, for which products and how often Brimwatch looks for
// instances of an account.
type Discover struct {
	Regions  []string
	Products []string
	Every    time.Duration
}

// NoData is the rule that speaks for the fleet when most of it falls silent.
type NoData struct {
	Rule   alarm.Rule
	Notify []string
}

// Source is how one instance is read. Which fields count depends on Type;
// decoding refuses those that do not belong to it.
type Source struct {
	Type     string
	URL      string
	Nodes    []string // URLs of a cluster's nodes, instead of URL
	Username string
	Password Secret
	Bearer   Secret
	TLS      TLS
	Interval time.Duration // of this source; Collect.Interval when not given
	Timeout  time.Duration
	Mapping  []Mapping // of an exposition source, in order of metric
	Queries  []Query   // of a prometheus source, in order of metric

	ManagementURL      string // rabbitmq
	VHost              string // rabbitmq
	MQTTExchange       string // rabbitmq
	APIURL             string // emqx, vernemq, nanomq
	Prefix             string // vernemq
	ExporterTPS        string // rocketmq: second, minute or ""
	SubscriptionsEvery time.Duration
	Staleness          time.Duration // prometheus; 0 is its own default
	Account            string        // aliyun
	Region             string        // aliyun
	Kind               string        // aliyun
}

// Query is the PromQL for one metric.
type Query struct {
	Metric       fleet.Metric
	Usage, Limit string // Limit may be ""
}

// Mapping says which series of a page make one metric.
type Mapping struct {
	Metric    fleet.Metric
	Series    string
	Match     []Match
	Counter   bool   // else a gauge
	Aggregate string // sum or max
	Limit     *Mapping
}

// Match is one condition on a label.
type Match struct {
	Name, Value string
	Not         bool // != instead of =
}

// TLS is how a server is trusted and we are known to it.
type TLS struct {
	CAFile, CertFile, KeyFile, ServerName string
	InsecureSkipVerify                    bool
	Digest                                string // of what the files hold: a renewed certificate is a change
}

const hiddenSecret = "<secret>"

// Secret is a value that prints as <secret> everywhere.
type Secret string

// Format hides the value from every verb of fmt, those for numbers too.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hiddenSecret) }

// String hides the value.
func (Secret) String() string { return hiddenSecret }

// GoString hides the value.
func (Secret) GoString() string { return hiddenSecret }

// MarshalText hides the value from JSON, YAML and logs.
func (Secret) MarshalText() ([]byte, error) { return []byte(hiddenSecret), nil }

// Reveal returns the value itself, for the one place that sends it.
func (s Secret) Reveal() string { return string(s) }

// Contact is one person.
type Contact struct {
	Name     string
	Phone    string // E.164; "" when it gets no text messages
	Email    string // "" when it gets no e-mail
	Language words.Language
	Zone     *time.Location
	Quiet    *Quiet // nil: never quiet
	Mute     []MuteTime
	// DailyTest is when a test message goes out each day, in minutes since midnight in
	// Zone; nil is never.
	DailyTest *int
}

// Quiet is when a person is not to be woken, in minutes since midnight in the
// person's time zone; From may be later than To (over midnight).
type Quiet struct {
	From, To int
	Except   []alarm.Severity
}

// Receiver is a group of people and URLs that get notices.
type Receiver struct {
	Name  string
	SMS   []string // names of contacts
	Voice []string // names of contacts that are called
	// VoiceOnCall names rotas: whoever is on call by them is called.
	VoiceOnCall []string
	OnCall      []string // names of rotas
	Email       []string // names of contacts
	Webhooks    []Webhook
	Escalate    []Escalation
	Mute        []MuteTime
	GroupWait   time.Duration
	// SMSTemplate words text messages that tell of one notice; "" is as Brimwatch does.
	SMSTemplate string
	// MailTemplate words mails that tell of one notice.
	MailTemplate MailTemplate

	Alertmanagers []Alertmanager
	// Turns says of those that a later way of the receiver tells which that is; the methods
	// TurnOf… read it.
	Turns map[string]int
	// CallAfter is how long a critical alarm goes without an acknowledgement before those of
	// Voice and VoiceOnCall are called.
	CallAfter time.Duration
	// Within is how long each way has to deliver, and WithinCritical the same of something
	// critical.
	Within, WithinCritical time.Duration
}

// Webhook is one URL to which notices are posted.
type Webhook struct {
	URL      Secret
	Secrets  []Secret // whsec_… or raw; the first signs, all do during rotation
	Format   string   // alertmanager, brimwatch, slack, pagerduty, dingtalk, feishu, wecom, template
	Username string
	Password Secret
	Bearer   Secret
	TLS      TLS
	Timeout  time.Duration
	Language words.Language // of what its annotations say
	Zone     *time.Location // of times in them

	// Body is the template of what is posted, and ContentType what that is; both are of the
	// format template. The body may hold a token.
	Body        Secret
	ContentType string

	RoutingKey Secret   // of pagerduty
	At         []string // of dingtalk: who is mentioned, by mobile number

	Acknowledgements bool // it is told that somebody acknowledged
	AcceptPages      bool // a web page is an answer of success, too

	CalendarAt *int // likewise, in its zone
}

// SMS is how text messages go out.
type SMS struct {
	Providers     []Provider
	ReceiptWithin time.Duration // how long the receipt of a critical message is awaited; 0 is for ever
	Limits        Limits
}

// Provider is one company that sends text messages.
type Provider struct {
	Name                string
	Type                string // twilio, aliyun, tencent or http
	AccountSID          string
	AuthToken           Secret
	APIKeySID           string // with APIKeySecret, instead of the auth token
	APIKeySecret        Secret
	From                string
	MessagingServiceSID string
	BaseURL             string
	Validity            time.Duration
	Prefixes            []string     // of phone numbers; none is all
	PricePerSegment     fleet.Amount // 0 is that of the limits
	China                            // of aliyun and tencent
	Gateway             *Gateway     // of type http
}

// Limits caps text messages.
type Limits struct {
	PerContact      int // within PerContactEvery; 0 is no cap
	PerContactEvery time.Duration
	PerDay          int          // 0 is no cap
	PerMonth        int          // 0 is no cap
	MoneyPerMonth   fleet.Amount // 0 is no cap
	PricePerSegment fleet.Amount // where the provider has none of its own
	ReserveCritical float64      // share of each cap
	Warn            []string     // receivers that are told when most of a cap is used
}

// Heartbeat is a sign of life for somebody else's monitor.
type Heartbeat struct {
	URL    Secret // its path may be all that tells senders apart
	Every  time.Duration
	Method string // GET or POST
}

// Drill asks each contact to answer a text message.
type Drill struct {
	Every time.Duration // 0 is never
	At    int           // minutes since midnight in the contact's time zone
}
