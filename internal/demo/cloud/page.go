package cloud

import (
	"slices"
	"strings"
)

// pageOf cuts the page that a call asks for, by a number from 1 and a size
// between low and high. A page past the end is empty.
func pageOf[T any](c *call, all []T, numbered, sized string, fallback, low, high int) (page []T, number, size int, bad *Refusal) {
	const maxNumber = 1 << 20
	if number, bad = c.number(numbered, 1, 1, maxNumber); bad != nil {
		return nil, 0, 0, bad
	}
	if size, bad = c.number(sized, fallback, low, high); bad != nil {
		return nil, 0, 0, bad
	}
	return cut(all, number, size), number, size, nil
}

// cut returns a page, counted from 1.
func cut[T any](all []T, number, size int) []T {
	from := min((number-1)*size, len(all))
	return all[from:min(from+size, len(all))]
}

// list reads a parameter of names between commas, at most so many.
func (c *call) list(name string, most int) ([]string, *Refusal) {
	text := c.params.Get(name)
	if text == "" {
		return nil, nil
	}
	names := strings.Split(text, ",")
	if len(names) > most {
		return nil, invalid(name)
	}
	return names, nil
}

// wanted tells whether a name is one of those asked for; none asked for is all.
func wanted(names []string, name string) bool {
	return len(names) == 0 || slices.Contains(names, name)
}
