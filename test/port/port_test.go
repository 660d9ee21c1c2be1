package port

import (
	"errors"
	"net"
	"os"
	"strconv"
	"syscall"
	"testing"
)

// TestReserve: a port is free for whoever was given it, and for nobody else.
func TestReserve(t *testing.T) {
	seen := make(map[string]bool)
	for range 200 {
		addr, release, err := Reserve(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := release(); err != nil {
				t.Error(err)
			}
		}()
		if seen[addr] {
			t.Fatalf("%s was given out twice", addr)
		}
		seen[addr] = true
		l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", addr)
		if err != nil {
			t.Fatalf("it is not free: %v", err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestClaimedIsNotGivenOut: a port that another test has, or a server, is passed over, and
// it is there again when it was released.
func TestClaimedIsNotGivenOut(t *testing.T) {
	addr, release, err := Reserve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, text, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := claim(t.Context(), n); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("a port that is reserved: %v", err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := claim(t.Context(), n); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("a port where somebody listens: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := claim(t.Context(), n)
	if err != nil {
		t.Fatalf("a port that was released: %v", err)
	}
	if err := again(); err != nil {
		t.Error(err)
	}
}

// TestEphemeral: where the ports of connections begin.
func TestEphemeral(t *testing.T) {
	for name, tt := range map[string]struct {
		file string
		err  error
		want int
	}{
		"as usual":                   {file: "32768\t60999\n", want: 32_768},
		"told otherwise":             {file: "40000 50000\n", want: 40_000},
		"nothing is left below them": {file: "1024\t65535\n", want: 32_768},
		"no such file":               {err: os.ErrNotExist, want: 32_768},
		"nonsense":                   {file: "all", want: 32_768},
	} {
		t.Run(name, func(t *testing.T) {
			if got := ephemeral([]byte(tt.file), tt.err); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}
