package whole

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/test/bench/figures"
	"github.com/brimwatch/brimwatch/test/fleet/simulated"
	"github.com/brimwatch/brimwatch/test/port"
)

// Progress is told, line by line, what a run does.
type Progress func(format string, args ...any)

// Run does one run, start to end. When it returns, with an error or without, the
// processes it started have ended.
func Run(ctx context.Context, p Plan, progress Progress) (figures.Whole, error) {
	if err := errors.Join(supported(), p.check()); err != nil {
		return figures.Whole{}, err
	}
	if err := raiseFileLimit(p.files()); err != nil {
		return figures.Whole{}, err
	}
	r := &run{plan: p, progress: progress, result: figures.Whole{Instances: p.Instances, Page: p.Page}}
	err := r.measure(ctx)
	if err := errors.Join(err, r.stop()); err != nil {
		return figures.Whole{}, fmt.Errorf("%s: %w", r.result.Title(), err)
	}
	return r.result, nil
}

// run is a run under way.
type run struct {
	plan      Plan
	progress  Progress
	result    figures.Whole
	processes []*process // in the order of their start
	clients   []*client
	daemonPID int
	fleet     fleetClient
	daemon    daemonClient
}

// measure is the timeline.
func (r *run) measure(ctx context.Context) error {
	// A process that ends by itself ends the run, with its log as the cause.
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if err := r.startFleet(ctx, cancel); err != nil {
		return err
	}
	if err := r.startDaemon(ctx, cancel); err != nil {
		return err
	}
	if err := r.awaitReadings(ctx); err != nil {
		return err
	}
	if err := r.pass(ctx, "warming up", r.plan.Warmup); err != nil {
		return err
	}
	if err := r.window(ctx); err != nil {
		return err
	}
	return r.judge(ctx)
}

// watch starts a process and cancels the run when it ends before it is told to.
func (r *run) watch(ctx context.Context, cancel context.CancelCauseFunc, name, binary string, args ...string) (*process, error) {
	p, err := start(context.WithoutCancel(ctx), name, r.plan.Dir, binary, args...)
	if err != nil {
		return nil, err
	}
	r.processes = append(r.processes, p)
	go func() {
		select {
		case <-p.ended:
			cancel(p.crashed())
		case <-ctx.Done(): // being stopped in order
		}
	}()
	return p, nil
}

// stop ends what was started, the newest first.
func (r *run) stop() error {
	for _, c := range r.clients {
		c.close()
	}
	var errs []error
	for i := len(r.processes) - 1; i >= 0; i-- {
		p := r.processes[i]
		select {
		case <-p.ended: // by itself, which the run has told already
		default:
			errs = append(errs, p.stop())
		}
	}
	return errors.Join(errs...)
}

func (r *run) client(base string) *client {
	c := newClient(base)
	r.clients = append(r.clients, c)
	return c
}

func (r *run) startFleet(ctx context.Context, cancel context.CancelCauseFunc) error {
	_, err := r.watch(ctx, cancel, "fleet", r.plan.Fleet, "serve", "-port", "0",
		"-n", strconv.Itoa(r.plan.Instances), "-mode", r.plan.Page, "-life", r.plan.life().String())
	if err != nil {
		return err
	}
	return until(ctx, "the fleet answers", startBound, func(ctx context.Context) error {
		out, err := os.ReadFile(filepath.Join(r.plan.Dir, "fleet.out"))
		if err != nil {
			return err
		}
		url, _, complete := strings.Cut(string(out), "\n")
		if !complete {
			return errors.New("it has not printed its address")
		}
		r.fleet = fleetClient{r.client(url)}
		_, err = r.fleet.stats(ctx)
		return err
	})
}

func (r *run) startDaemon(ctx context.Context, cancel context.CancelCauseFunc) error {
	listen, release, err := port.Reserve(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = release() }() // the daemon has it by then
	address, err := netip.ParseAddrPort(strings.TrimPrefix(r.fleet.base, "http://"))
	if err != nil {
		return fmt.Errorf("the fleet's address: %w", err)
	}
	file, err := writeConfiguration(r.plan, listen, int(address.Port()), time.Now())
	if err != nil {
		return err
	}
	began := time.Now()
	daemon, err := r.watch(ctx, cancel, "brimwatch", r.plan.Daemon, "run", "--config.file", file)
	if err != nil {
		return err
	}
	r.daemonPID = daemon.cmd.Process.Pid
	r.daemon = daemonClient{r.client("http://" + listen)}
	if err := until(ctx, "the daemon is ready", startBound, r.daemon.ready); err != nil {
		return err
	}
	r.tell("the daemon is ready after %s", time.Since(began).Round(time.Millisecond))
	return nil
}

// awaitReadings waits until every instance was read and is up. The fleet is asked
// first, because a page of metrics costs the daemon memory that would count.
func (r *run) awaitReadings(ctx context.Context) error {
	n := r.plan.Instances
	err := until(ctx, "every instance is read", startBound+2*r.plan.Interval, func(ctx context.Context) error {
		s, err := r.fleet.stats(ctx)
		if err == nil && s.Read < n {
			err = fmt.Errorf("%d of %d were", s.Read, n)
		}
		return err
	})
	if err != nil {
		return err
	}
	r.tell("every instance has been read")
	return until(ctx, "every instance is up", startBound, func(ctx context.Context) error {
		s, err := r.daemon.standing(ctx)
		if err == nil && s.up < n {
			err = fmt.Errorf("%s is 1 for %d of %d", upMetric, s.up, n)
		}
		return err
	})
}

// window measures what the daemon uses while the sets cross one after the other.
func (r *run) window(ctx context.Context) error {
	before, err := r.look(ctx)
	if err != nil {
		return err
	}
	for set, at := range triggers(r.plan.Window) {
		if err := r.pass(ctx, "measuring", time.Until(before.at.Add(at))); err != nil {
			return err
		}
		if err := r.fleet.trigger(ctx, set); err != nil {
			return err
		}
		r.tell("set %d of %d crosses", set+1, simulated.Sets)
	}
	if err := r.pass(ctx, "measuring", time.Until(before.at.Add(r.plan.Window))); err != nil {
		return err
	}
	after, err := r.lookBack(ctx)
	if err != nil {
		return err
	}
	wall := after.at.Sub(before.at)
	r.result.Cores = (after.cpu - before.cpu).Seconds() / wall.Seconds()
	due := float64(r.plan.Instances) * wall.Seconds() / r.plan.Interval.Seconds()
	r.result.PagesPercent = float64(after.served-before.served) / due * 100
	if samples := after.samples - before.samples; samples > 0 {
		r.result.BytesPerSample = float64(after.disk-before.disk) / samples
	}
	return nil
}

// moment is how daemon and fleet stand at one edge of the window.
type moment struct {
	at      time.Time
	cpu     time.Duration
	served  int64
	disk    int64
	samples float64
}

// look is for the first edge: what costs the daemon something comes first.
func (r *run) look(ctx context.Context) (m moment, err error) {
	s, err := r.daemon.standing(ctx)
	if err != nil {
		return m, err
	}
	m.samples = s.samples
	return m, r.lookOutside(ctx, &m)
}

// lookBack is for the last edge: what costs the daemon something comes last.
func (r *run) lookBack(ctx context.Context) (m moment, err error) {
	if err := r.lookOutside(ctx, &m); err != nil {
		return m, err
	}
	s, err := r.daemon.standing(ctx)
	m.samples = s.samples
	return m, err
}

// lookOutside reads what the daemon does not notice.
func (r *run) lookOutside(ctx context.Context, m *moment) error {
	s, err := r.fleet.stats(ctx)
	if err != nil {
		return err
	}
	m.served = s.Served
	if m.disk, err = diskUse(historyDir(r.plan)); err != nil {
		return err
	}
	m.cpu, err = cpuTime(r.daemonPID)
	m.at = time.Now()
	return err
}

// judge waits for alarms that are late and for doubles, and fills in the rest.
func (r *run) judge(ctx context.Context) error {
	expected, err := r.fleet.expected(ctx)
	if err != nil {
		return err
	}
	late := until(ctx, "every alarm arrives", lateBound, func(ctx context.Context) error {
		events, err := r.fleet.events(ctx)
		if err != nil {
			return err
		}
		var w figures.Whole
		if err := judge(expected, events, &w); err != nil {
			return err
		}
		if w.Arrived < w.Expected {
			return fmt.Errorf("%d of %d have", w.Arrived, w.Expected)
		}
		return nil
	})
	if ctx.Err() != nil {
		return late
	}
	if late != nil {
		r.tell("%v", late) // the figures say it too
	}
	if err := r.pass(ctx, "waiting for what should not come", 2*r.plan.Interval); err != nil {
		return err
	}
	stats, err := r.fleet.stats(ctx)
	if err != nil {
		return err
	}
	if stats.Dropped > 0 {
		return fmt.Errorf("the sink had no room for %d alerts: what is known does not suffice", stats.Dropped)
	}
	events, err := r.fleet.events(ctx)
	if err != nil {
		return err
	}
	if err := judge(expected, events, &r.result); err != nil {
		return err
	}
	m, err := residentMemory(r.daemonPID)
	r.result.PeakMB, r.result.ResidentMB = float64(m.peak)/1e6, float64(m.now)/1e6
	return err
}

// pass lets time go by and says how much is left.
func (r *run) pass(ctx context.Context, what string, d time.Duration) error {
	end := time.Now().Add(d)
	for {
		left := time.Until(end)
		if left <= 0 {
			return nil
		}
		r.tell("%s, %s left", what, left.Round(time.Second))
		if err := sleep(ctx, min(left, tell)); err != nil {
			return err
		}
	}
}

func (r *run) tell(format string, args ...any) {
	r.progress("%s: "+format, append([]any{r.result.Title()}, args...)...)
}
