package notifier

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// power is one optional power of a Channel.
type power struct {
	name string
	give func(*Powers)         // adds it
	has  func(ch Channel) bool // tells whether a channel has it, and it is that which was given
}

func powers(t *testing.T) []power {
	found := errors.New("found")
	return []power{
		{"Finder", func(p *Powers) {
			p.Find = func(context.Context, Message) (Receipt, bool, error) { return Receipt{}, true, found }
		}, func(ch Channel) bool {
			c, ok := ch.(Finder)
			if !ok {
				return false
			}
			_, is, err := c.Find(t.Context(), Message{})
			return is && errors.Is(err, found)
		}},
		{"Tracker", func(p *Powers) {
			p.Track = func(context.Context, SentMessage) (Receipt, error) { return Receipt{}, found }
		}, func(ch Channel) bool {
			c, ok := ch.(Tracker)
			if !ok {
				return false
			}
			_, err := c.Track(t.Context(), SentMessage{})
			return errors.Is(err, found)
		}},
		{"Checker", func(p *Powers) { p.Check = func(context.Context) ([]string, error) { return nil, found } }, func(ch Channel) bool {
			c, ok := ch.(Checker)
			if !ok {
				return false
			}
			_, err := c.Check(t.Context())
			return errors.Is(err, found)
		}},
		{"Bundler", func(p *Powers) { p.Bundle = 7 }, func(ch Channel) bool {
			c, ok := ch.(Bundler)
			return ok && c.Bundle() == 7
		}},
		{"Pacer", func(p *Powers) { p.Pace = Pace{Messages: 3, Within: time.Minute} }, func(ch Channel) bool {
			c, ok := ch.(Pacer)
			return ok && c.Pace() == Pace{Messages: 3, Within: time.Minute}
		}},
	}
}

// TestWrapKeepsEveryPower: a Channel that is wrapped has the powers that it had, in each
// combination, and no others.
func TestWrapKeepsEveryPower(t *testing.T) {
	all := powers(t)
	sent := 0
	send := func(context.Context, Message) (Receipt, error) { sent++; return Receipt{}, nil }
	for set := range 1 << len(all) {
		p := Powers{Bundle: 1}
		for i := range all {
			if set&(1<<i) != 0 {
				all[i].give(&p)
			}
		}
		ch := Wrap(send, p)
		ch = Wrap(ch.Send, PowersOf(ch)) // once more: what PowersOf overlooks is gone
		for i := range all {
			if has := all[i].has(ch); has != (set&(1<<i) != 0) {
				t.Errorf("set %05b: %s is there: %v", set, all[i].name, has)
			}
		}
		silent := Wrap(ch.Send, PowersOf(ch).Silent())
		for i := range all {
			if calls := i < 3; all[i].has(silent) != (set&(1<<i) != 0 && !calls) {
				t.Errorf("set %05b, silent: %s", set, all[i].name)
			}
		}
		before := sent
		if _, err := ch.Send(t.Context(), Message{}); err != nil || sent != before+1 {
			t.Errorf("set %05b: sent %d times, error %v", set, sent-before, err)
		}
	}
}

// TestEveryPowerIsKnown: an interface that is documented as an optional power of a Channel is
// among those that Wrap keeps.
func TestEveryPowerIsKnown(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, text, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			d, ok := n.(*ast.GenDecl)
			if !ok || d.Tok != token.TYPE {
				return true
			}
			for _, spec := range d.Specs {
				s, ok := spec.(*ast.TypeSpec)
				if !ok {
					continue
				}
				if _, is := s.Type.(*ast.InterfaceType); is && strings.Contains(d.Doc.Text(), "optional power of a Channel") {
					got = append(got, s.Name.Name)
				}
			}
			return true
		})
	}
	var want []string
	for _, p := range powers(t) {
		want = append(want, p.name)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("optional powers are %q, and Wrap keeps %q", got, want)
	}
}
