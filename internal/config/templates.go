package config

import (
	"strings"

	"github.com/brimwatch/brimwatch/notifier/template"
)

// resolveTemplates reads how a receiver words its text messages.
func (d *decoder) resolveTemplates(r *receiverDoc, out *Receiver, s *Snapshot) {
	t := &r.Templates
	if t.node == nil {
		return
	}
	text, at := d.templateText(t.place, "sms", t.SMS, t.SMSFile)
	if text == "" {
		return
	}
	if len(out.SMS) == 0 && len(out.OnCall) == 0 {
		d.fault(at, "the receiver sends no text messages, so nothing is worded by this")
	}
	out.SMSTemplate = text
	s.placed(templateOfSMS(r.Name), at)
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
	text, at := d.templateText(w.place, "body", w.Body, w.BodyFile)
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
func (d *decoder) templateText(p place, key, inline, file string) (string, place) {
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
	if _, err := template.ParseLenient(text); err != nil {
		d.fault(at, "%s", err)
		return "", at
	}
	return text, at
}

func templateOfSMS(receiver string) string          { return "sms " + receiver }
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

// TemplateOfWebhook is where the template of a webhook of a receiver stands, by its URL; its
// Reason is empty.
func (s *Snapshot) TemplateOfWebhook(receiver, url string) Fault {
	return s.templates[templateOfWebhook(receiver, url)]
}
