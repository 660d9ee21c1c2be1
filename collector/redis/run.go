package redis

import "time"

// beyondJitter is by how much a start is moved on at least when counters began
// anew, so that nobody takes it for the jitter of an uptime in whole seconds.
const beyondJitter = 10 * time.Second

// run follows the server's process from reading to reading: which
// one it is, and since when its counters count.
type run struct {
	id      string
	clock   time.Time // of the last reading
	started time.Time // of the counters; zero is not known

	commands, connections, publishes uint64 // totals of the last reading
}

// follow takes a reading in. anew tells that the counters began anew since the
// one before: restarted when it is another process, else by CONFIG RESETSTAT.
//
// run_id identifies a process: a server that was restarted may count higher
// than before. Any total that fell shows a reset: the others may have grown
// beyond their old height since.
func (r *run) follow(i *info, clock time.Time) (anew, restarted bool) {
	before := *r
	*r = run{id: i.runID, clock: clock, started: before.started, commands: before.commands, connections: before.connections, publishes: before.publishes}
	// What was not told this time has not fallen.
	if n, ok := i.figure(commandsProcessed); ok {
		r.commands = n
	}
	if n, ok := i.figure(connectionsReceived); ok {
		r.connections = n
	}
	if i.commandstats && !i.oddPublishes {
		r.publishes = i.publishes
	}
	if before.clock.IsZero() || before.id != r.id {
		r.started = time.Time{}
		if up, ok := i.figure(uptime); ok && up < maxUptime {
			r.started = clock.Add(-time.Duration(up) * time.Second)
		}
		if before.clock.IsZero() {
			return false, false
		}
		r.began(before, before.clock)
		return true, true
	}
	if r.commands < before.commands || r.connections < before.connections || r.publishes < before.publishes {
		r.began(before, clock)
		return true, false
	}
	return false, false
}

// maxUptime is a hundred years in seconds.
const maxUptime = 100 * 365 * 24 * 3600

// began moves the start on to no earlier than at, and well past the one before.
func (r *run) began(before run, at time.Time) {
	if r.started.IsZero() {
		return // never told: totals that fall have to do
	}
	for _, least := range [...]time.Time{at, before.started.Add(beyondJitter)} {
		if r.started.Before(least) {
			r.started = least
		}
	}
}
