package notifier

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/template"
)

// MailTemplate words mails that tell of one notice. What is nil is as it is shipped.
type MailTemplate struct {
	Subject *template.Template
	Text    *template.Template
	HTML    *template.Template // goes with a Text, from which it is made where this is nil
}

// OwnMail is a notice in the words of a MailTemplate; what is "" is as it is shipped.
type OwnMail struct {
	Subject string `json:"subject,omitempty"` // one line
	Text    string `json:"text,omitempty"`
	HTML    string `json:"html,omitempty"` // what stands in the body of a page
}

// The parts of a mail that have templates, as configurations call them.
const (
	MailSubject = "subject"
	MailText    = "text"
	MailHTML    = "html"
)

const (
	// MostSubject is how long the subject of a mail in somebody's own words may be, in signs.
	MostSubject = 200
	// mostMailText is how long its text may be, in bytes.
	mostMailText = 20 << 10
)

// Mail is a notice to a mailbox in the words of its template. One that cannot be read is
// empty, so that the words that are shipped stand.
func (n *Notice) Mail() OwnMail {
	var out OwnMail
	if n.Channel != "email" || n.Own == "" || json.Unmarshal([]byte(n.Own), &out) != nil {
		return OwnMail{}
	}
	return out
}

// inOwnMail writes a notice by the templates of its target for mails. Where one of them fails
// the whole mail keeps the words that are shipped, and the notice says why.
func (n *Notice) inOwnMail(a *Alert, to *Target) {
	n.Own, n.TemplateFault, n.TemplatePart = "", "", ""
	var mail OwnMail
	data := templateData(n, a, to)
	for _, part := range []struct {
		name     string
		template *template.Template
		clean    func(string) string
		fault    func(string) string // of what it prints; "" is none
		out      *string
	}{
		{MailSubject, to.Mail.Subject, words.Clean, longSubject, &mail.Subject},
		{MailText, to.Mail.Text, legible, longText, &mail.Text},
		{MailHTML, to.Mail.HTML, legible, func(string) string { return "" }, &mail.HTML}, // any template has its bound
	} {
		if part.template == nil {
			continue
		}
		text, err := part.template.Execute(data)
		text = part.clean(text)
		switch {
		case err != nil:
			n.TemplateFault = err.Error()
		case strings.TrimSpace(text) == "":
			n.TemplateFault = "it prints nothing"
		default:
			n.TemplateFault = part.fault(text)
		}
		if n.TemplateFault != "" {
			n.TemplatePart = part.name
			return
		}
		*part.out = text
	}
	if own, err := json.Marshal(mail); err == nil { // three texts always are JSON
		n.Own = string(own)
	}
}

func longSubject(text string) string {
	if len([]rune(text)) <= MostSubject {
		return ""
	}
	return fmt.Sprintf("what it prints is longer than %d signs", MostSubject)
}

func longText(text string) string {
	if len(text) <= mostMailText {
		return ""
	}
	return fmt.Sprintf("what it prints is longer than %d kB", mostMailText>>10)
}

// legible takes out of a text of several lines what nobody sees and what would change how the
// rest is read, and leaves its lines and their indentation.
func legible(text string) string {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	text = strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			return -1
		}
		return r
	}, text)
	return strings.TrimRight(strings.TrimLeft(text, "\n"), " \t\n")
}

// source is all that the templates say.
func (m *MailTemplate) source() string {
	var b strings.Builder
	for _, t := range []*template.Template{m.Subject, m.Text, m.HTML} {
		if t != nil {
			b.WriteString(t.Source())
		}
		b.WriteByte(0)
	}
	return b.String()
}
