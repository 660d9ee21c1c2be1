package check

import (
	"context"
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/statistics/promread"
)

// historyTimeout is how long a check waits for the database of storage.query_url.
const historyTimeout = 5 * time.Second

// History asks the database that the history is read from something easy, and says why
// charts and advice would not have it; "" when it answers or none is configured.
// Alarms do not need it, so this is no fault.
func History(ctx context.Context, s *config.Snapshot, version string) (warning string) {
	if s.Storage.Query == nil {
		return ""
	}
	reader, err := promread.Open(s.Storage.Query, version)
	if err == nil {
		ctx, cancel := context.WithTimeout(ctx, historyTimeout)
		defer cancel()
		err = reader.Check(ctx)
		_ = reader.Close() // it closes idle connections, which cannot fail
	}
	if err != nil {
		return fmt.Sprintf("storage.query_url: %v; charts and advice will be without a history until it does", err)
	}
	return ""
}
