package collector

import (
	"io"
	"log/slog"
	"testing"

	"github.com/brimwatch/brimwatch/fleet"
)

// idleRunner is a Runner whose schedule is walked by hand, and which visits
// nothing.
type idleRunner struct{ *Runner }

func textLogger(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }

func newIdleRunner(t *testing.T) *idleRunner {
	t.Helper()
	r, err := NewRunner(Options{Sink: func([]*fleet.Reading) {}, Logger: textLogger(io.Discard)})
	if err != nil {
		t.Fatal(err)
	}
	return &idleRunner{r}
}

// begun starts the schedule, without first visits.
func (r *idleRunner) begun(now moment) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = now
	var all []*task
	for _, t := range r.tasks {
		all = append(all, t)
	}
	r.rings = rings(all, now.wall)
}

// tick makes one step and returns how many sources were taken on. Their visits
// end at once.
func (r *idleRunner) tick(now moment) int { return len(r.taken(now)) }

// taken makes one step and returns the sources that were taken on.
func (r *idleRunner) taken(now moment) []*task {
	r.mu.Lock()
	defer r.mu.Unlock()
	if jumped(r.last, now) {
		r.reseat(now)
	}
	r.takeDue(now)
	r.last = now
	var out []*task
	for r.prompt.queue.len() > 0 {
		t := r.prompt.queue.pop()
		t.phase = idle
		out = append(out, t)
	}
	return out
}
