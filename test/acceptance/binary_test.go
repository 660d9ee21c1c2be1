package acceptance_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	os.Exit(withBinary(m))
}

// withBinary builds the product once for all tests, unless BRIMWATCH_BIN names
// a binary that was built before.
func withBinary(m *testing.M) int {
	if os.Getenv("BRIMWATCH_BIN") != "" {
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "brimwatch-acceptance")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	bin := filepath.Join(dir, "brimwatch")
	build := exec.Command("go", "build", "-o", bin, "github.com/brimwatch/brimwatch/cmd/brimwatch")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the product: %v\n%s", err, out)
		return 1
	}
	if err := os.Setenv("BRIMWATCH_BIN", bin); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// process is one run of the daemon.
type process struct {
	cmd   *exec.Cmd
	out   *lockedBuffer
	ended chan error
}

// lockedBuffer takes the output of a process while a test reads it.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// startProcess starts the binary in a directory.
func startProcess(t *testing.T, dir string, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(os.Getenv("BRIMWATCH_BIN"), args...), out: &lockedBuffer{}, ended: make(chan error, 1)}
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = dir, p.out, p.out
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", p.cmd, err)
	}
	go func() { p.ended <- p.cmd.Wait() }()
	return p
}

// kill ends the process as the kernel would when memory runs out.
func (p *process) kill(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatalf("kill: %v", err)
	}
	if err := <-p.ended; err == nil {
		t.Error("the daemon ended well although it was killed")
	}
}

// stop ends the process in order, and fails when it does not end well.
func (p *process) stop(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatalf("stop: %v", err)
	}
	select {
	case err := <-p.ended:
		if err != nil {
			t.Errorf("the daemon ended with %v:\n%s", err, p.out)
		}
	case <-time.After(30 * time.Second):
		_ = p.cmd.Process.Kill()
		t.Errorf("the daemon did not end within 30 s:\n%s", p.out)
	}
}
