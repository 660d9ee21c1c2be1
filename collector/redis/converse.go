package redis

import (
	"context"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
)

// answer is what the server answered to one visit.
type answer struct {
	info    info
	now     time.Time // when the visit began
	clock   time.Time // of the figures: the server's, or their arrival
	started time.Time // of the counters; zero is not known
	ours    uint64    // commands of ours among those that the server counted
	limit   uint64    // maxclients as CONFIG GET told it; 0 when it was not asked for
	broken  bool      // the connection is of no further use
}

// limit says when CONFIG GET maxclients is asked next, of a server whose INFO
// has none.
type limit struct{ next time.Time }

// infoCommand returns the command that tells all figures at one moment. Before
// 7.0, INFO took one section only, and commandstats are in none but all.
func infoCommand(whole bool) []string {
	if whole {
		return []string{"INFO", "all"}
	}
	return []string{"INFO", "server", "clients", "memory", "stats", "replication", "commandstats"}
}

func listCommand() []string  { return []string{"CLIENT", "LIST", "TYPE", "pubsub"} }
func limitCommand() []string { return []string{"CONFIG", "GET", "maxclients"} }

// converse asks the server and reads its replies. All that is known to be wanted
// goes out in one piece; only what the figures show to be wanted goes after.
func (c *Collector) converse(ctx context.Context, s *session) (*answer, error) {
	a := &answer{now: time.Now()}
	listed := c.named && c.subs.due(a.now)
	if err := c.ask(s, listed); err != nil {
		return nil, c.refused(s, err)
	}
	if err := c.readLogin(s); err != nil {
		return nil, err
	}
	enough, err := c.readInfo(s, a)
	if err != nil {
		return nil, err
	}
	if listed {
		c.readList(ctx, s, a)
	}
	if !enough {
		if err := c.askWhole(s, a); err != nil {
			return nil, err
		}
	}
	if err := c.check(&a.info); err != nil {
		return nil, err
	}
	c.readRest(ctx, s, a, listed)
	return a, nil
}

// ask sends the commands of every visit.
func (c *Collector) ask(s *session, list bool) error {
	var commands [][]string
	if !s.loggedIn && c.login != nil {
		commands = append(commands, c.login)
	}
	commands = append(commands, infoCommand(c.whole))
	if list {
		commands = append(commands, listCommand())
	}
	return s.ask(commands...)
}

// askWhole asks a server that knows INFO with one section only.
func (c *Collector) askWhole(s *session, a *answer) error {
	if a.broken {
		return io.ErrUnexpectedEOF
	}
	if err := s.ask(infoCommand(c.whole)); err != nil {
		return c.refused(s, err)
	}
	_, err := c.readInfo(s, a) // a second refusal is an error
	return err
}

// refused puts an error of ask into words.
func (c *Collector) refused(s *session, err error) error {
	var r refusal
	switch {
	case !errors.As(err, &r):
		return err
	case !s.loggedIn && c.login != nil:
		return refusedLogin(r, len(c.login) > 2)
	}
	return refusedInfo(r)
}

// readLogin reads the reply of AUTH, where it was sent.
func (c *Collector) readLogin(s *session) error {
	if s.loggedIn || c.login == nil {
		s.loggedIn = true
		return nil
	}
	err := readOK(s.r)
	var r refusal
	if errors.As(err, &r) {
		return refusedLogin(r, len(c.login) > 2)
	}
	if err != nil {
		return err
	}
	s.executed++
	s.loggedIn = true
	return nil
}

// readInfo reads the reply of INFO; false when the server knows it with one
// section only, and from then on it is asked for in that way.
func (c *Collector) readInfo(s *session, a *answer) (bool, error) {
	b, err := readBulk(s.r, "INFO", maxInfo)
	var r refusal
	if errors.As(err, &r) {
		if c.whole || r.code != "ERR" || !strings.Contains(r.text, "syntax error") && !strings.Contains(r.text, "wrong number of arguments") {
			return false, refusedInfo(r)
		}
		c.whole = true
		s.executed += counted(r)
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if a.info, err = parseInfo(&b); err != nil {
		return false, err
	}
	a.clock = a.info.clock(time.Now())
	before := int64(s.executed)
	s.executed++
	anew, restarted := c.run.follow(&a.info, a.clock)
	if restarted {
		c.ours = 0
		c.subs.forget()
	} else if anew {
		c.ours = -before
	}
	a.started, a.ours = c.run.started, uint64(max(c.ours+before, 0))
	return true, nil
}

// counted is how many commands a server counts for one that it refused: one that
// ran and was found wrong counts, one that was not let in does not.
func counted(r refusal) uint64 {
	if strings.Contains(r.text, "syntax error") {
		return 1
	}
	return 0
}

// check looks whether figures are those of a server that is meant to be read.
func (c *Collector) check(i *info) error {
	switch {
	case i.mode == "sentinel":
		return fault("a Sentinel answers there: give the address of the Redis server itself")
	case i.known == 0:
		return fault("the server answers INFO with nothing that a Redis tells: is this a Redis?")
	}
	names, known := i.names()
	c.named = names > 0 || !known
	if i.role != c.role {
		if c.role = i.role; i.role == "slave" {
			c.logger.Info("this server is a replica: its publishes and commands repeat those of its primary")
		}
	}
	return nil
}

// readRest asks for what the figures showed to be wanted.
func (c *Collector) readRest(ctx context.Context, s *session, a *answer, listed bool) {
	_, known := a.info.figure(maxClients)
	list := c.named && !listed && c.subs.due(a.now)
	config := !known && !a.now.Before(c.limit.next)
	var commands [][]string
	if list {
		commands = append(commands, listCommand())
	}
	if config {
		commands = append(commands, limitCommand())
	}
	if a.broken || len(commands) == 0 {
		return
	}
	if err := s.ask(commands...); err != nil {
		a.broken = true
		return
	}
	if list {
		c.readList(ctx, s, a)
	}
	if config && !a.broken {
		c.readLimit(s, a)
	}
}

// readList reads the reply of CLIENT LIST. Whatever goes wrong with it costs the
// subscriptions only: the figures of INFO are good.
func (c *Collector) readList(ctx context.Context, s *session, a *answer) {
	b, err := readBulk(s.r, "CLIENT LIST", maxList)
	var total uint64
	if err == nil {
		total, err = countSubscriptions(&b)
	}
	var r refusal
	var own fault
	switch {
	case err == nil:
		s.executed++
		c.subs.count(total, a.now)
	case errors.As(err, &r):
		s.executed += counted(r)
		c.subs.fail(refusedList(r), a.now, refusedEvery)
	case err == errOddList: //nolint:errorlint // is returned as it is
		s.executed++
		c.subs.fail(string(errOddList), a.now, refusedEvery)
	case errors.As(err, &own):
		a.broken = true
		c.subs.fail(string(own), a.now, refusedEvery)
	case ctx.Err() != nil, errors.Is(err, os.ErrDeadlineExceeded):
		a.broken = true
		c.subs.fail("to list the clients took longer than a visit may: raise the timeout of the source", a.now, 0)
	default:
		a.broken = true
		c.subs.fail("the connection ended while clients were listed", a.now, 0)
	}
}

// readLimit reads the reply of CONFIG GET maxclients. Most users may not ask for
// it, and then the limit is not told.
func (c *Collector) readLimit(s *session, a *answer) {
	c.limit.next = a.now.Add(refusedEvery)
	value, err := readPair(s.r, "CONFIG GET")
	var r refusal
	switch {
	case errors.As(err, &r):
		s.executed += counted(r)
		return
	case err != nil:
		a.broken = true
		return
	}
	s.executed++
	if n, err := strconv.ParseUint(value, 10, 32); err == nil {
		a.limit = n
	}
}
