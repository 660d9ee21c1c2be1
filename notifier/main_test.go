package notifier

import (
	"flag"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	flag.Bool("update", false, "write golden files anew")
	goleak.VerifyTestMain(m)
}
