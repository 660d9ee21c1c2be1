package floor

import (
	"fmt"
	"syscall"
	"time"
)

// usage returns what this process has used so far.
func usage() (cost, error) {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return cost{}, fmt.Errorf("ask for the usage of this process: %w", err)
	}
	return cost{
		user: time.Duration(r.Utime.Nano()), system: time.Duration(r.Stime.Nano()), peakBytes: r.Maxrss * 1024,
	}, nil
}
