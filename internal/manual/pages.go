package manual

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/brimwatch/brimwatch/internal/phrases"
)

// variable is one of the environment that commands read.
type variable struct{ name, says string }

func variables() []variable {
	return []variable{
		{"BRIMWATCH_URL", phrases.Key("Where the Brimwatch answers that commands ask; a user and password may stand in it.")},
		{"LC_ALL, LC_MESSAGES, LC_CTYPE, LANG", phrases.Key("The language, and whether bars and charts may be drawn of blocks or only of ASCII.")},
		{"NO_COLOR", phrases.Key("Set to anything: no colours.")},
		{"COLUMNS", phrases.Key("How wide charts are where no terminal says it.")},
		{"TZ", phrases.Key("The zone of times in tables.")},
		{"GOMEMLIMIT", phrases.Key("How much memory the daemon may take.")},
	}
}

// exits says what exit codes mean.
func exits() []variable {
	return []variable{
		{"0", phrases.Key("It is done, and nothing is wrong.")},
		{"1", phrases.Key("It did not work, or something is wrong with what was checked.")},
		{"2", phrases.Key("The command was typed wrongly.")},
	}
}

// Page writes the manual page, in section 1, for man.
func (m *Manual) Page(version string, say *phrases.Printer) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	item := func(head, text string) { line(".TP\n%s\n%s", head, roff(text)) }
	line(`.\" written by: %s man`, m.Name)
	line(".TH %s 1 \"\" \"%s %s\" \"\"", strings.ToUpper(m.Name), m.Name, roff(version))
	line(".ad l") // Chinese has no spaces to make wider
	line(".SH %s\n%s \\- %s", roff(say.T("NAME")), m.Name, roff(strings.TrimSuffix(m.Help, ".")))
	line(".SH %s", roff(say.T("SYNOPSIS")))
	line(".B %s\n%s", m.Name, roff(say.T("COMMAND [OPTIONS]")))
	line(".SH %s", roff(say.T("OPTIONS OF ALL COMMANDS")))
	for _, f := range m.Flags {
		item(".B "+roff(f.written()), f.Help)
	}
	line(".SH %s", roff(say.T("COMMANDS")))
	for i := range m.Commands {
		c := &m.Commands[i]
		line(".SS \"%s\"\n%s", roff(c.Synopsis(m.Name)), roff(c.Help))
		for _, a := range c.Args {
			item(".I "+roff(a.Name), a.Help)
		}
		for _, f := range c.Flags {
			item(".B "+roff(f.written()), helpOf(&f, say))
		}
	}
	line(".SH %s", roff(say.T("ENVIRONMENT")))
	for _, v := range variables() {
		item(".B "+roff(v.name), say.Say(v.says))
	}
	line(".SH %s", roff(say.T("EXIT STATUS")))
	for _, e := range exits() {
		item(".B "+e.name, say.Say(e.says))
	}
	line(".SH %s", roff(say.T("FILES")))
	item(".I brimwatch.yml", say.T("The configuration, in the folder in which a command is started."))
	item(".I data", say.T("What the daemon keeps; storage.dir of the configuration says where."))
	return b.String()
}

// helpOf is the help of a flag, with the variable that stands for it.
func helpOf(f *Flag, say *phrases.Printer) string {
	if len(f.Env) == 0 {
		return f.Help
	}
	return say.T("%s The variable %s stands for it.", f.Help, strings.Join(f.Env, ", "))
}

// roff writes a text so that a formatter takes nothing in it for a command of its own.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "\n", " ", `"`, `\(dq`, "…", "...").Replace(text)
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		return `\&` + text
	}
	return breakable(text)
}

// breakable marks where a line of Chinese may end, which has no spaces: before any sign
// but a mark.
func breakable(text string) string {
	var b strings.Builder
	wide := false
	for _, r := range text {
		if wide && unicode.Is(unicode.Han, r) {
			b.WriteString(`\:`)
		}
		b.WriteRune(r)
		wide = r >= '\u2e80'
	}
	return b.String()
}

// Markdown writes all commands as one page.
func (m *Manual) Markdown() string {
	var say *phrases.Printer // documentation is English
	var b strings.Builder
	fmt.Fprintf(&b, `# Commands

%s This page is written from the command line itself by `+"`make docs`"+`; `+"`%[2]s COMMAND --help`"+` says the same, and `+"`%[2]s man`"+` prints it as a manual page.

- **Lists** are tables for people. `+"`-o csv` and `-o json`"+` are for programs: moments by RFC 3339 with their zone, plain numbers without commas, units and percent signs, the same in every language. A figure that is not known is empty in CSV and `+"`null`"+` in JSON.
- **Moments** are typed as an age (`+"`7d`, `12h`"+`), a date of this machine's zone, RFC 3339 or Unix seconds.
- **Names** that come from elsewhere reach a terminal as plain text: a control sign or a sign that turns the direction of the text is shown as `+"`<U+202E>`"+`.

`, m.Help, m.Name)
	table := func(head string, rows [][2]string) {
		if len(rows) == 0 {
			return
		}
		fmt.Fprintf(&b, "| %s | |\n|---|---|\n", head)
		for _, r := range rows {
			fmt.Fprintf(&b, "| `%s` | %s |\n", r[0], strings.ReplaceAll(r[1], "|", "\\|"))
		}
		b.WriteString("\n")
	}
	rowsOf := func(flags []Flag) [][2]string {
		var rows [][2]string
		for _, f := range flags {
			rows = append(rows, [2]string{f.written(), helpOf(&f, say)})
		}
		return rows
	}
	table("option of all commands", rowsOf(m.Flags))
	for i := range m.Commands {
		c := &m.Commands[i]
		fmt.Fprintf(&b, "## %s\n\n%s\n\n```sh\n%s\n```\n\n", c.Path, c.Help, c.Synopsis(m.Name))
		var args [][2]string
		for _, a := range c.Args {
			args = append(args, [2]string{a.Name, a.Help})
		}
		table("argument", args)
		table("option", rowsOf(c.Flags))
	}
	b.WriteString("## Environment and exit codes\n\n")
	var rows [][2]string
	for _, v := range variables() {
		rows = append(rows, [2]string{v.name, v.says})
	}
	table("variable", rows)
	rows = nil
	for _, e := range exits() {
		rows = append(rows, [2]string{e.name, e.says})
	}
	table("exit code", rows)
	return strings.TrimRight(b.String(), "\n") + "\n"
}
