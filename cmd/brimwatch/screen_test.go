package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// screen is a pseudo-terminal with a program on it.
type screen struct {
	t      *testing.T
	tty    *os.File // our side
	line   *os.File // the side of the program, to ask for its settings
	cmd    *exec.Cmd
	before unix.Termios
	ended  chan error

	mu    sync.Mutex
	got   bytes.Buffer // since what a test waited for last
	whole bytes.Buffer
}

// onScreen runs brimwatch on a terminal of 80 cells and 24 lines.
func onScreen(t *testing.T, env []string, args ...string) *screen {
	t.Helper()
	ours, line, err := pty.Open()
	if err != nil {
		t.Fatalf("open a pseudo-terminal: %v", err)
	}
	s := &screen{t: t, tty: ours, line: line, ended: make(chan error, 1)}
	if err := pty.Setsize(ours, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	s.before = s.settings()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s.cmd = exec.CommandContext(context.WithoutCancel(t.Context()), program, args...)
	s.cmd.Args[0] = "brimwatch" // by which the test binary is the program
	s.cmd.Env = append(append(os.Environ(), "TERM=xterm-256color", "TZ=UTC", "LC_ALL=C.UTF-8", "NO_COLOR="), env...)
	s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr = line, line, line
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		buffer := make([]byte, 4096)
		for {
			n, err := ours.Read(buffer)
			s.mu.Lock()
			s.got.Write(buffer[:n])
			s.whole.Write(buffer[:n])
			s.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	go func() { s.ended <- s.cmd.Wait() }()
	t.Cleanup(func() {
		_ = s.cmd.Process.Kill() // when it has not ended yet
		_, _ = ours.Close(), line.Close()
		<-read
	})
	return s
}

func (s *screen) settings() unix.Termios {
	s.t.Helper()
	got, err := unix.IoctlGetTermios(int(s.line.Fd()), unix.TCGETS)
	if err != nil {
		s.t.Fatalf("read the settings of the terminal: %v", err)
	}
	return *got
}

func (s *screen) shown() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.got.String()
}

// until waits until what was written since the last time has a text.
func (s *screen) until(text string) {
	s.t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	late := time.After(patience)
	for {
		s.mu.Lock()
		_, rest, ok := bytes.Cut(s.got.Bytes(), []byte(text))
		if ok {
			rest = bytes.Clone(rest)
			s.got.Reset()
			s.got.Write(rest)
		}
		s.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-tick.C:
		case <-late:
			s.t.Fatalf("it never wrote %q, but %q", text, s.shown())
		}
	}
}

func (s *screen) press(keys string) {
	s.t.Helper()
	if _, err := s.tty.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
}

// end waits for the program to end, and holds the terminal against what it was.
func (s *screen) end(code int) {
	s.t.Helper()
	select {
	case err := <-s.ended:
		got := 0
		if e, ok := errors.AsType[*exec.ExitError](err); ok {
			got = e.ExitCode()
		}
		if got != code {
			s.t.Errorf("it ended with %v, want exit code %d: %q", err, code, s.shown())
		}
	case <-time.After(patience):
		s.t.Fatalf("it does not end: %q", s.shown())
	}
	if after := s.settings(); after != s.before {
		s.t.Errorf("the terminal is left with other settings: %+v, was %+v", after, s.before)
	}
	const last = "[all that was written]"
	if _, err := s.line.WriteString(last); err != nil { // behind it
		s.t.Fatal(err)
	}
	s.until(last)
	s.mu.Lock()
	defer s.mu.Unlock()
	whole := s.whole.String()
	if strings.Count(whole, "\x1b[?1049h") != strings.Count(whole, "\x1b[?1049l") {
		s.t.Errorf("it does not come back from a screen of its own: %q", whole)
	}
	if strings.LastIndex(whole, "\x1b[?25h") < strings.LastIndex(whole, "\x1b[?25l") {
		s.t.Errorf("the cursor stays hidden: %q", whole)
	}
}
