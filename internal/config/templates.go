package config

import (
	"strings"

	"github.com/brimwatch/brimwatch/notifier/template"
)

// MailTemplate is how a receiver words mails that tell of one notice; what is "" is as Brimwatch
// does.
type MailTemplate struct{ Subject, Text, HTML string }

// resolveTemplates reads how a receiver words its text messages and mails.
func (d *decoder) resolveTemplates(r *receiverDoc, out *Receiver, s *Snapshot) {
	t := &r.Templates
	if t.node == nil {
		return
	}
	d.resolveMailTemplate(r, out, s)
	text, at := d.templateText(t.place, "sms", t.SMS, t.SMSFile, template.ParseLenient)
	if text == "" {
		return
	}
	if len(out.SMS) == 0 && len(out.OnCall) == 0 {
		d.fault(at, "the receiver sends no text messages, so nothing is worded by this")
	}
	out.SMSTemplate = text
	s.placed(templateOfSMS(r.Name), at)
}

// resolveMailTemplate reads how a receiver words its mails.
func (d *decoder) resolveMailTemplate(r *receiverDoc, out *Receiver, s *Snapshot) {
	t := &r.Templates.Email
	if t.node == nil {
		return
	}
	if len(out.Email) == 0 {
		d.fault(t.place, "the receiver sends no mails, so nothing is worded by this")
	}
	m := &out.MailTemplate
	var html place
	for _, part := range []struct {
		key, inline, file string
		parse             func(string) (*template.Template, error)
		out               *string
	}{
		{"subject", t.Subject, "", template.ParseLenient, &m.Subject},
		{"text", t.Text, t.TextFile, template.ParseLenient, &m.Text},
		{"html", t.HTML, t.HTMLFile, template.ParseHTML, &m.HTML},
	} {
		text, at := d.templateText(t.place, part.key, part.inline, part.file, part.parse)
		if *part.out = text; text != "" {
			s.placed(templateOfMail(r.Name, part.key), at)
		}
		html = at
	}
	if m.HTML == "" {
		return
	}
	if t.Text == "" && t.TextFile == "" {
		d.fault(t.place, "text is missing: html goes with a text, which is what programs without HTML show")
	}
	if tag := wholePage(m.HTML); tag != "" {
		d.fault(html, "leave out %s: this stands within the body of a page that Brimwatch writes, with the chart below it", tag)
	}
}

// wholePage is the tag by which HTML is a page of its own; "" where it is a part of one.
func wholePage(html string) string {
	html = strings.ToLower(html)
	for _, tag := range []string{"<!doctype", "<html", "<head", "<body"} {
		_, after, found := strings.Cut(html, tag)
		if found && (after == "" || strings.ContainsAny(after[:1], "> \t\r\n")) {
			return tag + ">"
		}
	}
	return ""
}

// resolveBody reads the body of a webhook whose format is template.
func (d *decoder) resolveBody(w *webhookDoc, receiver string, out *Webhook, s *Snapshot) {
	if w.Format != formatTemplate {
		for _, key := range []string{"body", "body_file", "content_type"} {
			if lookup(resolved(w.node), key) != nil {
				d.fault(d.under(w.place, key), "this belongs to format: template")
			}
		}
		return
	}
	text, at := d.templateText(w.place, "body", w.Body, w.BodyFile, template.ParseLenient)
	if text == "" && at.node == nil {
		d.fault(w.place, "body is missing: the template of what is posted (or body_file)")
	}
	out.Body, out.ContentType = Secret(text), w.ContentType
	switch {
	case out.ContentType == "":
		out.ContentType = "application/json"
	case strings.ContainsFunc(out.ContentType, func(c rune) bool { return c < ' ' || c > '~' }) || !strings.Contains(out.ContentType, "/"):
		d.fault(d.under(w.place, "content_type"), "a content type looks like application/json or text/plain; charset=utf-8")
	}
	s.placed(templateOfWebhook(receiver, w.URL), at)
}

// templateText is a template that stands in the configuration or in a file, and where. It
// has to be one that can be read.
func (d *decoder) templateText(p place, key, inline, file string, parse func(string) (*template.Template, error)) (string, place) {
	at := p
	at.node = nil
	if !d.oneForm(p, key, key+"_file") {
		return "", p
	}
	text := inline
	switch {
	case inline != "":
		at = d.under(p, key)
	case file != "":
		at = d.under(p, key+"_file")
		data, err := d.readFile(beside(at.file, file))
		if err != nil {
			d.fault(at, "%s", err)
			return "", at
		}
		text = string(data)
	}
	if _, err := parse(text); err != nil {
		d.fault(at, "%s", err)
		return "", at
	}
	return text, at
}

func templateOfSMS(receiver string) string          { return "sms " + receiver }
func templateOfMail(receiver, part string) string   { return "email " + receiver + " " + part }
func templateOfWebhook(receiver, url string) string { return "webhook " + receiver + " " + url }

// placed notes where a template stands.
func (s *Snapshot) placed(key string, at place) {
	if s.templates == nil {
		s.templates = make(map[string]Fault)
	}
	s.templates[key] = Fault{Position: at.position(), Path: at.path}
}

// TemplateOfSMS is where the template of a receiver's text messages stands; its Reason is
// empty.
func (s *Snapshot) TemplateOfSMS(receiver string) Fault { return s.templates[templateOfSMS(receiver)] }

// TemplateOfMail is where the template of a part of a receiver's mails stands: its subject, text
// or html; its Reason is empty.
func (s *Snapshot) TemplateOfMail(receiver, part string) Fault {
	return s.templates[templateOfMail(receiver, part)]
}

// TemplateOfWebhook is where the template of a webhook of a receiver stands, by its URL; its
// Reason is empty.
func (s *Snapshot) TemplateOfWebhook(receiver, url string) Fault {
	return s.templates[templateOfWebhook(receiver, url)]
}
