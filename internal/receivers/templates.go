package receivers

import (
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

// wordedAs gives everybody of a rota a template.
func wordedAs(oc *notifier.OnCall, text *template.Template) {
	for name, t := range oc.People {
		t.Template = text
		oc.People[name] = t
	}
}
