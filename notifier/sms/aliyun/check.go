package aliyun

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/alicom"
	"github.com/brimwatch/brimwatch/notifier/httpcall"
	"github.com/brimwatch/brimwatch/notifier/sms/template"
	"github.com/brimwatch/brimwatch/notifier/sms/verdict"
)

// told is a template as the cloud tells it.
type told struct {
	TemplateContent string
	TemplateStatus  json.RawMessage // a number, or one as text
	Reason          string
	AuditInfo       struct{ RejectInfo string }
}

// Check compares the templates with what is put into them: whether they were approved, and
// whether each of their variables is filled, and nothing else.
func (c *Channel) Check(ctx context.Context) (faults []string, err error) {
	for _, name := range c.opts.Templates.All() {
		t, err := c.template(ctx, name)
		switch {
		case err != nil && alicom.CodeOf(err) == "isv.SMS_TEMPLATE_ILLEGAL":
			faults = append(faults, fmt.Sprintf("the account has no template %s; correct templates", name))
		case err != nil:
			return faults, err
		default:
			faults = append(faults, c.faultsOf(name, t)...)
		}
	}
	return faults, nil
}

// template asks the cloud for a template. Keys may be allowed one of the two operations that
// tell it, the newer or the older.
func (c *Channel) template(ctx context.Context, name string) (told, error) {
	var err error
	for _, action := range []string{"GetSmsTemplate", "QuerySmsTemplate"} {
		var t told
		if err = c.client.Call(ctx, action, map[string]string{"TemplateCode": name}, &t); err == nil {
			return t, nil
		}
		code := alicom.CodeOf(err)
		if kindOf(code) != verdict.Credentials && !strings.HasPrefix(code, "InvalidAction") {
			break
		}
	}
	said := c.shown(err, notifier.Recipient{})
	if kindOf(alicom.CodeOf(err)) == verdict.Credentials {
		return told{}, fmt.Errorf("templates cannot be compared, as these keys may not read them; allow dysms:GetSmsTemplate to their RAM user: %w", said)
	}
	return told{}, fmt.Errorf("ask Alibaba Cloud for template %s: %w", name, said)
}

// kindOf tells what kind of refusal a code is.
func kindOf(code string) verdict.Kind { return verdict.Find(meanings(), code).Kind }

// faultsOf compares a template with what is sent, and keeps its text.
func (c *Channel) faultsOf(name string, t told) (faults []string) {
	switch status := strings.Trim(string(t.TemplateStatus), `"`); status {
	case "1", "AUDIT_STATE_PASS":
	case "0", "AUDIT_STATE_INIT":
		faults = append(faults, fmt.Sprintf("template %s is still under review, so nothing can be sent by it", name))
	default:
		why := fmt.Sprintf("template %s is not approved (status %s), so nothing can be sent by it", name, httpcall.OneLine(status, 20))
		if reason := t.Reason + t.AuditInfo.RejectInfo; reason != "" {
			why += ": " + httpcall.OneLine(reason, 120)
		}
		faults = append(faults, why)
	}
	if t.TemplateContent == "" {
		return append(faults, "the cloud does not tell the text of template "+name)
	}
	c.mu.Lock()
	c.contents[name] = t.TemplateContent
	c.mu.Unlock()
	in := variablesIn(t.TemplateContent)
	if missing := template.Missing(c.opts.Templates.Names(), in); len(missing) > 0 {
		faults = append(faults, fmt.Sprintf("template %s has variables that are not filled: %s; name them in variables", name, strings.Join(missing, ", ")))
	}
	if extra := template.Missing(in, c.opts.Templates.Names()); len(extra) > 0 {
		slices.Sort(extra)
		faults = append(faults, fmt.Sprintf("template %s lacks variables that hold a part of the text: %s; apply for one that has them, or take them out of variables", name, strings.Join(extra, ", ")))
	}
	return faults
}

// variablesIn lists the variables in the text of a template.
func variablesIn(text string) []string {
	var out []string
	for _, m := range regexp.MustCompile(`\$\{(\w+)\}`).FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	return out
}
