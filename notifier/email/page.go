package email

import (
	_ "embed" // the page
	"fmt"
	"html/template"
)

//go:embed page.html.tmpl
var pageText string

// newPage reads the template of a mail's HTML. What is put into it is escaped by where it
// stands.
func newPage() (*template.Template, error) {
	t, err := template.New("mail").Parse(pageText)
	if err != nil {
		return nil, fmt.Errorf("read the page of mails: %w", err)
	}
	return t, nil
}
