package collector

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/brimwatch/brimwatch/fleet"
)

func TestJudge(t *testing.T) {
	passed, cancel := context.WithDeadline(t.Context(), time.Unix(1, 0))
	defer cancel()
	var quiet, full, failed Visit
	full.Full(fleet.Connections)
	failed.Fail(errors.New("no such instance"))
	refused := errors.New("the connection was refused")
	for _, tt := range []struct {
		name     string
		ctx      context.Context
		err      error
		visits   []Visit
		unwanted bool
		want     outcome
	}{
		{name: "read", visits: []Visit{quiet, quiet}, want: outcomeOK},
		{name: "read, although its time was over", ctx: passed, visits: []Visit{quiet}, want: outcomeOK},
		{name: "read in part", visits: []Visit{quiet, failed}, want: outcomePartial},
		{name: "full", visits: []Visit{full}, want: outcomeFull},
		{name: "full with an error", err: refused, visits: []Visit{quiet, full}, want: outcomeFull},
		{name: "nothing yet", err: fmt.Errorf("connected: %w", ErrNotYet), visits: []Visit{quiet}, want: outcomeNotYet},
		{name: "failed", err: refused, visits: []Visit{quiet}, want: outcomeFailed},
		{name: "out of time", ctx: passed, err: refused, visits: []Visit{quiet}, want: outcomeTimeout},
		{name: "cancelled", err: context.Canceled, visits: []Visit{quiet}, unwanted: true, want: outcomeCancelled},
		{name: "panicked", err: &panicError{"x"}, visits: []Visit{quiet}, unwanted: true, want: outcomePanic},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.ctx == nil {
				tt.ctx = t.Context()
			}
			if got := judge(tt.ctx, tt.err, tt.visits, !tt.unwanted); got != tt.want {
				t.Errorf("judge = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestReasons(t *testing.T) {
	long := strings.Repeat("é", maxReason)
	for _, tt := range []struct{ name, got, want string }{
		{"plain", plainReason(errors.New("the connection was refused")), "the connection was refused"},
		{"several lines", plainReason(errors.New("one\r\ntwo\t")), "one  two"},
		{"empty", plainReason(errors.New("")), "the source could not be read"},
		{"not UTF-8", plainReason(errors.New("a\xff")), "a?"},
		{"out of time", timeoutReason(context.DeadlineExceeded, 5*time.Second), "no answer within 5s"},
		{"out of time, while", timeoutReason(fmt.Errorf("log in: %w", context.DeadlineExceeded), 1500*time.Millisecond), "no answer within 1.5s: log in"},
		{"out of time, in its own words", timeoutReason(errors.New("the broker fell silent"), time.Second), "no answer within 1s: the broker fell silent"},
		{"silent", silentReason(ErrNotYet, 45*time.Second), "connected, but nothing was told, for 45s now"},
		{"silent, in its own words", silentReason(fmt.Errorf("no $SYS topics: %w", ErrNotYet), 45*time.Second), "no $SYS topics, for 45s now"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, tt.got, tt.want)
		}
	}
	if got := plainReason(errors.New(long)); len(got) > maxReason+len("…") || !utf8.ValidString(got) || !strings.HasSuffix(got, "é…") {
		t.Errorf("a long reason became %q", got)
	}
}
