package aliyun

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// lastAnswer is the answer of DescribeMetricLast.
type lastAnswer struct {
	Period     json.RawMessage // seconds, as a string
	NextToken  string
	Datapoints string // a JSON array inside of a string
}

// period returns how often the cloud renews what it told; 0 when it does not say.
func (t *lastAnswer) period() time.Duration {
	n, err := strconv.ParseUint(unquoted(t.Period), 10, 31)
	if err != nil {
		return 0
	}
	return time.Duration(n) * time.Second
}

// point is one figure of one instance, or of one part of it.
type point struct {
	Timestamp  int64  `json:"timestamp"` // Unix milliseconds
	InstanceID string `json:"instanceId"`
	NodeID     string `json:"nodeId"`
	ProductKey string `json:"productKey"`

	Average, Maximum, Sum, Value *float64 // those that the metric has
}

// points reads the array in Datapoints. None at all is an empty string or list.
func (t *lastAnswer) points() ([]point, error) {
	if strings.TrimSpace(t.Datapoints) == "" {
		return nil, nil
	}
	var all []point
	if err := json.Unmarshal([]byte(t.Datapoints), &all); err != nil {
		return nil, &fault{"the cloud told figures in a form that cannot be read", err}
	}
	return all, nil
}

// at returns the moment of a point.
func (p *point) at() time.Time { return time.UnixMilli(p.Timestamp) }

// part returns which part of its instance a point is of.
func (p *point) part(dimension string) string {
	switch dimension {
	case "nodeId":
		return p.NodeID
	case "productKey":
		return p.ProductKey
	}
	return ""
}

// figure returns the first statistic of those that are wanted.
func (p *point) figure(statistics []string) (float64, bool) {
	for _, name := range statistics {
		var f *float64
		switch name {
		case "Average":
			f = p.Average
		case "Maximum":
			f = p.Maximum
		case "Sum":
			f = p.Sum
		case "Value":
			f = p.Value
		}
		if f != nil {
			return *f, true
		}
	}
	return 0, false
}

// sample is the last figure of one metric of one instance.
type sample struct {
	name  string // of the cloud's metric
	value float64
	at    time.Time // of the oldest part; zero without any point
	part  string    // the oldest part
	why   string    // why there is no value although there are points
}

// latest makes samples of points: of each instance and part the newest point
// counts, and parts are put together. Points of instances that were not asked for are
// left out: released ones go on for a month.
func latest(all []point, s *source, asked []string) map[string]sample {
	type key struct{ instance, part string }
	newest := make(map[key]*point)
	for i := range all {
		p := &all[i]
		k := key{p.InstanceID, p.part(s.parts)}
		if have := newest[k]; have == nil || p.Timestamp > have.Timestamp {
			newest[k] = p
		}
	}
	out := make(map[string]sample, len(asked))
	for _, id := range asked {
		out[id] = sample{name: s.name}
	}
	for k, p := range newest {
		if sum, ok := out[k.instance]; ok {
			sum.add(p, k.part, s)
			out[k.instance] = sum
		}
	}
	for id, sum := range out {
		if sum.at.IsZero() {
			delete(out, id)
		}
	}
	return out
}

// add adds the newest point of one part.
func (s *sample) add(p *point, part string, from *source) {
	f, ok := p.figure(from.statistics)
	if !ok {
		s.why = "the cloud told " + from.name + " without " + strings.Join(from.statistics, ", ")
	}
	if f *= from.scale; from.largest {
		s.value = max(s.value, f)
	} else {
		s.value += f
	}
	if at := p.at(); s.at.IsZero() || at.Before(s.at) || at.Equal(s.at) && part < s.part {
		s.at, s.part = at, part
	}
}
