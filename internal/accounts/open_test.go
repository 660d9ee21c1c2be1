package accounts

import (
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/collector/aliyun"
)

func TestStretched(t *testing.T) {
	if got := stretched(aliyun.Budget{Month: "2026-11", Calls: 5, Limit: 1000000, Pace: 1}); got != "" {
		t.Errorf("got %q", got)
	}
	if got := stretched(aliyun.Budget{Month: "2026-11", Calls: 900000, Limit: 1000000, Pace: 2.64}); !strings.Contains(got, "900000 of the 1000000 calls of 2026-11 are used, so its instances are read 2.6 times less often") {
		t.Errorf("got %q", got)
	}
}
