package daemon

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// TestPartsThatEndByThemselves: the daemon hears of each, with its name, and with
// the error if there is one.
func TestPartsThatEndByThemselves(t *testing.T) {
	broken := errors.New("the disk is gone")
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"with an error", broken, "the ledger ended by itself: the disk is gone"},
		{"without one", nil, "the ledger ended by itself, without an error"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			run := newParts()
			run.start("the history", waits)
			run.start("the ledger", func(context.Context) error { return tt.err })
			err := <-run.failed
			if err.Error() != tt.want || !errors.Is(err, tt.err) && tt.err != nil {
				t.Errorf("%q, want %q", err, tt.want)
			}
			if err := run.stop(); !errors.Is(err, tt.err) {
				t.Errorf("stop: %v", err)
			}
		})
	}
}

// waits is a part that ends when it is told to.
func waits(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

// TestPartsStopInReverse: what makes data ends before what takes it.
func TestPartsStopInReverse(t *testing.T) {
	run := newParts()
	var ended []string
	for _, name := range []string{"stores", "judges", "reads"} {
		run.start(name, func(ctx context.Context) error {
			<-ctx.Done()
			ended = append(ended, name) // one after the other, so nobody else writes
			return nil
		})
	}
	if err := run.stop(); err != nil {
		t.Fatal(err)
	}
	if len(ended) != 3 || ended[0] != "reads" || ended[1] != "judges" || ended[2] != "stores" {
		t.Errorf("ended in the order %v", ended)
	}
	select {
	case err := <-run.failed:
		t.Errorf("a part that was stopped counts as ended by itself: %v", err)
	default:
	}
}

// TestRunEndsWithAPart: when a part ends by itself, Run ends all others and says
// which it was.
func TestRunEndsWithAPart(t *testing.T) {
	d, err := build(t, writeConfig(t, "server: {listen: \"127.0.0.1:0\"}\nstorage: {dir: \"DIR/data\", retention: 1d}\ninstances: []\n", nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.listener.Close(); err != nil { // the HTTP side cannot go on without it
		t.Fatal(err)
	}
	err = d.Run(t.Context(), nil)
	if err == nil || !strings.Contains(err.Error(), "the HTTP side ended by itself") {
		t.Errorf("Run returned %v", err)
	}
}
