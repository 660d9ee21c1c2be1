package cloud

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"
)

const (
	maxInstances = 50   // of one DescribeMetricLast
	maxLength    = 1440 // datapoints of a page
)

// Series is one metric of one instance, or of a node or product of it.
type Series struct {
	Namespace, Metric string
	Region            string // "" is found in every region
	// Dimensions are all but userId, as instanceId and nodeId.
	Dimensions map[string]string
	Period     time.Duration // between points; 0 is a minute
	// At is when the last point was measured; zero is the newest whole period.
	At time.Time
	// Values are the figures of the last point, by statistic: Average, Maximum,
	// Value, Sum and whatever else the metric declares.
	Values map[string]float64
	// Read tells the figures in place of Values when it is set; nothing is no
	// point. It must not call the server.
	Read func(at time.Time) map[string]float64
}

func (s *Series) period() time.Duration {
	if s.Period <= 0 {
		return time.Minute
	}
	return s.Period
}

// last returns the last point that a call at the moment now is told, if any: the
// cloud does not look back for longer than the period allows.
func (s *Series) last(now time.Time, uid string) (map[string]any, bool) {
	at, back := s.At, 2*time.Hour
	if at.IsZero() {
		at = now.Truncate(s.period())
	}
	switch period := s.period(); {
	case period < time.Minute:
		back = 20 * time.Minute
	case period >= time.Hour:
		back = 48 * time.Hour
	}
	values := s.Values
	if s.Read != nil {
		values = s.Read(at)
	}
	if len(values) == 0 || now.Sub(at) > back {
		return nil, false
	}
	point := map[string]any{"timestamp": at.UnixMilli(), "userId": uid}
	for name, value := range s.Dimensions {
		point[name] = value
	}
	for name, value := range values {
		point[name] = value
	}
	return point, true
}

// matches tells whether the series is one of those that were asked for; without
// dimensions all of a metric are, also those of instances that are gone.
func (s *Series) matches(asked []map[string]string) bool {
	return len(asked) == 0 || slices.ContainsFunc(asked, func(dims map[string]string) bool {
		for name, value := range dims {
			if s.Dimensions[name] != value {
				return false
			}
		}
		return true
	})
}

// metricAnswer is what DescribeMetricLast answers. Datapoints is JSON as text.
type metricAnswer struct {
	Code       string `json:"Code"`
	Success    bool   `json:"Success"`
	Period     string `json:"Period,omitempty"`
	NextToken  string `json:"NextToken,omitempty"`
	RequestID  string `json:"RequestId"`
	Datapoints string `json:"Datapoints"`
}

// describeMetricLast answers with the last point of each series asked for. A
// metric or namespace that does not exist is no error and has no points.
func (s *Server) describeMetricLast(a *Account, c *call) (any, *Refusal) {
	namespace, metric := c.params.Get("Namespace"), c.params.Get("MetricName")
	if namespace == "" {
		return nil, missing("Namespace")
	}
	if metric == "" {
		return nil, missing("MetricName")
	}
	asked, bad := c.dimensions()
	if bad != nil {
		return nil, bad
	}
	if bad := c.checkPeriod(); bad != nil {
		return nil, bad
	}
	length, bad := c.number("Length", min(1000, s.opts.PageLength), 1, maxLength)
	if bad != nil {
		return nil, bad
	}
	points := []map[string]any{}
	answer := metricAnswer{Code: "200", Success: true, RequestID: s.nextRequestID(), Period: c.params.Get("Period")}
	now := s.opts.Now()
	for i := range a.Series {
		one := &a.Series[i]
		if one.Namespace != namespace || one.Metric != metric || one.Region != "" && one.Region != c.region || !one.matches(asked) {
			continue
		}
		if answer.Period == "" {
			answer.Period = strconv.Itoa(int(one.period() / time.Second))
		}
		if point, ok := one.last(now, a.UID); ok {
			points = append(points, point)
		}
	}
	points, answer.NextToken, bad = pageOfPoints(points, c.params.Get("NextToken"), min(length, s.opts.PageLength))
	answer.Datapoints = string(encode(points))
	return answer, bad
}

// checkPeriod refuses a period that is no number of seconds.
func (c *call) checkPeriod() *Refusal {
	_, bad := c.number("Period", 0, 1, 86400)
	return bad
}

// dimensions reads what is asked for: an array of objects, at most fifty of them.
func (c *call) dimensions() ([]map[string]string, *Refusal) {
	text := c.params.Get("Dimensions")
	if text == "" {
		return nil, nil
	}
	var dims []map[string]string
	if err := json.Unmarshal([]byte(text), &dims); err != nil || len(dims) == 0 || len(dims) > maxInstances {
		return nil, invalid("Dimensions")
	}
	for _, d := range dims {
		if _, ok := d["userId"]; ok || len(d) == 0 {
			return nil, invalid("Dimensions")
		}
	}
	return dims, nil
}

// pageOfPoints cuts one page. The token of the next is good for the same question
// only while nothing changes, as the cloud's is.
func pageOfPoints(points []map[string]any, token string, length int) ([]map[string]any, string, *Refusal) {
	from := 0
	if token != "" {
		n, err := strconv.Atoi(token)
		if err != nil || n < 1 || n > len(points) {
			return nil, "", &Refusal{Status: http.StatusBadRequest, Code: "InvalidParameter", Message: "The specified NextToken is not valid."}
		}
		from = n
	}
	to := min(from+length, len(points))
	if to == len(points) {
		return points[from:], "", nil
	}
	return points[from:to], strconv.Itoa(to), nil
}

// Measure returns a series of a metric of an instance that is always fresh and
// tells one figure under every statistic given.
func Measure(namespace, metric, instance string, value float64, statistics ...string) Series {
	s := Series{Namespace: namespace, Metric: metric, Dimensions: map[string]string{"instanceId": instance}, Values: make(map[string]float64)}
	for _, name := range statistics {
		s.Values[name] = value
	}
	return s
}
