package collector

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// TestNothingComesFromBeforeComplete runs quick, slow, dead and hanging sources through
// lanes that are too narrow for them: no reading bears a time that was said to be
// complete before.
func TestNothingComesFromBeforeComplete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var complete time.Time
		late := 0
		s := newStage(t, Options{Concurrency: 2, Sink: func(rs []*fleet.Reading) {
			// A sink that takes its time has not got them yet.
			<-time.After(50 * time.Millisecond)
			mu.Lock()
			defer mu.Unlock()
			for _, r := range rs {
				if !r.At.After(complete) {
					late++
				}
			}
		}})
		var sources []Source
		for i := range 8 {
			sources = append(sources, source(fmt.Sprint("quick", i), connections(1)), source(fmt.Sprint("dead", i), blackHole()))
		}
		slow := &fake{collect: func(context.Context, []Visit) error {
			<-time.After(3 * time.Second)
			return errors.New("no")
		}}
		hanging := &fake{collect: func(context.Context, []Visit) error {
			<-time.After(time.Minute)
			return nil
		}}
		s.watch(append(sources, source("slow", slow), source("hanging", hanging))...)
		s.run()
		for range 5 * 60 * 7 {
			<-time.After(time.Second / 7)
			at := s.Complete()
			mu.Lock()
			if at.After(complete) {
				complete = at
			}
			mu.Unlock()
		}
		if behind := time.Since(complete); behind > 15*time.Second+5*time.Second+grace+longestSleep {
			t.Errorf("complete is %s behind, more than an interval and a visit", behind)
		}
		mu.Lock()
		if late > 0 {
			t.Errorf("%d readings were said to be complete before they came", late)
		}
		mu.Unlock()
		s.stop()
		if behind := time.Since(s.Complete()); behind > time.Second {
			t.Errorf("after the end complete is %s behind", behind)
		}
	})
}

func TestCompleteWhileAllAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, Options{})
		s.watch(source("a", connections(7)))
		if behind := time.Since(s.Complete()); behind > time.Second {
			t.Errorf("before the start it is %s behind", behind)
		}
		s.run()
		s.pass(time.Minute)
		if behind := time.Since(s.Complete()); behind > longestSleep+time.Second {
			t.Errorf("it is %s behind", behind)
		}
		s.stop()
	})
}
