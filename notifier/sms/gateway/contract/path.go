package contract

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Path says where values stand in JSON: messages[0].id, or data[*] for each item.
type Path []step

// step is one part of a path: a key, an index, or each item of a list.
type step struct {
	key   string
	index int
	each  bool
	list  bool // index or each, and no key
}

func parsePath(s string) (Path, error) {
	if len(s) > 200 {
		return nil, errors.New("the path is longer than 200 signs")
	}
	var out Path
	for i, part := range strings.Split(s, ".") {
		key, rest, indexed := strings.Cut(part, "[")
		if indexed && rest == "" {
			rest = "]" // an index that is not there, which is said below
		}
		if key == "" && (i > 0 || rest == "") {
			return nil, fmt.Errorf("%q names no value; one is written as messages[0].code", s)
		}
		if key != "" {
			out = append(out, step{key: key})
		}
		for rest != "" {
			inside, more, ok := strings.Cut(rest, "]")
			n, err := strconv.Atoi(inside)
			if !ok || inside != "*" && (err != nil || n < 0) || more != "" && more[0] != '[' {
				return nil, fmt.Errorf("%q cannot be read; an item of a list is written as messages[0], and each of them as messages[*]", s)
			}
			out = append(out, step{list: true, index: n, each: inside == "*"})
			rest = strings.TrimPrefix(more, "[")
		}
	}
	return out, nil
}

// lists tells whether a path leads to each item of a list.
func (p Path) lists() bool { return len(p) > 0 && p[len(p)-1].each }

// Values returns what stands at a path. there tells that the way to it is there: a list
// that it leads to may be empty.
func (p Path) Values(v any) (out []any, there bool) {
	if len(p) == 0 {
		return []any{v}, true
	}
	s, rest := p[0], p[1:]
	if !s.list {
		m, ok := v.(map[string]any)
		if !ok {
			return nil, false
		}
		next, ok := m[s.key]
		if !ok {
			return nil, false
		}
		return rest.Values(next)
	}
	list, ok := v.([]any)
	if !ok || !s.each && s.index >= len(list) {
		return nil, false
	}
	if !s.each {
		return rest.Values(list[s.index])
	}
	for _, item := range list {
		some, _ := rest.Values(item)
		out = append(out, some...)
	}
	return out, true
}

// Text returns the first value at a path as text; "" when there is none.
func (p Path) Text(v any) string {
	values, _ := p.Values(v)
	for _, one := range values {
		if s, ok := textOf(one); ok {
			return s
		}
	}
	return ""
}

// textOf writes a plain value of JSON: figures as they came.
func textOf(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}
