package collectortest

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/fleet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// suiteOf returns the suite of a fake with one flaw. What the flaw leaves
// running ends with the returned function.
func suiteOf(broken flaw) (Suite, func()) {
	release := make(chan struct{})
	return Suite{
		Serve: serveFake,
		New: func(_ testing.TB, addr, password string) collector.Collector {
			return &fake{flaw: broken, addr: addr, password: password, release: release}
		},
		Instances: 2,
		Expect: []Figure{
			{Metric: fleet.Connections, Min: 4200, Max: 4200, Limit: 5000},
			{Metric: fleet.SendTPS, Counter: true, Min: 123456, Max: 123456},
		},
		patience: 3 * time.Second,
	}, sync.OnceFunc(func() { close(release) })
}

func TestFlawlessCollectorPasses(t *testing.T) {
	s, release := suiteOf(flawless)
	defer release()
	Run(t, s)
}

// leftGoroutines is what goleak says.
const leftGoroutines = "found unexpected goroutines"

// TestFlawsAreFound proves that each check can fail, and for the right reason.
func TestFlawsAreFound(t *testing.T) {
	var late []func()
	for _, tt := range []struct {
		flaw  flaw
		check string // by which it is found
		says  string
	}{
		{tellsPassword, "a wrong password is an error", "holds the password"},
		{tellsPassword, "a refused connection is an error", "holds the password"},
		{tellsNothing, "a refused connection is an error", "is empty"},
		{tellsLines, "a refused connection is an error", "line break"},
		{swallowsErrors, "a refused connection is an error", "no error although the connection was refused"},
		{swallowsErrors, "a wrong password is an error", "no error although the password was wrong"},
		{swallowsErrors, "nonsense is an error", "nonsense"},
		{swallowsErrors, "a ctx that has ended before is respected", "ended before"},
		{hidesErrors, "a silent server is left when ctx has a deadline", "ErrNotYet"},
		{ignoresContext, "a silent server is left when ctx is cancelled", "Collect did not return"},
		{ignoresContext, "a silent server is left when ctx has a deadline", "Collect did not return"},
		{ignoresContext, "a server that falls silent later is left when ctx ends", "Collect did not return"},
		{missesFigure, "a healthy server tells what is expected", "a healthy server was not read"},
		{instancesForgotten, "a healthy server tells what is expected", "a healthy server was not read"},
		{wrongFigure, "a healthy server tells what is expected", "connections is 4201, want 4200 to 4200"},
		{surplusFigure, "a healthy server tells what is expected", "memory_bytes was told and is not expected"},
		{wrongLimit, "a healthy server tells what is expected", "limit of connections is 4999, want 5000"},
		{noClock, "a healthy server tells what is expected", "has no clock"},
		{fillsBeforeError, "a refused connection is an error", "filled in visit 0"},
		{trustsHalfLines, "a conversation that is cut off tells no wrong figure", "send_tps is"},
		{dialsEachTime, "the connection is kept between visits", "used 4 connections"},
		{staysBroken, "a server that is gone is an error and read again when it is back", "a healthy server was not read"},
		{leavesConnection, "close ends all and may be repeated", "open after Close"},
		{leavesGoroutine, "close ends all and may be repeated", leftGoroutines},
		{leavesGoroutine, "close after a failed visit ends all", leftGoroutines},
		{keepsVisits, "close ends all and may be repeated", "filled in after Collect had returned"},
		{closeHangs, "close before the first visit", "Close did not return"},
		{closeNeedsCollect, "close before the first visit", "Close did not return"},
		{closeFails, "close before the first visit", "Close returned an error"},
		{secondCloseHangs, "close ends all and may be repeated", "the second Close did not return"},
	} {
		try := func() {
			s, release := suiteOf(tt.flaw)
			got := record(t, s, tt.check, release)
			if !slices.ContainsFunc(got, func(line string) bool { return strings.Contains(line, tt.says) }) {
				t.Errorf("%s: the check %q did not say %q; it said %q", tt.flaw, tt.check, tt.says, got)
			}
		}
		if tt.says == leftGoroutines {
			try()
			continue
		}
		// Most of the time is spent on waiting for what does not come, and what others
		// leave running does not matter to these.
		late = append(late, try)
	}
	var wg sync.WaitGroup
	for _, try := range late {
		wg.Go(try)
	}
	wg.Wait()
}

// record runs one check on a TB of its own and returns what it complained about.
func record(t *testing.T, s Suite, name string, release func()) []string {
	t.Helper()
	all := checks()
	i := slices.IndexFunc(all, func(c check) bool { return c.name == name })
	if i < 0 {
		return []string{"there is no such check"}
	}
	r := &recorder{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		all[i].run(r, s)
	}()
	<-done
	release()
	r.cleanup()
	return r.complaints()
}

// recorder is a TB that keeps complaints for itself.
type recorder struct {
	testing.TB

	mu       sync.Mutex
	said     []string
	cleanups []func()
}

func (r *recorder) Errorf(format string, args ...any) { r.say(fmt.Sprintf(format, args...)) }
func (r *recorder) Error(args ...any)                 { r.say(fmt.Sprint(args...)) }

func (r *recorder) Fatalf(format string, args ...any) {
	r.say(fmt.Sprintf(format, args...))
	runtime.Goexit()
}

func (r *recorder) Fatal(args ...any) {
	r.say(fmt.Sprint(args...))
	runtime.Goexit()
}

func (r *recorder) Cleanup(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cleanups = append(r.cleanups, f)
}

func (r *recorder) say(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.said = append(r.said, line)
}

func (r *recorder) complaints() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.said)
}

func (r *recorder) cleanup() {
	for _, f := range slices.Backward(r.cleanups) {
		f()
	}
}

func TestJudgeWords(t *testing.T) {
	const password = "a/b c"
	for _, tt := range []struct{ name, text, want string }{
		{"plain", "connect to 127.0.0.1:1883: the connection was refused", ""},
		{"empty", " ", "is empty"},
		{"long", strings.Repeat("x", maxWords+1), "longer"},
		{"binary", "a\xff", "UTF-8"},
		{"lines", "a\nb", "line break"},
		{"format", "read %!d(string=x)", "broken format"},
		{"nil", "read: <nil>", "own words"},
		{"password", "for a/b c", "password"},
		{"password in a query", "for ?p=a%2Fb+c", "password"},
		{"password in a path", "for //u:a%2Fb%20c@h", "password"},
		{"password of basic authentication", "Basic bW9uaXRvcjphL2IgYw==", "password"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := judgeWords(tt.text, password)
			if (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
				t.Errorf("judgeWords(%q) = %q, want it to say %q", tt.text, got, tt.want)
			}
		})
	}
}
