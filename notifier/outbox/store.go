package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
)

// store is the open database, and what was found out about it when it was opened.
type store struct {
	path      string
	db, reads *sql.DB
	count     *commitCount
	checked   bool   // it was looked through to the end
	aside     string // where a damaged database was put; "" is nowhere
	why       error  // what was damaged
}

// checkAtStart is how long the start waits for the check of the database. What takes
// longer goes on beside the work.
const checkAtStart = time.Second

// openStore opens the database at path. One that is damaged is set aside, and a new
// one is begun: without it nobody would hear of anything. One that a newer
// Brimwatch has written is not damaged.
func openStore(ctx context.Context, path string, scratch bool, log *slog.Logger) (*store, error) {
	s, err := openSound(ctx, path, scratch)
	if !isDamage(err) {
		return s, err
	}
	aside, aerr := setAside(path, time.Now())
	if aerr != nil {
		return nil, errors.Join(err, aerr)
	}
	log.Error("the database is damaged: it was set aside, and a new one is begun; what lasts is decided and told again", "error", err, "set_aside", aside)
	why := err
	if s, err = openSound(ctx, path, scratch); err != nil {
		return nil, err
	}
	s.aside, s.why = aside, why
	return s, nil
}

// openSound opens the database at path and checks it.
func openSound(ctx context.Context, path string, scratch bool) (_ *store, err error) {
	s := &store{path: path}
	defer func() {
		if err == nil {
			return
		}
		if e, ok := errors.AsType[*StoreError](asStoreError(err)); ok && e.Kind != Other { // of which the words say more than the database
			err = e
		}
		err = errors.Join(err, s.close())
	}()
	if s.db, s.reads, err = openDatabase(ctx, path, scratch); err != nil {
		return nil, err
	}
	suspect := exists(s.suspicion())
	budget := checkAtStart
	if suspect {
		budget = time.Hour
	}
	if s.checked, err = s.check(ctx, budget); err != nil {
		return nil, fmt.Errorf("check the database %s: %w", path, err)
	}
	if suspect && s.checked {
		if err := os.Remove(s.suspicion()); err != nil {
			return nil, fmt.Errorf("forget that the database was suspect: %w", err)
		}
	}
	if s.count, err = openCount(ctx, s.db, path); err != nil {
		return nil, fmt.Errorf("count the commits of the database %s: %w", path, err)
	}
	return s, nil
}

// check looks whether the pages of the database fit together. It returns false when
// time was up before it came to the end.
func (s *store) check(ctx context.Context, budget time.Duration) (done bool, err error) {
	limited, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	var found string
	err = s.reads.QueryRowContext(limited, `PRAGMA quick_check(1)`).Scan(&found)
	switch {
	case limited.Err() != nil && ctx.Err() == nil:
		return false, nil
	case err != nil:
		return false, err
	case found != "ok":
		return false, &StoreError{Kind: Damaged, Err: errors.New(found)}
	}
	return true, nil
}

// suspicion is a file that is there when the check beside the work found damage: the
// next start then waits for the end of its check.
func (s *store) suspicion() string { return s.path + ".suspect" }

func (s *store) close() error {
	var errs []error
	if s.db != nil {
		// The log stays, and what is in it must not: an older copy of the database that somebody
		// puts in its place has nothing to do with it. One that cannot be emptied is read at the next start.
		_, _ = s.db.ExecContext(context.Background(), `PRAGMA wal_checkpoint(TRUNCATE)`)
	}
	for _, db := range []*sql.DB{s.db, s.reads} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if s.count != nil {
		errs = append(errs, s.count.close())
	}
	return errors.Join(errs...)
}

func isDamage(err error) bool {
	e, ok := errors.AsType[*StoreError](err)
	return ok && e.Kind == Damaged
}

// endings are those of the files that belong to a database. The log goes
// before the database: without it the database is still damaged, while a log
// without its database would be taken for that of the new one.
func endings() []string { return []string{"-wal", "-shm", ".suspect", ""} }

// setAside gives a damaged database another name, with its day and time, and returns
// that name.
func setAside(path string, now time.Time) (string, error) {
	aside := path + asideMark + now.UTC().Format("2006-01-02T150405Z")
	for n := 2; exists(aside); n++ {
		aside = path + asideMark + now.UTC().Format("2006-01-02T150405Z") + fmt.Sprintf("-%d", n)
	}
	for _, ending := range endings() {
		if err := os.Rename(path+ending, aside+ending); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("set the damaged database aside: %w; move %s away by hand", err, path)
		}
	}
	if err := os.Remove(countPath(path)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("forget how often the damaged database was written: %w", err)
	}
	return aside, nil
}

// asideMark is what the name of a database that was set aside has after its own.
const asideMark = ".damaged-"

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// setAsides lists the databases that were set aside at any time, by file name.
func setAsides(path string) []string {
	var out []string
	found, _ := filepath.Glob(path + asideMark + "*") // a path with signs of patterns has no remarks
	for _, f := range found {
		if !strings.HasSuffix(f, "-wal") && !strings.HasSuffix(f, "-shm") && !strings.HasSuffix(f, ".suspect") {
			out = append(out, filepath.Base(f))
		}
	}
	return out
}

// Damaged tells whether this start found the database damaged, and under which name
// it was set aside.
func (b *Outbox) Damaged() (file string, damaged bool) {
	return filepath.Base(b.store.aside), b.store.aside != ""
}

// tellDamage tells people, once, that this start began a new database.
func (b *Outbox) tellDamage(ctx context.Context) {
	file, damaged := b.Damaged()
	if !damaged {
		return
	}
	var planned []item
	err := b.write(ctx, func(tx *transaction) (err error) {
		dir := b.directory.Load()
		self := notifier.Damaged(dir, file)
		planned, err = b.planSelf(ctx, tx, dir, &self, b.clock.wall())
		return err
	})
	if err != nil {
		b.log.Error("nobody could be told that the database was damaged", "error", err)
		return
	}
	b.admit(planned)
}

// StoreRemarks lists what the operator should see to of the store: databases that were
// set aside.
func (b *Outbox) StoreRemarks() []string {
	var out []string
	for _, file := range setAsides(b.store.path) {
		out = append(out, fmt.Sprintf("A damaged database was set aside as %s, and a new one was begun: alarms that lasted were told again, and what was recorded before is in that file. "+
			"Look at the disk, and remove the file when it is not needed any more.", file))
	}
	return out
}

// checkOn checks the whole database beside the work, if that is not done yet. Damage is
// not mended while it is in use: it is made known, and the next start sets the
// database aside.
func (b *Outbox) checkOn() {
	if !b.store.checked {
		b.beside.start(b.checkWhole)
	}
}

func (b *Outbox) checkWhole(ctx context.Context) {
	_, err := b.store.check(ctx, 24*time.Hour)
	if ctx.Err() != nil || err == nil {
		return
	}
	err = asStoreError(err)
	b.log.Error("the check of the database failed", "error", err)
	if e, ok := errors.AsType[*StoreError](err); ok && e.Kind == Damaged {
		b.found.Store(e)
		if err := os.WriteFile(b.store.suspicion(), []byte(e.Error()+"\n"), 0o600); err != nil {
			b.log.Error("that the database is damaged could not be noted for the next start", "error", err)
		}
	}
}

// beside is what goes on beside the work until the outbox is closed.
type beside struct {
	start func(func(context.Context))
	stop  func() // waits for all of it
}

func newBeside(ctx context.Context) beside {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var all sync.WaitGroup
	return beside{
		start: func(f func(context.Context)) { all.Go(func() { f(ctx) }) },
		stop:  func() { cancel(); all.Wait() },
	}
}
