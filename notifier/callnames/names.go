// Package callnames shortens the names of instances so that each stays its own: no two
// instances of a configuration are called by the same shortened name.
package callnames

import (
	"slices"
	"sort"
	"strings"
	"sync"
	"unicode/utf8"
)

// Named is one instance.
type Named struct{ ID, Name string }

// Table knows all names of a configuration. It is built when the first name has to be
// cut; most never have.
type Table struct {
	list  func() []Named
	build sync.Once
	all   index // names and IDs: one instance may be called as another's ID begins
}

// New makes a table. list is called once, and only when a name has to be cut.
func New(list func() []Named) *Table { return &Table{list: list} }

// entry is a text, and the ID of the instance that it is a name of.
type entry struct{ text, of string }

// index is a set of texts, from the front and from the back.
type index struct {
	front []entry  // in order
	back  []string // reversed, in order
	at    []int    // of each of back: where it is in front
}

// Cut shortens a name to most signs with a gap in its middle, so that nobody else has the
// same: where the middle is the same as that of another, it moves the gap. Where that does not help, it is
// the ID, cut in the same way, and at last the whole of it. What is short enough
// is left as it is. A nil Table cuts in the middle.
func (t *Table) Cut(name, id string, most int, gap string) string {
	if most <= 0 || utf8.RuneCountInString(name) <= most {
		return name
	}
	if t == nil {
		return joined([]rune(name), balanced(most, gap), gap)
	}
	t.build.Do(t.fill)
	if out, ok := t.all.cut(name, id, most, gap); ok {
		return out
	}
	if id == "" {
		return joined([]rune(name), balanced(most, gap), gap)
	}
	if utf8.RuneCountInString(id) <= most {
		return id
	}
	if out, ok := t.all.cut(id, id, most, gap); ok {
		return out
	}
	return id
}

func (t *Table) fill() {
	var all []entry
	for _, n := range t.list() {
		all = append(all, entry{n.Name, n.ID})
		if n.ID != n.Name {
			all = append(all, entry{n.ID, n.ID})
		}
	}
	t.all = newIndex(all)
}

func newIndex(list []entry) index {
	x := index{front: slices.Clone(list)}
	slices.SortFunc(x.front, func(a, b entry) int { return strings.Compare(a.text, b.text) })
	order := make([]int, len(list))
	reverses := make([]string, len(list))
	for i, e := range x.front {
		order[i], reverses[i] = i, reversed(e.text)
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(reverses[a], reverses[b]) })
	for _, i := range order {
		x.back, x.at = append(x.back, reverses[i]), append(x.at, i)
	}
	return x
}

// keep is how many signs of the front and of the end are kept.
type keep struct{ front, end int }

func balanced(most int, gap string) keep {
	n := max(most-utf8.RuneCountInString(gap), 2)
	return keep{n - n/2, n / 2}
}

// cut finds the cut nearest to the middle that no other instance has.
func (x *index) cut(name, of string, most int, gap string) (string, bool) {
	r := []rune(name)
	k := balanced(most, gap)
	for shift := range k.front + k.end + 1 {
		for _, by := range []int{shift, -shift} {
			at := keep{k.front + by, k.end - by}
			if at.front < 1 || at.end < 0 || shift == 0 && by != shift {
				continue
			}
			if x.alone(string(r[:at.front]), string(r[len(r)-at.end:]), of) {
				return joined(r, at, gap), true
			}
		}
	}
	return "", false
}

// alone tells whether nothing of another instance begins and ends so.
func (x *index) alone(front, end, of string) bool {
	from, to := x.beginning(front)
	first, last := x.ending(reversed(end))
	if to-from <= last-first {
		return !slices.ContainsFunc(x.front[from:to], func(e entry) bool { return e.of != of && strings.HasSuffix(e.text, end) })
	}
	return !slices.ContainsFunc(x.at[first:last], func(at int) bool { return at >= from && at < to && x.front[at].of != of })
}

// beginning is where the texts stand that begin with a prefix.
func (x *index) beginning(prefix string) (from, to int) {
	return within(len(x.front), prefix, func(i int) string { return x.front[i].text })
}

// ending is where the reversed texts stand that begin with a prefix.
func (x *index) ending(prefix string) (from, to int) {
	return within(len(x.back), prefix, func(i int) string { return x.back[i] })
}

// within is where those of n texts in order stand that begin with a prefix.
func within(n int, prefix string, text func(int) string) (from, to int) {
	from = sort.Search(n, func(i int) bool { return text(i) >= prefix })
	return from, from + sort.Search(n-from, func(i int) bool { return !strings.HasPrefix(text(from+i), prefix) })
}

func joined(r []rune, k keep, gap string) string {
	if k.front+k.end >= len(r) {
		return string(r)
	}
	return string(r[:k.front]) + gap + string(r[len(r)-k.end:])
}

func reversed(s string) string {
	r := []rune(s)
	slices.Reverse(r)
	return string(r)
}
