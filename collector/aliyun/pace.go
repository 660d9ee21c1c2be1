package aliyun

import "time"

// stretched returns how far apart sweeps have to be so that a month's calls last
// to its end: never closer than wanted, and never so close that the calls that
// are left run out before the month does.
//
// calls of limit have been made, left of the month remains, and sweep is how many
// calls all Collectors of the account together make within wanted.
//
// Asked anew before each sweep, it spreads what is left evenly: n more sweeps cut
// the rest of the month into n+1 equal parts. It is a pace, not a gate: that no
// call goes beyond the limit is the meter's business.
func stretched(calls, limit int64, left time.Duration, sweep float64, wanted time.Duration) time.Duration {
	rest := float64(limit - calls)
	if sweep <= 0 {
		return wanted
	}
	if rest < sweep {
		return max(wanted, left) // not one sweep is left: wait for the next month
	}
	// rest >= sweep keeps this within left, so that nothing overflows.
	return max(wanted, time.Duration(float64(left)*sweep/rest))
}

// monthOf returns the month of the cloud's accounts in UTC, such as 2026-11.
func monthOf(now time.Time) string { return now.UTC().Format("2006-01") }

// monthEnd returns when the month's count begins anew.
func monthEnd(now time.Time) time.Time {
	now = now.UTC()
	return time.Date(now.Year(), now.Month()+1, 1, 0, 0, 0, 0, time.UTC)
}

const (
	// firstPause and longestPause bound how long an operation is left alone after
	// it was throttled, when the cloud does not say how long.
	firstPause   = time.Second
	longestPause = 2 * time.Minute
)

// backoff returns how long an operation is left alone after it was throttled n
// times in a row, n from 1 up: twice as long each time, and of that a random part
// of at least half, so that those who were throttled together do not come back
// together. random is within [0, 1).
func backoff(n int, random float64) time.Duration {
	d := longestPause
	if doublings := n - 1; doublings < 7 { // 1 s × 2⁷ is beyond longestPause
		d = min(firstPause<<doublings, longestPause)
	}
	return d/2 + time.Duration(random*float64(d/2))
}
