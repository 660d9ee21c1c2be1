package families

import (
	"cmp"
	"context"
	"slices"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
	"github.com/brimwatch/brimwatch/notifier"
)

// maxOpen bounds the open alarms of a Content.
const maxOpen = 100_000

// readEpisodes reads the open alarms; false when it could not.
func (s *Source) readEpisodes(ctx context.Context, c *Content) bool {
	open, err := s.Alarms.Episodes(ctx, alarm.EpisodeFilter{Open: true, Limit: maxOpen})
	s.note(ctx, episodes, err)
	if err != nil {
		return false
	}
	// The newest, which comes first, speaks for its alarm, should there ever be two.
	slices.SortStableFunc(open, func(a, b alarm.Episode) int { return compareKeys(a.Key, b.Key) })
	c.open = slices.CompactFunc(open, func(a, b alarm.Episode) bool { return a.Key == b.Key })
	return true
}

func compareKeys(a, b alarm.Key) int {
	return cmp.Or(cmp.Compare(a.Instance, b.Instance), cmp.Compare(a.Account, b.Account), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Metric, b.Metric))
}

// readSilences reads the silences; false when it could not.
func (s *Source) readSilences(ctx context.Context, c *Content) bool {
	list, err := s.Silences.Silences(ctx)
	s.note(ctx, silences, err)
	if err != nil {
		return false
	}
	c.silences = 0
	for i := range list {
		if list[i].InForce(c.now) {
			c.silences++
		}
	}
	c.cover = notifier.CoverOf(list, c.now)
	return true
}

// findAlarmed looks up the instances that open alarms are about. They are few, and
// an index of all instances would have to be made each time.
func (c *Content) findAlarmed() {
	c.alarmed = make(map[string]*fleet.Instance)
	for i := range c.open {
		c.alarmed[c.open[i].Key.Instance] = nil
	}
	for i := range c.fleet {
		in := c.fleet[i].Instance
		if _, ok := c.alarmed[in.ID]; ok {
			c.alarmed[in.ID] = in
		}
	}
}

// payerOf names the account that an episode is about, or that pays for its instance;
// "" when there is none.
func (c *Content) payerOf(e *alarm.Episode) string {
	if in := c.alarmed[e.Key.Instance]; in != nil {
		return in.Account
	}
	return e.Key.Account
}

// alarmsRaised hands out the open alarms.
func (c *Content) alarmsRaised(f *series.Family, visit Visit) {
	p := series.Point{Family: f, Value: 1}
	for i := range c.open {
		e := &c.open[i]
		if !c.of(c.payerOf(e)) {
			continue
		}
		p.Labels = append(p.Labels[:0],
			fleet.Label{Name: series.Rule, Value: string(e.Key.Rule)},
			fleet.Label{Name: series.InstanceID, Value: e.Key.Instance},
			fleet.Label{Name: series.Account, Value: e.Key.Account})
		p.Metric, p.Severity = e.Key.MetricName(), string(e.Severity)
		visit(&p)
	}
}

// fleetAlarms hands out how many alarms are open of each product and account, by
// rule and severity.
func (c *Content) fleetAlarms(f *series.Family, visit Visit) {
	type kind struct {
		groupKey
		rule, severity string
	}
	counts := make(map[kind]int)
	for i := range c.open {
		e := &c.open[i]
		k := kind{groupKey{account: c.payerOf(e)}, string(e.Key.Rule), string(e.Severity)}
		if in := c.alarmed[e.Key.Instance]; in != nil {
			k.product = in.Product
		}
		counts[k]++
	}
	kinds := make([]kind, 0, len(counts))
	for k := range counts {
		if c.of(k.account) {
			kinds = append(kinds, k)
		}
	}
	slices.SortFunc(kinds, func(a, b kind) int {
		return cmp.Or(a.compare(b.groupKey), cmp.Compare(a.rule, b.rule), cmp.Compare(a.severity, b.severity))
	})
	p := series.Point{Family: f}
	for _, k := range kinds {
		p.Labels = append(k.labels(p.Labels[:0]), fleet.Label{Name: series.Rule, Value: k.rule})
		p.Severity, p.Value = k.severity, float64(counts[k])
		visit(&p)
	}
}
