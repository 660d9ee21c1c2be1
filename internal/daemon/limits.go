package daemon

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/atomicfile"
)

// limits keeps over restarts which capacities servers and clouds told. A server
// that cannot tell its own after a restart of ours would otherwise be watched
// without one, and nobody would be warned.
type limits struct {
	path  string
	log   *slog.Logger
	saved []byte
	told  map[string]toldLimits // from the file
}

// toldLimits is what one instance was told to carry.
type toldLimits = [fleet.NumMetrics]fleet.Limit

// savedLimit is one limit in the file.
type savedLimit struct {
	Value  float64 `json:"value"`
	At     int64   `json:"at"` // Unix seconds, of the hour
	Origin string  `json:"origin"`
}

// limitsEvery is how often it is looked whether limits changed.
const limitsEvery = time.Minute

// openLimits reads what was kept. A file that cannot be read costs what it held,
// and nothing else.
func openLimits(dir string, log *slog.Logger) *limits {
	l := &limits{path: filepath.Join(dir, "limits.json"), log: log, told: make(map[string]toldLimits)}
	data, err := os.ReadFile(l.path)
	if errors.Is(err, fs.ErrNotExist) {
		return l
	}
	if err == nil {
		l.told, err = decodeLimits(data)
	}
	if err != nil {
		log.Warn("capacities that were told before the restart are not known; they are asked for anew", "file", l.path, "error", err)
		return l
	}
	l.saved = data
	return l
}

func decodeLimits(data []byte) (map[string]toldLimits, error) {
	var file map[string]map[string]savedLimit
	if err := json.Unmarshal(data, &file); err != nil {
		return map[string]toldLimits{}, fmt.Errorf("read limits: %w", err)
	}
	out := make(map[string]toldLimits, len(file))
	for id, metrics := range file {
		var told toldLimits
		for name, s := range metrics {
			m, known := fleet.ParseMetric(name)
			origin, ok := fleet.ParseOrigin(s.Origin)
			if known && ok && s.Value > 0 {
				told[m] = fleet.Limit{Value: s.Value, At: s.At, Origin: origin}
			}
		}
		out[id] = told
	}
	return out, nil
}

// Told returns what was kept about an instance.
func (l *limits) Told(id string) (toldLimits, bool) {
	told, ok := l.told[id]
	return told, ok
}

// encodeLimits writes the limits of readings down. Ages are kept by the hour, so that
// nothing has to be written while nothing changes.
func encodeLimits(readings []*fleet.Reading) ([]byte, error) {
	file := make(map[string]map[string]savedLimit)
	for _, r := range readings {
		if r == nil {
			continue
		}
		for m, limit := range r.Told {
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
		return nil, fmt.Errorf("write limits: %w", err)
	}
	return append(data, '\n'), nil
}

// run saves what changed until ctx ends, and once more then.
func (l *limits) run(ctx context.Context, readings func() []*fleet.Reading) error {
	tick := time.NewTicker(limitsEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return l.save(readings())
		case <-tick.C:
		}
		if err := l.save(readings()); err != nil {
			l.log.Warn("capacities that were told could not be saved", "error", err)
		}
	}
}

// save writes the file anew when it would say something else.
func (l *limits) save(readings []*fleet.Reading) error {
	data, err := encodeLimits(readings)
	if err != nil || bytes.Equal(data, l.saved) {
		return err
	}
	if err := atomicfile.Replace(l.path, data, 0o600); err != nil {
		return fmt.Errorf("write limits: %w", err)
	}
	l.saved = data
	return nil
}
