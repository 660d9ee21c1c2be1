package whole

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/test/bench/figures"
)

// runStandIn does one short run against the stand-in: 240 instances, of which 12
// cross, three on each metric.
func runStandIn(ctx context.Context, t *testing.T, fault string, tell func(line string)) (figures.Whole, error) {
	t.Helper()
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	t.Setenv(standInVariable, fault)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Run(ctx, Plan{
		Instances: 240, Page: "small", Interval: 500 * time.Millisecond, Window: 1500 * time.Millisecond,
		Daemon: self, Fleet: fleetBinary(), Dir: t.TempDir(),
	}, func(format string, args ...any) { tell(fmt.Sprintf(format, args...)) })
}

func TestRunMeasures(t *testing.T) {
	for _, tt := range []struct {
		fault                             string
		arrived, wrong, doubled, repeated int
	}{
		{good, 12, 0, 0, 0},
		{doubles, 12, 0, 12, 0},
		{retries, 12, 0, 0, 12},
		{blames, 12, 12, 0, 0},
	} {
		t.Run(tt.fault, func(t *testing.T) {
			var lines []string
			w, err := runStandIn(t.Context(), t, tt.fault, func(line string) { lines = append(lines, line) })
			if err != nil {
				t.Fatal(err)
			}
			if w.Expected != 12 || w.Arrived != tt.arrived || w.Wrong != tt.wrong || w.Doubled != tt.doubled || w.Repeated != tt.repeated {
				t.Errorf("alarms: %+v", w)
			}
			if w.Cores <= 0 || w.PeakMB < w.ResidentMB || w.ResidentMB < 1 {
				t.Errorf("usage: %+v", w)
			}
			if w.BytesPerSample < 12 || w.BytesPerSample > 24 { // the stand-in writes 16, the disk takes whole blocks
				t.Errorf("%.1f bytes a sample", w.BytesPerSample)
			}
			for name, l := range map[string]figures.Latency{"gauges": w.Gauges, "counters": w.Counters} {
				if l.P50 <= 0 || l.P95 < l.P50 || l.Max < l.P95 {
					t.Errorf("%s: %+v", name, l)
				}
			}
			if text := strings.Join(lines, "\n"); !strings.Contains(text, "set 3 of 3 crosses") || !strings.HasPrefix(text, "240 small: ") {
				t.Errorf("progress:\n%s", text)
			}
		})
	}
}

func TestRunTellsWhatIsLeftOut(t *testing.T) {
	w, err := runStandIn(t.Context(), t, skips, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	if w.PagesPercent < 20 || w.PagesPercent > 80 {
		t.Errorf("%.1f %% of the pages were read by a daemon that reads half of them", w.PagesPercent)
	}
}

func TestRunFailsWithTheDaemon(t *testing.T) {
	_, err := runStandIn(t.Context(), t, crashes, func(string) {})
	if err == nil || !strings.Contains(err.Error(), "brimwatch ended by itself: exit status 1") || !strings.Contains(err.Error(), "out of everything") {
		t.Errorf("error: %v", err)
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("Ctrl-C")
	_, err := runStandIn(ctx, t, good, func(line string) {
		if strings.HasSuffix(line, "set 1 of 3 crosses") {
			cancel(cause)
		}
	})
	if !errors.Is(err, cause) {
		t.Errorf("error: %v", err)
	}
}

func TestRunRefusesPlans(t *testing.T) {
	fine := Plan{Instances: 1, Page: "full", Interval: time.Second, Window: time.Second}
	for name, change := range map[string]func(*Plan){
		"instances": func(p *Plan) { p.Instances = 0 },
		"page":      func(p *Plan) { p.Page = "huge" },
		"interval":  func(p *Plan) { p.Interval = 0 },
		"window":    func(p *Plan) { p.Window = 0 },
		"warm-up":   func(p *Plan) { p.Warmup = -1 },
	} {
		p := fine
		change(&p)
		if err := p.check(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := fine.check(); err != nil {
		t.Error(err)
	}
	fine.Instances, fine.Dir, fine.Fleet = 1<<30, t.TempDir(), "none"
	if _, err := Run(t.Context(), fine, func(string, ...any) {}); err == nil {
		t.Error("a billion instances: accepted")
	}
}

func TestFileLimit(t *testing.T) {
	if err := raiseFileLimit(1 << 40); err == nil || !strings.Contains(err.Error(), "open files") {
		t.Errorf("a limit that no system has: %v", err)
	}
	if err := raiseFileLimit(256); err != nil {
		t.Errorf("a limit that every system has: %v", err)
	}
}
