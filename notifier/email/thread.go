package email

import (
	"crypto/sha256"
	"encoding/base32"
	"slices"
	"strconv"
	"strings"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/card"
)

// A mail about several alarms refers to the threads of all of them, so that the end of each stands
// with it, and has a subject of its own.
//
// Mail programs put what belongs together under one heading when each mail refers to the
// same one (References) and has the same subject, but for a Re: before it. So the subject of an
// episode says what the alarm is of, and no figure; how it stands is said by the name of the
// sender, and by the first line. A subject in somebody's own words may change; check warns of that.

// root is the Message-ID of the mail that began an episode, to a recipient. Those that
// follow refer to it, also where the beginning went out with others, or never did.
func root(n *notifier.Notice, to, domain string) string {
	began := strconv.FormatInt(n.Alert.StartsAt.UnixMilli(), 10)
	if isSelf(n.Rule) {
		began = "" // its end does not know when it began, and its code is its own for ever
	}
	h := sha256.New()
	for _, s := range []string{n.Alert.Fingerprint, began, n.Code, to} {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	return "alarm." + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(h.Sum(nil)[:15])) + "@" + domain
}

func isSelf(r alarm.RuleName) bool { return slices.Contains(notifier.SelfRules(), r) }

// thread is where a mail stands among others.
type thread struct {
	id    string   // its own Message-ID, the same for each attempt
	roots []string // those of the mails that it answers: one for each alarm that it is about; none for the first
}

// several tells whether a mail is about more than one alarm.
func (t *thread) several() bool { return len(t.roots) > 1 }

// mostRoots is how many threads a mail about several alarms refers to: those of the gravest.
const mostRoots = 20

// answers are the headers In-Reply-To and References: a line for each thread. A mail program hangs
// a mail under the last that it refers to, so that is the gravest.
func (t *thread) answers() (to, references string) {
	var lines []string
	for _, root := range t.roots[:min(len(t.roots), mostRoots)] {
		lines = append(lines, "<"+root+">")
	}
	to = strings.Join(lines, "\r\n ")
	slices.Reverse(lines)
	return to, strings.Join(lines, "\r\n ")
}

// threadOf finds the place of a message. One about several alarms belongs to the threads of all
// of them, also where it is their beginning: what follows refers to the same.
func threadOf(m *notifier.Message, domain string) thread {
	t := thread{id: plainID(m.ID) + "@" + domain}
	first := &m.Notices[0]
	if first.Rule == notifier.TestRule {
		return t
	}
	known := make(map[string]bool)
	for i := range m.Notices {
		if of := root(&m.Notices[i], m.Recipient.Name, domain); !known[of] {
			known[of] = true
			t.roots = append(t.roots, of)
		}
	}
	if len(m.Notices) == 1 && first.Kind == alarm.Raised {
		t.id, t.roots = t.roots[0], nil
	}
	return t
}

// plainID keeps of an id what may stand in a Message-ID.
func plainID(id string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-' {
			return r
		}
		return -1
	}, id)
}

// mostSubject is how many signs of a subject mail programs have room for, generously.
const mostSubject = 120

// subject is what a mail is about.
func subject(m *notifier.Message, of *letter, t thread) string {
	l, most := of.Language, mostSubject
	var out string
	switch n := &m.Notices[0]; {
	case of.own.Subject != "":
		out, most = of.own.Subject, notifier.MostSubject
	case t.several():
		out = of.Brief()
	case isSelf(n.Rule):
		out = of.Cards[0].Summary
		if n.Code != notifier.TestCode {
			out = n.Code + " Brimwatch" + l.Choose(": ", "：") + out
		}
	default:
		out = n.Code + " " + name(n, &of.Cards[0]) + l.Choose(": ", "：") + what(n, l)
	}
	out = clip(out, most)
	if len(t.roots) == 1 {
		out = "Re: " + out
	}
	return out
}

// name is what an alarm is about, the same from its beginning to its end.
func name(n *notifier.Notice, c *card.Card) string {
	for _, label := range []string{"instance", "instance_id", "account"} {
		if v := words.Clean(n.Alert.Labels[label]); v != "" {
			return v
		}
	}
	return c.Subject
}

// what is the metric of an alarm, or its rule in a word or two.
func what(n *notifier.Notice, l words.Language) string {
	if m, ok := fleet.ParseMetric(n.Alert.Labels["metric"]); ok {
		return words.Metric(m, l)
	}
	return words.Rule(string(n.Rule), l)
}

// clip makes a text one line of at most so many signs, for a header. What looks like the
// beginning of an encoded word (RFC 2047) is none any more: who reads it would decode it.
func clip(s string, most int) string {
	r := []rune(strings.ReplaceAll(words.Clean(s), "=?", "= ?"))
	if len(r) <= most {
		return string(r)
	}
	return strings.TrimSpace(string(r[:most-1])) + "…"
}
