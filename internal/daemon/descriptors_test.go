package daemon

import (
	"errors"
	"net"
	"testing"
)

// TestSharesOfDescriptors: nothing is given twice, and everybody has something.
func TestSharesOfDescriptors(t *testing.T) {
	for name, tt := range map[string]struct {
		limit, kept, dialing, http int
	}{
		"hardly any":  {64, 12, 4, 32},
		"very few":    {256, 54, 18, 32},
		"the usual":   {1024, 558, 186, 128},
		"of the unit": {65536, 42894, 14298, 8192},
	} {
		t.Run(name, func(t *testing.T) {
			d := descriptors{limit: tt.limit, open: 40}
			got := d.ofSources()
			if got.Kept != tt.kept || got.Dialing != tt.dialing || d.forHTTP() != tt.http {
				t.Errorf("sources keep %d and %d connect, %d visitors", got.Kept, got.Dialing, d.forHTTP())
			}
			if sum := got.Kept + got.Dialing + d.forHTTP() + forSending + forGrowth + d.open; tt.limit > 64 && sum > tt.limit {
				t.Errorf("%d of %d are given away", sum, tt.limit)
			}
		})
	}
}

// TestEnough names a limit under which all can be read.
func TestEnough(t *testing.T) {
	d := descriptors{limit: 256, open: 40}
	for need, want := range map[int]int{1: 1024, 400: 1024, 558: 1024, 559: 2048, 10_000: 16384} {
		if got := d.enough(need); got != want {
			t.Errorf("for %d: %d, want %d", need, got, want)
		}
	}
}

// TestDescriptorsAreCounted as the system has them.
func TestDescriptorsAreCounted(t *testing.T) {
	if d := countDescriptors(); d.limit < 16 || d.open < 3 {
		t.Errorf("%+v", d)
	}
}

// TestBoundListener lets no more in than there is room for, and the next when one goes.
func TestBoundListener(t *testing.T) {
	var lc net.ListenConfig
	inner, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if l := (descriptors{}).bound(inner); l != inner {
		t.Error("it is bound although no limit is known")
	}
	l := descriptors{limit: 8 * leastHTTP}.bound(inner)
	var there []net.Conn
	var dialer net.Dialer
	visit := func() {
		t.Helper()
		c, err := dialer.DialContext(t.Context(), "tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
	}
	for range leastHTTP {
		visit()
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		there = append(there, c)
	}
	visit()
	next := make(chan error, 1)
	go func() {
		c, err := l.Accept()
		if err == nil {
			err = c.Close()
		}
		next <- err
	}()
	select {
	case err := <-next:
		t.Fatalf("one too many was let in: %v", err)
	default:
	}
	for range 2 { // to close twice makes room once
		if err := there[0].Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	}
	if err := <-next; err != nil {
		t.Error(err)
	}
	go func() {
		_, err := l.Accept()
		next <- err
	}()
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if err := <-next; !errors.Is(err, net.ErrClosed) {
		t.Errorf("after it was closed: %v", err)
	}
	for _, c := range there[1:] {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}
