package top

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/internal/terminal"
)

// TestACrashLeavesTheTerminalAsItWas: a fault in the middle ends the screen with an error, and the
// terminal has its settings back.
func TestACrashLeavesTheTerminalAsItWas(t *testing.T) {
	ours, line, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	read := make(chan string)
	go func() {
		var all strings.Builder
		buffer := make([]byte, 4096)
		for {
			n, err := ours.Read(buffer)
			all.Write(buffer[:n])
			if err != nil {
				read <- all.String()
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
	// What Bubble Tea says of a panic goes to the standard error of the process, which is not wanted here.
	was := os.Stderr
	if os.Stderr, err = os.OpenFile(os.DevNull, os.O_WRONLY, 0); err != nil {
		t.Fatal(err)
	}
	defer func() { os.Stderr = was }()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	err = Run(ctx, Options{
		Ask:   func(context.Context) (wire.Instances, error) { panic("fault") },
		Where: "http://127.0.0.1:9740", Every: time.Second, Zone: time.UTC, Look: terminal.Look{Live: true, Unicode: true, Width: 80, Height: 24}, Order: Worst,
	}, line, line, []string{"TERM=xterm-256color"})
	if err == nil || !strings.Contains(err.Error(), "a fault in Brimwatch ended the screen") {
		t.Errorf("got %v", err)
	}
	if after := settings(); after != before {
		t.Errorf("the terminal is left with other settings: %+v, was %+v", after, before)
	}
	if err := line.Close(); err != nil {
		t.Fatal(err)
	}
	whole := <-read
	_ = ours.Close() // nothing more comes from it
	if strings.Count(whole, "\x1b[?1049h") != strings.Count(whole, "\x1b[?1049l") || strings.LastIndex(whole, "\x1b[?25h") < strings.LastIndex(whole, "\x1b[?25l") {
		t.Errorf("the screen is not left, or the cursor hidden: %q", whole)
	}
}
