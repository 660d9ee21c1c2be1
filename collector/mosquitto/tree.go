package mosquitto

import (
	"strings"
	"sync"
	"time"
)

// dialect says whose $SYS tree it is: the two use the same names for different
// things.
type dialect uint8

const (
	unknownDialect dialect = iota
	mosquittoDialect
	mochiDialect
)

// tree is what a broker has told under $SYS. The session's reader hands it
// every message, Collect reads the figures; it does no I/O and has no clock.
//
// A refresh is the burst in which the broker tells its figures, every 11 s by
// default. Two visits may fall into one refresh, or one into the middle of it,
// so each running total keeps the arrival time of its own topic as its clock:
// no total is ever paired with the time of another refresh.
//
// Mosquitto publishes in the order uptime, clients, subscriptions,
// publish/messages/received, publish/messages/sent, and leaves out what has
// not changed. The last one always changes while somebody listens (our own
// deliveries raise it), so its arrival says of every other topic: it came in
// this refresh, or it still has its old value. mochi publishes all topics every
// time, in any order.
type tree struct {
	mu sync.Mutex

	// Of the current connection.
	since     time.Time // when it was made
	granted   topicSet  // what the broker lets us subscribe to
	plain     uint64    // own subscriptions, without the shared one
	shared    uint64    // own shared subscriptions: 1 when it was granted
	figures   [numTopics]figure
	brand     dialect // as far as version alone tells
	received  uint64  // messages delivered to us
	burst     uint64  // received, when the refresh that is going on began
	inBurst   topicSet
	refreshes int // complete refreshes, Mosquitto
	uptimes   int // live arrivals of uptime
	alive     time.Time
	lastAge   time.Duration // the uptime told before, 0 when none was
	summed    bool          // publish/messages/sent came since the last uptime

	// Of the broker, over reconnects.
	period  time.Duration // between two refreshes; 0 until measured
	started time.Time     // when the broker was started; zero until known
	ours    uint64        // messages delivered to us by this run of the broker, on earlier connections
	sent    uint64        // highest total of deliveries so far
}

// figure is the last value of one topic.
type figure struct {
	known bool
	value uint64
	odd   string // why the payload is no figure
	// live means that the value belongs to a refresh since we are connected: it
	// counts us, and at is its clock. A retained value is up to one refresh old
	// and from before we came.
	live bool
	at   time.Time
	// own is, for a total of deliveries, how many of them were made to us on
	// this connection.
	own uint64
}

// connect begins a new connection. What an earlier one told is forgotten: the
// broker tells it anew, and it may be another broker.
func (t *tree) connect(now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ours += t.received
	t.since = now
	t.granted, t.plain, t.shared = 0, 0, 0
	t.figures = [numTopics]figure{}
	t.brand = unknownDialect
	t.received, t.burst, t.inBurst = 0, 0, 0
	t.refreshes, t.uptimes = 0, 0
	t.alive = time.Time{}
	t.lastAge = 0
	t.summed = false
}

// grant records which of our subscriptions the broker accepted.
func (t *tree) grant(topics topicSet, shared bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.granted, t.plain, t.shared = topics, uint64(topics.len()), 0
	if shared {
		t.shared = 1
	}
}

// observe takes one message as it was delivered to us at the moment at.
func (t *tree) observe(name string, payload []byte, retained bool, at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	id := parseTopic(name)
	if id == notOurs {
		t.received++
		return
	}
	t.countDelivery(id, retained)
	switch id {
	case version:
		t.observeVersion(payload)
	case uptime:
		t.observeUptime(payload, retained, at)
	default:
		t.observeCount(id, payload, retained, at)
	}
}

// countDelivery counts a message that was delivered to us, and finds where a
// refresh of mochi begins: with the first topic that comes a second time.
func (t *tree) countDelivery(id topic, retained bool) {
	if retained || t.inBurst.has(id) {
		t.inBurst = 0
		t.burst = t.received
		if retained {
			t.burst++
		}
	}
	if !retained {
		t.inBurst = t.inBurst.with(id)
	}
	t.received++
}

func (t *tree) observeVersion(payload []byte) {
	t.figures[version].known = true
	t.brand = unknownDialect
	if strings.HasPrefix(string(payload), "mosquitto version") {
		t.brand = mosquittoDialect
	}
}

func (t *tree) observeUptime(payload []byte, retained bool, at time.Time) {
	t.figures[uptime].known = true
	age, err := parseUptime(payload)
	if err != nil {
		age = 0
	}
	if retained {
		t.lastAge = age
		return
	}

	switch {
	case t.uptimes > 0:
		t.period = at.Sub(t.alive)
	case t.lastAge > 0 && age > t.lastAge:
		// The retained uptime is the one of the refresh before.
		t.period = age - t.lastAge
	}
	if t.uptimes > 0 && !t.summed {
		t.settle(t.alive)
	}
	if err == nil {
		t.dateStart(at.Add(-age))
	}
	t.uptimes++
	t.alive = at
	t.lastAge = age
	t.summed = false
}

// usualPeriod is Mosquitto's with the default sys_interval of 10 s, up to 2.0.
const usualPeriod = 11 * time.Second

// startSlack is by how much two estimates of one start differ at most: both
// sides round to whole seconds, and a message may be late.
const startSlack = 3 * time.Second

// dateStart takes an estimate of when the broker was started. A broker cannot
// restart without cutting the connection, so only the first estimate of a
// connection counts; the others would only add their rounding.
func (t *tree) dateStart(estimate time.Time) {
	if t.uptimes > 0 && !t.started.IsZero() {
		return
	}
	if !t.started.IsZero() && estimate.Sub(t.started).Abs() <= startSlack {
		return
	}
	if !t.started.IsZero() {
		t.forgetRun()
	}
	t.started = estimate
}

// forgetRun drops what belongs to a run of the broker that is over.
func (t *tree) forgetRun() {
	t.ours = 0
	t.sent = 0
}

func (t *tree) observeCount(id topic, payload []byte, retained bool, at time.Time) {
	f := figure{known: true, live: !retained, at: at}
	value, err := parseCount(payload)
	if err != nil {
		f.odd = err.Error()
	}
	f.value = value
	switch id {
	case publishSent:
		// Counted when written, so all we were sent before is in the figure.
		f.own = t.received - 1
	case messagesSent:
		// mochi takes its figures before it publishes the first of them.
		f.own = t.burst
	}
	if id == t.deliveries() && f.odd == "" && !retained {
		// A total that fell without a visible restart: started again within
		// the slack of the start time.
		if value < t.sent {
			t.forgetRun()
		}
		t.sent = value
	}
	t.figures[id] = f

	if id == publishSent && !retained {
		t.settle(at)
		t.summed = true
	}
}

// settle completes a refresh that Mosquitto published at the moment at:
// topics that were not in it have not changed. Where publish/messages/sent may
// not be read, the next uptime completes the refresh before it.
func (t *tree) settle(at time.Time) {
	if t.dialect() != mosquittoDialect {
		return
	}
	t.refreshes++
	for _, id := range [...]topic{connected, publishReceived, subscriptionsCount, sharedCount} {
		f := &t.figures[id]
		if f.known && f.at.Before(at) {
			f.live = true
			f.at = at
		}
	}
}

// dialect says whose tree it is: by version, else by topics that only one of
// the two has.
func (t *tree) dialect() dialect {
	switch {
	case t.brand == mosquittoDialect:
		return mosquittoDialect
	case t.figures[subscriptions].known:
		return mochiDialect
	case t.figures[publishReceived].known, t.figures[publishSent].known, t.figures[subscriptionsCount].known:
		return mosquittoDialect
	}
	return unknownDialect
}

// deliveries is the topic that counts the messages sent to clients; notOurs
// when the dialect is not known.
func (t *tree) deliveries() topic {
	switch t.dialect() {
	case mosquittoDialect:
		return publishSent
	case mochiDialect:
		return messagesSent
	case unknownDialect:
	}
	return notOurs
}

// healthy tells whether the connection has carried a refresh.
func (t *tree) healthy() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.uptimes > 0
}

// hidden tells whether Mosquitto keeps a gauge from us although it has told a
// whole refresh; settled is false as long as there was none.
//
// Before 2.0.16 it forgets a retained $SYS topic after 60 s and publishes it
// again only when it changes. Usually our own coming changes all three gauges.
// Not when we left and came back within one refresh, as at a restart of the
// monitor: then they stay as they were, and the broker would tell them only
// when somebody else comes or goes, perhaps in days. Staying away for one whole
// refresh makes it tell them.
func (t *tree) hidden() (hidden, settled bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.dialect() != mosquittoDialect || t.refreshes == 0 {
		return false, false
	}
	for _, id := range [...]topic{connected, subscriptionsCount, sharedCount} {
		if id == sharedCount && t.shared == 0 {
			continue
		}
		if t.granted.has(id) && !t.figures[id].known {
			return true, true
		}
	}
	return false, true
}

// interval is how long a refresh takes, as far as it is known.
func (t *tree) interval() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.period > 0 {
		return t.period
	}
	return usualPeriod
}
