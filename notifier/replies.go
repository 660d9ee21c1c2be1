package notifier

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// Person is who may answer a text message.
type Person struct {
	Name     string
	Language words.Language
}

// Acker acknowledges the open episode with a code. It returns alarm.ErrNoEpisode
// when there is none.
type Acker interface {
	Ack(ctx context.Context, code, by string) error
}

// Directories knows the directory that is in force.
type Directories interface {
	Directory() *Directory
}

// Replies answers the text messages of people. A message with the code of an open
// alarm in it acknowledges that alarm. It is safe for use from several goroutines.
type Replies struct {
	acker       Acker
	directories Directories
	prover      Prover // nil: answers are not noted
	log         *slog.Logger
}

// NewReplies returns Replies that acknowledge through a.
func NewReplies(a Acker, d Directories, log *slog.Logger) *Replies {
	return &Replies{acker: a, directories: d, log: log.With("component", "replies")}
}

// maxWords is how many words of a text message may be codes.
const maxWords = 8

// Answer takes a text message that came from a phone number (E.164), and returns
// the reply in the language of its sender. "" is no reply: a stranger learns
// nothing, not even that somebody is there.
func (r *Replies) Answer(ctx context.Context, phone, text string) string {
	person, known := r.directories.Directory().Person(phone)
	if !known {
		r.log.Warn("a text message of nobody who is configured was ignored")
		return ""
	}
	l, failed := person.Language, false
	tokens := strings.FieldsFunc(strings.ToUpper(text), func(c rune) bool { return (c < 'A' || c > 'Z') && (c < '0' || c > '9') })
	tokens = tokens[:min(len(tokens), maxWords)]
	if reply := r.proves(ctx, person, tokens); reply != "" {
		return reply
	}
	for _, code := range tokens {
		err := r.acker.Ack(ctx, code, person.Name)
		switch {
		case err == nil:
			return l.Choose(code+" is acknowledged: no more reminders, unless it gets worse.", "已确认告警 "+code+",不再提醒。")
		case !errors.Is(err, alarm.ErrNoEpisode):
			failed = true
			r.log.Error("an alarm could not be acknowledged by text message", "code", code, "error", err)
		}
	}
	if failed {
		return l.Choose("Not acknowledged: Brimwatch could not store it. Reminders go on. Please reply again in a few minutes.", "未能确认:保存失败,将继续提醒。请几分钟后重新回复。")
	}
	return l.Choose("No open alarm has this code. Reply with the code of the message, such as K7Q2.", "没有此代码的未结束告警。请回复短信中的代码,例如 K7Q2。")
}
