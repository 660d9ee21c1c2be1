package server

import (
	"testing"
	"time"
)

// Patience bounds a wait of a test for something that must happen. What is waited
// for comes much sooner.
const Patience = time.Minute

// Eventually waits until ok, and fails the test with what it waited for.
func Eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	late := time.NewTimer(Patience)
	defer late.Stop()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for !ok() {
		select {
		case <-again.C:
		case <-late.C:
			t.Fatalf("waited %s for: %s", Patience, what)
		}
	}
}
