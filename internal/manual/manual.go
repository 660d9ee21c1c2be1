// Package manual says what a command line takes in other forms than its help: scripts by
// which bash, zsh and fish complete it, a manual page, and a page of Markdown. All of them
// are written from the model of the command line, so none can be out of date.
//
// A flag or argument says by its placeholder what is completed: FILE is a file, DIR a
// folder, and a list of words (the tag enum, or values where the command line takes other
// words, too) those words. All other values are not completed.
package manual

import (
	"cmp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// Manual is a command line.
type Manual struct {
	Name     string
	Help     string
	Flags    []Flag // of all commands
	Commands []Command
}

// Command is one that can be carried out.
type Command struct {
	Path  string // silence add
	Help  string
	Flags []Flag // its own
	Args  []Arg
}

// Kind is what a value is.
type Kind uint8

// The kinds.
const (
	Free   Kind = iota // whatever it may be
	Switch             // a flag without a value
	Word               // one of some words
	File
	Dir
)

// Flag is an option.
type Flag struct {
	Long        string // config.file
	Short       string // o; "" is none
	Placeholder string
	Help        string
	Env         []string
	Kind        Kind
	Words       []string
	Required    bool
	Repeated    bool
}

// Arg is an argument.
type Arg struct {
	Name     string
	Help     string
	Kind     Kind
	Words    []string
	Optional bool
	Repeated bool
}

// Of reads the model of a command line. Its help is taken as it stands there, which may be
// in any language.
func Of(app *kong.Application) *Manual {
	m := &Manual{Name: app.Name, Help: app.Help, Flags: flagsOf(app.Node)}
	for _, n := range app.Children {
		m.add(n, n.Name)
	}
	return m
}

func (m *Manual) add(n *kong.Node, path string) {
	if n.Hidden {
		return
	}
	if n.Leaf() {
		c := Command{Path: path, Help: n.Help, Flags: flagsOf(n)}
		for _, p := range n.Positional {
			kind, words := kindOf(p, p.Tag.PlaceHolder)
			c.Args = append(c.Args, Arg{Name: cmp.Or(p.Tag.PlaceHolder, strings.ToUpper(p.Name)), Help: p.Help, Kind: kind, Words: words, Optional: !p.Required, Repeated: p.IsCumulative()})
		}
		m.Commands = append(m.Commands, c)
	}
	for _, child := range n.Children {
		m.add(child, path+" "+child.Name)
	}
}

func flagsOf(n *kong.Node) []Flag {
	var out []Flag
	for _, f := range n.Flags {
		if f.Hidden {
			continue
		}
		kind, words := kindOf(f.Value, f.PlaceHolder)
		if f.IsBool() {
			kind = Switch
		}
		one := Flag{Long: f.Name, Help: f.Help, Env: f.Envs, Kind: kind, Words: words, Required: f.Required, Repeated: f.IsCumulative()}
		if f.Short != 0 {
			one.Short = string(f.Short)
		}
		if kind != Switch {
			one.Placeholder = cmp.Or(f.PlaceHolder, strings.ToUpper(strings.ReplaceAll(f.Name, ".", "-")))
		}
		out = append(out, one)
	}
	return out
}

func kindOf(v *kong.Value, placeholder string) (Kind, []string) {
	words := slices.DeleteFunc(strings.Split(cmp.Or(v.Enum, v.Tag.Get("values")), ","), func(w string) bool { return w == "" })
	switch {
	case len(words) > 0:
		return Word, words
	case placeholder == "FILE":
		return File, nil
	case placeholder == "DIR":
		return Dir, nil
	}
	return Free, nil
}

// Synopsis is how a command is written.
func (c *Command) Synopsis(name string) string {
	out := name + " " + c.Path
	for _, f := range c.Flags {
		if f.Required {
			out += " --" + f.Long + "=" + f.Placeholder
		}
	}
	if slices.ContainsFunc(c.Flags, func(f Flag) bool { return !f.Required }) {
		out += " [OPTIONS]"
	}
	for _, a := range c.Args {
		text := a.Name
		if a.Repeated {
			text += "…"
		}
		if a.Optional {
			text = "[" + text + "]"
		}
		out += " " + text
	}
	return out
}

// written is how a flag is written: -o, --output=OUTPUT.
func (f *Flag) written() string {
	out := "--" + f.Long
	if f.Kind != Switch {
		out += "=" + f.Placeholder
	}
	if f.Short != "" {
		out = "-" + f.Short + ", " + out
	}
	return out
}

// groups lists the first words of commands that have more than one, with those that follow.
func (m *Manual) groups() map[string][]string {
	out := make(map[string][]string)
	for i := range m.Commands {
		if head, rest, ok := strings.Cut(m.Commands[i].Path, " "); ok {
			out[head] = append(out[head], rest)
		}
	}
	return out
}

// heads lists the first words of all commands, in their order, with what they are for.
func (m *Manual) heads() [][2]string {
	var out [][2]string
	for i := range m.Commands {
		head, _, several := strings.Cut(m.Commands[i].Path, " ")
		help := m.Commands[i].Help
		if several {
			help = head + " " + strings.Join(m.groups()[head], ", ")
		}
		if !slices.ContainsFunc(out, func(one [2]string) bool { return one[0] == head }) {
			out = append(out, [2]string{head, help})
		}
	}
	return out
}

// brief is the first sentence of a help.
func brief(help string) string {
	for _, end := range []string{". ", ": ", "; ", "。", "："} {
		if head, _, ok := strings.Cut(help, end); ok {
			help = head
		}
	}
	return strings.TrimSuffix(strings.TrimSuffix(help, "."), "。")
}
