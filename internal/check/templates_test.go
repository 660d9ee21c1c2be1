package check

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/internal/config"
)

// withTemplates is a configuration with templates of its own.
func withTemplates(t *testing.T, text, body string) (*config.Snapshot, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "brimwatch.yml")
	rewrite(t, path, `
contacts:
  - {name: wei, phone: "+8613800138000", language: zh, time_zone: Asia/Shanghai}
  - {name: ann, phone: "+4915112345678"}
sms: {providers: [{name: gw, type: http, url: "https://gw.example.com/", form: {to: "{{.Number}}", text: "{{.Text}}"}, accepted: {status: 200}}]}
receivers:
  - name: oncall
    sms: [wei, ann]
    templates:
      sms: '`+text+`'
    webhooks:
      - url: http://127.0.0.1:1/
        format: template
        body: '`+body+`'
instances: [{id: mqtt-1, name: Orders of all Europe, product: mqtt, edition: basic, labels: {team: orders}}]
`)
	return Configuration(path, "test")
}

const (
	goodText = `{{.Code}} {{.Word}} {{.Subject}} {{with .Utilization}}{{.}}{{else}}{{shorten 12 .Summary}}{{end}} {{.Labels.team}}`
	goodBody = `{"code": {{json .Code}}, "text": {{json .Summary}}, "lines": {{json .Lines}}, "share": {{.UtilizationValue}}, "since": {{.BeganUnix}}, "labels": {{json .Labels}}}`
)

func TestTemplatesInOrder(t *testing.T) {
	s, err := withTemplates(t, goodText, goodBody)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range s.Warnings {
		if strings.Contains(w.Path, "templates") || strings.Contains(w.Path, "body") {
			t.Errorf("warned: %v", w.Error())
		}
	}
}

// TestTemplateFaults: what is wrong with a template for any kind of notice is a fault where
// the template stands.
func TestTemplateFaults(t *testing.T) {
	const sms, hook = ":10:12: receivers[0].templates.sms: ", ":14:15: receivers[0].webhooks[0].body: "
	for _, tt := range []struct{ name, text, body, at, says string }{
		{"a field that is not there", `{{.Cod}}`, goodBody, sms, "line 1, column 3 of the template: there is no .Cod; did you mean .Code?"},
		{"nothing for some", `{{.Code}}{{if not .Utilization}}{{fail}}{{end}}`, goodBody, sms, "there is no function fail"},
		{"nothing is printed for some", `{{.Utilization}}`, goodBody, sms, "it prints nothing; for "},
		{"a figure that is none", `{{.Code}} {{index .Lines 9}}`, goodBody, sms, "out of range"},
		{"far too long", `{{.Code}} {{.Description}} {{.Description}} {{.Description}}`, goodBody, sms, "longer than 4 segments; for "},
		{"no JSON", goodText, `{"text": "{{.Summary}}", "code": {{.Code}}}`, hook, "is no JSON; a text is written as {{json .Summary}}, without quotes around it; for all notices"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := withTemplates(t, tt.text, tt.body)
			if err == nil || !strings.Contains(err.Error(), tt.at) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%v; want %s…%s", err, tt.at, tt.says)
			}
		})
	}
}

// TestTemplateWarnings: what works, and may not do what was meant.
func TestTemplateWarnings(t *testing.T) {
	for _, tt := range []struct{ name, text, says string }{
		{"more than one segment", `{{.Code}} {{.Subject}} {{.Summary}} {{.Advice}}`, "the text is longer than one segment for "},
		{"no code", `{{.Subject}}`, "holds no code, so nobody can acknowledge it by answering: write {{.Code}}"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := withTemplates(t, tt.text, goodBody)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(s.Warnings, func(f config.Fault) bool {
				return f.Path == "receivers[0].templates.sms" && f.Line == 10 && strings.Contains(f.Reason, tt.says)
			}) {
				t.Errorf("%v; want %s", s.Warnings, tt.says)
			}
		})
	}
}

// TestTemplatesOfThePage: what docs/templates.md shows works when it is pasted, and nobody
// is warned of it.
func TestTemplatesOfThePage(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "templates.md"))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindStringSubmatch(string(page))
	if m == nil {
		t.Fatal("the page shows no configuration")
	}
	dir := t.TempDir()
	rewrite(t, filepath.Join(dir, "tickets.key"), "a-key\n")
	path := filepath.Join(dir, "brimwatch.yml")
	rewrite(t, path, m[1]+`
contacts:
  - {name: wei, phone: "+8613800138000", email: wei@example.com, language: zh, time_zone: Asia/Shanghai}
  - {name: ann, phone: "+4915112345678"}
smtp: {host: smtp.example.com, from: brimwatch@example.com}
sms: {providers: [{name: gw, type: http, url: "https://gw.example.com/", form: {to: "{{.Number}}", text: "{{.Text}}"}, accepted: {status: 200}}]}
instances: [{id: mqtt-1, name: Orders, product: mqtt, edition: basic}]
`)
	s, err := Configuration(path, "test")
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range s.Warnings {
		if strings.HasPrefix(w.Path, "receivers") {
			t.Errorf("warned: %s", w.Error())
		}
	}
}

// withMailTemplate is a configuration with a template for mails.
func withMailTemplate(t *testing.T, parts string) (*config.Snapshot, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "brimwatch.yml")
	rewrite(t, path, `
contacts: [{name: wei, email: wei@example.com, language: zh, time_zone: Asia/Shanghai}, {name: li, email: li@example.com}]
smtp: {host: smtp.example.com, from: brimwatch@example.com}
receivers:
  - name: oncall
    email: [wei, li]
    templates:
      email:
`+parts+`
instances: [{id: mqtt-1, name: Orders of all Europe, product: mqtt, edition: basic, labels: {team: orders}}]
`)
	return Configuration(path, "test")
}

// TestMailTemplates: what is wrong with a part of a mail is said where it stands; what may not do
// what was meant is a warning there.
func TestMailTemplates(t *testing.T) {
	const (
		subject = `        subject: "[ops] {{.Code}} {{.Instance}}{{.Account}}"` + "\n"
		text    = `        text: "{{.Word}} {{.Description}}"` + "\n"
		at      = "receivers[0].templates.email."
	)
	for _, tt := range []struct{ name, parts, fault, warning string }{
		{"all three", subject + text + `        html: "<b>{{.Word}}</b> {{.Summary}}"`, "", ""},
		{"a subject alone", subject, "", ""},
		{"a text alone", text, "", ""},
		{"a subject that is not there", `        subject: "{{.Cod}}"` + "\n" + text, ":9:18: " + at + "subject: line 1, column 3 of the template: there is no .Cod; did you mean .Code?; for all notices, in Chinese", ""},
		{"a text that is empty for some", subject + `        text: "{{.Utilization}}"`, ":10:15: " + at + "text: it prints nothing; for ", ""},
		{"HTML that fails for some", text + `        html: "{{index .Lines 9}}"`, ":10:15: " + at + "html: ", ""},
		{"a long subject", `        subject: "{{.Description}} {{.Description}} {{.Description}} {{.Description}}"` + "\n" + text, at + "subject: what it prints is longer than 200 signs; for ", ""},
		{"a long text", subject + `        text: "{{range .Lines}}{{printf \"%99s\" $.Code}}` + strings.Repeat("a long text ", 1280) + `{{end}}"`, at + "text: what it prints is longer than 20 kB; for ", ""},
		{"a subject that changes", `        subject: "{{.Word}} {{.Code}}"` + "\n" + text, "", `the subject changes within an alarm, in English: "WARNING K7Q2" for capacity of message_tps, raised, "CRITICAL K7Q2" for capacity of message_tps, escalated; some mail programs`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := withMailTemplate(t, tt.parts)
			if tt.fault != "" {
				if err == nil || !strings.Contains(err.Error(), tt.fault) {
					t.Errorf("%v; want %s", err, tt.fault)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var warned []string
			for _, w := range s.Warnings {
				if strings.HasPrefix(w.Path, at) {
					warned = append(warned, w.Error())
				}
			}
			if all := strings.Join(warned, "\n"); !strings.Contains(all, tt.warning) || (tt.warning == "") != (all == "") {
				t.Errorf("warned: %s; want %s", all, tt.warning)
			}
		})
	}
}
