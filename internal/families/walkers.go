package families

import (
	"math"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// part is what families are made of: things that are read each on its own.
type part uint8

const (
	instances part = 1 << iota
	accounts
	episodes
	silences
)

// String names the series that come from a part.
func (p part) String() string {
	switch p {
	case episodes:
		return "alarms"
	case silences:
		return "silences"
	case instances:
		return "instances"
	case accounts:
		return "accounts"
	}
	return "several"
}

// walker hands out the points of one family, made of the parts that it needs.
type walker struct {
	needs part
	walk  func(c *Content, f *series.Family, visit Visit)
}

// walkers has the walker of each family, by name.
func walkers() map[string]walker {
	return map[string]walker{
		series.Instances: {instances, count(func(c *Content) int { return len(c.fleet) })},
		series.Alarms:    {episodes, count(func(c *Content) int { return len(c.open) })},
		series.Silences:  {silences, count(func(c *Content) int { return c.silences })},

		series.Usage:       {instances, perMetric(usage)},
		series.Capacity:    {instances, perMetric(capacity)},
		series.Utilization: {instances, perMetric(utilization)},
		series.Up:          {instances, perInstance(up)},
		series.Expiry:      {instances, perInstance(expiry)},
		series.AutoRenew:   {instances, perInstance(autoRenew)},
		series.Lifecycle:   {instances, (*Content).lifecycles},
		series.Moment:      {instances, (*Content).moments},
		series.Info:        {instances, (*Content).infos},
		series.Threshold:   {instances, (*Content).thresholds},
		series.Forecast:    {instances, (*Content).forecasts},
		series.Silenced:    {instances | silences, (*Content).silenced},

		series.Balance:             {accounts, perAccount(balance)},
		series.Overdue:             {accounts, perAccount(overdue)},
		series.LowBalanceThreshold: {accounts, perAccount(lowBalance)},
		series.LowBalanceMark:      {accounts, perAccount(lowBalance)},
		series.ShortfallAmount:     {instances | accounts, (*Content).shortfalls},
		series.ShortfallMoment:     {instances | accounts, (*Content).shortfallMoments},

		series.AlarmRaised: {instances | episodes, (*Content).alarmsRaised},

		series.FleetInstances:   {instances, (*Content).fleetInstances},
		series.FleetWatched:     {instances, perGroup(func(g *group) int { return g.watched })},
		series.FleetUp:          {instances, perGroup(func(g *group) int { return g.up })},
		series.FleetUsage:       {instances, perGroupMetric(func(s *sum) float64 { return s.usage })},
		series.FleetCapacity:    {instances, perGroupMetric(func(s *sum) float64 { return s.capacity })},
		series.FleetUtilization: {instances, (*Content).fleetUtilization},
		series.FleetAlarms:      {instances | episodes, (*Content).fleetAlarms},
	}
}

// count hands out the one point of a family that counts something of everybody. Of
// one account alone there is none.
func count(figure func(*Content) int) func(*Content, *series.Family, Visit) {
	return func(c *Content, f *series.Family, visit Visit) {
		if c.account == "" {
			visit(&series.Point{Family: f, Value: float64(figure(c))})
		}
	}
}

// perInstance hands out a point of each instance of which the figure is known.
func perInstance(figure func(*standing) (float64, bool)) func(*Content, *series.Family, Visit) {
	return func(c *Content, f *series.Family, visit Visit) {
		p := series.Point{Family: f}
		for _, st := range c.shown {
			var known bool
			if p.Value, known = figure(st); known {
				p.Instance = st.Instance
				visit(&p)
			}
		}
	}
}

// perMetric hands out a point of each metric of each instance of which the figure is
// known.
func perMetric(figure func(*standing, fleet.Metric) (float64, bool)) func(*Content, *series.Family, Visit) {
	return func(c *Content, f *series.Family, visit Visit) {
		p := series.Point{Family: f}
		for _, st := range c.shown {
			p.Instance = st.Instance
			for m := range fleet.Metric(fleet.NumMetrics) {
				v, known := figure(st, m)
				if !known || !finite(v) {
					continue
				}
				p.Metric, p.Value = m.String(), v
				visit(&p)
			}
		}
	}
}

// finite tells whether v is a number that a series may have.
func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// truth is 1 for true.
func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
