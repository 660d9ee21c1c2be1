package outbox

import "time"

// pace keeps text messages to one person apart: after one that spoke for many, or
// after several within a minute, the next waits until the minute is over and takes
// along what is decided until then. Critical notices do not wait for that.
type pace struct {
	sent   []instant // when the last ones left, the newest last
	spoke  int       // for how many notices the newest spoke
	newest instant
}

const (
	paceWindow = time.Minute
	// paceBurst is how many may leave within the window.
	paceBurst = 3
	// paceMany is for how many notices a message speaks that closes the window.
	paceMany = 5
	// paceCritical is how long a critical notice waits for others after a message that
	// spoke for many: in a storm they come by the hundred.
	paceCritical = 4 * time.Second
)

// left notes that a message left that spoke for n notices.
func (p *pace) left(now instant, n int) {
	p.sent = append(p.sent, now)
	if len(p.sent) > paceBurst {
		p.sent = p.sent[1:]
	}
	p.newest, p.spoke = now, n
}

// opens tells from when on the next message may leave.
func (p *pace) opens(critical bool) instant {
	var at instant
	switch {
	case len(p.sent) == 0:
		return 0
	case p.spoke >= paceMany && critical:
		return p.newest + paceCritical
	case critical:
		return 0
	case p.spoke >= paceMany:
		at = p.newest + paceWindow
	}
	if len(p.sent) == paceBurst {
		at = max(at, p.sent[0]+paceWindow)
	}
	return at
}
