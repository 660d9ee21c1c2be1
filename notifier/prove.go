package notifier

import (
	"context"
	"errors"
)

// Prover notes that a contact answered, which proves that its number is right. It
// returns true when the code is that of a drill that the contact was asked to answer;
// "" is an answer without a code.
type Prover interface {
	Proved(ctx context.Context, contact, code string) (bool, error)
}

// ProvedBy has every answer noted by p.
func (r *Replies) ProvedBy(p Prover) *Replies {
	r.prover = p
	return r
}

// proves notes that somebody answered. It returns what is said to that when the answer
// is to a drill, and "" when it has to be read on.
func (r *Replies) proves(ctx context.Context, person Person, tokens []string) string {
	if r.prover == nil {
		return ""
	}
	codes := []string{""}
	for _, token := range tokens {
		if IsSelfCode(token) {
			codes = append(codes, token)
		}
	}
	answered := false
	var failed error
	for _, code := range codes {
		yes, err := r.prover.Proved(ctx, person.Name, code)
		answered, failed = answered || yes, errors.Join(failed, err)
	}
	l := person.Language
	switch {
	case answered:
		return l.Choose("Thank you. It is noted that alarms reach you at this number.", "谢谢，已记录此号码可以收到告警。")
	case failed != nil:
		r.log.Error("an answer could not be noted", "contact", person.Name, "error", failed)
		if len(codes) > 1 {
			return l.Choose("Not noted: Brimwatch could not store it. Please reply again in a few minutes.", "未能记录：保存失败，请几分钟后重新回复。")
		}
	}
	return ""
}
