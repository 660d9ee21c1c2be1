package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/manual"
	"github.com/brimwatch/brimwatch/internal/phrases"
	"github.com/brimwatch/brimwatch/test/golden"
	"github.com/brimwatch/brimwatch/test/server"
)

// manualIn is the command line in a language.
func manualIn(t *testing.T, l words.Language) *manual.Manual {
	t.Helper()
	parser, err := newParser(&commands{}, phrases.New().In(l))
	if err != nil {
		t.Fatal(err)
	}
	return manual.Of(parser.Model)
}

// TestCommandsPage holds docs/commands.md against the command line; -update writes it anew.
func TestCommandsPage(t *testing.T) {
	const page = "../../docs/commands.md"
	got := manualIn(t, words.EN).Markdown()
	if golden.Updating() {
		if err := os.WriteFile(page, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("docs/commands.md is not what the command line says; run make docs:\n%s", diff)
	}
}

// TestScriptsOfShells keeps the script of each shell.
func TestScriptsOfShells(t *testing.T) {
	for _, shell := range manual.Shells() {
		script, ok := manualIn(t, words.EN).Script(shell)
		if !ok {
			t.Fatalf("there is no script for %s", shell)
		}
		golden.Equal(t, filepath.Join("completion", "brimwatch."+shell), []byte(script))
	}
	if script, ok := manualIn(t, words.EN).Script("tcsh"); ok {
		t.Errorf("a script for a shell that is not known: %s", script)
	}
}

// completions are lines that are typed, and what is offered at their end.
func completions() map[string]string {
	return map[string]string{
		"brimwatch si":                       "silence",
		"brimwatch silence ":                 "add list remove",
		"brimwatch silence a":                "add",
		"brimwatch --lang zh sil":            "silence",
		"brimwatch --lang=zh silence rem":    "remove",
		"brimwatch instances --st":           "--state",
		"brimwatch instances --state ":       "raised unknown ok unwatched expiring past",
		"brimwatch instances --sort=f":       "fullest",
		"brimwatch instances -o ":            "table json csv",
		"brimwatch instances -o json --prod": "--product",
		"brimwatch calendar -o i":            "ics",
		"brimwatch completion ":              "bash zsh fish",
		"brimwatch stats full --from ":       "",
		"brimwatch run --log.level ":         "debug info warn error",
		"brimwatch notify test --t":          "--to",
		"brimwatch nonsense ":                "",
		"brimwatch check --config.file brim": "brimwatch.yml",
		"brimwatch check brim":               "brimwatch.yml",
		"brimwatch dashboards export gra":    "grafana",
		"brimwatch check --config.file=brim": "brimwatch.yml",
	}
}

// inFolder makes a folder with a configuration and a folder in it, and the script of a shell.
func inFolder(t *testing.T, shell string) (dir, script string) {
	t.Helper()
	dir = t.TempDir()
	text, _ := manualIn(t, words.EN).Script(shell)
	script = filepath.Join(t.TempDir(), "brimwatch."+shell)
	for path, text := range map[string]string{script: text, filepath.Join(dir, "brimwatch.yml"): ""} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "grafana"), 0o700); err != nil {
		t.Fatal(err)
	}
	return dir, script
}

// offers runs a shell and returns what it printed, in one line.
func offers(t *testing.T, dir, shell string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, shell, args...)
	var failed bytes.Buffer
	cmd.Dir, cmd.Stderr = dir, &failed
	out, err := cmd.Output()
	if err != nil || failed.Len() > 0 {
		t.Fatalf("%s %s: %v\n%s", shell, strings.Join(args, " "), err, failed.String())
	}
	return strings.Join(strings.Fields(string(out)), " ")
}

// TestBashCompletes types lines into a real bash.
func TestBashCompletes(t *testing.T) {
	dir, script := inFolder(t, "bash")
	if got := offers(t, dir, "bash", "--norc", "-c", "source "+script+"; complete -p brimwatch"); got != "complete -F _brimwatch brimwatch" {
		t.Errorf("bash knows %q", got)
	}
	var typed []string
	for line := range completions() {
		typed = append(typed, line)
	}
	// As readline does: words end at blanks, and at = .
	const program = `source "$1"; shift
compopt() { :; }
for line; do
    COMP_WORDS=(${line//=/ = })
    [[ $line == *" " ]] && COMP_WORDS+=("")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _brimwatch
    echo "$line:${COMPREPLY[*]};"
done`
	got := offers(t, dir, "bash", append([]string{"--norc", "-c", program, "bash", script}, typed...)...)
	for line, want := range completions() {
		if !strings.Contains(got, line+":"+want+";") {
			t.Errorf("after %q: want %q in %s", line, want, got)
		}
	}
}

// TestZshCompletes runs the script in a real zsh, with the functions of its
// completion system replaced by ones that print.
func TestZshCompletes(t *testing.T) {
	server.Find(t, "zsh", "zsh")
	dir, script := inFolder(t, "zsh")
	const program = `compdef() { : }
source "$1"
compset() { cur=${cur#*=} }
compadd() { shift; for w; do [[ $w == ${cur}* ]] && print -r -- $w; done; true }
_describe() { for w in ${(P)2}; do [[ $w == ${cur}* ]] && print -r -- ${w%%:*}; done; true }
_files() { local f; for f in ${cur}*(N); do [[ $1 != -/ || -d $f ]] && print -r -- $f; done; true }
words=(${(z)2}) CURRENT=${#words}
[[ $2 == *" " ]] && words+=("") && CURRENT=$((CURRENT + 1))
_brimwatch`
	for line, want := range completions() {
		if got := offers(t, dir, "zsh", "-f", "-c", program, "zsh", script, line); got != want {
			t.Errorf("after %q: got %q, want %q", line, got, want)
		}
	}
}

// TestFishCompletes types lines into a real fish.
func TestFishCompletes(t *testing.T) {
	server.Find(t, "fish", "fish")
	t.Setenv("HOME", t.TempDir())
	dir, script := inFolder(t, "fish")
	for line, want := range completions() {
		got := offers(t, dir, "fish", "--no-config", "-c", "source "+script+"; complete -C $argv[1] | string replace -r '\\t.*' ''; true", line)
		// fish gives the whole word, sorts words, and ends folders with a stroke.
		given := strings.Fields(strings.ReplaceAll(got, "/", ""))
		for i := range given {
			if _, value, ok := strings.Cut(given[i], "="); ok {
				given[i] = value
			}
		}
		if !sameWords(given, strings.Fields(want)) {
			t.Errorf("after %q: got %q, want %q", line, got, want)
		}
	}
}

func sameWords(a, b []string) bool {
	in := make(map[string]int)
	for _, w := range a {
		in[w]++
	}
	for _, w := range b {
		in[w]--
	}
	for _, n := range in {
		if n != 0 {
			return false
		}
	}
	return true
}

// TestManualPage keeps the manual page in both languages, and lets a real man look for faults in it
// where there is one.
func TestManualPage(t *testing.T) {
	for _, l := range []words.Language{words.EN, words.ZH} {
		page := manualIn(t, l).Page("1.0.0", phrases.New().In(l))
		golden.Equal(t, filepath.Join("man", "brimwatch."+l.Choose("en", "zh")+".1"), []byte(page))
		groff, err := exec.LookPath("groff")
		if err != nil {
			continue
		}
		cmd := exec.CommandContext(t.Context(), groff, "-Kutf8", "-Tutf8", "-man", "-ww", "-z")
		cmd.Stdin = strings.NewReader(page)
		if said, err := cmd.CombinedOutput(); err != nil || len(said) > 0 {
			t.Errorf("groff says of the page in %s: %v\n%s", l.Choose("English", "Chinese"), err, said)
		}
	}
}
