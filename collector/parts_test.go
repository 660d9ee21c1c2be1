package collector

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/fleet"
)

func TestQueueKeepsOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var q queue
		var want []*task
		t.Repeat(map[string]func(*rapid.T){
			"push": func(*rapid.T) {
				task := &task{}
				q.push(task)
				want = append(want, task)
			},
			"pop": func(t *rapid.T) {
				if len(want) == 0 {
					t.Skip("empty")
				}
				if q.pop() != want[0] {
					t.Fatal("out of order")
				}
				want = want[1:]
			},
			"": func(t *rapid.T) {
				if q.len() != len(want) {
					t.Fatalf("length is %d, want %d", q.len(), len(want))
				}
			},
		})
	})
}

// TestPoolLetsGo needs four workers for a minute, then one.
func TestPoolLetsGo(t *testing.T) {
	var p pool
	workers := make([]*worker, 4)
	for i := range workers {
		workers[i] = &worker{next: make(chan *task, 1)}
		p.put(workers[i])
	}
	p.trim(time.Minute)
	if len(p.idle) != 4 {
		t.Fatalf("%d workers are left, want all that were needed", len(p.idle))
	}
	p.put(p.take())
	p.trim(90 * time.Second)
	if len(p.idle) != 4 {
		t.Fatal("workers were let go before their minute was over")
	}
	p.trim(2 * time.Minute)
	if len(p.idle) != 1 || p.idle[0] != workers[3] {
		t.Fatalf("%d workers are left, want the one that was needed", len(p.idle))
	}
	for _, w := range workers[:3] {
		select {
		case <-w.next:
		default:
			t.Error("a worker was forgotten, not let go")
		}
	}
	p.close()
	if p.take() != nil {
		t.Error("a closed pool gives workers")
	}
}

// TestEmitterHoldsVisitsUp fills the emitter while its sink does not return.
func TestEmitterHoldsVisitsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var got []*fleet.Reading
		e := newEmitter(func(rs []*fleet.Reading) {
			<-release
			got = append(got, rs...)
		})
		done := make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() { e.run(done) })

		want := make([]*fleet.Reading, emitBound+10)
		for i := range want {
			want[i] = &fleet.Reading{}
		}
		e.put(want[:1])
		<-time.After(2 * emitWindow) // the sink has it, and does not return
		e.put(want[1:])
		held := make(chan struct{})
		wg.Go(func() {
			e.awaitRoom()
			close(held)
		})
		synctest.Wait()
		select {
		case <-held:
			t.Error("visits go on although too many readings wait")
		default:
		}
		close(release)
		<-held
		close(done)
		wg.Wait()
		if len(got) != len(want) {
			t.Fatalf("%d readings were handed over, want %d", len(got), len(want))
		}
		for i := range got {
			if got[i] != want[i] {
				t.Fatalf("reading %d is out of order", i)
			}
		}
	})
}
