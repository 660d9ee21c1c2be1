package outbox

import (
	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// topics are the text messages of one commit, by recipient and topic. Several events
// about one thing are one message: the first speaks for the others, whose notices
// the outbox keeps as dropped, with the code of the first.
type topics map[topic]first

type topic struct{ recipient, name string }

// first is the notice that speaks for a topic.
type first struct {
	code string // of its episode
	hold string // why it is held; "" when it is not
}

// joins returns the code of the episode whose notice speaks for n, too; "" when n
// speaks for itself. No notice joins one that is held for a reason of its own.
func (t topics) joins(ev *alarm.Event, n *notifier.Notice) string {
	if ev.Topic == "" || n.Channel != "sms" {
		return ""
	}
	k := topic{n.Recipient, ev.Topic}
	if f, known := t[k]; known && (f.hold == "" || f.hold == n.Hold) {
		return f.code
	}
	t[k] = first{ev.Code, n.Hold}
	return ""
}
