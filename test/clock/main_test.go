package main

import (
	"bufio"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestMovedClock builds a program with the overlay. It prints its time, then a
// child's, then that of a bubble, then what remains of a moment with a monotonic
// clock.
func TestMovedClock(t *testing.T) {
	kept, err := folder()
	if err != nil {
		t.Fatal(err)
	}
	overlay, err := makeOverlay(t.Context(), kept)
	if err != nil {
		t.Fatal(err)
	}
	dir := module(t, `package moved

import (
	"os"
	"os/exec"
	"testing"
	"testing/synctest"
	"time"
)

func TestPrint(t *testing.T) {
	began := time.Now()
	os.Stdout.WriteString("here " + began.UTC().Format("2006-01-02T15:04") + "\n")
	if os.Getenv("CHILD") != "" {
		return
	}
	child := exec.Command(os.Args[0], "-test.run=TestPrint")
	child.Env = append(os.Environ(), "CHILD=1", "BRIMWATCH_TEST_MOMENT=1999-01-01T00:00")
	child.Stdout = os.Stdout
	if err := child.Run(); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took < 0 || took > time.Minute {
		t.Errorf("that took %v", took)
	}
	synctest.Test(t, func(t *testing.T) {
		os.Stdout.WriteString("bubble " + time.Now().UTC().Format("2006-01-02T15:04") + "\n")
	})
}
`)
	for _, moment := range []string{"2028-02-29T23:00", "2016-12-31T23:50"} {
		cmd := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-v", "-vet=off", "-overlay", overlay, ".")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off", momentVariable+"="+moment, shiftVariable+"=")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		var printed []string
		for line := range strings.Lines(string(out)) {
			if strings.HasPrefix(line, "here") || strings.HasPrefix(line, "bubble") {
				printed = append(printed, strings.TrimSpace(line))
			}
		}
		if want := []string{"here " + moment, "here " + moment, "bubble 2000-01-01T00:00"}; !slices.Equal(printed, want) {
			t.Errorf("printed %q, want %q\n%s", printed, want, out)
		}
	}
}

// TestJumpingClock builds a program, and sets its wall clock while it runs.
func TestJumpingClock(t *testing.T) {
	dir := module(t, "package main\n")
	if err := os.Rename(filepath.Join(dir, "moved_test.go"), filepath.Join(dir, "main.go")); err != nil {
		t.Fatal(err)
	}
	const program = `package main

import (
	"bufio"
	"fmt"
	"os"
	"time"
)

// main says for each line how far its wall clock went besides its monotonic one.
func main() {
	began := time.Now()
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		now := time.Now()
		fmt.Println((now.Round(0).Sub(began.Round(0)) - now.Sub(began)).Round(time.Second))
	}
}
`
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOFLAGS", "-mod=mod")
	t.Setenv("GOWORK", "off")
	t.Chdir(dir)
	var faults strings.Builder
	if err := run(t.Context(), []string{"-build", "jumps", "--", "-trimpath", "."}, time.Now(), io.Discard, &faults); err != nil {
		t.Fatalf("%v\n%s", err, &faults)
	}
	file := filepath.Join(dir, "jump")
	cmd := exec.CommandContext(t.Context(), "./jumps")
	cmd.Env = append(os.Environ(), jumpVariable+"="+file)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	answers := bufio.NewScanner(out)
	ask := func() string {
		if _, err := io.WriteString(in, "\n"); err != nil || !answers.Scan() {
			t.Fatalf("%v, %v", err, answers.Err())
		}
		return answers.Text()
	}
	if got := ask(); got != "0s" {
		t.Errorf("without a file the clock went %s", got)
	}
	for _, step := range []struct{ write, want string }{
		{"-25h\n", "-25h0m0s"}, {"1h", "1h0m0s"}, {"tomorrow", "1h0m0s"}, {"90m", "1h30m0s"}, {"", "1h30m0s"}, {"0s", "0s"},
	} {
		if err := os.WriteFile(file, []byte(step.write), 0o600); err != nil {
			t.Fatal(err)
		}
		got := ask()
		for got != step.want && t.Context().Err() == nil {
			got = ask()
		}
	}
	if err := os.WriteFile(file, []byte("5m"), 0o600); err != nil {
		t.Fatal(err)
	}
	for ask() != "5m0s" {
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	for ask() != "0s" {
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

func TestBuildFaults(t *testing.T) {
	var faults strings.Builder
	err := run(t.Context(), []string{"-build", filepath.Join(t.TempDir(), "x"), "./no/such/program"}, time.Now(), io.Discard, &faults)
	if err == nil || !strings.Contains(err.Error(), "build a program with another clock") || faults.Len() == 0 {
		t.Errorf("%v, %q", err, faults.String())
	}
}

func TestAnotherTimeNowIsSaid(t *testing.T) {
	for name, source := range map[string]string{
		"without it": "package time\n\nfunc Now() Time {\n\tsec, nsec, mono := runtimeNow()\n}\n",
		"twice":      original + original,
	} {
		if _, err := moveClock([]byte(source)); err == nil || !strings.Contains(err.Error(), "time.Now is written in another way") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestInTurn(t *testing.T) {
	table := moments()
	if len(table) != 8 {
		t.Fatalf("%d moments", len(table))
	}
	for _, start := range []string{"2026-11-29T00:00:00Z", "2027-12-31T23:59:59Z", "2028-02-27T12:00:00Z"} {
		first, err := time.Parse(time.RFC3339, start)
		if err != nil {
			t.Fatal(err)
		}
		seen := make(map[string]int)
		for day := range 4 {
			for _, m := range inTurn(table, 2, first.AddDate(0, 0, day)) {
				seen[m.String()]++
			}
		}
		if len(seen) != 8 {
			t.Errorf("four days from %s bring %d moments: %v", start, len(seen), seen)
		}
	}
}

func TestChoose(t *testing.T) {
	now := time.Date(2026, 11, 29, 23, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		args    []string
		moments int
		first   string
		rest    []string
	}{
		"nothing":       {nil, 8, "2026-11-30T12:00", []string{"./..."}},
		"packages":      {[]string{"./alarm", "./fleet"}, 8, "2026-11-30T12:00", []string{"./alarm", "./fleet"}},
		"in turn":       {[]string{"-next", "2", "./alarm"}, 2, inTurn(moments(), 2, now)[0].String(), []string{"./alarm"}},
		"one":           {[]string{"-moment", "2028-02-29T23:00", "./alarm", "-run", "TestStep", "-v"}, 1, "2028-02-29T23:00", []string{"./alarm", "-run", "TestStep", "-v"}},
		"one of theirs": {[]string{"-moment", "2030-06-01T00:00"}, 1, "2030-06-01T00:00", []string{"./..."}},
	} {
		got, err := choose(tt.args, now, io.Discard)
		if err != nil || len(got.moments) != tt.moments || got.moments[0].String() != tt.first || !slices.Equal(got.rest, tt.rest) || got.build != "" {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestCommandLineFaults(t *testing.T) {
	for name, args := range map[string][]string{
		"no date":      {"-moment", "tomorrow"},
		"a zone":       {"-moment", "2026-11-30T23:40+08:00"},
		"both":         {"-moment", "2026-11-30T23:40", "-next", "2"},
		"less than no": {"-next", "-1"},
		"too many":     {"-next", "9"},
		"unknown flag": {"-zone", "UTC"},
		"build at":     {"-build", "x", "-moment", "2026-11-30T23:40"},
		"build next":   {"-build", "x", "-next", "2"},
	} {
		if err := run(t.Context(), args, time.Now(), io.Discard, io.Discard); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := run(t.Context(), []string{"-h"}, time.Now(), io.Discard, io.Discard); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("-h: %v", err)
	}
}

// TestFollow: what go test prints is passed on, and says which packages failed.
func TestFollow(t *testing.T) {
	const printed = "ok  \tm/a\t0.1s\n?   \tm/b\t[no test files]\n--- FAIL: TestX (0.00s)\n    x_test.go:1: FAIL\tm/e\nFAIL\nFAIL\tm/c\t0.2s\nFAIL\tm/d [build failed]\nFAIL"
	var passed strings.Builder
	failed, err := follow(strings.NewReader(printed), &passed)
	if err != nil || !slices.Equal(failed, []string{"m/c", "m/d"}) {
		t.Errorf("failed %q, %v", failed, err)
	}
	if want := strings.Replace(printed, "?   \tm/b\t[no test files]\n", "", 1); passed.String() != want {
		t.Errorf("passed on %q", passed.String())
	}
}

// TestAt runs a package whose test holds at 23 hours only.
func TestAt(t *testing.T) {
	kept, err := folder()
	if err != nil {
		t.Fatal(err)
	}
	overlay, err := makeOverlay(t.Context(), kept)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOFLAGS", "-mod=mod")
	t.Setenv("GOWORK", "off")
	t.Chdir(module(t, `package moved

import (
	"os"
	"testing"
	"time"
)

func TestHour(t *testing.T) {
	if hour := time.Now().UTC().Hour(); hour != 23 || os.Getenv("BRIMWATCH_BIN") != "/the/product" {
		t.Errorf("%d hours, %s", hour, os.Getenv("BRIMWATCH_BIN"))
	}
}
`))
	var out, faults strings.Builder // each is written by a goroutine of its own
	g := goTest{overlay: overlay, product: "/the/product", args: []string{"."}, stdout: &out, stderr: &faults}
	for at, want := range map[string][]string{"2026-11-30T23:40": nil, "2026-11-30T12:00": {"moved"}} {
		m, err := parseMoment(at)
		if err != nil {
			t.Fatal(err)
		}
		failed, err := g.at(t.Context(), m)
		if !slices.Equal(failed, want) || (err != nil) != (want != nil) {
			t.Errorf("at %s: %q failed, %v\n%s%s", at, failed, err, &out, &faults)
		}
	}
	g.overlay = "none.json"
	if failed, err := g.at(t.Context(), moments()[0]); err == nil {
		t.Errorf("without the overlay: %q failed, and no error", failed)
	}
}

// module is the folder of a module with one test file.
func module(t *testing.T, test string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module moved\n\ngo 1.26\n", "moved_test.go": test} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
