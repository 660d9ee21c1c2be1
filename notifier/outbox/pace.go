package outbox

import "time"

// pace keeps text messages to one person apart: after one that spoke for many, or
// after several within a minute, the next waits until the minute is over and takes
// along what is decided until then. Critical notices do not wait for that: three messages of
// theirs leave at once within a minute, and then one each few seconds.
type pace struct {
	sent   []instant // when the last ones left, the newest last
	grave  []instant // the same of those that were critical
	spoke  int       // for how many notices the newest spoke
	newest instant
	follow int // how many in a row left notices behind that have to be said
}

const (
	paceWindow = time.Minute
	// paceBurst is how many may leave within the window.
	paceBurst = 3
	// paceMany is for how many notices a message speaks that closes the window.
	paceMany = 5
	// paceCritical is how long a critical notice waits for others after paceBurst messages
	// about critical ones: in a storm they come by the hundred.
	paceCritical = 4 * time.Second
	// paceFollow is how many messages in a row may leave behind what has to be said. The
	// next one counts the rest: nobody reads twenty texts, and the page has them all.
	paceFollow = 12
)

// left notes that a message left that spoke for n notices, grave ones among them, and
// whether it left some behind that have to be said.
func (p *pace) left(now instant, n int, grave, behind bool) {
	p.follow++
	if !behind {
		p.follow = 0
	}
	p.sent = lastFew(p.sent, now)
	if grave {
		p.grave = lastFew(p.grave, now)
	}
	p.newest, p.spoke = now, n
}

// lastFew appends a moment, and keeps the newest paceBurst.
func lastFew(moments []instant, now instant) []instant {
	moments = append(moments, now)
	return moments[max(len(moments)-paceBurst, 0):]
}

// opens tells from when on the next message may leave.
func (p *pace) opens(critical bool) instant {
	switch {
	case critical && len(p.grave) < paceBurst:
		return 0
	case critical:
		return min(p.grave[paceBurst-1]+paceCritical, p.grave[0]+paceWindow)
	}
	var at instant
	if p.spoke >= paceMany {
		at = p.newest + paceWindow
	}
	if len(p.sent) == paceBurst {
		at = max(at, p.sent[0]+paceWindow)
	}
	return at
}
