package replies

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

const (
	// muteFor is how long a mute lasts when nothing is said, mostMute how long at most.
	muteFor  = 2 * time.Hour
	mostMute = 7 * 24 * time.Hour
	// mostMuted is how many alarms one message mutes: each is a silence of its own.
	mostMuted = 10
)

// answering is the answer to one message.
type answering struct {
	*Replies
	person notifier.Person
	// recipients are all that the number is told of under: several contacts may have it, and
	// then one of them gets the message.
	recipients []string
	now        time.Time
	proof      proof
}

// answer does what a command asks for. With an error there is an answer, too.
func (a *answering) answer(ctx context.Context, c Command) (string, error) {
	switch c.Verb {
	case Ack:
		return a.ack(ctx, c.Codes)
	case AckAll:
		return a.ackAll(ctx)
	case AckOnly:
		return a.ackOnly(ctx)
	case Drill:
		return a.drill(c.Drills)
	case Mute:
		return a.mute(ctx, c)
	case Status:
		return a.status(ctx)
	case List:
		return a.list(ctx)
	case Help:
		return a.help(), nil
	case Nothing, Stop, Start, Yes:
	}
	return a.confused(), nil
}

// ack acknowledges the alarms with these codes, of whomever they were told.
func (a *answering) ack(ctx context.Context, codes []string) (string, error) {
	missing, err := a.Acker.AckAll(ctx, codes, a.person.Name)
	if err != nil {
		return a.notStored(), fmt.Errorf("acknowledge: %w", err)
	}
	done := slices.DeleteFunc(slices.Clone(codes), func(c string) bool { return slices.Contains(missing, c) })
	return a.acked(done, missing), nil
}

// ackAll acknowledges what the sender was told of.
func (a *answering) ackAll(ctx context.Context) (string, error) {
	told, err := a.told(ctx)
	if err != nil {
		return a.notRead(), err
	}
	var codes []string
	for i := range told {
		if told[i].AckedBy == "" {
			codes = append(codes, told[i].Code)
		}
	}
	if len(codes) == 0 {
		return a.noneLeft(len(told)), nil
	}
	missing, err := a.Acker.AckAll(ctx, codes, a.person.Name)
	if err != nil {
		return a.notStored(), fmt.Errorf("acknowledge all: %w", err)
	}
	codes = slices.DeleteFunc(codes, func(c string) bool { return slices.Contains(missing, c) })
	if len(codes) == 0 {
		return a.noneLeft(0), nil
	}
	return a.acked(codes, nil), nil
}

// ackOnly acknowledges the one alarm that the sender was told of and that is open. Of
// several it guesses none.
func (a *answering) ackOnly(ctx context.Context) (string, error) {
	told, err := a.told(ctx)
	switch {
	case err != nil:
		return a.notRead(), err
	case len(told) > 1:
		return a.whichOf(len(told), told[0].Code), nil
	case len(told) == 0:
		return a.noneLeft(0), nil
	case told[0].AckedBy != "":
		return a.noneLeft(1), nil
	}
	return a.ack(ctx, []string{told[0].Code})
}

// drill says what became of an answer to a drill.
func (a *answering) drill(codes []string) (string, error) {
	switch {
	case a.proof.answered:
		return a.proved(), nil
	case a.proof.failed != nil:
		return a.notNoted(), a.proof.failed
	}
	return a.noSuch(codes), nil
}

// mute holds the notices of the alarms with these codes for a while.
func (a *answering) mute(ctx context.Context, c Command) (string, error) {
	if len(c.Codes) == 0 || len(c.Codes) > mostMuted {
		return a.muteWhich(), nil
	}
	d := min(cmp.Or(c.For, muteFor), mostMute)
	until := a.now.Add(d).UTC()
	var muted, missing, whole []string
	for _, code := range c.Codes {
		open, err := a.Journal.Episodes(ctx, alarm.EpisodeFilter{Code: code, Open: true, Limit: 1})
		if err != nil {
			return a.notRead(), fmt.Errorf("look up %s: %w", code, err)
		}
		if len(open) == 0 {
			missing = append(missing, code)
			continue
		}
		matchers := notifier.MatchersOf(open[0].Key)
		if matchers == nil {
			whole = append(whole, code)
			continue
		}
		s, err := a.Silencer.AddSilence(ctx, notifier.Silence{Matchers: matchers, Until: until, By: a.person.Name, Comment: "by text message, for " + code})
		if err != nil {
			return a.notStored(), fmt.Errorf("mute %s: %w", code, err)
		}
		a.log.InfoContext(ctx, "silence added by text message", "id", s.ID, "code", code, "until", until.Format(time.RFC3339), "by", a.person.Name)
		muted = append(muted, code)
	}
	return a.muted(muted, missing, whole, until, c.For > mostMute), nil
}

// told lists what the sender was told of, the gravest first.
func (a *answering) told(ctx context.Context) ([]notifier.Told, error) {
	var list []notifier.Told
	for _, recipient := range a.recipients {
		more, err := a.Journal.Told(ctx, recipient)
		if err != nil {
			return nil, fmt.Errorf("look up what %s was told: %w", a.person.Name, err)
		}
		for i := range more {
			if !slices.ContainsFunc(list, func(t notifier.Told) bool { return t.Code == more[i].Code }) {
				list = append(list, more[i])
			}
		}
	}
	slices.SortStableFunc(list, func(x, y notifier.Told) int {
		return cmp.Or(weight(&y)-weight(&x), y.RaisedAt.Compare(x.RaisedAt))
	})
	return list, nil
}

// weight orders alarms: the gravest weighs most, and more while nobody acknowledged it.
func weight(t *notifier.Told) int {
	n := 0
	switch t.Severity {
	case alarm.Critical:
		n = 4
	case alarm.Warning:
		n = 2
	case alarm.Info:
	}
	if t.AckedBy == "" {
		n++
	}
	return n
}
