package collectortest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/fleet"
)

// The protocol of the fake: the client says its password once, then "ask" as
// often as it likes; the server answers each with these lines.
const page = "connections 4200\nmessages 123456\nend\n"

// serveFake starts a server of that protocol.
func serveFake(t testing.TB, password string) string {
	t.Helper()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listen: %v", err)
	}
	var wg sync.WaitGroup
	t.Cleanup(func() {
		_ = ln.Close()
		wg.Wait()
	})
	wg.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer func() { _ = c.Close() }()
				answer(c, password)
			})
		}
	})
	return ln.Addr().String()
}

func answer(c net.Conn, password string) {
	lines := bufio.NewScanner(c)
	if !lines.Scan() {
		return
	}
	if lines.Text() != password {
		_, _ = io.WriteString(c, "who are you\n")
		return
	}
	for lines.Scan() {
		if _, err := io.WriteString(c, page); err != nil {
			return
		}
	}
}

// flaw is one thing that a fake does wrong.
type flaw string

const (
	flawless           flaw = "none"
	tellsPassword      flaw = "tells the password in its errors"
	tellsNothing       flaw = "returns an error without words"
	tellsLines         flaw = "returns an error of several lines"
	swallowsErrors     flaw = "returns no error"
	hidesErrors        flaw = "returns ErrNotYet for every error"
	ignoresContext     flaw = "ignores ctx"
	missesFigure       flaw = "leaves out a figure"
	wrongFigure        flaw = "tells a figure that is wrong"
	surplusFigure      flaw = "tells a figure that is not expected"
	wrongLimit         flaw = "tells a limit that is wrong"
	noClock            flaw = "tells a total without a clock"
	fillsBeforeError   flaw = "fills in visits and returns an error"
	trustsHalfLines    flaw = "takes half a line for a whole one"
	dialsEachTime      flaw = "dials for each visit"
	staysBroken        flaw = "never dials again"
	leavesConnection   flaw = "leaves its connection open at Close"
	leavesGoroutine    flaw = "leaves a goroutine at Close"
	keepsVisits        flaw = "writes to visits after Collect has returned"
	closeHangs         flaw = "hangs in Close"
	closeFails         flaw = "returns an error from Close"
	secondCloseHangs   flaw = "hangs in a second Close"
	closeNeedsCollect  flaw = "hangs in Close before the first Collect"
	instancesForgotten flaw = "fills in the first visit only"
)

// fake is a Collector of the fake protocol with one flaw.
type fake struct {
	flaw     flaw
	addr     string
	password string
	release  <-chan struct{} // closed at the end of the test: ends what a flaw left running

	conn   net.Conn
	lines  *bufio.Reader
	broken bool
	closed bool
	dialed bool
	late   chan struct{} // closed by Close: lets keepsVisits write
	wrote  chan struct{}
}

func (c *fake) Collect(ctx context.Context, visits []collector.Visit) error {
	err := c.read(ctx, visits)
	if err == nil {
		return nil
	}
	c.drop()
	switch c.flaw {
	case tellsPassword:
		return fmt.Errorf("log in with %s: %w", c.password, err)
	case tellsNothing:
		return errors.New("")
	case tellsLines:
		return fmt.Errorf("it went wrong:\n%w", err)
	case swallowsErrors:
		return nil
	case hidesErrors:
		return collector.ErrNotYet
	case staysBroken:
		c.broken = true
	}
	return err
}

func (c *fake) read(ctx context.Context, visits []collector.Visit) error {
	if c.broken {
		return errors.New("the connection was lost")
	}
	if c.flaw == fillsBeforeError {
		visits[0].Gauge(fleet.Connections, 4200)
	}
	if c.flaw == keepsVisits && c.late == nil {
		late, wrote := make(chan struct{}), make(chan struct{})
		c.late, c.wrote = late, wrote
		go func() {
			defer close(wrote)
			<-late
			visits[0].Gauge(fleet.Connections, 1)
		}()
	}
	if err := c.dial(ctx); err != nil {
		return err
	}
	if c.flaw != ignoresContext {
		stop := context.AfterFunc(ctx, func() { _ = c.conn.SetDeadline(time.Unix(1, 0)) })
		defer stop()
	} else {
		conn := c.conn
		defer context.AfterFunc(ctx, func() {
			<-c.release
			_ = conn.Close()
		})()
	}
	if _, err := io.WriteString(c.conn, "ask\n"); err != nil {
		return fmt.Errorf("ask: %w", plain(err))
	}
	figures, err := c.page()
	if err != nil {
		return err
	}
	c.fill(visits, figures)
	if c.flaw == dialsEachTime {
		c.drop()
	}
	return nil
}

func (c *fake) dial(ctx context.Context) error {
	if c.conn != nil {
		return nil
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", c.addr)
	if err != nil {
		return fmt.Errorf("connect: %w", plain(err))
	}
	c.conn, c.lines, c.dialed = conn, bufio.NewReaderSize(conn, 1<<12), true
	if c.flaw == leavesGoroutine {
		go func() { <-c.release }()
	}
	if _, err := io.WriteString(conn, c.password+"\n"); err != nil {
		return fmt.Errorf("log in: %w", plain(err))
	}
	return nil
}

// page reads one answer.
func (c *fake) page() (map[string]float64, error) {
	figures := make(map[string]float64)
	for {
		line, err := c.lines.ReadSlice('\n')
		if err != nil && c.flaw == trustsHalfLines && len(line) > 0 && len(figures) > 0 {
			line, err = append(line, '\n'), nil
		} else if err != nil && c.flaw == trustsHalfLines && len(figures) > 0 {
			return figures, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the answer: %w", plain(err))
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(string(line), "\n"), " ")
		if name == "end" {
			return figures, nil
		}
		f, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return nil, errors.New("the answer is not understood")
		}
		figures[name] = f
	}
}

func (c *fake) fill(visits []collector.Visit, figures map[string]float64) {
	now := time.Now()
	for i := range visits {
		if f, ok := figures["connections"]; ok && c.flaw != missesFigure {
			if c.flaw == wrongFigure {
				f++
			}
			visits[i].Gauge(fleet.Connections, f)
			visits[i].Limit(fleet.Connections, 5000)
			if c.flaw == wrongLimit {
				visits[i].Limit(fleet.Connections, 4999)
			}
		}
		if f, ok := figures["messages"]; ok {
			clock := now
			if c.flaw == noClock {
				clock = time.Time{}
			}
			visits[i].Counter(fleet.SendTPS, f, clock)
		}
		if c.flaw == surplusFigure {
			visits[i].Gauge(fleet.MemoryBytes, 1)
		}
		if c.flaw == instancesForgotten {
			return
		}
	}
}

func (c *fake) drop() {
	if c.conn != nil && c.flaw != leavesConnection {
		_ = c.conn.Close()
	}
	c.conn = nil
}

func (c *fake) Close() error {
	switch {
	case c.flaw == closeHangs, c.flaw == secondCloseHangs && c.closed, c.flaw == closeNeedsCollect && !c.dialed:
		<-c.release
	case c.flaw == closeFails:
		return errors.New("it would not close")
	case c.flaw == leavesConnection && c.conn != nil:
		conn, release := c.conn, c.release
		go func() {
			<-release
			_ = conn.Close()
		}()
		c.conn = nil
	}
	if c.late != nil && !c.closed {
		close(c.late)
		<-c.wrote
	}
	c.closed = true
	c.drop()
	return nil
}

// plain takes addresses and the program's words out of an error.
func plain(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}
