package scenario

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/test/chaos/pages"
	"github.com/brimwatch/brimwatch/test/chaos/store"
)

// outWhile raises an alarm while the store cannot be written, and looks whether it
// goes out all the same.
func (w *World) outWhile(ctx context.Context, instance int, what string) error {
	began := time.Now()
	w.fleet.Set(instance, 0, w.high())
	most := w.long(45*time.Second, 90*time.Second)
	var at time.Time
	seen, err := waitFor(ctx, most, func() bool {
		at = w.toldAt(instance, began)
		return !at.IsZero()
	})
	if err != nil {
		return err
	}
	got := "not within " + short(most)
	if seen {
		got = "after " + short(at.Sub(began))
	}
	w.count("an alarm while the store is "+what+" goes out", "it does", got, seen)
	status, text := w.daemon.SaysReady(ctx)
	w.count("/-/ready says that the store is "+what, what, fmt.Sprintf("%d %s", status, text), strings.Contains(strings.ToLower(text), what))
	return nil
}

// storeLocked locks the database from outside.
func storeLocked(ctx context.Context, w *World) error {
	w.fleet.Set(0, 0, w.high())
	if _, err := w.settle(ctx, w.patience()); err != nil {
		return err
	}
	unlock, err := store.Lock(ctx, w.daemon.Database(w.config.Data))
	if err != nil {
		return err
	}
	err = w.outWhile(ctx, 1, "locked")
	if err := errors.Join(err, unlock()); err != nil {
		return err
	}
	return w.calmAgain(ctx)
}

// calmAgain raises one more alarm when the store works, and then ends all.
func (w *World) calmAgain(ctx context.Context) error {
	w.fleet.Set(2, 0, w.high())
	if _, err := w.settle(ctx, w.patience()); err != nil {
		return err
	}
	for i := range 3 {
		w.fleet.Set(i, 0, pages.Calm)
	}
	return w.draw(ctx, w.patience())
}

// needsMount says why this process may not mount a tmpfs.
func needsMount(o *Options) string {
	dir := filepath.Join(o.Dir, "mount-probe")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "a folder cannot be made: " + err.Error()
	}
	unmount, err := store.Mount(dir, 1)
	if err != nil {
		return "a full disk is a small tmpfs, which this user may not mount: " + err.Error()
	}
	if err := unmount(); err != nil {
		return "a small tmpfs cannot be taken away: " + err.Error()
	}
	return ""
}

// storeFull fills the disk on which the data are: a tmpfs of its own.
func storeFull(ctx context.Context, w *World) error {
	if err := w.onSmallDisk(ctx); err != nil {
		return err
	}
	empty, err := store.Fill(w.config.Data)
	if err != nil {
		return err
	}
	err = w.outWhile(ctx, 1, "full")
	if err := errors.Join(err, empty()); err != nil {
		return err
	}
	return w.calmAgain(ctx)
}

// onSmallDisk starts the product on a disk of its own, and lets it tell of one alarm.
func (w *World) onSmallDisk(ctx context.Context) error {
	if err := w.daemon.Stop(); err != nil {
		return err
	}
	w.config.Data = filepath.Join(w.daemon.Dir, "small")
	if err := os.MkdirAll(w.config.Data, 0o700); err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	unmount, err := store.Mount(w.config.Data, 96)
	if err != nil {
		return err
	}
	w.closers = append([]func(){func() { _ = unmount() }}, w.closers...) // last of all; a folder that stays mounted is seen
	if err := w.config.Write(w.daemon.Dir); err != nil {
		return err
	}
	if err := w.start(ctx); err != nil {
		return err
	}
	w.fleet.Set(0, 0, w.high())
	_, err = w.settle(ctx, w.patience())
	return err
}

// startFull stops the product in order, fills its disk, and starts it again.
func startFull(ctx context.Context, w *World) error {
	if err := w.onSmallDisk(ctx); err != nil {
		return err
	}
	if err := w.daemon.Stop(); err != nil {
		return err
	}
	empty, err := store.Fill(w.config.Data)
	if err != nil {
		return err
	}
	return errors.Join(w.startOut(ctx, "full", empty), w.calmAgain(ctx))
}

// startLocked stops it in order, and starts it again while another program holds the
// database.
func startLocked(ctx context.Context, w *World) error {
	w.fleet.Set(0, 0, w.high())
	if _, err := w.settle(ctx, w.patience()); err != nil {
		return err
	}
	if err := w.daemon.Stop(); err != nil {
		return err
	}
	unlock, err := store.Lock(ctx, w.daemon.Database(w.config.Data))
	if err != nil {
		return err
	}
	return errors.Join(w.startOut(ctx, "locked", unlock), w.calmAgain(ctx))
}

// startOut starts the product while its store cannot be written, and looks whether an
// alarm goes out. end mends the store.
func (w *World) startOut(ctx context.Context, what string, end func() error) error {
	err := w.start(ctx)
	w.count("the product starts while the store is "+what, "it does", map[bool]string{true: "it does", false: "it does not"}[err == nil], err == nil)
	if err != nil {
		w.say("it did not start: %v", err)
		return errors.Join(end(), w.start(ctx))
	}
	err = w.outWhile(ctx, 1, what)
	return errors.Join(err, end())
}

// storeDamaged damages the database while the product is down.
func storeDamaged(ctx context.Context, w *World) error {
	w.fleet.Set(0, 0, w.high())
	if _, err := w.settle(ctx, w.patience()); err != nil {
		return err
	}
	if err := w.daemon.Stop(); err != nil {
		return err
	}
	path := w.daemon.Database(w.config.Data)
	n, err := store.Damage(path, w.rnd)
	if err != nil {
		return err
	}
	w.say("store-damaged: %d pages of %s", n, filepath.Base(path))
	if err := w.daemon.Launch(); err != nil {
		return err
	}
	w.fleet.Life()
	if err := w.daemon.Ready(ctx); err != nil {
		w.count("the product starts with a damaged database", "it does", firstLine(err), false)
		return nil
	}
	w.count("the product starts with a damaged database", "it does", "it does", true)
	aside, err := filepath.Glob(path + "?*")
	if err != nil {
		return fmt.Errorf("look for the damaged database: %w", err)
	}
	kept := 0
	for _, name := range aside {
		if !strings.HasSuffix(name, "-wal") && !strings.HasSuffix(name, "-shm") {
			kept++
		}
	}
	w.count("the damaged database is set aside", "1 file", kept, kept == 1)
	if err := w.newAlarm(ctx, 1, w.high(), 35*time.Second); err != nil {
		return err
	}
	if _, err := w.settle(ctx, w.patience()); err != nil {
		return err
	}
	w.fleet.Set(0, 0, pages.Calm)
	w.fleet.Set(1, 0, pages.Calm)
	return w.draw(ctx, w.patience())
}

// firstLine is the beginning of an error that quotes a log.
func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// walTorn takes transactions out of the end of the write-ahead log while the product is
// down after a crash: that a text was accepted, that it was about to be sent, or that
// its alarm was raised at all.
func walTorn(ctx context.Context, w *World) error {
	for i := range w.fleet.Instances() {
		w.fleet.Set(i, 0, w.high())
		if _, err := w.settle(ctx, w.patience()); err != nil {
			return err
		}
		if err := w.kill(); err != nil {
			return err
		}
		gone, err := store.Tear(w.daemon.Database(w.config.Data), 3+2*i, w.rnd)
		if err != nil {
			return err
		}
		w.say("wal-torn: %d of the last transactions gone", gone)
		if err := w.start(ctx); err != nil {
			return err
		}
		// What the life before had judged may be gone, too.
		if _, err := waitFor(ctx, time.Minute, func() bool { return w.fleet.SureNow(i, 0) }); err != nil {
			return err
		}
		if _, err := w.settle(ctx, w.patience()); err != nil {
			return err
		}
	}
	for i := range w.fleet.Instances() {
		w.fleet.Set(i, 0, pages.Calm)
	}
	return w.draw(ctx, w.patience())
}
