//go:build !linux

package simulated

import (
	"errors"
	"net"
)

// loopbackOnly is for Linux, where all of 127.0.0.0/8 is on the loopback device
// and a socket can be bound to a device.
func loopbackOnly() (*net.ListenConfig, error) {
	return nil, errors.New("the simulated fleet needs Linux: one socket for all addresses of the loopback device")
}
