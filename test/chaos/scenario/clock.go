package scenario

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/test/chaos/farside"
	"github.com/brimwatch/brimwatch/test/chaos/pages"
)

// jumpVariable names the file by which a binary of test/clock -build takes its wall
// clock: a length of time, by which it is off.
const jumpVariable = "BRIMWATCH_TEST_JUMP_FILE"

// jump sets the wall clock of the process off by a length of time.
func (w *World) jump(ctx context.Context, by time.Duration) error {
	if err := os.WriteFile(w.jumpFile(), []byte(by.String()+"\n"), 0o600); err != nil {
		return fmt.Errorf("set the clock: %w", err)
	}
	return pause(ctx, 100*time.Millisecond) // it is read every 20 ms
}

func (w *World) jumpFile() string { return filepath.Join(w.daemon.Dir, "jump") }

// clock sets the clock while an alarm waits, raises one by the new time, and looks
// what is told.
func clock(ctx context.Context, w *World) error {
	w.daemon.Env = []string{jumpVariable + "=" + w.jumpFile()}
	if err := w.restart(ctx); err != nil { // now with the file
		return err
	}
	for i, by := range []time.Duration{time.Hour, -time.Hour, 25 * time.Hour, -25 * time.Hour} {
		if err := w.jumpOnce(ctx, 2*i, by); err != nil {
			return err
		}
	}
	for i := range w.fleet.Instances() {
		w.fleet.Set(i, 0, pages.Calm)
	}
	if err := w.draw(ctx, w.patience()); err != nil {
		return err
	}
	dead, silent, reminded := 0, 0, 0
	for _, n := range w.journal {
		if n.State == "dead" {
			dead++
		}
		if n.Rule == "no_data" {
			silent++
		}
		if n.Kind == "reminded" {
			reminded++
		}
	}
	w.count("notices that were given up", "0", dead, dead == 0)
	w.count("notices of lost data", "0", silent, silent == 0)
	w.count("reminders", "0", reminded, reminded == 0)
	return nil
}

// jumpOnce sets the clock while an alarm waits.
func (w *World) jumpOnce(ctx context.Context, instance int, by time.Duration) error {
	name := fmt.Sprintf("clock %+.0f h", by.Hours())
	w.weather(farside.Always(farside.Fate{Way: farside.Refuse, Status: http.StatusTooManyRequests}))
	w.fleet.Set(instance, 0, pages.Full)
	posts := len(w.sms.Posts())
	if _, err := waitFor(ctx, time.Minute, func() bool { return len(w.sms.Posts()) >= posts+2 }); err != nil {
		return err
	}
	if err := w.jump(ctx, by); err != nil {
		return err
	}
	if err := pause(ctx, 3*time.Second); err != nil { // some readings by the new time
		return err
	}
	w.weather(nil)
	recovered := time.Now()
	t, ok, err := w.firstText(ctx, recovered, w.patience(), func(t farside.Text) bool { return about(pages.ID(instance))(t) || strings.Contains(t.Body, " alarms") })
	if err != nil {
		return err
	}
	w.within(name+": recovery to the text that waited", ok, t.At.Sub(recovered), 35*time.Second)
	if err := w.newAlarm(ctx, instance+1, pages.Full, 5*time.Second); err != nil {
		return err
	}
	if _, err := w.settle(ctx, w.patience()); err != nil {
		return err
	}
	return w.jump(ctx, 0)
}
