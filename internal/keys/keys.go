// Package keys acknowledges alarms by a key that somebody presses during a telephone call. What
// a key acknowledges, and by whom, is in a signed token that the call was made with.
package keys

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/links"
	"github.com/brimwatch/brimwatch/notifier"
)

// Acker acknowledges alarms.
type Acker interface {
	Ack(ctx context.Context, code, by string) error
}

// Journal knows alarms, and what was said of them.
type Journal interface {
	Episodes(ctx context.Context, f alarm.EpisodeFilter) ([]alarm.Episode, error)
	Notices(ctx context.Context, f notifier.Filter) ([]notifier.Record, error)
}

// Options is what a Taker is built from. All but Now is needed.
type Options struct {
	Links   *links.Signer
	Acker   Acker
	Journal Journal
	Logger  *slog.Logger
	Now     func() time.Time // nil is time.Now
}

// Taker takes keys. It is safe for concurrent use.
type Taker struct {
	Options
	log *slog.Logger
}

// New returns a Taker.
func New(o Options) *Taker {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Taker{Options: o, log: o.Logger.With("component", "keys")}
}

// Tokens returns what signs the token of a call: the alarms that it tells of, and who is called.
func Tokens(s *links.Signer, now func() time.Time) func(m notifier.Message) string {
	return func(m notifier.Message) string {
		_, who, _ := strings.Cut(m.Recipient.Name, "/")
		l := links.List{By: who, Expires: now().Add(links.Lifetime)}
		seen := make(map[string]bool)
		for i := range m.Notices {
			n := &m.Notices[i]
			if n.Rule == notifier.TestRule || seen[n.Code] {
				continue
			}
			seen[n.Code] = true
			l.Alarms = append(l.Alarms, links.Alarm{Code: n.Code, RaisedAt: n.Alert.StartsAt})
		}
		if len(l.Alarms) == 0 {
			return ""
		}
		return s.ListToken(l)
	}
}

// Press does what a key is for: 1 acknowledges, and others let the call say its text again. It
// returns what is said then, and whether another key is awaited.
func (t *Taker) Press(ctx context.Context, token, digit string, l words.Language) (said string, again bool) {
	list, err := t.Links.ReadList(token, t.Now())
	if err != nil {
		t.log.WarnContext(ctx, "a key was pressed that acknowledges nothing", "error", err)
		return l.Choose("This call is too old to acknowledge anything. Please reply to the text message. Goodbye.", "此电话已过期，无法确认。请回复短信。再见。"), false
	}
	if digit != "1" {
		return t.repeated(ctx, &list, l), true
	}
	acked, failed := 0, 0
	for _, a := range list.Alarms {
		switch done, err := t.ack(ctx, a, list.By); {
		case err != nil:
			failed++
			t.log.ErrorContext(ctx, "alarm could not be acknowledged by a key", "code", a.Code, "by", list.By, "error", err)
		case done:
			acked++
			t.log.InfoContext(ctx, "alarm acknowledged by a key", "code", a.Code, "by", list.By)
		}
	}
	return result(acked, failed, len(list.Alarms), l)
}

// result says what became of the alarms of a call.
func result(acked, failed, all int, l words.Language) (said string, again bool) {
	switch {
	case failed > 0:
		return l.Choose("It could not be acknowledged. Press 1 to try again.", "确认失败。请按1重试。"), true
	case acked == 0 && all == 1:
		return l.Choose("This alarm has ended. Goodbye.", "此告警已结束。再见。"), false
	case acked == 0:
		return l.Choose("These alarms have ended. Goodbye.", "这些告警已结束。再见。"), false
	}
	return l.Choose("Acknowledged. Thank you. Goodbye.", "已确认。谢谢，再见。"), false
}

// ack acknowledges an alarm, unless it has ended. One that is acknowledged already stays so.
func (t *Taker) ack(ctx context.Context, a links.Alarm, by string) (done bool, err error) {
	open, err := t.Journal.Episodes(ctx, alarm.EpisodeFilter{Open: true, Code: a.Code, Limit: 1})
	if err != nil {
		return false, err
	}
	// A code is given out again when its alarm is over.
	if len(open) == 0 || open[0].RaisedAt.UnixMilli() != a.RaisedAt.UnixMilli() {
		return false, nil
	}
	if open[0].AckedBy != "" {
		return true, nil
	}
	err = t.Acker.Ack(ctx, a.Code, by)
	if errors.Is(err, alarm.ErrNoEpisode) {
		return false, nil
	}
	return err == nil, err
}

// repeated is what the call said, as it stands in the journal.
func (t *Taker) repeated(ctx context.Context, list *links.List, l words.Language) string {
	press := l.Choose("Press 1 to acknowledge.", "确认请按1。")
	if len(list.Alarms) == 0 {
		return press
	}
	told, err := t.Journal.Notices(ctx, notifier.Filter{Code: list.Alarms[0].Code, Person: list.By})
	if err != nil {
		t.log.WarnContext(ctx, "what a call said could not be read", "error", err)
	}
	for i := range told {
		if told[i].Channel == notifier.VoiceChannel && told[i].Text != "" {
			return told[i].Text + l.Choose(" ", "") + press
		}
	}
	return press
}
