package receivers

import (
	"fmt"

	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/template"
)

// templateOf reads a template; nil is none.
func templateOf(source string) (*template.Template, error) {
	if source == "" {
		return nil, nil //nolint:nilnil // no template is not an error
	}
	return template.ParseLenient(source)
}

// mailTemplateOf reads the templates of mails; nil is none.
func mailTemplateOf(m *config.MailTemplate) (*notifier.MailTemplate, error) {
	if *m == (config.MailTemplate{}) {
		return nil, nil //nolint:nilnil // no template is not an error
	}
	var out notifier.MailTemplate
	var err error
	if out.Subject, err = templateOf(m.Subject); err != nil {
		return nil, fmt.Errorf("templates.email.subject: %w", err)
	}
	if out.Text, err = templateOf(m.Text); err != nil {
		return nil, fmt.Errorf("templates.email.text: %w", err)
	}
	if m.HTML == "" {
		return &out, nil
	}
	if out.HTML, err = template.ParseHTML(m.HTML); err != nil {
		return nil, fmt.Errorf("templates.email.html: %w", err)
	}
	return &out, nil
}

// wordedAs gives everybody of a rota a template.
func wordedAs(oc *notifier.OnCall, text *template.Template) {
	for name, t := range oc.People {
		t.Template = text
		oc.People[name] = t
	}
}
