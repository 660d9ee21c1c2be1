package web

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/explain"
	"github.com/brimwatch/brimwatch/notifier"
)

// Teller says how the alarms of an instance stand, and who would be told of each if it began now.
type Teller interface {
	Tells(ctx context.Context, in *fleet.Instance) ([]explain.Alarm, error)
}

// toldRow is one way on which somebody would be told of alarms of an instance.
type toldRow struct {
	Recipient, Receiver, Channel string
	When                         string
	Held                         string   // why not at once
	Of                           []string // which alarms
	Never                        bool
}

// told lists who would be told of an instance's alarms, by what and when. Alarms with the same
// answer share a row.
func (p *pages) told(alarms []explain.Alarm) []toldRow {
	var out []toldRow
	at := make(map[string]int)
	add := func(row toldRow, of string) {
		key := strings.Join([]string{row.Recipient, row.Receiver, row.Channel, row.When, row.Held}, "\x00")
		i, known := at[key]
		if !known {
			i = len(out)
			at[key] = i
			out = append(out, row)
		}
		if !slices.Contains(out[i].Of, of) {
			out[i].Of = append(out[i].Of, of)
		}
	}
	for i := range alarms {
		for _, tell := range alarms[i].Tells {
			of := p.alarmWords(alarms[i].Key, tell.Severity)
			if len(tell.To) == 0 {
				add(toldRow{Recipient: p.say.T("nobody"), Never: true}, of)
			}
			for j := range tell.To {
				add(p.toldRow(&tell.To[j]), of)
			}
		}
	}
	return out
}

// alarmWords names an alarm at a severity: connections (critical).
func (p *pages) alarmWords(k alarm.Key, s alarm.Severity) string {
	name := p.ruleWords(k.Rule)
	if k.Metric != alarm.NoMetric {
		name = words.Heading(k.Metric, p.lang())
		if k.Rule != alarm.Capacity {
			name = p.ruleWords(k.Rule) + p.say.T("names|, ") + name
		}
	}
	return p.say.T("%s (%s)", name, p.say.Word("severity", string(s)))
}

func (p *pages) toldRow(n *notifier.Previewed) toldRow {
	out := toldRow{Recipient: cmp.Or(n.Display, n.Recipient), Receiver: n.Receiver, Channel: p.say.Word("channel", n.Channel), When: p.say.T("at once")}
	switch {
	case n.Drop != "":
		out.When, out.Held, out.Never = p.say.T("told|never"), n.Drop, true
	case n.Escalation > 0:
		out.When = p.say.T("after %s, unless somebody acknowledges", words.Duration(n.Escalation, p.lang()))
	case !n.NotBefore.IsZero():
		out.When, out.Held = p.say.T("not before %s", p.stamp(n.NotBefore).Text), n.Hold
	}
	return out
}

// withPeaks gives open alarms the peak that the engine knows: what is kept of them is of their last
// event.
func withPeaks(open []alarm.Episode, alarms []explain.Alarm) {
	for i := range open {
		for j := range alarms {
			if s := &alarms[j].State; s.Code == open[i].Code && s.Peak > 0 {
				open[i].Peak, open[i].PeakOf = s.Peak, s.PeakOf
			}
		}
	}
}

const (
	// pastAlarms is how many alarms that are over an instance's page shows, and pastNotices how many
	// of its notices.
	pastAlarms  = 20
	pastNotices = 500
)

// episodeNotices is one alarm with all that was told of it.
type episodeNotices struct {
	episodeRow

	Key     string
	Notices []noticeRow // the oldest first
}

// history lists the alarms of an instance, open and past, each with its notices.
func (p *pages) history(ctx context.Context, id string, open []alarm.Episode) ([]episodeNotices, error) {
	ended, err := p.Alarms.Episodes(ctx, alarm.EpisodeFilter{State: alarm.EpisodeCleared, Instance: id, Limit: pastAlarms})
	if err != nil {
		return nil, err
	}
	list := slices.Concat(open, ended)
	notices, err := p.Notices.Notices(ctx, notifier.Filter{Instance: id, Limit: pastNotices})
	if err != nil {
		return nil, err
	}
	out := make([]episodeNotices, len(list))
	for i := range list {
		out[i] = episodeNotices{episodeRow: p.episodeRow(&list[i]), Key: list[i].Code + list[i].RaisedAt.Format(time.RFC3339)}
	}
	for i := len(notices) - 1; i >= 0; i-- { // they come the newest first
		if k := episodeOf(list, &notices[i]); k >= 0 {
			out[k].Notices = append(out[k].Notices, p.noticeRow(&notices[i]))
		}
	}
	return out, nil
}

// episodeOf finds the episode that a notice is about. A code may be given again when its episode is
// over: the notice is of the last one that had begun. -1 is none of them.
func episodeOf(list []alarm.Episode, n *notifier.Record) int {
	found := -1
	for i := range list {
		e := &list[i]
		if e.Code == n.Code && !e.RaisedAt.After(n.CreatedAt) && (found < 0 || e.RaisedAt.After(list[found].RaisedAt)) {
			found = i
		}
	}
	return found
}
