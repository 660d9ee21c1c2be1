// Package check holds what is done once, without a daemon: it checks a
// configuration, reads every source and balance once, and sends a test notice.
package check

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/accounts"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/sources"
)

// probeParallel is how many sources are probed at the same time.
const probeParallel = 64

// ProbeOptions says what is probed.
type ProbeOptions struct {
	ConfigFile string
	Version    string
	Logger     *slog.Logger
	// Progress is called from one goroutine at a time, at first with none done; it
	// may be nil.
	Progress func(ProbeProgress)
}

// ProbeProgress is how far a probe has come, in instances.
type ProbeProgress struct {
	Done, Failed, All int
	Again             int // are read a second time, for their rates
}

// ProbeReport is what Probe found.
type ProbeReport struct {
	Snapshot    *config.Snapshot
	Rows        []Probed        // in order of IDs and metrics
	Accounts    []ProbedAccount // in order of names
	Problems    []string        // what looking through accounts met
	All, Failed int             // instances with a source, and those that could not be read
}

// Probe checks a configuration, and then reads every source and every balance
// once. Nothing is stored and nobody is told.
func Probe(ctx context.Context, o ProbeOptions) (_ *ProbeReport, err error) {
	open := accounts.New(accounts.Options{Logger: o.Logger})
	defer func() { err = errors.Join(err, open.Stop()) }()
	snapshot, problems, err := sweepOnce(ctx, open, o)
	if err != nil {
		return nil, err
	}
	set, err := sources.New(o.Logger, nil).Prepare(snapshot, open.Open())
	if err != nil {
		return nil, err
	}
	defer func() {
		for _, s := range set.List() {
			err = errors.Join(err, s.Collector.Close())
		}
	}()
	balances, remarks := probeBalances(ctx, open, snapshot)
	results := probeAll(ctx, set.List(), o.Progress)
	slices.SortFunc(results, func(a, b collector.Probed) int { return cmp.Compare(a.Instance.ID, b.Instance.ID) })
	report := &ProbeReport{Snapshot: snapshot, Problems: append(problems, remarks...), Rows: rowsOf(snapshot, results), Accounts: balances, All: len(results)}
	for i := range results {
		if !results[i].Reading.Up {
			report.Failed++
		}
		if err := results[i].LimitsErr; err != nil {
			report.Problems = append(report.Problems, fmt.Sprintf("instance %s: its capacities could not be read: %v", results[i].Instance.ID, err))
		}
	}
	return report, nil
}

// sweepOnce checks a configuration, looks through its accounts once, and returns
// the configuration with what was found.
func sweepOnce(ctx context.Context, open *accounts.Accounts, o ProbeOptions) (*config.Snapshot, []string, error) {
	if _, err := Configuration(o.ConfigFile, o.Version); err != nil {
		return nil, nil, err
	}
	snapshot, set, err := open.Load(o.ConfigFile)
	if err != nil {
		return nil, nil, err
	}
	open.Swap(set)
	problems := open.SweepOnce(ctx, time.Now())
	if found := set.Found(); len(found) > 0 {
		snapshot, err = config.LoadWith(o.ConfigFile, found)
	}
	return snapshot, problems, err
}

// probeAll probes sources, some at a time.
func probeAll(ctx context.Context, sources []collector.Source, progress func(ProbeProgress)) []collector.Probed {
	if progress == nil {
		progress = func(ProbeProgress) {}
	}
	var mu sync.Mutex
	var out []collector.Probed
	var at ProbeProgress
	for i := range sources {
		at.All += len(sources[i].Instances)
	}
	again := func(n int) {
		mu.Lock()
		defer mu.Unlock()
		at.Again += n
		progress(at)
	}
	note := func(ps []collector.Probed, twice int) {
		mu.Lock()
		defer mu.Unlock()
		for i := range ps {
			if !ps[i].Reading.Up {
				at.Failed++
			}
		}
		out = append(out, ps...)
		at.Done, at.Again = len(out), at.Again-twice
		progress(at)
	}
	note(nil, 0)
	var under sync.WaitGroup
	slots := make(chan struct{}, probeParallel)
	for i := range sources {
		slots <- struct{}{}
		under.Go(func() {
			defer func() { <-slots }()
			twice := 0
			probed := collector.Probe(ctx, &sources[i], func() {
				twice = len(sources[i].Instances)
				again(twice)
			})
			note(probed, twice)
		})
	}
	under.Wait()
	return out
}

// Probed is what was told about one metric of one instance, or why nothing
// was.
type Probed struct {
	ID          string   `json:"id"`
	Source      string   `json:"source"` // its type
	Metric      string   `json:"metric,omitempty"`
	Usage       *float64 `json:"usage"`
	Total       *float64 `json:"total,omitempty"` // of a counter, whose rate needs two readings
	Capacity    *float64 `json:"capacity"`
	Origin      string   `json:"capacity_origin,omitempty"`
	Utilization *float64 `json:"utilization"`
	Note        string   `json:"note,omitempty"` // why the usage is not known
}

// rowsOf writes results down, one row a metric, one for an instance that
// could not be read.
func rowsOf(s *config.Snapshot, results []collector.Probed) []Probed {
	types := make(map[string]string, len(s.Instances))
	for i := range s.Instances {
		if src := s.Instances[i].Source; src != nil {
			types[s.Instances[i].ID] = src.Type
		}
	}
	var rows []Probed
	for i := range results {
		p := &results[i]
		id := p.Instance.ID
		if !p.Reading.Up {
			rows = append(rows, Probed{ID: id, Source: types[id], Note: p.Reading.Reason})
			continue
		}
		st := fleet.Standing{Instance: p.Instance, Reading: p.Reading}
		for m := range st.Metrics() {
			rows = append(rows, probedMetric(p, &m, Probed{ID: id, Source: types[id], Metric: m.Metric.String()}))
		}
	}
	return rows
}

func probedMetric(p *collector.Probed, m *fleet.MetricStanding, row Probed) Probed {
	if m.Known {
		row.Usage = &m.Usage
	}
	if total, ok := p.Totals[m.Metric]; ok {
		row.Total = &total
	}
	if m.Limit.Known() {
		row.Capacity, row.Origin = &m.Limit.Value, m.Limit.Origin.String()
	}
	if m.Measured {
		row.Utilization = &m.Utilization
	}
	row.Note = p.Note(m.Metric)
	if row.Usage == nil && row.Total == nil && row.Note == "" {
		row.Note = "the source does not tell it"
	}
	return row
}
