package mcp

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// cutList says how many of a list are answered, and how to ask for the others.
type cutList struct {
	Total int    `json:"total" jsonschema:"how many there are"`
	More  int    `json:"more" jsonschema:"how many of them are left out here"`
	Hint  string `json:"hint,omitempty" jsonschema:"how to ask for less, where some are left out"`
	// AtLeast is true where not all could be counted.
	AtLeast bool `json:"at_least,omitempty" jsonschema:"there may be more than total says: no more were looked through"`
}

// firstOf returns as many as fit, and how many there are; how says how to ask for less.
func firstOf[T any](list []T, limit int, how string) ([]T, cutList) {
	out := cutList{Total: len(list)}
	if len(list) <= limit {
		return list, out
	}
	out.More = len(list) - limit
	out.Hint = words.Count(out.More) + " more; " + how
	return list[:limit], out
}

// opening says how many there are of something, and how many follow.
func (c *cutList) opening(one, several string) string {
	all := counted(c.Total, one, several)
	if c.AtLeast {
		all = "At least " + all
	}
	switch {
	case c.Total == 0:
		return "There is no " + one + " that fits.\n"
	case c.More > 0:
		return fmt.Sprintf("%s, %d of them here (%s):\n", all, c.Total-c.More, c.Hint)
	}
	return all + ":\n"
}

func counted(n int, one, several string) string {
	if n == 1 {
		return "1 " + one
	}
	return words.Count(n) + " " + several
}

// moment writes a moment in a zone, nil for UTC; "" for the zero time and for one that
// RFC 3339 cannot write.
func moment(at time.Time, zone *time.Location) string {
	if zone == nil {
		zone = time.UTC
	}
	at = at.In(zone)
	if at.IsZero() || at.Year() < 0 || at.Year() > 9999 {
		return ""
	}
	return at.Truncate(time.Second).Format(time.RFC3339)
}

// zoneOf is where the days of an instance's term begin.
func zoneOf(st *fleet.Standing) *time.Location {
	if st.Course == nil {
		return time.UTC
	}
	return st.Course.Zone
}

// figure is v, or nil for what is no number.
func figure(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

// above0 is v, or nil for 0, which stands for what is not known.
func above0(v float64) *float64 {
	if v <= 0 {
		return nil
	}
	return figure(v)
}

// amount writes a figure of a metric by its name.
func amount(metric string, v *float64) string {
	if v == nil {
		return "not known"
	}
	m, known := fleet.ParseMetric(metric)
	if !known {
		return strconv.FormatFloat(*v, 'g', 6, 64)
	}
	return words.Figure(m, *v)
}

// used writes what is used of what there is: 3,612 of 5,000 (72%, alarm from 70%).
func used(metric string, usage, capacity, utilization, threshold *float64) string {
	out := amount(metric, usage)
	var beside []string
	if capacity != nil {
		out += " of " + amount(metric, capacity)
	}
	if utilization != nil {
		beside = append(beside, shareBeside(*utilization, threshold))
	}
	if threshold != nil {
		beside = append(beside, "alarm from "+words.Threshold(*threshold))
	}
	if capacity == nil {
		beside = append(beside, "its capacity is not known")
	}
	if len(beside) > 0 {
		out += " (" + strings.Join(beside, ", ") + ")"
	}
	return out
}

// shareBeside writes a utilization as a share, beside a threshold where there is one.
func shareBeside(utilization float64, threshold *float64) string {
	if threshold == nil {
		return words.Share(utilization)
	}
	return words.ShareBeside(utilization, *threshold)
}

// named writes a name with the id beside it where that is another.
func named(name, id string) string {
	if name == "" || name == id {
		return id
	}
	return fmt.Sprintf("%s %q", id, name)
}

// sentence joins parts with "; ", leaving out what is empty.
func sentence(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, "; ")
}

// after writes a label before a text that is not empty.
func after(label, text string) string {
	if text == "" {
		return ""
	}
	return label + text
}
