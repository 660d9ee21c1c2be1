// Package mailchart draws the chart that goes with a mail: how the metric of an alarm has
// developed over the last day, as a picture, and in words.
package mailchart

import (
	"context"
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

// What a chart shows, and how large it is shown. It has twice as many pixels.
const (
	span          = 24 * time.Hour
	step          = 5 * time.Minute
	width, height = 560, 150
)

// Draw draws the chart of a notice; false is that there is nothing to draw.
func (d *Drawer) Draw(ctx context.Context, n *notifier.Notice, l words.Language, zone *time.Location) (email.Chart, bool) {
	m, ok := fleet.ParseMetric(n.Alert.Labels["metric"])
	id := n.Alert.Labels["instance_id"]
	if !ok || id == "" {
		return email.Chart{}, false
	}
	to := n.CreatedAt
	from := to.Add(-span)
	all, err := d.history().Statistics(ctx, id, from, to, step)
	if err != nil {
		return email.Chart{}, false // a mail without a chart says what it has to say
	}
	for _, s := range all {
		if s.Metric != m || len(s.Usage) < 2 {
			continue
		}
		c := chart.Chart{Series: s, From: from, To: to, Step: step, Levels: levels(n), Zone: zone, Say: d.say.In(l)}
		picture, err := c.PNG(2*width, 2*height)
		if err != nil {
			return email.Chart{}, false
		}
		caption := c.Summary() + " " + words.Brief(from, to, zone, l) + " – " + words.Brief(to, to, zone, l) + " " + words.Zone(to, zone)
		return email.Chart{PNG: picture, Width: width, Height: height, Caption: caption}, true
	}
	return email.Chart{}, false
}

// levels has the threshold of an alarm; none where it does not say.
func levels(n *notifier.Notice) []fleet.Level {
	percent, err := strconv.ParseFloat(strings.TrimSuffix(n.Alert.Annotations["threshold"], "%"), 64)
	if err != nil {
		return nil
	}
	return []fleet.Level{{Severity: string(n.Severity), Threshold: percent / 100}}
}
