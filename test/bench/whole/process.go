package whole

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// process is a child that is ended with the benchmark, whatever happens.
type process struct {
	name   string
	log    string // path of what it prints on standard error
	cmd    *exec.Cmd
	cancel context.CancelFunc
	ended  chan struct{}
	err    error // when ended is closed
}

// start runs a binary. Its standard output and error go to two files in dir.
func start(ctx context.Context, name, dir, binary string, args ...string) (*process, error) {
	stdout, err := os.Create(filepath.Join(dir, name+".out"))
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	defer func() { _ = stdout.Close() }() // the child has its own
	stderr, err := os.Create(filepath.Join(dir, name+".log"))
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	defer func() { _ = stderr.Close() }() // the child has its own

	ctx, cancel := context.WithCancel(ctx)
	p := &process{name: name, log: stderr.Name(), cancel: cancel, ended: make(chan struct{})}
	p.cmd = exec.CommandContext(ctx, binary, args...) //nolint:gosec // the binaries that are measured
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = dir, stdout, stderr
	p.cmd.SysProcAttr = childAttributes()
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGTERM) }
	p.cmd.WaitDelay = stopBound
	if err := p.cmd.Start(); err != nil {
		cancel()
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	return p, nil
}

// stop tells the process to end and waits until it has. Not to end well is an
// error, with the last lines of its log.
func (p *process) stop() error {
	p.cancel()
	<-p.ended
	if p.cmd.ProcessState.Success() {
		return nil
	}
	return fmt.Errorf("%s did not end well: %w%s", p.name, p.err, p.lastLines())
}

// crashed says that the process ended by itself.
func (p *process) crashed() error {
	err := p.err
	if err == nil {
		err = errors.New("without an error")
	}
	return fmt.Errorf("%s ended by itself: %w%s", p.name, err, p.lastLines())
}

// lastLines is the end of the log, for an error message.
func (p *process) lastLines() string {
	const most = 10
	b, err := os.ReadFile(p.log)
	if err != nil || len(bytes.TrimSpace(b)) == 0 {
		return ""
	}
	lines := bytes.Split(bytes.TrimSpace(b), []byte("\n"))
	return fmt.Sprintf("\nthe end of its log:\n%s", bytes.Join(lines[max(0, len(lines)-most):], []byte("\n")))
}
