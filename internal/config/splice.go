package config

import (
	"bytes"
	"reflect"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// splice puts what one key of an instance is to hold into the text of its file and
// leaves every other byte as it is: blank lines, spaces and line breaks are somebody's
// work, too. in is the instance as it stands in text.
// It returns false where that takes more than putting one piece in the place of
// another.
func splice(text []byte, in *yaml.Node, key string, value *yaml.Node) ([]byte, bool) {
	if bytes.IndexByte(text, '\r') >= 0 || in.Kind != yaml.MappingNode || len(in.Content) == 0 {
		return nil, false
	}
	piece, ok := flow(value)
	if !ok {
		return nil, false
	}
	if old := lookup(in, key); old != nil {
		from := offset(text, old)
		to, ok := flowEnd(text, from)
		if !ok {
			return nil, false
		}
		return replaceBytes(text, from, to, piece), true
	}
	if in.Style&yaml.FlowStyle != 0 {
		to, ok := flowEnd(text, offset(text, in))
		if !ok {
			return nil, false
		}
		last := len(bytes.TrimRight(text[:to-1], " \n\t"))
		return replaceBytes(text, last, last, ", "+key+": "+piece), true
	}
	end, ok := lineAfter(text, in)
	if !ok {
		return nil, false
	}
	line := strings.Repeat(" ", in.Content[0].Column-1) + key + ": " + piece + "\n"
	if end > 0 && text[end-1] != '\n' {
		line = "\n" + line
	}
	return replaceBytes(text, end, end, line), true
}

// means tells whether two texts of YAML say the same.
func means(a, b []byte) bool {
	var x, y any
	return yaml.Unmarshal(a, &x) == nil && yaml.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

// flow writes a mapping or list on one line.
func flow(n *yaml.Node) (string, bool) {
	out, err := yaml.Marshal(flowing(n))
	text := strings.TrimSpace(string(out))
	return text, err == nil && !strings.Contains(text, "\n")
}

// flowing returns a copy of a node in flow style. Comments are left to where they
// stand: the replaced text has none.
func flowing(n *yaml.Node) *yaml.Node {
	c := *n
	c.HeadComment, c.LineComment, c.FootComment = "", "", ""
	c.Content = make([]*yaml.Node, len(n.Content))
	for i, child := range n.Content {
		c.Content[i] = flowing(child)
	}
	if c.Kind != yaml.ScalarNode {
		c.Style = yaml.FlowStyle
	}
	return &c
}

// offset returns where a node begins.
func offset(text []byte, n *yaml.Node) int {
	at := 0
	for line := 1; line < n.Line; line++ {
		end := bytes.IndexByte(text[at:], '\n')
		if end < 0 {
			return len(text)
		}
		at += end + 1
	}
	for column := 1; column < n.Column && at < len(text); column++ {
		_, size := utf8.DecodeRune(text[at:]) // columns are counted in characters
		at += size
	}
	return at
}

// flowEnd returns where the mapping or list in flow style ends that begins at from.
func flowEnd(text []byte, from int) (int, bool) {
	depth := 0
	for i := from; i < len(text); i++ {
		switch c := text[i]; c {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1, true
			}
		case '"', '\'':
			end, ok := quoteEnd(text, i)
			if !ok {
				return 0, false
			}
			i = end
		case '#':
			return 0, false // a comment within
		}
		if depth == 0 {
			return 0, false // no flow style begins here
		}
	}
	return 0, false
}

// quoteEnd returns where the quoted text ends that begins at from.
func quoteEnd(text []byte, from int) (int, bool) {
	for i := from + 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && text[from] == '"':
			i++
		case text[i] == text[from]:
			return i, true
		}
	}
	return 0, false
}

// lineAfter returns where the line begins that follows a mapping in block style.
func lineAfter(text []byte, n *yaml.Node) (int, bool) {
	last := n
	for last.Style&yaml.FlowStyle == 0 && len(last.Content) > 0 {
		last = last.Content[len(last.Content)-1]
	}
	at := offset(text, last)
	if last.Kind != yaml.ScalarNode {
		end, ok := flowEnd(text, at)
		if !ok {
			return 0, false
		}
		at = end
	} else if last.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return 0, false
	}
	if end := bytes.IndexByte(text[at:], '\n'); end >= 0 {
		return at + end + 1, true
	}
	return len(text), true
}

func replaceBytes(text []byte, from, to int, piece string) []byte {
	out := make([]byte, 0, len(text)+len(piece))
	out = append(out, text[:from]...)
	out = append(out, piece...)
	return append(out, text[to:]...)
}
