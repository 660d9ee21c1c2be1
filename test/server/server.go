// Package server runs real servers for tests: it finds a server that the
// system's packages have installed, starts it on a free loopback port, waits
// until it answers, and stops it when the test ends. A server that is not
// installed fails the test with the name of the Debian package.
package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/test/port"
)

// startTime bounds how long a server may take to answer, and to stop, unless it
// is said.
const startTime = 20 * time.Second

// Program says how a server is started.
type Program struct {
	Binary  string // name or path
	Package string // the Debian package that has it
	Args    []string
	Env     []string // further variables of its environment, name=value
	Addr    string   // host:port where it answers when it is up
	// Within is how long it may take to be up, and to end; 0 is twenty seconds.
	Within time.Duration
	// Says is what the server prints when it is up. Empty: ask Ready.
	Says string
	// Ready tells whether the server answers. Nil: when a connection is accepted.
	Ready func(ctx context.Context, addr string) error
}

// Server is a running server. Its methods are for one goroutine, the test's.
type Server struct {
	Addr string // host:port

	t       testing.TB
	program Program
	output  *output
	cmd     *exec.Cmd
	exited  chan struct{}
}

// FreeAddr returns a loopback address where nobody listens, and no other test will, until
// this one ends.
func FreeAddr(t testing.TB) string {
	t.Helper()
	addr, release, err := port.Reserve(t.Context())
	if err != nil {
		t.Fatalf("find a free port: %v", err)
	}
	t.Cleanup(func() {
		if err := release(); err != nil {
			t.Errorf("release %s: %v", addr, err)
		}
	})
	return addr
}

// Port returns the port of a host:port address.
func Port(t testing.TB, addr string) int {
	t.Helper()
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatalf("split %s: %v", addr, err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatalf("port of %s: %v", addr, err)
	}
	return n
}

// Find returns the path of a binary that a Debian package installs. It also
// looks where servers are that are not on a user's path.
func Find(t testing.TB, binary, debianPackage string) string {
	t.Helper()
	if path, err := exec.LookPath(binary); err == nil {
		return path
	}
	for _, dir := range []string{"/usr/sbin", "/sbin", "/usr/local/sbin"} {
		if path, err := exec.LookPath(filepath.Join(dir, binary)); err == nil {
			return path
		}
	}
	t.Fatalf("%s is not installed: apt-get install %s", binary, debianPackage)
	return ""
}

// Start starts a server and returns when it answers. It is stopped when the
// test ends; its output is logged when the test has failed.
func Start(t testing.TB, p Program) *Server {
	t.Helper()
	p.Binary = Find(t, p.Binary, p.Package)
	if p.Ready == nil {
		p.Ready = accepts
	}
	if p.Within == 0 {
		p.Within = startTime
	}
	s := &Server{Addr: p.Addr, t: t, program: p, output: &output{}}
	t.Cleanup(func() {
		s.Kill()
		if t.Failed() {
			t.Logf("output of %s:\n%s", p.Binary, s.Output())
		}
	})
	s.Start()
	return s
}

// Start starts the server again after Stop or Kill, at the same address.
func (s *Server) Start() {
	s.t.Helper()
	if s.cmd != nil {
		s.t.Fatalf("%s is already running", s.program.Binary)
	}
	// Not bound to the test's context: that one ends before the cleanups, and
	// would kill a server that is to be stopped in order.
	cmd := exec.CommandContext(context.WithoutCancel(s.t.Context()), s.program.Binary, s.program.Args...) //nolint:gosec // a test says what it starts
	cmd.Stdout, cmd.Stderr = s.output, s.output
	cmd.Env = append(os.Environ(), s.program.Env...)
	printed := len(s.Output())
	if err := cmd.Start(); err != nil {
		s.t.Fatalf("start %s: %v", s.program.Binary, err)
	}
	exited := make(chan struct{})
	go func() {
		defer close(exited)
		_ = cmd.Wait() // how it ended is seen by whoever needs it to run
	}()
	s.cmd, s.exited = cmd, exited
	s.await(printed)
}

// await returns when the server answers; printed is how much it had printed
// before it was started this time.
func (s *Server) await(printed int) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), s.program.Within)
	defer cancel()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for {
		err := s.ready(ctx, printed)
		if err == nil {
			return
		}
		select {
		case <-again.C:
		case <-s.exited:
			s.t.Fatalf("%s ended at once:\n%s", s.program.Binary, s.Output())
		case <-ctx.Done():
			s.t.Fatalf("%s does not answer on %s: %v\n%s", s.program.Binary, s.Addr, err, s.Output())
		}
	}
}

func (s *Server) ready(ctx context.Context, printed int) error {
	if s.program.Says == "" {
		return s.program.Ready(ctx, s.Addr)
	}
	if !strings.Contains(s.Output()[printed:], s.program.Says) {
		return fmt.Errorf("it has not printed %q", s.program.Says)
	}
	return nil
}

// Stop ends the server in order (SIGTERM) and returns when it has ended.
func (s *Server) Stop() { s.end(syscall.SIGTERM) }

// Kill ends the server at once (SIGKILL) and returns when it has ended.
func (s *Server) Kill() { s.end(syscall.SIGKILL) }

func (s *Server) end(signal syscall.Signal) {
	s.t.Helper()
	if s.cmd == nil {
		return
	}
	s.Signal(signal)
	late := time.NewTimer(s.program.Within)
	defer late.Stop()
	select {
	case <-s.exited:
	case <-late.C:
		s.t.Errorf("%s does not end on %v", s.program.Binary, signal)
		s.Signal(syscall.SIGKILL)
		<-s.exited
	}
	s.cmd = nil
}

// Signal sends a signal to the server: SIGSTOP and SIGCONT make it hang and go
// on, SIGHUP makes most servers read their configuration again.
func (s *Server) Signal(signal os.Signal) {
	s.t.Helper()
	if s.cmd == nil {
		s.t.Fatalf("%s is not running", s.program.Binary)
	}
	if err := s.cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		s.t.Errorf("signal %s: %v", s.program.Binary, err)
	}
}

// Output returns what the server has printed so far.
func (s *Server) Output() string { return s.output.String() }

// accepts tells whether a connection to addr is accepted.
func accepts(ctx context.Context, addr string) error {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	return conn.Close()
}

// output collects what a server prints, from its two pipes.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

// String returns all that was written.
func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}
