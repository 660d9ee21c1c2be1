package check

import (
	"fmt"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/scenes"
	"github.com/brimwatch/brimwatch/notifier/sms"
)

// tryTemplates writes every kind of notice by the templates of receivers, in the language and
// the zone of each recipient. A template that fails for any of them is a fault; a text message
// that is longer than one segment, one without the code to answer by, and a mail whose subject
// changes within a thread, is a warning.
func tryTemplates(s *config.Snapshot, d *notifier.Directory) (faults config.Faults, warnings []config.Fault) {
	for i := range s.Receivers {
		r := &s.Receivers[i]
		rcv, _ := d.Receiver(r.Name) // it was made of this configuration
		list := scenesFor(s, r.Name)
		tried := make(map[string]bool)
		for _, t := range rcv.Everybody() {
			key := strings.Join([]string{t.TemplateKey(r.Name), t.Language.String(), t.Zone.String()}, " ")
			if t.TemplateKey(r.Name) == "" || tried[key] {
				continue
			}
			tried[key] = true
			trial := trialOf(d, r.Name, t, list)
			for _, f := range trial.faults() {
				faults = append(faults, placed(s, r.Name, &t, f))
			}
			for _, f := range trial.warnings() {
				warnings = append(warnings, placed(s, r.Name, &t, f))
			}
		}
	}
	return faults, warnings
}

// placed is what was found, where the template stands.
func placed(s *config.Snapshot, receiver string, t *notifier.Target, f found) config.Fault {
	var at config.Fault
	switch t.Recipient.Channel {
	case "sms":
		at = s.TemplateOfSMS(receiver)
	case "email":
		at = s.TemplateOfMail(receiver, f.part)
	default:
		url, _, _ := strings.Cut(t.Recipient.Address, "#") // what follows is the format
		at = s.TemplateOfWebhook(receiver, url)
	}
	at.Reason = f.says
	return at
}

// found is what is to be said of a template.
type found struct {
	part string // of a mail: subject, text or html; "" for others
	says string
}

// scenesFor are every kind of event, told of the instance with the longest name of those that
// a receiver is told of.
func scenesFor(s *config.Snapshot, receiver string) []scenes.Scene {
	in := &fleet.Instance{ID: "mqtt-cn-0pp1abc", Name: "Orders", Account: "acme", Product: "mqtt", Edition: "basic"}
	longest := ""
	for i := range s.Instances {
		one := &s.Instances[i]
		for _, name := range one.Notify {
			if name == receiver && len(one.Name) > len(longest) {
				in, longest = one.Instance, one.Name
			}
		}
	}
	zone := time.UTC
	if a, ok := s.Accounts[in.Account]; ok && a.Zone != nil {
		zone = a.Zone
	}
	policy := func(m fleet.Method) fleet.Policy {
		return s.Catalogue.Policies[s.Catalogue.Products[in.Product].Editions[in.Edition].Policies[m]]
	}
	return scenes.All(scenes.Stage{Instance: in, Policy: policy, Zone: zone, Now: time.Date(2026, 12, 5, 0, 0, 0, 0, zone).UTC()})
}

// trial is what a template made of every kind of notice.
type trial struct {
	target   notifier.Target
	all      int
	failed   []failure // by what is wrong, in order
	long     int       // text messages of more than one segment
	longest  int       // in segments
	longName string
	codeless string // a notice whose code is not told
	subjects subjects
}

// failure is what is wrong, and for which notices.
type failure struct {
	found

	names []string
}

func trialOf(d *notifier.Directory, receiver string, t notifier.Target, list []scenes.Scene) *trial {
	out := &trial{target: t, subjects: subjects{began: make(map[string]subject)}}
	try := func(name string, n notifier.Notice) {
		out.all++
		switch {
		case n.TemplateFault != "":
			out.fail(found{n.TemplatePart, n.TemplateFault}, name)
		case t.Mail != nil:
			out.subjects.see(name, &n)
		case t.Recipient.Channel == "sms":
			out.measure(name, &n)
		}
	}
	for i := range list {
		ev := list[i].Event
		try(list[i].Name, d.Try(ev, receiver, t, ev.At))
	}
	if t.Template != nil && t.Recipient.Channel != "sms" { // these tell of Brimwatch itself by the template, too
		try("test", notifier.TestNotice(d, t, time.Unix(1796000000, 0)))
	}
	return out
}

func (t *trial) fail(what found, name string) {
	for i := range t.failed {
		if t.failed[i].found == what {
			t.failed[i].names = append(t.failed[i].names, name)
			return
		}
	}
	t.failed = append(t.failed, failure{what, []string{name}})
}

func (t *trial) measure(name string, n *notifier.Notice) {
	if segments, _ := sms.Segments(n.Own); segments > 1 {
		t.long++
		if segments > t.longest {
			t.longest, t.longName = segments, name
		}
	}
	if notifier.Begins(n.Kind) && t.codeless == "" && !strings.Contains(n.Own, n.Code) {
		t.codeless = name
	}
}

// faults says what is wrong for which notices.
func (t *trial) faults() []found {
	var out []found
	for _, f := range t.failed {
		out = append(out, found{f.part, fmt.Sprintf("%s; for %s%s", f.says, t.count(f.names), t.reader())})
	}
	return out
}

// count names one of several notices.
func (t *trial) count(names []string) string {
	switch {
	case len(names) == t.all:
		return "all notices"
	case len(names) == 1:
		return "the notice of " + names[0]
	}
	return fmt.Sprintf("%d of %d kinds of notices, such as %s", len(names), t.all, names[0])
}

func (t *trial) reader() string {
	return ", in " + t.target.Language.Choose("English", "Chinese")
}

func (t *trial) warnings() []found {
	var out []found
	say := func(part, format string, args ...any) { out = append(out, found{part, fmt.Sprintf(format, args...)}) }
	if t.long > 0 {
		say("", "the text is longer than one segment for %d of %d kinds of notices%s: %d segments for %s; each segment is paid for",
			t.long, t.all, t.reader(), t.longest, t.longName)
	}
	if t.codeless != "" {
		say("", "the text of %s%s holds no code, so nobody can acknowledge it by answering: write {{.Code}}", t.codeless, t.reader())
	}
	if c := t.subjects.changed; c != nil {
		say(notifier.MailSubject, "the subject changes within an alarm%s: %q for %s, %q for %s; some mail programs then show its mails apart. Leave out what changes, such as .Word, .Severity and figures",
			t.reader(), c.before.text, c.before.notice, c.after.text, c.after.notice)
	}
	return out
}
