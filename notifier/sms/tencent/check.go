package tencent

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/httpcall"
	"github.com/brimwatch/brimwatch/notifier/sms/verdict"
)

// templateStatus is a template as the far side tells it.
type templateStatus struct {
	TemplateID      uint64 `json:"TemplateId"`
	StatusCode      int
	ReviewReply     string
	TemplateContent string
}

// The states of a template.
const (
	approved     = 0
	underReview  = 1
	notYetActive = 2
)

// Check compares the templates with what is put into them: whether they were approved, and
// have as many variables as are filled.
func (c *Channel) Check(ctx context.Context) (faults []string, err error) {
	all := c.opts.Templates.All()
	found := make(map[string]templateStatus, len(all))
	var ids []uint64
	for _, name := range all {
		id, err := strconv.ParseUint(name, 10, 64)
		if err != nil {
			faults = append(faults, fmt.Sprintf("template %q is not an id of Tencent Cloud, which is a number", httpcall.OneLine(name, 40)))
			continue
		}
		ids = append(ids, id)
	}
	for international := 0; international < 2 && len(found) < len(ids); international++ {
		var told struct{ DescribeTemplateStatusSet []templateStatus }
		_, err := c.call(ctx, "DescribeSmsTemplateList", map[string]any{"International": international, "TemplateIdSet": ids}, &told)
		if err != nil {
			return faults, c.cannotCheck(err)
		}
		for _, t := range told.DescribeTemplateStatusSet {
			found[strconv.FormatUint(t.TemplateID, 10)] = t
		}
	}
	for _, id := range ids {
		name := strconv.FormatUint(id, 10)
		t, ok := found[name]
		if !ok {
			faults = append(faults, fmt.Sprintf("the account has no template %s; correct templates", name))
			continue
		}
		faults = append(faults, c.faultsOf(name, t)...)
	}
	return faults, nil
}

func (c *Channel) cannotCheck(err error) error {
	said := c.scrubbed(err, notifier.Recipient{})
	if e, ok := errors.AsType[*apiError](err); ok && meaningOf(e.code).Kind == verdict.Credentials {
		return fmt.Errorf("templates cannot be compared, as these keys may not read them; allow sms:DescribeSmsTemplateList to their CAM user: %w", said)
	}
	return fmt.Errorf("ask Tencent Cloud for the templates: %w", said)
}

// faultsOf compares a template with what is sent.
func (c *Channel) faultsOf(name string, t templateStatus) (faults []string) {
	switch t.StatusCode {
	case approved:
	case underReview:
		faults = append(faults, fmt.Sprintf("template %s is still under review, so nothing can be sent by it", name))
	case notYetActive:
		faults = append(faults, fmt.Sprintf("template %s is approved and not in force yet", name))
	default:
		faults = append(faults, fmt.Sprintf("template %s is not approved, so nothing can be sent by it: %s", name, httpcall.OneLine(t.ReviewReply, 120)))
	}
	have, want := variablesIn(t.TemplateContent), len(c.opts.Templates.Variables)
	if have != want && t.TemplateContent != "" {
		faults = append(faults, fmt.Sprintf("template %s has %d variables, and %d are sent; correct variables, or apply for another template", name, have, want))
	}
	return faults
}

// variablesIn counts the variables of a template: {1}, {2} and so on.
func variablesIn(text string) int {
	seen := make(map[string]bool)
	for _, m := range regexp.MustCompile(`\{(\d+)\}`).FindAllStringSubmatch(text, -1) {
		seen[m[1]] = true
	}
	return len(seen)
}
