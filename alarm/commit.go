package alarm

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// batch is what is judged and not yet committed.
type batch struct {
	changes []transition
	commit  Commit
	entries []*entry // those that are staged
}

// transition is the next state of one alarm.
type transition struct {
	slot   *slot
	next   State
	memory *Memory
	events int // how many of the batch's events led to it
}

// add stages the next state of a slot and the events that led to it.
func (b *batch) add(sl *slot, next State, events []Event) {
	b.change(transition{slot: sl, next: next, memory: sl.memory}, events)
}

// remember stages the next state of a slot of the calendar with the steps that
// people will have been notified of.
func (b *batch) remember(sl *slot, next State, m Memory, events []Event) {
	b.change(transition{slot: sl, next: next, memory: &m}, events)
}

func (b *batch) change(t transition, events []Event) {
	t.events = len(events)
	b.changes = append(b.changes, t)
	sl := t.slot
	for i := range events {
		events[i].Key, events[i].Instance = sl.key, sl.inst
	}
	b.commit.Events = append(b.commit.Events, events...)
}

// commitMost is how many changes are committed together at most. The notices of the
// first part of a storm are on their way while the next part is stored.
const commitMost = 500

// commit stores the batch, part by part, and lets memory follow each. When a part fails,
// nothing of it and of those after it has happened: the states are as they were, and the
// next reading or tick comes to the same decision again.
func (e *Engine) commit(ctx context.Context, b *batch) error {
	defer func() {
		for _, en := range b.entries {
			en.staged = false
		}
	}()
	for _, part := range b.parts(commitMost) {
		if err := e.commitPart(ctx, &part); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) commitPart(ctx context.Context, b *batch) error {
	e.giveCodes(b)
	e.advise(b.commit.Events)
	for _, c := range b.changes {
		rec := Record{Key: c.slot.key, State: c.next}
		if c.memory != nil {
			rec.Memory = *c.memory
		}
		b.commit.States = append(b.commit.States, rec)
	}
	start := time.Now()
	err := e.journal.Commit(ctx, b.commit)
	e.metrics.commitSeconds.Observe(time.Since(start).Seconds())
	if err != nil {
		e.metrics.commitFailures.Inc()
		if !e.failing {
			e.log.Error("alarm states could not be stored; nothing was decided, it is tried again", "error", err, "events", len(b.commit.Events))
		}
		e.failing = true
		return fmt.Errorf("store alarm states: %w", err)
	}
	if e.failing {
		e.log.Info("alarm states can be stored again")
		e.failing = false
	}
	e.apply(b)
	return nil
}

// giveCodes gives each episode that begins its code, and puts it on its events.
func (e *Engine) giveCodes(b *batch) {
	given := make(map[string]bool)
	taken := func(code string) bool { return e.open[code] != nil || given[code] }
	codes := make(map[Key]string)
	for i := range b.changes {
		c := &b.changes[i]
		if c.next.Raised() && c.next.Code == "" {
			c.next.Code = newCode(taken, e.rnd)
			given[c.next.Code] = true
			codes[c.slot.key] = c.next.Code
		}
	}
	for i := range b.commit.Events {
		if ev := &b.commit.Events[i]; ev.Code == "" {
			ev.Code = codes[ev.Key]
		}
	}
}

// apply lets memory follow a commit that succeeded.
func (e *Engine) apply(b *batch) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, c := range b.changes {
		delete(e.open, c.slot.state.Code)
		c.slot.state, c.slot.memory = c.next, c.memory
		e.track(c.slot)
		if c.slot.key.Rule.OfCalendar() {
			e.byClock.keep(c.slot)
		}
	}
	e.orphans = slices.DeleteFunc(e.orphans, func(sl *slot) bool { return sl.state.Zero() })
	for _, s := range b.commit.Said {
		e.log.Info("confirmation", "instance_id", s.Instance, "what", s.What, "by", s.By, "reason", s.Reason)
	}
	for i := range b.commit.Events {
		ev := &b.commit.Events[i]
		e.metrics.events.WithLabelValues(string(ev.Key.Rule), string(ev.Kind)).Inc()
		e.log.Info("alarm", "event", ev.Kind, "rule", ev.Key.Rule, "account", ev.Key.Account, "instance_id", ev.Key.Instance, "metric", ev.Key.MetricName(),
			"code", ev.Code, "usage", ev.Usage, "capacity", ev.Capacity, "reason", ev.Reason)
	}
}
