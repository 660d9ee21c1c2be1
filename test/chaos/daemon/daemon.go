// Package daemon runs the built product as a process: it is started, killed,
// stopped, reloaded and asked.
package daemon

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// Daemon is the product in one folder, through all its lives.
type Daemon struct {
	Dir    string
	Binary string
	Listen string
	Env    []string // beside that of the program that starts it

	api api

	mu    sync.Mutex
	cmd   *exec.Cmd
	ended chan struct{} // closed when the process that runs has ended
	err   error         // what it ended with, when ended is closed
	ups   []up
}

// up is a time in which the process ran.
type up struct{ from, until time.Time }

// readyWithin is how long a start may take on a machine that is busy.
const readyWithin = 60 * time.Second

// New prepares a daemon in a folder. Nothing runs yet.
func New(dir, binary string) (*Daemon, error) {
	listen, err := freeAddress()
	if err != nil {
		return nil, err
	}
	return &Daemon{Dir: dir, Binary: binary, Listen: listen, api: newAPI(listen)}, nil
}

// freeAddress finds a port of the loopback that nobody listens at, below those that
// the kernel gives to connections: it must be free again after each crash.
func freeAddress() (string, error) {
	var err error
	for range 100 {
		address := fmt.Sprintf("127.0.0.1:%d", 12_000+rand.IntN(20_000))
		var l net.Listener
		if l, err = (&net.ListenConfig{}).Listen(context.Background(), "tcp", address); err == nil {
			_ = l.Close() // it only found the port
			return address, nil
		}
	}
	return "", fmt.Errorf("find a free port: %w", err)
}

// Launch starts the process and does not wait until it is ready.
func (d *Daemon) Launch() error {
	log, err := os.OpenFile(filepath.Join(d.Dir, "brimwatch.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("start the daemon: %w", err)
	}
	defer func() { _ = log.Close() }()                                     // the process has its own
	cmd := exec.Command(d.Binary, "run", "--config.file", "brimwatch.yml") //nolint:noctx // it is ended by Kill or Stop, in the way the scenario wants
	cmd.Dir, cmd.Stdout, cmd.Stderr = d.Dir, log, log
	cmd.Env = append(os.Environ(), d.Env...)
	cmd.SysProcAttr = dieWithParent()
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start the daemon: %w", err)
	}
	ended := make(chan struct{})
	d.mu.Lock()
	d.cmd, d.ended, d.err = cmd, ended, nil
	d.ups = append(d.ups, up{from: time.Now()})
	d.mu.Unlock()
	go func() {
		err := cmd.Wait()
		d.mu.Lock()
		d.err = err
		d.ups[len(d.ups)-1].until = time.Now()
		d.mu.Unlock()
		close(ended)
	}()
	return nil
}

// Start starts the process and waits until it is ready.
func (d *Daemon) Start(ctx context.Context) error {
	if err := d.Launch(); err != nil {
		return err
	}
	return d.Ready(ctx)
}

// Ready waits until the daemon answers that it is alive.
func (d *Daemon) Ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	for {
		if d.Alive(ctx) {
			return nil
		}
		select {
		case <-d.Ended():
			return fmt.Errorf("the daemon ended by itself: %w%s", d.Err(), d.Log())
		case <-ctx.Done():
			return fmt.Errorf("the daemon does not answer within %v: %w%s", readyWithin, ctx.Err(), d.Log())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Ended is closed when the process has ended.
func (d *Daemon) Ended() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ended
}

// Err says what the process ended with.
func (d *Daemon) Err() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err == nil {
		return errors.New("without an error")
	}
	return d.err
}

// Running tells whether there is a process.
func (d *Daemon) Running() bool {
	ended := d.Ended()
	if ended == nil {
		return false
	}
	select {
	case <-ended:
		return false
	default:
		return true
	}
}

// Kill ends the process as the kernel does: at once.
func (d *Daemon) Kill() error { return d.end(syscall.SIGKILL, 10*time.Second) }

// Stop ends the process in order.
func (d *Daemon) Stop() error { return d.end(syscall.SIGTERM, 45*time.Second) }

func (d *Daemon) end(signal syscall.Signal, within time.Duration) error {
	if !d.Running() {
		return nil
	}
	d.mu.Lock()
	cmd, ended := d.cmd, d.ended
	d.mu.Unlock()
	if err := cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("end the daemon: %w", err)
	}
	select {
	case <-ended:
		return nil
	case <-time.After(within):
		_ = cmd.Process.Kill() // it has failed already
		<-ended
		return fmt.Errorf("the daemon did not end within %v of signal %v%s", within, signal, d.Log())
	}
}

// Up tells whether the process ran for so long on end, between two moments.
func (d *Daemon) Up(from, to time.Time, long time.Duration) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, u := range d.ups {
		begin, end := u.from, u.until
		if end.IsZero() || end.After(to) {
			end = to
		}
		if begin.Before(from) {
			begin = from
		}
		if end.Sub(begin) >= long {
			return true
		}
	}
	return false
}

// Database is the path of the database.
func (d *Daemon) Database(data string) string {
	if data == "" {
		data = filepath.Join(d.Dir, "data")
	}
	return filepath.Join(data, "brimwatch.db")
}

// Log is the end of what the daemon said, for an error.
func (d *Daemon) Log() string {
	const most = 4000
	b, err := os.ReadFile(filepath.Join(d.Dir, "brimwatch.log"))
	if err != nil || len(b) == 0 {
		return ""
	}
	return "\nthe end of its log:\n" + string(b[max(0, len(b)-most):])
}
