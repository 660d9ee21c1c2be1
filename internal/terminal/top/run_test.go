package top

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/internal/terminal"
)

// crashing tells a process of this test that it is the one that crashes.
const crashing = "BRIMWATCH_TEST_CRASH"

// crash runs a screen with a fault in the middle of it, and ends the process: Bubble Tea leaves its
// reader of keys running after a panic.
func crash() {
	err := Run(context.Background(), Options{
		Ask:   func(context.Context) (wire.Instances, error) { panic("fault") },
		Where: "http://127.0.0.1:9740", Every: time.Second, Zone: time.UTC, Look: terminal.Look{Live: true, Unicode: true, Width: 80, Height: 24}, Order: Worst,
	}, os.Stdin, os.Stdout, []string{"TERM=xterm-256color"})
	if err != nil && strings.Contains(err.Error(), "a fault in Brimwatch ended the screen") {
		os.Exit(3)
	}
	os.Exit(4)
}

// TestACrashLeavesTheTerminalAsItWas: a fault in the middle ends the screen with an error, and the
// terminal has its settings back.
func TestACrashLeavesTheTerminalAsItWas(t *testing.T) {
	if os.Getenv(crashing) != "" {
		crash()
	}
	ours, line, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	written := make(chan string)
	go func() {
		var all strings.Builder
		buffer := make([]byte, 4096)
		for {
			n, err := ours.Read(buffer)
			all.Write(buffer[:n])
			if err != nil { // nobody has the other side open any more
				written <- all.String()
				return
			}
		}
	}()
	settings := func() unix.Termios {
		got, err := unix.IoctlGetTermios(int(line.Fd()), unix.TCGETS)
		if err != nil {
			t.Fatal(err)
		}
		return *got
	}
	before := settings()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), crashing+"=1")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = line, line, line
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	err = cmd.Run()
	if failed, ok := errors.AsType[*exec.ExitError](err); !ok || failed.ExitCode() != 3 {
		t.Errorf("it ended with %v, want exit code 3", err)
	}
	if after := settings(); after != before {
		t.Errorf("the terminal is left with other settings: %+v, was %+v", after, before)
	}
	if err := line.Close(); err != nil {
		t.Fatal(err)
	}
	whole := <-written
	_ = ours.Close() // nothing more comes from it
	opened, closed := strings.Count(whole, "\x1b[?1049h"), strings.Count(whole, "\x1b[?1049l")
	if opened != closed || strings.LastIndex(whole, "\x1b[?25h") < strings.LastIndex(whole, "\x1b[?25l") || !strings.Contains(whole, "fault") {
		t.Errorf("the screen is not left, the cursor hidden, or the fault not told: %q", whole)
	}
}
