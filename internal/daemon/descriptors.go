package daemon

import (
	"net"
	"os"
	"sync"
	"syscall"

	"github.com/brimwatch/brimwatch/internal/sources"
)

// descriptors shares out how many files and connections the process may open, so
// that sources and visitors leave enough for storing and sending.
type descriptors struct {
	limit int // of the process; 0 is not known, and then nothing is bounded
	open  int // by the stores, before the first source is connected to
}

// What is kept for others than sources.
const (
	forSending = 80 // 64 messages at a time, those of the last way, receipts
	forGrowth  = 32 // files of the history that are still to come, the configuration
	leastHTTP  = 32
)

// countDescriptors asks the system. At its start the Go runtime has raised the limit to
// the highest that the process may have.
func countDescriptors() descriptors {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return descriptors{}
	}
	d := descriptors{limit: int(min(limit.Cur, 1<<30)), open: 48} // where it cannot be counted
	if entries, err := os.ReadDir("/proc/self/fd"); err == nil {
		d.open = len(entries)
	}
	return d
}

// forHTTP is how many connections pages, API and scrapers may have.
func (d descriptors) forHTTP() int { return max(leastHTTP, d.limit/8) }

// left is what sources may use: all that is not kept for others, and a quarter in
// any case.
func (d descriptors) left() int {
	return max(d.limit-d.open-forSending-forGrowth-d.forHTTP(), d.limit/4)
}

// ofSources shares out what is left between connections that are kept and those who
// are connecting.
func (d descriptors) ofSources() sources.Descriptors {
	dialing := max(d.left()/4, 1)
	return sources.Descriptors{Limit: d.limit, Kept: max(d.left()-dialing, 1), Dialing: dialing, Enough: d.enough}
}

// enough is the limit under which sources may keep so many connections.
func (d descriptors) enough(need int) int {
	for n := 1024; ; n *= 2 {
		other := descriptors{limit: n, open: d.open}
		if other.ofSources().Kept >= need {
			return n
		}
	}
}

// bound lets so many visitors in at a time as there are descriptors for; the others
// wait in the system's queue.
func (d descriptors) bound(l net.Listener) net.Listener {
	if d.limit == 0 {
		return l
	}
	return &boundListener{Listener: l, room: make(chan struct{}, d.forHTTP()), closed: make(chan struct{})}
}

// boundListener accepts while there is room.
type boundListener struct {
	net.Listener

	room   chan struct{}
	close  sync.Once
	closed chan struct{}
}

// Accept waits until there is room for a connection, and for one to come.
func (l *boundListener) Accept() (net.Conn, error) {
	select {
	case l.room <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	c, err := l.Listener.Accept()
	if err != nil {
		<-l.room
		return nil, err
	}
	return &boundConn{Conn: c, leave: sync.OnceFunc(func() { <-l.room })}, nil
}

// Close ends Accept.
func (l *boundListener) Close() error {
	l.close.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

// boundConn makes room when it is closed.
type boundConn struct {
	net.Conn

	leave func()
}

// Close closes the connection.
func (c *boundConn) Close() error {
	defer c.leave()
	return c.Conn.Close()
}
