package outbox

import (
	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// topics are what people are told by text message in one commit, by recipient and
// topic. Several events about one thing are one message: the first speaks for the
// others, whose notices are kept as dropped, with its code.
type topics map[topic]first

type topic struct{ recipient, name string }

// first is the notice that tells a topic.
type first struct {
	code string // of its episode
	hold string // why it is held; "" when it is not
}

// joins returns the code of the episode in whose notice n is told; "" when n
// tells its topic itself. Nothing joins what is held for a reason of its own.
func (t topics) joins(ev *alarm.Event, n *notifier.Notice) string {
	if ev.Topic == "" || n.Channel != "sms" {
		return ""
	}
	k := topic{n.Recipient, ev.Topic}
	if f, told := t[k]; told && (f.hold == "" || f.hold == n.Hold) {
		return f.code
	}
	t[k] = first{ev.Code, n.Hold}
	return ""
}
