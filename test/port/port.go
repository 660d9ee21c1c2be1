// Package port finds loopback ports for servers that are told where to listen, and for
// addresses where nobody listens.
//
// A port that was free a moment ago may be taken before the server has it: by the next
// outgoing connection of any process, and by another test that asked at the same time. So
// the ports that are given out lie below those which the system gives to connections, and
// each is reserved among all processes until it is released.
package port

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"syscall"
)

// lowest is the first port that is given out. Well-known servers of a machine listen
// below it.
const lowest = 12_000

// usualEphemeral is where the ports begin that Linux gives to connections, unless it was
// told otherwise.
const usualEphemeral = 32_768

// most is how many ports are tried.
const most = 1000

// Reserve returns a loopback address, host:port, where nobody listens and no other test
// will, until release is called or the process ends.
func Reserve(ctx context.Context) (addr string, release func() error, err error) {
	end := ephemeral(os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range"))
	for range most {
		n := lowest + rand.IntN(end-lowest)
		release, err = claim(ctx, n)
		if err == nil {
			return fmt.Sprintf("127.0.0.1:%d", n), release, nil
		}
		if !errors.Is(err, syscall.EADDRINUSE) {
			return "", nil, err
		}
	}
	return "", nil, fmt.Errorf("find a free port between %d and %d: %w", lowest, end, err)
}

// ephemeral returns the first port that is given to connections, from the file where Linux
// says so.
func ephemeral(file []byte, err error) int {
	var first, last int
	if err != nil {
		return usualEphemeral
	}
	if _, err := fmt.Sscan(strings.TrimSpace(string(file)), &first, &last); err != nil || first <= lowest {
		return usualEphemeral
	}
	return first
}

// claim reserves a port. The name of the socket has no file: it is gone with the process
// that holds it, however that ends.
func claim(ctx context.Context, n int) (release func() error, err error) {
	var config net.ListenConfig
	held, err := config.Listen(ctx, "unix", fmt.Sprintf("@brimwatch-test-port-%d", n))
	if err != nil {
		return nil, fmt.Errorf("reserve port %d: %w", n, err)
	}
	// Somebody may listen there who asked nobody, also on all addresses.
	l, err := config.Listen(ctx, "tcp4", fmt.Sprintf("127.0.0.1:%d", n))
	if err == nil {
		err = l.Close()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("look whether port %d is free: %w", n, err), held.Close())
	}
	return held.Close, nil
}
