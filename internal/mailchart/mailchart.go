// Package mailchart draws the chart that goes with a notice: how the metric of an alarm has
// developed over the last day, as a picture, and in words. A mail carries the picture itself,
// and a chat its address, at which the same is drawn.
package mailchart

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/phrases"
	"github.com/brimwatch/brimwatch/internal/web/chart"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/email"
)

// History is what was recorded.
type History interface {
	Statistics(ctx context.Context, id string, from, to time.Time, step time.Duration) ([]fleet.Series, error)
}

// Drawer draws charts of what was recorded. It is safe for concurrent use.
type Drawer struct {
	history func() History
	say     *phrases.Book
}

// New returns a drawer. It asks for the history each time: there may be none yet when it
// is made.
func New(history func() History) *Drawer { return &Drawer{history, phrases.New()} }

// Section is what a chart shows: one metric of one instance over a time.
type Section struct {
	Instance  string // its ID
	Metric    fleet.Metric
	From, To  time.Time
	Threshold float64 // as a share; 0 is none
}

// ErrNothing is that nothing was recorded which could be drawn.
var ErrNothing = errors.New("nothing was recorded of this metric in this time")

// Span is how long a time the chart of a notice shows, up to the notice.
const Span = 24 * time.Hour

// How large a chart is shown, and how many points it has at the most. It has twice as many
// pixels.
const (
	width, height = 560, 150
	points        = 288
	finest        = 15 * time.Second
)

// step is the distance of the points of a chart.
func step(length time.Duration) time.Duration {
	const all = points * finest
	return max((length+all-1).Truncate(all)/points, finest)
}

// OfNotice is what the chart of a notice shows; false is that it is not about a metric.
func OfNotice(n *notifier.Notice) (Section, bool) {
	m, ok := fleet.ParseMetric(n.Alert.Labels["metric"])
	id := n.Alert.Labels["instance_id"]
	return Section{Instance: id, Metric: m, From: n.CreatedAt.Add(-Span), To: n.CreatedAt, Threshold: threshold(n)}, ok && id != ""
}

// Draw draws the chart of a notice; false is that there is nothing to draw.
func (d *Drawer) Draw(ctx context.Context, n *notifier.Notice, l words.Language, zone *time.Location) (email.Chart, bool) {
	s, ok := OfNotice(n)
	if !ok {
		return email.Chart{}, false
	}
	c, err := d.chart(ctx, &s, l)
	if err != nil {
		return email.Chart{}, false // a mail without a chart says what it has to say
	}
	c.Zone = zone
	picture, err := c.PNG(2*width, 2*height)
	if err != nil {
		return email.Chart{}, false
	}
	caption := c.Summary() + " " + words.Brief(s.From, s.To, zone, l) + " – " + words.Brief(s.To, s.To, zone, l) + " " + words.Zone(s.To, zone)
	return email.Chart{PNG: picture, Width: width, Height: height, Caption: caption}, true
}

// Picture draws a section as PNG. Its error is ErrNothing when there is nothing to draw.
func (d *Drawer) Picture(ctx context.Context, s Section, l words.Language) ([]byte, error) {
	c, err := d.chart(ctx, &s, l)
	if err != nil {
		return nil, err
	}
	return c.PNG(2*width, 2*height)
}

// chart reads what a section shows.
func (d *Drawer) chart(ctx context.Context, s *Section, l words.Language) (chart.Chart, error) {
	distance := step(s.To.Sub(s.From))
	all, err := d.history().Statistics(ctx, s.Instance, s.From, s.To, distance)
	if err != nil {
		return chart.Chart{}, err
	}
	for _, one := range all {
		if one.Metric == s.Metric && len(one.Usage) > 1 {
			return chart.Chart{Series: one, From: s.From, To: s.To, Step: distance, Levels: levels(s.Threshold), Say: d.say.In(l)}, nil
		}
	}
	return chart.Chart{}, ErrNothing
}

// levels has one level at a threshold; none where there is none.
func levels(threshold float64) []fleet.Level {
	if threshold <= 0 {
		return nil
	}
	return []fleet.Level{{Severity: "warning", Threshold: threshold}}
}

// threshold is that of an alarm, as a share; 0 is none.
func threshold(n *notifier.Notice) float64 {
	percent, err := strconv.ParseFloat(strings.TrimSuffix(n.Alert.Annotations["threshold"], "%"), 64)
	if err != nil {
		return 0
	}
	return percent / 100
}
