package collector

import (
	"cmp"
	"math/bits"
	"slices"
	"time"
)

// Each source has a place of its own in its interval, made of its name, so that
// a fleet spreads evenly and keeps its places over restarts and reloads:
//
//	due(k) = k × interval + place     since the Unix epoch
//
// Sources with the same interval form a ring: they are sorted by place, and a
// cursor walks around. A due source costs one step of the cursor; one that is
// not due costs nothing.

// granularity is how far apart the Runner wakes at least: what becomes due in
// between is started together.
const granularity = 25 * time.Millisecond

// longestSleep bounds how long the Runner may not notice that the clock was set.
const longestSleep = time.Second

// jumpTolerance is by how much the wall clock may leave the monotonic clock
// between two wakes before it counts as set. Slewing stays far below it.
const jumpTolerance = 500 * time.Millisecond

// longestStall is how late a wake may be before what was missed is left out
// instead of being made up for all at once.
const longestStall = 2 * time.Second

// place returns the place of a source in its interval, in [0, interval).
func place(name string, interval time.Duration) time.Duration {
	return share(hash(name), interval)
}

// hash is FNV-1a with the finalizer of MurmurHash3: without it names that differ
// in their last digits only would lie side by side.
func hash(name string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(name) {
		h ^= uint64(name[i])
		h *= 1099511628211
	}
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// share maps a hash evenly to [0, d).
func share(h uint64, d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	hi, _ := bits.Mul64(h, uint64(d))
	return time.Duration(hi) // below d
}

// moment is one moment on both clocks of this machine.
type moment struct {
	wall int64         // Unix nanoseconds
	mono time.Duration // since the Runner was built; does not jump
}

// jumped tells whether time between two wakes went in a way that would let
// visits pile up or fail to come: the wall clock was set, the machine slept, or
// the process was held up.
func jumped(last, now moment) bool {
	passed := now.mono - last.mono
	set := time.Duration(now.wall-last.wall) - passed
	return set.Abs() > jumpTolerance || passed > longestSleep+longestStall
}

// ring holds the sources of one interval in order of their places.
type ring struct {
	interval time.Duration
	tasks    []*task
	next     int   // the cursor
	base     int64 // start of the interval that the cursor is in, Unix nanoseconds
}

// due returns when the source at the cursor is due.
func (g *ring) due() int64 { return g.base + int64(g.tasks[g.next].place) }

// seek puts the cursor on the first source that is due after wall.
func (g *ring) seek(wall int64) {
	in := int64(g.interval)
	g.base = wall - wall%in
	if wall%in < 0 { // before 1970
		g.base -= in
	}
	within := time.Duration(wall - g.base)
	g.next, _ = slices.BinarySearchFunc(g.tasks, within, func(t *task, at time.Duration) int {
		if t.place <= at {
			return -1
		}
		return 1
	})
	g.wrap()
}

// take calls f for each source that has become due up to wall.
func (g *ring) take(wall int64, f func(t *task, due int64)) {
	for due := g.due(); due <= wall; due = g.due() {
		f(g.tasks[g.next], due)
		g.next++
		g.wrap()
	}
}

func (g *ring) wrap() {
	if g.next == len(g.tasks) {
		g.next, g.base = 0, g.base+int64(g.interval)
	}
}

// rings sorts sources by interval and place; the cursors stand after wall.
func rings(tasks []*task, wall int64) []*ring {
	by := make(map[time.Duration]*ring)
	var out []*ring
	for _, t := range tasks {
		g := by[t.interval]
		if g == nil {
			g = &ring{interval: t.interval}
			by[t.interval] = g
			out = append(out, g)
		}
		g.tasks = append(g.tasks, t)
	}
	for _, g := range out {
		slices.SortFunc(g.tasks, func(a, b *task) int {
			return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(a.name, b.name))
		})
		g.seek(wall)
	}
	return out
}

// arrival is the first visit of a new source, which does not wait for its place.
type arrival struct {
	task *task
	at   time.Duration // on the monotonic clock
}

// First visits are spread over arrivalWindow, or longer when there are many:
// arrivalPace apart on average.
const (
	arrivalWindow = 2 * time.Second
	arrivalPace   = time.Millisecond
)

// arrivals plans the first visits of new sources. A source whose own place comes
// within the time over which first visits are spread is left to its place, so
// that it is not visited twice in a row.
func arrivals(fresh []*task, now moment) []arrival {
	window := max(arrivalWindow, time.Duration(len(fresh))*arrivalPace)
	var out []arrival
	for _, t := range fresh {
		if untilPlace(t, now.wall) <= window {
			continue
		}
		out = append(out, arrival{t, now.mono + share(bits.RotateLeft64(hash(t.name), 32), window)})
	}
	sortArrivals(out)
	return out
}

func sortArrivals(a []arrival) {
	slices.SortStableFunc(a, func(x, y arrival) int { return cmp.Compare(x.at, y.at) })
}

// untilPlace returns how long it is until a source's place comes next.
func untilPlace(t *task, wall int64) time.Duration {
	in := int64(t.interval)
	left := (int64(t.place) - wall%in) % in
	if left <= 0 {
		left += in
	}
	return time.Duration(left)
}

// sleep returns how long the Runner may sleep at the moment now, when the next
// source is due at wall time next.
func sleep(now moment, next int64) time.Duration {
	step := int64(granularity)
	if late := next % step; late != 0 {
		next += step - late
	}
	return min(max(time.Duration(next-now.wall), time.Millisecond), longestSleep)
}
