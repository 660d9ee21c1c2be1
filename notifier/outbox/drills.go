package outbox

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
)

const (
	// drillEvery is how often is looked what is due: a test comes within so much of its
	// time of day.
	drillEvery = time.Minute
	// tooLate is after how long a test or a drill of a day is left out, as one that comes
	// at another time than the person expects helps nobody.
	tooLate = time.Hour
	// answerWithin is how long somebody has to answer a drill.
	answerWithin = 24 * time.Hour
)

// drills is who did not answer a drill. It may be used from several goroutines.
type drills struct {
	mu   sync.Mutex
	late map[string]time.Time // when they were asked, by contact
}

func (d *drills) set(late map[string]time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.late = late
}

// forget takes out a contact that has answered.
func (d *drills) forget(contact string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.late, contact)
}

// overdue tells whether a drill was not answered in time.
func (d *asked) overdue(now time.Time) bool {
	return d.answered.IsZero() && !now.Before(d.at.Add(answerWithin))
}

// Remarks lists who did not answer a drill, a sentence each.
func (b *Outbox) Remarks() []string {
	b.drills.mu.Lock()
	defer b.drills.mu.Unlock()
	var out []string
	for _, name := range slices.Sorted(maps.Keys(b.drills.late)) {
		out = append(out, fmt.Sprintf("%s has not answered the drill of %s: is the number right, and are its messages read?", name, b.drills.late[name].UTC().Format("2006-01-02 15:04 UTC")))
	}
	return out
}

// Drilled is closed when RunDrills has planned for the first time what is due.
func (b *Outbox) Drilled() <-chan struct{} { return b.drilled }

// RunDrills sends daily tests and drills when they are due, until ctx ends. It is called once.
func (b *Outbox) RunDrills(ctx context.Context) error {
	tick := time.NewTicker(drillEvery)
	defer tick.Stop()
	for first := true; ; first = false {
		if err := b.drillRound(ctx, b.clock.wall()); err != nil && ctx.Err() == nil {
			b.log.Error("daily tests and drills could not be planned", "error", err)
		}
		if first {
			close(b.drilled)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// drillRound plans all tests and drills that are due, and tells of those that were not
// answered.
func (b *Outbox) drillRound(ctx context.Context, now time.Time) error {
	dir := b.directory.Load()
	r := round{b: b, dir: dir, now: now.UTC(), late: make(map[string]time.Time)}
	var err error
	if r.numbers, err = b.numbers(ctx); err != nil {
		return err
	}
	if r.drills, err = b.newestDrills(ctx); err != nil {
		return err
	}
	contacts := dir.Contacts()
	for i := range contacts {
		r.look(&contacts[i])
	}
	b.drills.set(r.late)
	if len(r.due) == 0 {
		return nil
	}
	var planned []item
	err = b.write(ctx, func(tx *transaction) error {
		planned = planned[:0]
		for _, plan := range r.due {
			items, err := plan(ctx, tx)
			if err != nil {
				return err
			}
			planned = append(planned, items...)
		}
		return nil
	})
	if err == nil {
		b.admit(planned)
	}
	return err
}

// round is one look at what is due.
type round struct {
	b       *Outbox
	dir     *notifier.Directory
	now     time.Time
	numbers map[string]number
	drills  map[string]asked
	due     []func(context.Context, *transaction) ([]item, error)
	late    map[string]time.Time
}

// look notes what is due for a contact.
func (r *round) look(c *notifier.Contact) {
	n, known := r.numbers[c.Name]
	if !known || n.number != numberOf(c.Phone) {
		n = number{since: r.now}
		r.due = append(r.due, func(ctx context.Context, tx *transaction) ([]item, error) { return nil, noteNumber(ctx, tx, c, r.now) })
	}
	d := r.drills[c.Name]
	if d.number != numberOf(c.Phone) {
		d = asked{} // it asked another number
	}
	if len(c.Receivers) == 0 { // nobody sends to it
		return
	}
	if c.DailyTest != nil && r.comes(*c.DailyTest, c.Zone, n.testedAt, 0) {
		r.due = append(r.due, func(ctx context.Context, tx *transaction) ([]item, error) { return r.test(ctx, tx, c) })
	}
	drill := r.dir.Drill()
	switch {
	case drill.Every <= 0:
	case r.comes(drill.At, c.Zone, d.at, drill.Every):
		r.due = append(r.due, func(ctx context.Context, tx *transaction) ([]item, error) { return r.ask(ctx, tx, c) })
	case !d.at.IsZero() && d.overdue(r.now):
		r.late[c.Name] = d.at
		if d.toldLate.IsZero() {
			r.due = append(r.due, func(ctx context.Context, tx *transaction) ([]item, error) { return r.tell(ctx, tx, c, &d) })
		}
	}
}

// comes tells whether something that comes at a time of day, so long after the last one at
// the soonest, is due now. A last one that lies ahead, because the clock was set back,
// delays nothing.
func (r *round) comes(minutes int, zone *time.Location, last time.Time, every time.Duration) bool {
	local := r.now.In(zone)
	due := time.Date(local.Year(), local.Month(), local.Day(), minutes/60, minutes%60, 0, 0, zone)
	if due.After(r.now) {
		due = time.Date(local.Year(), local.Month(), local.Day()-1, minutes/60, minutes%60, 0, 0, zone)
	}
	if !r.now.Before(due.Add(tooLate)) {
		return false
	}
	if last.IsZero() || last.After(r.now) {
		return true
	}
	const uneven = 3 * time.Hour // days are longer and shorter by an hour, and the last one came some minutes late
	return last.Before(due) && due.Sub(last) > every-uneven
}

// test plans the daily test of a contact.
func (r *round) test(ctx context.Context, tx *transaction, c *notifier.Contact) ([]item, error) {
	if _, err := tx.ExecContext(ctx, `UPDATE number SET tested_at = ? WHERE contact = ?`, ms(r.now), c.Name); err != nil {
		return nil, fmt.Errorf("note the daily test of %s: %w", c.Name, err)
	}
	self := notifier.DailyTest(c)
	items, err := r.b.planSelf(ctx, tx, r.dir, &self, r.now)
	if err != nil {
		return nil, fmt.Errorf("plan the daily test of %s: %w", c.Name, err)
	}
	return items, nil
}

// ask plans a drill of a contact.
func (r *round) ask(ctx context.Context, tx *transaction, c *notifier.Contact) ([]item, error) {
	code, err := freeCode(ctx, tx, r.b.jitter)
	if err != nil {
		return nil, err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO drill (code, contact, number, asked_at) VALUES (?, ?, ?, ?)`, code, c.Name, numberOf(c.Phone), ms(r.now)); err != nil {
		return nil, fmt.Errorf("note the drill of %s: %w", c.Name, err)
	}
	self := notifier.AskToAnswer(c, code)
	items, err := r.b.planSelf(ctx, tx, r.dir, &self, r.now)
	if err != nil {
		return nil, fmt.Errorf("plan the drill of %s: %w", c.Name, err)
	}
	return items, nil
}

// tell plans the notices that somebody did not answer a drill.
func (r *round) tell(ctx context.Context, tx *transaction, c *notifier.Contact, d *asked) ([]item, error) {
	n, err := tx.affect(ctx, `UPDATE drill SET told_at = ? WHERE code = ? AND told_at = 0 AND answered_at = 0`, ms(r.now), d.code)
	if err != nil || n == 0 { // it was answered meanwhile
		return nil, err
	}
	self := notifier.NotAnswered(c, d.at, r.dir.Fallback())
	items, err := r.b.planSelf(ctx, tx, r.dir, &self, r.now)
	if err != nil {
		return nil, fmt.Errorf("plan the notice that %s did not answer: %w", c.Name, err)
	}
	return items, nil
}
