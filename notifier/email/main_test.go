package email

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/test/golden"
)

func TestMain(m *testing.M) {
	golden.Flag()
	goleak.VerifyTestMain(m)
}
