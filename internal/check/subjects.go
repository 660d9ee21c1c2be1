package check

import (
	"strings"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// subjects are those of mails in somebody's own words, alarm by alarm: mail programs show mails
// as one conversation where they have the same.
type subjects struct {
	began   map[string]subject // by alarm
	changed *change            // the first alarm whose subject changes
}

// subject is that of the mail of a notice.
type subject struct{ notice, text string }

// change is a subject that is another one than at the beginning.
type change struct{ before, after subject }

// see looks at the next of all notices, whose name says its alarm and what became of that. An
// alarm begins before anything else is told of it.
func (s *subjects) see(name string, n *notifier.Notice) {
	of, now := strings.TrimSuffix(name, ", "+string(n.Kind)), subject{name, n.Mail().Subject}
	if n.Kind == alarm.Raised {
		s.began[of] = now
		return
	}
	if before, told := s.began[of]; told && s.changed == nil && before.text != now.text {
		s.changed = &change{before, now}
	}
}
