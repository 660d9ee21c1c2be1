package main

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/phrases"
)

// languageFlag chooses the language of what is printed. It is read before all others,
// because help and errors of the command line speak it, too.
type languageFlag struct {
	Lang string `name:"lang" default:"auto" enum:"auto,en,zh" help:"Language of what is printed: ${enum}; auto goes by LC_ALL, LC_MESSAGES and LANG. JSON and CSV are the same in all."`
}

// languageOf finds the language that arguments or environment ask for.
func languageOf(args []string, getenv func(string) string) words.Language {
	for i, arg := range args {
		if arg == "--" {
			break
		}
		code, here := strings.CutPrefix(arg, "--lang=")
		if arg == "--lang" && i+1 < len(args) {
			code, here = args[i+1], true
		}
		if l, ok := words.ParseLanguage(code); here && ok {
			return l
		}
		if here && code == "auto" {
			break
		}
	}
	return phrases.ByEnvironment(getenv)
}

// translate writes the help of all commands and flags in the language of say.
func translate(app *kong.Application, say *phrases.Printer) {
	app.Help = say.Say(app.Help)
	var helpFlag *kong.Value
	if app.HelpFlag != nil {
		helpFlag = app.HelpFlag.Value
	}
	each(app.Node, func(n *kong.Node) {
		n.Help = say.Say(n.Help)
		values := slices.Clone(n.Positional)
		for _, f := range n.Flags {
			values = append(values, f.Value)
		}
		for _, v := range values {
			if v == helpFlag {
				v.Help = say.T("Show context-sensitive help.")
				continue
			}
			v.Help = strings.NewReplacer("${default}", v.Default, "${enum}", v.Enum).Replace(say.Say(v.OrigHelp))
		}
	})
}

func each(n *kong.Node, do func(*kong.Node)) {
	do(n)
	for _, child := range n.Children {
		each(child, do)
	}
}

// helpIn prints help in the language of say: what the parser of the command line says
// itself in English is replaced.
func helpIn(say *phrases.Printer) kong.HelpPrinter {
	return func(options kong.HelpOptions, ctx *kong.Context) error {
		if say.Language() == words.EN {
			return kong.DefaultHelpPrinter(options, ctx)
		}
		out := ctx.Stdout
		var text bytes.Buffer
		ctx.Stdout = &text
		err := kong.DefaultHelpPrinter(options, ctx)
		ctx.Stdout = out
		if err != nil {
			return err
		}
		for line := range strings.Lines(text.String()) {
			line, end := strings.CutSuffix(line, "\n")
			said, _ := say.Heard(line)
			if end {
				said += "\n"
			}
			if _, err := io.WriteString(out, said); err != nil {
				return err
			}
		}
		return nil
	}
}
