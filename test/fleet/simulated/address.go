package simulated

import (
	"fmt"
	"net"
	"strconv"
)

// MaxInstances is how many loopback addresses lie at and above 127.16.0.0.
const MaxInstances = (256 - 16) << 16

// Address returns the loopback address of instance n: 127.16.0.0 + n, so that
// each takes a connection of its own, as in real life.
func Address(n int) string {
	return fmt.Sprintf("127.%d.%d.%d", 16+n>>16, n>>8&255, n&255)
}

// PageURL returns where the page of instance n is, for a fleet on a port.
func PageURL(n, port int) string {
	return "http://" + net.JoinHostPort(Address(n), strconv.Itoa(port)) + pagePath(n)
}

func pagePath(n int) string { return "/i/" + strconv.Itoa(n) + "/metrics" }
