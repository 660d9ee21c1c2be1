package scenario

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/test/chaos/daemon"
	"github.com/brimwatch/brimwatch/test/chaos/farside"
	"github.com/brimwatch/brimwatch/test/chaos/ledger"
	"github.com/brimwatch/brimwatch/test/chaos/pages"
)

// turnTime is what a way has to deliver before the next one is taken.
const turnTime = 10 * time.Second

// eachBacked gives each way a receiver in which a webhook comes after it.
func eachBacked(w *World) error {
	for _, l := range w.lines {
		h, err := w.addHook(spare(l))
		if err != nil {
			return err
		}
		w.config.Receivers = append(w.config.Receivers, daemon.Receiver{
			Name: l.name, Within: turnTime, Ways: []daemon.Way{l.way, {Webhooks: []daemon.Webhook{hookAt(h.url)}}},
		})
		// Which of both is told depends on how the first fails.
		w.eitherOf(l.recipient, "webhook/"+spare(l))
	}
	return nil
}

// spare names the webhook that comes after a way.
func spare(l *line) string { return l.name + "-spare" }

// answersWays lets all ways fail at the same time, in one way after the other.
func answersWays(ctx context.Context, w *World) error {
	rounds := w.rounds()
	for i, round := range rounds {
		if err := w.answerRound(ctx, i, round); err != nil {
			return err
		}
	}
	if err := w.draw(ctx, w.settling()); err != nil {
		return err
	}
	return w.countOpen(ctx)
}

// rounds says which answer each way gives when: all of them, or, in the brief form, one that is
// for good and one that is not.
func (w *World) rounds() []map[*line]*answer {
	var out []map[*line]*answer
	put := func(i int, l *line, a *answer) {
		for len(out) <= i {
			out = append(out, make(map[*line]*answer))
		}
		out[i][l] = a
	}
	for _, l := range w.lines {
		if !w.Brief {
			for i := range l.answers {
				put(i, l, &l.answers[i])
			}
			continue
		}
		var never []*answer
		for i := range l.answers {
			if l.answers[i].never {
				never = append(never, &l.answers[i])
			}
		}
		put(0, l, never[w.rnd.IntN(len(never))])
		put(1, l, &l.passing[w.rnd.IntN(len(l.passing))])
	}
	return out
}

// answerRound raises one alarm while each way gives one answer to all that is sent, and looks
// what came of it.
func (w *World) answerRound(ctx context.Context, instance int, round map[*line]*answer) error {
	for _, l := range w.lines {
		l.set(round[l])
	}
	w.fleet.Set(instance, 0, pages.Full)
	if _, err := waitFor(ctx, time.Minute, w.judged); err != nil {
		return err
	}
	for _, l := range w.lines {
		if a := round[l]; a != nil {
			if err := w.answered(ctx, instance, l, a); err != nil {
				return err
			}
		}
	}
	// A restart tries all that waits, whatever it waits for.
	w.weather(nil)
	if err := w.restart(ctx); err != nil {
		return err
	}
	if _, err := w.settle(ctx, w.patience()); err != nil {
		return err
	}
	w.fleet.Set(instance, 0, pages.Calm)
	_, err := w.settle(ctx, w.patience())
	return err
}

// answered looks what came of an alarm by a way that gave an answer: the journal knows what
// became of it, and either it or the webhook after it told.
func (w *World) answered(ctx context.Context, instance int, l *line, a *answer) error {
	key := w.fleet.Key(instance, 0)
	backed := func() bool {
		return slices.ContainsFunc(w.hooks[spare(l)].Arrivals(), func(a ledger.Arrival) bool { return a.Key == key && a.Kind == ledger.Begin })
	}
	var n wire.Notice
	var failed error
	known, err := waitFor(ctx, turnTime+30*time.Second, func() bool {
		n, failed = w.noticeOf(ctx, instance, l)
		switch n.State {
		case "sent", "delivered":
			return true
		case "dead":
			return backed()
		}
		return n.State == "pending" && n.Reason != "" && backed()
	})
	if err != nil {
		return err
	}
	if failed != nil {
		return failed
	}
	what := l.name + ", " + a.name
	w.say("answers-ways: %s: %s: %s", what, n.State, n.Reason)
	w.count(what+": told, and the journal knows why", "told", fmt.Sprintf("%s, by the webhook after it: %v: %s", n.State, backed(), n.Reason), known)
	if a.never {
		w.count(what+": refused for good", "dead", n.State, n.State == "dead")
	}
	for _, secret := range []string{robotKey, robotSecret, farside.RoutingKey, farside.GatewayKey, farside.CloudKeySecret, farside.TencentKey} {
		if strings.Contains(n.Reason, secret) {
			w.count(what+": secrets in the journal", "none", n.Reason, false)
		}
	}
	return nil
}

// noticeOf finds what the journal knows of the beginning of an alarm by a way.
func (w *World) noticeOf(ctx context.Context, instance int, l *line) (wire.Notice, error) {
	list, err := w.daemon.Notices(ctx)
	for _, n := range list {
		after := n.Channel == "webhook" && strings.HasPrefix(w.hooks[spare(l)].url, n.Recipient)
		if n.Receiver == l.name && n.InstanceID == pages.ID(instance) && n.Kind == "raised" && !after {
			return n, err
		}
	}
	return wire.Notice{}, err
}
