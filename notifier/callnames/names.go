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
	names index
	ids   index
}

// New makes a table. list is called once, and only when a name has to be cut.
func New(list func() []Named) *Table { return &Table{list: list} }

// index is a set of texts, from the front and from the back.
type index struct {
	front []string // in order
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
	if out, ok := t.names.cut(name, most, gap); ok {
		return out
	}
	if id == "" {
		return joined([]rune(name), balanced(most, gap), gap)
	}
	if utf8.RuneCountInString(id) <= most {
		return id
	}
	if out, ok := t.ids.cut(id, most, gap); ok {
		return out
	}
	return id
}

func (t *Table) fill() {
	var names, ids []string
	for _, n := range t.list() {
		names, ids = append(names, n.Name), append(ids, n.ID)
	}
	t.names, t.ids = newIndex(names), newIndex(ids)
}

func newIndex(list []string) index {
	x := index{front: slices.Clone(list)}
	slices.Sort(x.front)
	order := make([]int, len(list))
	reverses := make([]string, len(list))
	for i, s := range x.front {
		order[i], reverses[i] = i, reversed(s)
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

// cut finds the cut nearest to the middle that nobody else has.
func (x *index) cut(name string, most int, gap string) (string, bool) {
	r := []rune(name)
	k := balanced(most, gap)
	own := 0 // how often it is in the table itself
	if at := sort.SearchStrings(x.front, name); at < len(x.front) && x.front[at] == name {
		own = 1
	}
	for shift := range k.front + k.end + 1 {
		for _, by := range []int{shift, -shift} {
			at := keep{k.front + by, k.end - by}
			if at.front < 1 || at.end < 0 || shift == 0 && by != shift {
				continue
			}
			if x.alone(string(r[:at.front]), string(r[len(r)-at.end:]), own) {
				return joined(r, at, gap), true
			}
		}
	}
	return "", false
}

// alone tells whether no more than so many names begin and end so.
func (x *index) alone(front, end string, own int) bool {
	from, to := within(x.front, front)
	if to-from <= own {
		return true
	}
	first, last := within(x.back, reversed(end))
	if last-first <= own {
		return true
	}
	found := 0
	for _, at := range x.at[first:last] {
		if at >= from && at < to {
			if found++; found > own {
				return false
			}
		}
	}
	return true
}

// within is where the texts stand that begin with a prefix.
func within(list []string, prefix string) (from, to int) {
	from = sort.SearchStrings(list, prefix)
	to = from + sort.Search(len(list)-from, func(i int) bool { return !strings.HasPrefix(list[from+i], prefix) })
	return from, to
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
