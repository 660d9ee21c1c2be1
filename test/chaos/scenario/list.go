package scenario

import (
	"context"
	"errors"

	"github.com/brimwatch/brimwatch/test/chaos/pages"
)

// List returns all scenarios, in the order in which they are run.
func List() []Scenario {
	return []Scenario{
		{Name: "wake", Brief: true, About: "after an outage of 503 the first text and webhook leave within 35 s, and a new alarm within 5 s", run: in("wake", fleetOf(8, 1), wake)},
		{Name: "retry-after", Brief: true, About: "a Retry-After of 2 s that is shorter than our own step is taken", run: in("retry-after", fleetOf(2, 1), retryAfter)},
		{Name: "clock", About: "the wall clock of the process jumps by 1 h and 25 h, both ways: nothing is delayed or given up, and nobody hears of lost data", Jumps: true, run: in("clock", fleetOf(12, 1), clock)},
		{Name: "provider-clock", Brief: true, About: "the provider's clock is 10 minutes off: a text whose answer was lost is found, not sent again", run: in("provider-clock", fleetOf(2, 1), providerClock)},
		{Name: "weight", Brief: true, About: "many warnings wait, then one critical: the critical one is in the next text", run: weight},
		{Name: "one-message", Brief: true, About: "a storm is one text to each person at once, then one a minute at most; a critical alarm waits for no minute; webhooks carry 64", run: oneMessage},
		{Name: "over", Brief: true, About: "40 short alarms during an outage cost nobody a text", run: in("over", fleetOf(41, 1), over)},
		{Name: "doubt-late", Brief: true, About: "the provider accepts a text after our time is up: it is found, not sent again", run: in("doubt-late", fleetOf(2, 1), doubtLate)},
		{Name: "doubt-crash", Brief: true, About: "kill -9 while provider and webhook have a message and have not answered, or have not read it: told once", run: in("doubt-crash", fleetOf(4, 1), doubtCrash)},
		{Name: "doubt-many", About: "more than 1,000 messages to look through: decided within 2 minutes, as a repeat, and nobody else waits", run: in("doubt-many", fleetOf(4, 1), doubtMany)},
		{Name: "doubt-refused", Brief: true, About: "a webhook whose answer was lost is refused afterwards: it is the same message until it is taken", run: in("doubt-refused", fleetOf(3, 1), doubtRefused)},
		{Name: "doubt-renamed", Brief: true, About: "a beginning is in doubt, its recipients get other names, and the alarm ends: the end does not overtake it", run: in("doubt-renamed", fleetOf(2, 1), doubtRenamed)},
		{Name: "answers", About: "each way in which an answer can fail, one after the other: told once in the end", run: in("answers", fleetOf(12, 1), answers)},
		{Name: "storm", About: "10,000 alarms at one moment: the first message within 0.5 s, all decided within about 1 s", run: storm},
		{Name: "reload", Brief: true, About: "contacts and receivers are renamed, a number changes, a receiver is added, while alarms are open and waiting", run: in("reload", fleetOf(6, 1), reload)},
		{Name: "store-locked", Brief: true, About: "another process locks the database: alarms go out, and the journal catches up", run: in("store-locked", fleetOf(4, 1), storeLocked)},
		{Name: "store-full", About: "the disk is full: alarms go out, and the journal catches up", needs: needsMount, run: in("store-full", fleetOf(4, 1), storeFull)},
		{Name: "start-full", About: "the disk is full when it starts, after an orderly end: alarms go out, and the journal catches up", needs: needsMount, run: in("start-full", fleetOf(4, 1), startFull)},
		{Name: "start-locked", Brief: true, About: "another process holds the database when it starts: alarms go out, and the journal catches up", run: in("start-locked", fleetOf(4, 1), startLocked)},
		{Name: "store-damaged", Brief: true, About: "pages of the database are damaged while it is down: it is set aside, and alarms go out", run: in("store-damaged", fleetOf(4, 1), storeDamaged)},
		{Name: "wal-torn", Brief: true, About: "kill -9, and the end of the write-ahead log is gone: nobody is told twice", run: in("wal-torn", fleetOf(4, 1), walTorn)},
		{Name: "failover", Brief: true, About: "one of two providers fails: a text goes by the other within 5 s where it certainly did not leave, within 75 s where nobody can know, and by the first again when that is back", run: inTwo("failover", fleetOf(8, 1), failover)},
		{Name: "kill", Brief: true, About: "kill -9 and SIGTERM at random moments, behind far sides that fail at random", run: in("kill", fleetOf(12, 2), kill)},
		{Name: "names", Brief: true, About: "the same, while contacts and receivers get other names and stay the same people", run: in("names", fleetOf(12, 2), names)},
		{Name: "kill-ways", Brief: true, About: "kill -9 and SIGTERM at random moments, while text messages by four providers, four chats, PagerDuty, an Alertmanager and mail all fail at random", run: inAll("kill-ways", fleetOf(6, 1), eachAlone, killWays)},
		{Name: "answers-ways", Brief: true, About: "each answer that is no success, of each far side: the journal says what became of it, and the webhook after it tells where it did not", run: inAll("answers-ways", fleetOf(20, 1), eachBacked, answersWays)},
		{Name: "turns", Brief: true, About: "a receiver with three ways in order, the first of which is mostly dead, and kill -9: told of everything by one of them", run: inAll("turns", fleetOf(6, 1), inOrder, turns)},
		{Name: "bursts", Brief: true, About: "wave after wave of alarms before chats that take few messages: all of them counted, and no limit reached", run: bursts},
		{Name: "calls", Brief: true, About: "nobody acknowledges a critical alarm, each request for a call goes wrong in another way, and kill -9 in the midst of it: one call a person", run: calls},
		{Name: "kill-two", Brief: true, About: "kill -9 and SIGTERM at random moments, behind two providers that both fail at random", run: inTwo("kill-two", fleetOf(12, 2), kill)},
	}
}

// Find returns the scenario of a name.
func Find(name string) (Scenario, error) {
	for _, s := range List() {
		if s.Name == name {
			return s, nil
		}
	}
	return Scenario{}, errors.New("there is no scenario " + name + ": -list names them")
}

// fleetOf makes fleets of so many instances with so many of the metrics.
func fleetOf(instances, metrics int) func() *pages.Fleet {
	return func() *pages.Fleet {
		return pages.New(instances, []string{"connections", "subscriptions", "send_tps", "receive_tps"}[:metrics]...)
	}
}

// in makes a world for a scenario, starts the product in it and waits until it has
// read the whole fleet.
func in(name string, fleet func() *pages.Fleet, do func(context.Context, *World) error) func(context.Context, Options) (*World, error) {
	return func(ctx context.Context, o Options) (*World, error) {
		w, err := newWorld(o, name, fleet())
		if err != nil {
			return w, err
		}
		if err := w.begin(ctx); err != nil {
			return w, err
		}
		return w, do(ctx, w)
	}
}
