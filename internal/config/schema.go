package config

import (
	"reflect"

	"gopkg.in/yaml.v3"
)

// The schema: what may stand in a file. Each field says by its tags how it is
// written (yaml), what it means (doc), what it is when it is not given
// (default), and, where that helps, how it looks (example). TestReference writes
// docs/configuration.md from these tags.

// marked is embedded by mappings whose place is needed after decoding.
type marked struct {
	place
}

func (m *marked) setPlace(p place) { m.place = p }

type document struct {
	marked
	Include   []string              `yaml:"include" doc:"Further files, as patterns relative to this one. They may hold any top-level key; lists are joined, and a name given twice is a fault." example:"[\"fleet/*.yml\", alarms.yml]"`
	Server    serverDoc             `yaml:"server" doc:"Where the HTTP side listens, and who gets in."`
	Storage   storageDoc            `yaml:"storage" doc:"Where history, alarm states and notices are kept. Takes effect on restart."`
	Collect   collectDoc            `yaml:"collect" doc:"How often Brimwatch reads sources, and how long one reading may take."`
	Accounts  []accountDoc          `yaml:"accounts" doc:"Cloud accounts, or any payers that instances belong to."`
	Catalogue string                `yaml:"catalogue" doc:"A file with products and policies that add to and override those shipped with Brimwatch." example:"catalogue.yml"`
	Products  map[string]productDoc `yaml:"products" doc:"Products of your own, or other figures for shipped ones, by name."`
	Policies  map[string]policyDoc  `yaml:"policies" doc:"Calendars of your own, by name."`
	Instances []instanceDoc         `yaml:"instances" doc:"The instances that Brimwatch watches."`
	Alarms    alarmsDoc             `yaml:"alarms" doc:"The rules of alarms, and their receivers."`
	Contacts  []contactDoc          `yaml:"contacts" doc:"People who get text messages or e-mail."`
	Receivers []receiverDoc         `yaml:"receivers" doc:"Groups of people and URLs that get notices."`
	OnCall    []rotaDoc             `yaml:"oncall" doc:"Rotas: who is on call, in turn. See [On call](oncall.md)."`
	Intervals []intervalsDoc        `yaml:"time_intervals" doc:"Named times, as in Alertmanager, for mute_times of contacts and receivers."`
	SMS       smsDoc                `yaml:"sms" doc:"How text messages go out."`
	Voice     voiceDoc              `yaml:"voice" doc:"How telephone calls are made."`
	SMTP      smtpDoc               `yaml:"smtp" doc:"The mail server through which e-mail goes out. See [E-mail](receivers/email.md)."`
	Heartbeat heartbeatDoc          `yaml:"heartbeat" doc:"A sign of life for somebody else's monitor. It is sent only while readings arrive and the store can be written: that it stays away is the alarm."`
	Drill     drillDoc              `yaml:"drill" doc:"Asks each contact, every so often, to answer a text message."`
}

type serverDoc struct {
	marked
	Listen        string    `yaml:"listen" doc:"Address and port. Beyond loopback it needs a web_config_file that makes people sign in, or open. Takes effect on restart." default:"127.0.0.1:9740"`
	ExternalURL   string    `yaml:"external_url" doc:"How people and providers reach Brimwatch: links in notices." default:"http:// and listen" example:"https://brimwatch.example.com"`
	Hosts         []string  `yaml:"hosts" doc:"Further names that requests may come by, without a port. Those of listen and external_url, loopback names, and the address at which a connection arrives always may; all else is answered with 421." example:"[brimwatch.example.com]"`
	Open          bool      `yaml:"open" doc:"Whoever reaches Brimwatch from other machines gets in without signing in." default:"false"`
	MCPWrite      bool      `yaml:"mcp_write" doc:"Assistants that ask at /mcp may acknowledge alarms and add silences, in the name of who signed in; otherwise they only read. See [MCP](mcp.md)." default:"false"`
	Push          []pushDoc `yaml:"push" doc:"Places that /metrics is sent to, where nobody can scrape it: VictoriaMetrics, or whatever takes the text format."`
	WebConfigFile string    `yaml:"web_config_file" doc:"TLS, basic auth and client certificates, in the format of Prometheus' web configuration file. Takes effect on restart; what the file holds, at once."`
}

type pushDoc struct {
	marked
	URL      string `yaml:"url" doc:"Where to send to." example:"http://127.0.0.1:8428/api/v1/import/prometheus"`
	Interval span   `yaml:"interval" doc:"How often." default:"15s"`
	loginDoc
}

type storageDoc struct {
	marked
	Dir             string           `yaml:"dir" doc:"Folder for history, alarm states and notices; relative to where Brimwatch is started." default:"data"`
	Retention       span             `yaml:"retention" doc:"How long history and notices are kept." default:"400d"`
	QueryMaxSamples *int             `yaml:"query_max_samples" doc:"How many samples one query of the history may hold in memory; one that would hold more fails. Memory bounds it further: the four queries that run at once get half of what the machine has, or the container, the service or GOMEMLIMIT allows, at 32 bytes a sample." default:"50000000"`
	State           unlisted         `yaml:"state" doc:"-"`
	RemoteWrite     []remoteWriteDoc `yaml:"remote_write" doc:"Places that get a copy of the history by Prometheus remote write."`
	QueryURL        queryURLDoc      `yaml:"query_url" doc:"Database that statistics, charts and advice are read from instead of the own history: its URL, or a mapping. It must be filled from here, by remote_write or by scraping /metrics." default:"the own history" example:"http://127.0.0.1:8428"`
}

// loginDoc is who we are to a server.
type loginDoc struct {
	Username        string `yaml:"username" doc:"User name for basic auth, or of the MQTT client."`
	Password        string `yaml:"password" doc:"Password; better in a file."`
	PasswordFile    string `yaml:"password_file" doc:"File that holds the password."`
	PasswordEnv     string `yaml:"password_env" doc:"Variable of the environment that holds it."`
	BearerToken     string `yaml:"bearer_token" doc:"Token for the Authorization header; better in a file."`
	BearerTokenFile string `yaml:"bearer_token_file" doc:"File that holds the token."`
	BearerTokenEnv  string `yaml:"bearer_token_env" doc:"Variable of the environment that holds it."`

	anonymous bool // a password may stand alone
}

type authDoc struct {
	loginDoc
	TLS tlsDoc `yaml:"tls" doc:"How the server is trusted, and we are known to it."`
}

type tlsDoc struct {
	marked
	CAFile             string `yaml:"ca_file" doc:"Certificates that are trusted, PEM." default:"those of the system"`
	CertFile           string `yaml:"cert_file" doc:"Our certificate, PEM."`
	KeyFile            string `yaml:"key_file" doc:"Its key, PEM."`
	ServerName         string `yaml:"server_name" doc:"Name that the server's certificate must have." default:"the host of the URL"`
	InsecureSkipVerify bool   `yaml:"insecure_skip_verify" doc:"Trust any certificate. For tests only." default:"false"`
}

type remoteWriteDoc struct {
	marked
	URL string `yaml:"url" doc:"Where to write to." example:"http://127.0.0.1:8428/api/v1/write"`
	authDoc
}

type databaseDoc struct {
	marked
	URL string `yaml:"url" doc:"Where it answers Prometheus' HTTP API: what comes before /api/v1/query." example:"http://127.0.0.1:8428"`
	authDoc
}

// queryURLDoc is a databaseDoc that may be written as its URL alone.
type queryURLDoc struct{ databaseDoc }

func (q *queryURLDoc) decode(d *decoder, p place) {
	switch {
	case isNull(p.node):
	case p.node.Kind == yaml.ScalarNode:
		q.setPlace(p)
		d.decodeScalar(p, reflect.ValueOf(&q.URL).Elem())
	default:
		d.decode(p, reflect.ValueOf(&q.databaseDoc).Elem())
	}
}

type collectDoc struct {
	marked
	Interval span `yaml:"interval" doc:"How often each source is read." default:"15s"`
	Timeout  span `yaml:"timeout" doc:"How long one reading may take." default:"5s"`
}

type accountDoc struct {
	marked
	Name                string       `yaml:"name" doc:"Its name." example:"acme"`
	Provider            string       `yaml:"provider" doc:"Who the account is with: aliyun, or empty."`
	TimeZone            string       `yaml:"time_zone" doc:"Where its days begin." default:"UTC" example:"Asia/Shanghai"`
	AccessKeyID         string       `yaml:"access_key_id" doc:"Its access key." default:"the default credential chain"`
	AccessKeyIDFile     string       `yaml:"access_key_id_file" doc:"File that holds it."`
	AccessKeyIDEnv      string       `yaml:"access_key_id_env" doc:"Variable of the environment that holds it." example:"ACME_KEY_ID"`
	AccessKeySecret     string       `yaml:"access_key_secret" doc:"The key's secret; better in a file."`
	AccessKeySecretFile string       `yaml:"access_key_secret_file" doc:"File that holds it." example:"/run/secrets/acme"`
	AccessKeySecretEnv  string       `yaml:"access_key_secret_env" doc:"Variable of the environment that holds it."`
	Endpoint            string       `yaml:"endpoint" doc:"Replaces the addresses of the cloud's APIs, for a proxy or a test server." default:"those of each region"`
	MonthlyCalls        int          `yaml:"monthly_calls" doc:"Most calls of CloudMonitor in a month; sources are read less often before it would be passed." default:"1000000"`
	LowBalance          money        `yaml:"low_balance" doc:"Balance below which somebody should pay, in the account's currency." default:"none" example:"500"`
	Balance             *balanceDoc  `yaml:"balance" doc:"The balance, given by hand. Without it that of an account with aliyun is asked of the cloud." example:"{amount: 1200, currency: CNY}"`
	OverdueSince        moment       `yaml:"overdue_since" doc:"Since when a bill is unpaid, where that is known better than by a balance below zero."`
	Credit              money        `yaml:"credit" doc:"Line of credit: how far a balance that is given by hand may lie below zero before the account is overdue. What a cloud reports holds its own already." default:"0" example:"1000"`
	SuspensionDelay     span         `yaml:"suspension_delay" doc:"How long after it became overdue the cloud stops nothing, where it grants that to the account." default:"0s" example:"7d"`
	Coupons             money        `yaml:"coupons" doc:"What its coupons are worth. They pay bills and renewals; the balance does not hold them." default:"0" example:"200"`
	Notify              []string     `yaml:"notify" doc:"Receivers of the account's alarms, and of those of its instances that name none." default:"alarms.notify"`
	Discover            *discoverDoc `yaml:"discover" doc:"Find the account's instances by the cloud's APIs. Brimwatch watches them as if they were listed; an entry of instances with the same id adds to a found one, and wins over it."`
}

type discoverDoc struct {
	marked
	Regions  []string `yaml:"regions" doc:"Where to look." example:"[cn-hangzhou]"`
	Products []string `yaml:"products" doc:"What to look for: mqtt, rocketmq, iot, redis." default:"all"`
	Every    span     `yaml:"every" doc:"How often." default:"5m"`
}

type balanceDoc struct {
	marked
	Amount   money  `yaml:"amount" doc:"How much; below zero it is overdue." example:"1200"`
	Currency string `yaml:"currency" doc:"In which currency: three capital letters." example:"CNY"`
}

// unlisted is the value of a key that this version does not know, and says so in
// plain words. With doc:"-" neither the reference nor a suggestion names the key.
type unlisted struct {
	place
	given bool
}

func (u *unlisted) decode(_ *decoder, p place) { u.place, u.given = p, !isNull(p.node) }

// but tells whether another value than this one is given.
func (u *unlisted) but(value string) bool {
	return u.given && (u.node.Kind != yaml.ScalarNode || u.node.Value != value)
}

type productDoc struct {
	marked
	linksDoc
	Title    string                `yaml:"title" doc:"How people call it." example:"MQTT"`
	Titles   map[string]string     `yaml:"titles" doc:"How people call it in a language (en, zh), where that is not the title." example:"{zh: 物联网平台}"`
	Editions map[string]editionDoc `yaml:"editions" doc:"Its editions, by name."`
	Changes  []changeDoc           `yaml:"changes" doc:"What may be changed into what, and how. The first row that fits speaks; rows of your own come before those shipped."`
	Guide    *guideDoc             `yaml:"guide" doc:"How its instances are renewed and changed, for notices and pages."`
}

type editionDoc struct {
	marked
	linksDoc
	Title    map[string]string  `yaml:"title" doc:"How people call it, by language (en, zh)."`
	Capacity map[string]float64 `yaml:"capacity" doc:"What it carries, by metric."`
	Specs    map[string]specDoc `yaml:"specs" doc:"Its specifications, by name."`
	Policies map[string]string  `yaml:"policies" doc:"Its calendar, by billing method."`
	Guide    *guideDoc          `yaml:"guide" doc:"Where it differs from the guide of its product."`
	Price    price              `yaml:"price" doc:"What a renewal costs: an amount, or a mapping." example:"{amount: 410, currency: CNY, for: 1M}"`
	Source   string             `yaml:"source" doc:"Where the figures are from."`
}

type specDoc struct {
	marked
	Capacity map[string]float64 `yaml:"capacity" doc:"What it carries, by metric."`
	Price    price              `yaml:"price" doc:"What a renewal costs, where it differs from that of its edition."`
	Source   string             `yaml:"source" doc:"Where the figures are from."`
}

type policyDoc struct {
	marked
	Method     string      `yaml:"method" values:"subscription,payg,free" doc:"Billing method it is for: subscription, payg, free."`
	Phases     []phaseDoc  `yaml:"phases" doc:"What follows the end of the term, in order."`
	Downgrades bool        `yaml:"downgrades" doc:"Whether post_expiration: downgrade is possible." default:"false"`
	Renewal    *renewalDoc `yaml:"renewal" doc:"When automatic renewal tries to pay, in days before the end of the term." example:"{first: 9d, last: 1d}"`
	Bill       *billDoc    `yaml:"bill" doc:"When what is paid for as it goes is billed." example:"{cycle: 24h, after: 8h..10h}"`
	AtOnce     bool        `yaml:"unsubscribes_at_once" doc:"Whether an instance is converted or deleted at the moment it is unsubscribed. Else nobody knows what happens then." default:"false"`
	Source     string      `yaml:"source" doc:"Where it is from."`
}

type renewalDoc struct {
	marked
	First   span    `yaml:"first" doc:"First attempt, so long before the end." example:"9d"`
	Last    span    `yaml:"last" doc:"Last attempt; attempts are made daily from the first to the last." default:"the first, so there is one attempt"`
	At      clockIn `yaml:"at" doc:"When on such a day it begins to pay, with the offset from UTC." default:"with the day" example:"\"08:00+08:00\""`
	Period  period  `yaml:"period" doc:"For how long it renews, where renew_period of an instance does not say." default:"not known" example:"1M"`
	Pays    string  `yaml:"pays" values:"balance" doc:"From what it pays: balance is the available balance only (coupons count, cards do not)." default:"not known: a card may pay what the balance cannot"`
	Advised period  `yaml:"advised" doc:"Up to how long a term is short, so that automatic renewal is advised." default:"never" example:"3M"`
}

type phaseDoc struct {
	marked
	State string `yaml:"state" values:"grace,suspended,recycled,released" doc:"grace, suspended, recycled or released, in this order."`
	For   span   `yaml:"for" doc:"How long; the last phase lasts for ever. Days are calendar days of the account's time zone."`
}

type instanceDoc struct {
	marked
	ID       string             `yaml:"id" doc:"Its id, unique." example:"mqtt-cn-0pp1abc"`
	Name     string             `yaml:"name" doc:"What people call it." default:"the id" example:"Orders"`
	Account  string             `yaml:"account" doc:"Account it belongs to."`
	Product  string             `yaml:"product" doc:"mqtt, rocketmq, iot, redis, or one of your own." example:"mqtt"`
	Edition  string             `yaml:"edition" doc:"Its edition, from the catalogue." example:"basic"`
	Spec     string             `yaml:"spec" doc:"Its specification, from the catalogue." example:"rmq.p2.4xlarge"`
	Capacity map[string]float64 `yaml:"capacity" doc:"What it carries, by metric. Wins over the catalogue and over the server's own limits." example:"{message_tps: 1000, subscriptions: 10000, connections: 5000}"`
	Billing  billingDoc         `yaml:"billing" doc:"Its term."`
	Source   *sourceDoc         `yaml:"source" doc:"How it is read. Without one only its calendar is watched."`
	Labels   map[string]string  `yaml:"labels" doc:"Labels of your own; they go into webhooks and metrics." example:"{team: orders, env: prod}"`
	Notify   []string           `yaml:"notify" doc:"Receivers of its alarms." default:"alarms.notify"`
	Alarms   ownAlarmsDoc       `yaml:"alarms" doc:"Alarms of this instance, by metric, no_data, and those of its calendar (expiry, suspension, release, auto_renewal, cannot_renew, overdue, frozen). What the Monitoring Alarms dialog writes; wins over all else." example:"{connections: {threshold: 80%}, subscriptions: {enabled: false}, expiry: {before: [30d, 7d]}}"`
}

type billingDoc struct {
	marked
	Method         string `yaml:"method" values:"subscription,payg,free" doc:"subscription, payg or free." default:"subscription"`
	Policy         string `yaml:"policy" doc:"Calendar, from the catalogue." default:"by product, edition and method"`
	Expires        moment `yaml:"expires" doc:"Last day, or a time." example:"2026-12-31"`
	OverdueSince   moment `yaml:"overdue_since" doc:"Since when a bill is unpaid."`
	AutoRenew      *bool  `yaml:"auto_renew" doc:"Whether it renews itself." default:"false"`
	PostExpiration string `yaml:"post_expiration" values:"release,downgrade" doc:"What happens after expiry: release or downgrade." default:"release"`
	Frozen         *bool  `yaml:"frozen" doc:"Whether it is frozen." default:"false"`

	RenewPeriod    period   `yaml:"renew_period" doc:"For how long it was bought, and automatic renewal renews it: 1M, 3M, 1y." default:"what the cloud tells, else that of the policy" example:"3M"`
	UnsubscribedAt moment   `yaml:"unsubscribed_at" doc:"When somebody unsubscribed it, or will."`
	Price          price    `yaml:"price" doc:"What a renewal costs: an amount in the account's currency, or a mapping." default:"that of the specification or edition" example:"1230"`
	Bill           *billDoc `yaml:"bill" doc:"When it is billed, where that of its policy does not hold for it."`
	Confirmed      moment   `yaml:"confirmed" doc:"The day on which somebody last saw that the instance exists. Its bill was paid after its deletion was due, and Brimwatch cannot tell: this ends the state unknown." example:"2026-11-18"`
}

type sourceDoc struct {
	marked
	Type string   `yaml:"type" values:"mosquitto,emqx,rabbitmq,vernemq,hivemq,nanomq,nats,rocketmq,redis,aliyun,prometheus,exposition" doc:"mosquitto, emqx, rabbitmq, vernemq, hivemq, nanomq, nats, rocketmq, redis, aliyun, prometheus (PromQL, one query a metric) or exposition (any text page, with a mapping)." example:"mosquitto"`
	URL  string   `yaml:"url" doc:"Where it is read." example:"mqtt://127.0.0.1:1883"`
	URLs []string `yaml:"urls" doc:"Where the nodes of a cluster are read, instead of url. Their figures are put together; while one is missing, they are unknown." example:"[\"http://10.0.0.1:8888\", \"http://10.0.0.2:8888\"]"`
	authDoc
	Interval           span                  `yaml:"interval" doc:"How often this one is read." default:"collect.interval; aliyun: 1m at least"`
	Timeout            span                  `yaml:"timeout" doc:"How long reading it may take." default:"collect.timeout; aliyun: 30s"`
	Mapping            map[string]mappingDoc `yaml:"mapping" doc:"For exposition: which series make a metric, by metric." example:"{connections: {series: app_clients, kind: gauge}}"`
	Queries            map[string]queryDoc   `yaml:"queries" doc:"For prometheus: the queries, by metric." example:"{connections: {usage: 'sum(app_clients)', limit: 'sum(app_clients_max)'}}"`
	Staleness          span                  `yaml:"staleness" doc:"For prometheus: how old the samples behind a figure may be; older ones make it unknown." default:"5m"`
	ManagementURL      string                `yaml:"management_url" doc:"For rabbitmq: its management API, which has limits and MQTT subscriptions." example:"http://127.0.0.1:15672"`
	MQTTExchange       string                `yaml:"mqtt_exchange" doc:"For rabbitmq: mqtt.exchange of its configuration." default:"amq.topic"`
	VHost              string                `yaml:"vhost" doc:"For rabbitmq: the virtual host that is the instance." default:"all"`
	APIURL             string                `yaml:"api_url" doc:"For emqx, vernemq and nanomq: the API with the figures that the page lacks, such as limits."`
	ExporterTPS        string                `yaml:"exporter_tps" values:"second,minute" doc:"For rocketmq: what the TPS of the older rocketmq-exporter is, second or minute; its releases differ, and its page does not say." default:"unknown"`
	Prefix             string                `yaml:"prefix" doc:"For vernemq: what its metrics begin with." default:"vernemq_ or nothing"`
	SubscriptionsEvery span                  `yaml:"subscriptions_every" doc:"For redis, rabbitmq, nanomq and nats: how often subscriptions are counted, which costs the server work." default:"1m; rabbitmq, nanomq: 5m"`
	Region             string                `yaml:"region" doc:"For aliyun: where the instance runs." default:"the only region of the account's discover" example:"cn-hangzhou"`
	Kind               string                `yaml:"kind" values:"mqtt,rocketmq4,rocketmq5,iot,redis_standard,redis_cluster,redis_rwsplit" doc:"For aliyun: mqtt, rocketmq4, rocketmq5, iot, redis_standard, redis_cluster or redis_rwsplit." default:"by product, id and spec"`
}

type queryDoc struct {
	marked
	Usage string `yaml:"usage" doc:"PromQL that gives the usage as one figure." example:"sum(app_clients)"`
	Limit string `yaml:"limit" doc:"PromQL that gives the capacity." example:"sum(app_clients_max)"`
}

type mappingDoc struct {
	marked
	Series    string    `yaml:"series" doc:"Name of the series." example:"app_messages_in_total"`
	Match     []string  `yaml:"match" doc:"Labels they must have, or must not." example:"['kind=\"publish\"']"`
	Kind      string    `yaml:"kind" values:"counter,gauge" doc:"counter (a running total, made into a rate) or gauge." example:"counter"`
	Aggregate string    `yaml:"aggregate" values:"sum,max" doc:"What several series are made into: sum or max." default:"sum"`
	Limit     *limitDoc `yaml:"limit" doc:"Series with the capacity."`
}

type limitDoc struct {
	marked
	Series    string   `yaml:"series" doc:"Name of the series."`
	Match     []string `yaml:"match" doc:"Labels they must have, or must not."`
	Kind      string   `yaml:"kind" values:"gauge" doc:"A limit is a gauge." default:"gauge"`
	Aggregate string   `yaml:"aggregate" values:"sum,max" doc:"sum or max." default:"sum"`
}

type alarmsDoc struct {
	marked
	Notify     []string    `yaml:"notify" doc:"Receivers of instances that name none." default:"the only receiver there is"`
	Fallback   []string    `yaml:"fallback" doc:"Receivers that are told when somebody cannot be reached and nobody else was, when nobody is on call, and who has not answered a drill." default:"alarms.notify" example:"[managers]"`
	Capacity   ruleDoc     `yaml:"capacity" doc:"Usage against capacity."`
	NoData     ruleDoc     `yaml:"no_data" doc:"An instance gives no figures."`
	Flapping   flappingDoc `yaml:"flapping" doc:"When a capacity or no_data alarm that is raised and ends time and again is told as one that goes up and down."`
	CalendarAt hour        `yaml:"calendar_at" doc:"When people are told of steps of the calendar that lie ahead, in the time zone of each; off tells them when they are due. What has happened, the last warning and what would be late by then is told at once. Webhooks have a key of their own." default:"\"09:00\"" example:"\"08:30\""`
	calendarDoc
	LowBalance *stateRuleDoc `yaml:"low_balance" doc:"An account's balance lies below its threshold (accounts[].low_balance). It is over when the balance lies above the threshold and 5 % of it."`
	Shortfall  *shortfallDoc `yaml:"shortfall" doc:"Automatic renewals of an account will fail soon, because its balance is not enough for their prices and its daily use. It is over when there is enough." default:"off" example:"{within: 10d}"`
	Overrides  []overrideDoc `yaml:"overrides" doc:"Other rules for some instances or metrics; later ones win."`
}

type ruleDoc struct {
	marked
	Enabled   *bool      `yaml:"enabled" doc:"Whether it is an alarm at all." default:"true"`
	Threshold share      `yaml:"threshold" doc:"Share of the capacity at which it is an alarm." default:"70%"`
	Clear     share      `yaml:"clear" doc:"Share below which it is over." default:"five points below the threshold"`
	For       span       `yaml:"for" doc:"How long at or above the threshold; for no_data how long silent." default:"1m; no_data: 3m"`
	ClearFor  span       `yaml:"clear_for" doc:"How long below the clear threshold; for no_data how long it gives figures again." default:"1m"`
	Repeat    span       `yaml:"repeat" doc:"Remind this often until acknowledged; 0 is never." default:"24h"`
	Severity  string     `yaml:"severity" values:"info,warning,critical" doc:"info, warning or critical." default:"warning"`
	Levels    []levelDoc `yaml:"levels" doc:"Further levels." example:"[{severity: critical, threshold: 90%}]"`
}

type flappingDoc struct {
	marked
	Enabled *bool `yaml:"enabled" doc:"Whether ups and downs are told as one; false tells each." default:"true"`
	Raises  *int  `yaml:"raises" doc:"How many times it was raised and ended, 2 to 4." default:"3"`
	Within  span  `yaml:"within" doc:"In how much time, 5m to 24h. People are told as often of one that flaps, and it is over when it has been still for as long." default:"1h"`
}

type levelDoc struct {
	marked
	Severity  string `yaml:"severity" values:"info,warning,critical" doc:"info, warning or critical." default:"critical"`
	Threshold share  `yaml:"threshold" doc:"Share of the capacity."`
	Clear     share  `yaml:"clear" doc:"Share below which this level is left." default:"five points below"`
}

// calendarDoc is the rules of the calendar, at each place where rules stand.
type calendarDoc struct {
	Expiry      *dateRuleDoc  `yaml:"expiry" doc:"The paid term ends." default:"{before: [7d, 3d, 1d, 0d]}"`
	Suspension  *dateRuleDoc  `yaml:"suspension" doc:"The service is stopped." default:"{before: [1d, 0d]}"`
	Release     *dateRuleDoc  `yaml:"release" doc:"The instance is deleted for good." default:"{before: [7d, 3d, 1d, 0d]}"`
	AutoRenewal *dateRuleDoc  `yaml:"auto_renewal" doc:"Automatic renewal is on, and a day after its first attempt the term has not moved."`
	CannotRenew *dateRuleDoc  `yaml:"cannot_renew" doc:"The account is overdue, and an instance of it expires soon." default:"{before: [30d]}"`
	Overdue     *stateRuleDoc `yaml:"overdue" doc:"A bill is unpaid: of an account, or of one instance."`
	Frozen      *stateRuleDoc `yaml:"frozen" doc:"The instance is frozen."`
	Forecast    *forecastDoc  `yaml:"forecast" doc:"A metric that grows will reach its threshold soon. Its notices go out between 9 and 18 o'clock of the account's time zone." default:"off" example:"{within: 14d}"`
}

type forecastDoc struct {
	marked
	Enabled  *bool  `yaml:"enabled" doc:"Whether it is an alarm, where within is given." default:"true"`
	Within   span   `yaml:"within" doc:"How soon the threshold must be expected. The alarm is over when it is a quarter further away." example:"14d"`
	Repeat   span   `yaml:"repeat" doc:"Remind this often until acknowledged; 0 is never." default:"0s"`
	Severity string `yaml:"severity" values:"info,warning,critical" doc:"info, warning or critical." default:"info"`
}

type shortfallDoc struct {
	marked
	Enabled  *bool  `yaml:"enabled" doc:"Whether it is an alarm, where within is given." default:"true"`
	Within   span   `yaml:"within" doc:"How soon a renewal must be expected to fail. The alarm is over when that is a quarter further away." example:"10d"`
	Repeat   span   `yaml:"repeat" doc:"Remind this often until acknowledged; 0 is never." default:"0s"`
	Severity string `yaml:"severity" values:"info,warning,critical" doc:"info, warning or critical." default:"warning"`
}

type dateRuleDoc struct {
	marked
	Enabled  *bool  `yaml:"enabled" doc:"Whether it is an alarm at all." default:"true"`
	Before   []span `yaml:"before" doc:"How long before its moment a notice goes out, a step each; 0d is the moment itself. Whole days are calendar days of the account's time zone." example:"[7d, 3d, 1d, 0d]"`
	Repeat   span   `yaml:"repeat" doc:"Remind this often until acknowledged; 0 is never." default:"0s"`
	Severity string `yaml:"severity" values:"info,warning,critical" doc:"info, warning or critical." default:"critical from a day ahead, else warning; auto_renewal and cannot_renew: warning"`
}

type stateRuleDoc struct {
	marked
	Enabled  *bool  `yaml:"enabled" doc:"Whether it is an alarm at all." default:"true"`
	Repeat   span   `yaml:"repeat" doc:"Remind this often until acknowledged; 0 is never." default:"0s; low_balance: 24h"`
	Severity string `yaml:"severity" values:"info,warning,critical" doc:"info, warning or critical." default:"overdue: critical, else warning"`
}

type overrideDoc struct {
	marked
	Match    matchDoc     `yaml:"match" doc:"What it is for; all that is given must fit."`
	Capacity *ruleDoc     `yaml:"capacity" doc:"Other values for the capacity rule."`
	NoData   *ruleDoc     `yaml:"no_data" doc:"Other values for the no_data rule."`
	Flapping *flappingDoc `yaml:"flapping" doc:"Other values for when these alarms flap."`
	calendarDoc
	LowBalance *stateRuleDoc `yaml:"low_balance" doc:"Other values for the low_balance rule of an account."`
	Shortfall  *shortfallDoc `yaml:"shortfall" doc:"Other values for the shortfall rule of an account."`
}

type matchDoc struct {
	marked
	Instance string            `yaml:"instance" doc:"Id."`
	Account  string            `yaml:"account" doc:"Account."`
	Product  string            `yaml:"product" doc:"Product."`
	Edition  string            `yaml:"edition" doc:"Edition."`
	Metric   string            `yaml:"metric" doc:"Metric; for capacity only."`
	Labels   map[string]string `yaml:"labels" doc:"Labels."`
}

type contactDoc struct {
	marked
	Name       string    `yaml:"name" doc:"Unique name." example:"wei"`
	Phone      string    `yaml:"phone" doc:"Telephone number with + and country (E.164), for text messages." example:"\"+8613800138000\""`
	Email      string    `yaml:"email" doc:"E-mail address. A contact has a phone, an email, or both." example:"wei@example.com"`
	Language   string    `yaml:"language" values:"en,zh" doc:"Of texts: en or zh." default:"en"`
	TimeZone   string    `yaml:"time_zone" doc:"For times in texts, and for quiet hours." default:"UTC" example:"Asia/Shanghai"`
	DailyTest  clock     `yaml:"daily_test" doc:"When a test message goes to this person each day, in their time zone: a day without one means that something is broken." default:"never" example:"\"09:00\""`
	QuietHours *quietDoc `yaml:"quiet_hours" doc:"When not to wake this person: text messages wait until the end, and are dropped when the alarm is over by then. E-mail wakes nobody, and does not wait."`
	MuteTimes  []muteDoc `yaml:"mute_times" doc:"Names of time_intervals in which this person is told nothing, as in quiet hours. A severity goes out all the same where the item is a mapping with except." example:"[weekends, {name: holidays, except: [critical]}]"`
}

type quietDoc struct {
	marked
	From   clock    `yaml:"from" doc:"Beginning." example:"\"22:00\""`
	To     clock    `yaml:"to" doc:"End." example:"\"08:00\""`
	Except []string `yaml:"except" doc:"Severities whose notices go out all the same." example:"[critical]"`
}

type receiverDoc struct {
	marked
	Name string `yaml:"name" doc:"Unique name." example:"oncall"`
	listsDoc
	Ways      []wayDoc     `yaml:"ways" doc:"Instead of lists of its own: ways in order. The next one is taken when those before do not deliver." example:"[{sms: [wei]}, {oncall: [managers]}]"`
	Within    span         `yaml:"within" doc:"How long each way has to deliver." default:"2m for critical alarms, 15m for others"`
	CallAfter span         `yaml:"call_after" doc:"How long a critical alarm goes without an acknowledgement before those under voice are called. In a later way they are called in its turn." default:"5m"`
	Escalate  []stepDoc    `yaml:"escalate" doc:"Who is told, too, when nobody has acknowledged an alarm by then." example:"[{after: 15m, to: [managers]}]"`
	MuteTimes []muteDoc    `yaml:"mute_times" doc:"Names of time_intervals in which nobody of this receiver is told; notices wait until the end, and are dropped when the alarm is over by then. A severity goes out all the same where the item is a mapping with except." example:"[weekends, {name: holidays, except: [critical]}]"`
	Templates templatesDoc `yaml:"templates" doc:"Other words than those that are shipped."`
	GroupWait span         `yaml:"group_wait" doc:"How long a first notice waits for others to go out with it." default:"0s"`
}

type webhookDoc struct {
	marked
	URL         string   `yaml:"url" doc:"Where to post." example:"http://127.0.0.1:8080/hook"`
	Secret      string   `yaml:"secret" doc:"Signs the requests: Standard Webhooks, or as DingTalk and Feishu have it; better in a file."`
	SecretFile  string   `yaml:"secret_file" doc:"File that holds it."`
	SecretEnv   string   `yaml:"secret_env" doc:"Variable of the environment that holds it."`
	SecretFiles []string `yaml:"secret_files" doc:"Files of several secrets, while one is being changed; each signs."`
	Format      string   `yaml:"format" values:"alertmanager,brimwatch,template,slack,pagerduty,dingtalk,feishu,wecom" doc:"Who reads it: alertmanager (the body of its webhook), brimwatch (a body of our own), slack, pagerduty, dingtalk, feishu, wecom; or template, with a body that you write." default:"alertmanager"`
	Timeout     span     `yaml:"timeout" doc:"How long one call may take." default:"15s"`
	Language    string   `yaml:"language" values:"en,zh" doc:"Of what people read: en or zh. Labels and figures for programs stay as they are." default:"en"`
	TimeZone    string   `yaml:"time_zone" doc:"For times in them." default:"UTC" example:"Asia/Shanghai"`
	CalendarAt  hour     `yaml:"calendar_at" doc:"When steps of the calendar that lie ahead are posted, in its time zone." default:"off" example:"\"09:00\""`
	formatDoc
	bodyDoc
	authDoc
}

type smsDoc struct {
	marked
	Providers     []providerDoc `yaml:"providers" doc:"Who sends text messages."`
	ReceiptWithin span          `yaml:"receipt_within" doc:"How long the receipt of a critical text message is awaited before the next provider for the number is asked; 0 is for ever." default:"2m"`
	Limits        limitsDoc     `yaml:"limits" doc:"Caps. A message over a cap waits until there is room, and is dropped when the alarm is over by then."`
}

type providerDoc struct {
	marked
	Name                string   `yaml:"name" doc:"Unique name." example:"twilio"`
	Type                string   `yaml:"type" values:"twilio,aliyun,tencent,http" doc:"twilio, aliyun, tencent; or http for any other gateway, see [SMS by HTTP](receivers/http-sms.md)." example:"twilio"`
	AccountSID          string   `yaml:"account_sid" doc:"twilio: the account." example:"AC…"`
	AuthToken           string   `yaml:"auth_token" doc:"Its token; better in a file."`
	AuthTokenFile       string   `yaml:"auth_token_file" doc:"File that holds it."`
	AuthTokenEnv        string   `yaml:"auth_token_env" doc:"Variable of the environment that holds it."`
	APIKeySID           string   `yaml:"api_key_sid" doc:"An API key, instead of the token." example:"SK…"`
	APIKeySecret        string   `yaml:"api_key_secret" doc:"Its secret; better in a file."`
	APIKeySecretFile    string   `yaml:"api_key_secret_file" doc:"File that holds it."`
	APIKeySecretEnv     string   `yaml:"api_key_secret_env" doc:"Variable of the environment that holds it."`
	From                string   `yaml:"from" doc:"Sender: number, short code or name." example:"\"+15005550006\""`
	MessagingServiceSID string   `yaml:"messaging_service_sid" doc:"A pool of senders, instead of from." example:"MG…"`
	BaseURL             string   `yaml:"base_url" doc:"For a proxy or a test server." default:"the provider's own"`
	Validity            span     `yaml:"validity" doc:"twilio: how long the provider may hold a message back." default:"15m"`
	Prefixes            []string `yaml:"prefixes" doc:"Beginnings of the numbers it sends to. Of several providers for a number that with the longest is asked first, the others in turn when it refuses, fails or does not deliver." default:"all" example:"[\"+1\", \"+44\"]"`
	PricePerSegment     money    `yaml:"price_per_segment" doc:"What it charges for a segment, where it does not say so itself." default:"sms.limits.price_per_segment" example:"0.05"`
	chinaDoc
	gatewayDoc
}

type limitsDoc struct {
	marked
	PerContact      perTime  `yaml:"per_contact" doc:"Most messages to one contact in a time." default:"none" example:"10/h"`
	PerDay          *int     `yaml:"per_day" doc:"Most messages in 24 hours." default:"none"`
	PerMonth        *int     `yaml:"per_month" doc:"Most messages in 30 days." default:"none"`
	MoneyPerMonth   money    `yaml:"money_per_month" doc:"Most money in 30 days, in the currency of the provider's account. What the provider charged counts, and price_per_segment until it has said so." default:"none" example:"200"`
	PricePerSegment money    `yaml:"price_per_segment" doc:"What a segment costs where the provider has not said so." default:"0" example:"0.05"`
	ReserveCritical share    `yaml:"reserve_critical" doc:"Share of every cap that only critical alarms may use." default:"0%" example:"20%"`
	Warn            []string `yaml:"warn" doc:"Receivers that are told once when 80 % of per_day, per_month or money_per_month are used." default:"alarms.notify"`
}

type heartbeatDoc struct {
	marked
	URL     string `yaml:"url" doc:"What is called; an http or https URL. It is never shown beyond its host." example:"https://hc.example.com/ping/5f0c"`
	URLFile string `yaml:"url_file" doc:"File that holds it."`
	URLEnv  string `yaml:"url_env" doc:"Variable of the environment that holds it."`
	Every   span   `yaml:"every" doc:"How often." default:"1m"`
	Method  string `yaml:"method" values:"GET,POST" doc:"GET or POST." default:"GET"`
}

type drillDoc struct {
	marked
	Every span  `yaml:"every" doc:"How often each contact is asked." default:"never" example:"30d"`
	At    clock `yaml:"at" doc:"When, in the contact's time zone." default:"\"10:00\""`
}
