package mosquitto

import (
	"errors"
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/fleet"
)

// leastSilence is how long uptime may be silent at least, whatever the broker's
// interval is.
const leastSilence = 30 * time.Second

// Why a metric is unknown although the broker answers.
const (
	awaitsRefresh = "connected; waits for the broker's next refresh of its figures"
	unreadable    = "the broker answers but does not tell this figure: grant read on $SYS/# to this user"
	notGranted    = "the broker refused the subscription to this figure: grant read on $SYS/# to this user"
)

// fill puts the figures of the moment now into the visits.
func (t *tree) fill(now time.Time, visits []collector.Visit) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.silence(now); err != nil {
		return err
	}
	spoken := t.dialect()
	if spoken == unknownDialect {
		if t.uptimes > 1 {
			return errors.New("the broker tells $SYS/broker/uptime but none of its figures: " +
				"it is neither Mosquitto nor mochi, or this user may not read all of $SYS/#")
		}
		return fmt.Errorf("connected, %w: the broker tells its figures with its next refresh", collector.ErrNotYet)
	}
	for i := range visits {
		v := &visits[i]
		if !t.started.IsZero() && t.uptimes > 0 {
			v.Started(t.started)
		}
		t.gauge(v, fleet.Connections, connected, 1)
		if spoken == mochiDialect {
			t.total(v, fleet.SendTPS, messagesReceived)
			t.total(v, fleet.ReceiveTPS, messagesSent)
			// mochi counts shared subscriptions with the others.
			t.gauge(v, fleet.Subscriptions, subscriptions, t.plain+t.shared)
			continue
		}
		t.total(v, fleet.SendTPS, publishReceived)
		t.total(v, fleet.ReceiveTPS, publishSent)
		t.bothSubscriptions(v)
	}
	return nil
}

// silence returns why the broker must be taken for silent, in words that name
// the ways out.
func (t *tree) silence(now time.Time) error {
	last := t.since
	if t.uptimes > 0 {
		last = t.alive
	}
	quiet := now.Sub(last)
	if quiet <= max(3*t.period, leastSilence) {
		return nil
	}
	quiet = quiet.Round(time.Second)
	switch {
	case t.uptimes > 0:
		return fmt.Errorf("connected, but the broker has been silent on $SYS/broker/uptime for %s (it told it every %s before): "+
			"it hangs, or its sys_interval or the rights of this user were changed", quiet, t.period.Round(time.Second))
	case t.figures[uptime].known:
		return fmt.Errorf("connected for %s, but the broker has not refreshed $SYS/broker/uptime: "+
			"it hangs, or its sys_interval is far above the default of 10 seconds", quiet)
	}
	return fmt.Errorf("connected for %s, but the broker tells nothing under $SYS: "+
		`this user may not read it (acl_file needs "topic read $SYS/#"), or sys_interval is 0, or it is no Mosquitto`, quiet)
}

// gauge sets the usage of m, less what is ours in it.
func (t *tree) gauge(v *collector.Visit, m fleet.Metric, id topic, own uint64) {
	f := t.figures[id]
	if reason := t.gap(id, t.settled()); reason != "" {
		v.Unknown(m, reason)
		return
	}
	v.Gauge(m, float64(less(f, own)))
}

// bothSubscriptions adds Mosquitto's two counts: neither includes the other.
func (t *tree) bothSubscriptions(v *collector.Visit) {
	for _, id := range [...]topic{subscriptionsCount, sharedCount} {
		if reason := t.gap(id, t.settled()); reason != "" {
			v.Unknown(fleet.Subscriptions, reason)
			return
		}
	}
	v.Gauge(fleet.Subscriptions, float64(less(t.figures[subscriptionsCount], t.plain)+less(t.figures[sharedCount], t.shared)))
}

// less takes what is ours out of a gauge. A retained gauge is from before we
// came, there is nothing of ours in it.
func less(f figure, own uint64) uint64 {
	if !f.live {
		return f.value
	}
	return f.value - min(f.value, own)
}

// total sets a running total of m with the arrival of its topic as its clock.
func (t *tree) total(v *collector.Visit, m fleet.Metric, id topic) {
	f := t.figures[id]
	if id == publishReceived && !f.known && t.refreshes > 0 && t.figures[publishSent].known {
		// Not told and not retained: it has not changed for so long that the
		// broker forgot it (see hidden). The total is not known; the rate is.
		v.Gauge(m, 0)
		return
	}
	if reason := t.gap(id, t.settled()); reason != "" {
		v.Unknown(m, reason)
		return
	}
	if !f.live || t.uptimes == 0 {
		// A retained total is of no known moment, and before the first uptime
		// it is not known to which run of the broker a total belongs.
		v.Unknown(m, awaitsRefresh)
		return
	}
	total := f.value
	if id == publishSent || id == messagesSent {
		total -= min(total, t.ours+f.own)
	}
	v.Counter(m, float64(total), f.at)
}

// settled tells whether all topics of a refresh have arrived.
func (t *tree) settled() bool {
	if t.dialect() == mosquittoDialect {
		return t.refreshes > 0
	}
	return t.uptimes > 1
}

// gap says why topic id gives no figure; "" when it does.
func (t *tree) gap(id topic, settled bool) string {
	f := t.figures[id]
	switch {
	case f.odd != "":
		return f.odd
	case f.known:
		return ""
	case !t.granted.has(id):
		return notGranted
	case settled:
		return unreadable
	}
	return awaitsRefresh
}
