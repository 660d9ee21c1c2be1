package state

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/savedfile"
)

// Limits keeps over restarts which limits servers and clouds gave. A server that
// does not give its own after a restart of ours would otherwise be watched without
// one, and nobody would be warned.
type Limits struct {
	file   *savedfile.File
	fleet  *Fleet               // whose newest readings are saved
	before map[string]ownLimits // from the file; nobody writes to it
}

// ownLimits are the limits of one instance, by metric.
type ownLimits = [fleet.NumMetrics]fleet.Limit

// savedLimit is one limit in the file.
type savedLimit struct {
	Value  float64 `json:"value"`
	At     int64   `json:"at"` // Unix seconds, of the hour
	Origin string  `json:"origin"`
}

// OpenLimits reads the limits that were saved in a folder. A file that cannot be read
// costs what it held, and nothing else.
func OpenLimits(dir string, f *Fleet, log *slog.Logger) *Limits {
	l := &Limits{fleet: f, before: make(map[string]ownLimits)}
	path := filepath.Join(dir, "limits.json")
	l.file = savedfile.New(savedfile.Options{Path: path, What: "capacities that servers and clouds gave", Log: log, Content: func() ([]byte, error) { return encodeLimits(l.newest()) }})
	err := l.file.Read(func(data []byte) (err error) {
		l.before, err = decodeLimits(data)
		return err
	})
	if err != nil {
		log.Warn("capacities that servers and clouds gave before the restart are not known; the next readings ask for them", "file", path, "error", err)
	}
	return l
}

func decodeLimits(data []byte) (map[string]ownLimits, error) {
	var file map[string]map[string]savedLimit
	if err := json.Unmarshal(data, &file); err != nil {
		return map[string]ownLimits{}, fmt.Errorf("decode limits: %w", err)
	}
	out := make(map[string]ownLimits, len(file))
	for id, metrics := range file {
		var own ownLimits
		for name, s := range metrics {
			m, known := fleet.ParseMetric(name)
			origin, ok := fleet.ParseOrigin(s.Origin)
			if known && ok && s.Value > 0 {
				own[m] = fleet.Limit{Value: s.Value, At: s.At, Origin: origin}
			}
		}
		out[id] = own
	}
	return out, nil
}

// Before returns the limits of an instance from before the start.
func (l *Limits) Before(id string) ([fleet.NumMetrics]fleet.Limit, bool) {
	own, ok := l.before[id]
	return own, ok
}

// encodeLimits writes the limits of readings down. Ages are kept by the hour, so that
// nothing has to be written while nothing changes.
func encodeLimits(readings []*fleet.Reading) ([]byte, error) {
	file := make(map[string]map[string]savedLimit)
	for _, r := range readings {
		if r == nil {
			continue
		}
		for m, limit := range r.Limits {
			if !limit.Known() {
				continue
			}
			if file[r.Instance] == nil {
				file[r.Instance] = make(map[string]savedLimit)
			}
			file[r.Instance][fleet.Metric(m).String()] = savedLimit{limit.Value, limit.At - limit.At%3600, limit.Origin.String()}
		}
	}
	data, err := json.Marshal(file) // with sorted keys
	if err != nil {
		return nil, fmt.Errorf("encode limits: %w", err)
	}
	return append(data, '\n'), nil
}

// Run saves limits when they change, until ctx ends, and once more then.
func (l *Limits) Run(ctx context.Context) error { return l.file.Run(ctx) }

// newest returns the newest reading of each instance. One that was not read yet
// stands with its limits from before the start.
func (l *Limits) newest() []*fleet.Reading {
	out, ids := l.fleet.newest()
	for i, r := range out {
		if own, ok := l.before[ids[i]]; ok && r == nil {
			out[i] = &fleet.Reading{Instance: ids[i], Limits: own}
		}
	}
	return out
}
