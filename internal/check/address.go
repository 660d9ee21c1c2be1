package check

import (
	"net"
	"net/netip"

	"github.com/brimwatch/brimwatch/internal/config"
)

// Address returns where the Brimwatch of a configuration answers on this machine; "" for a
// configuration with faults.
func Address(path string) string {
	s, err := config.Load(path)
	if err != nil {
		return ""
	}
	host, port, err := net.SplitHostPort(s.Server.Listen)
	if err != nil {
		return ""
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}
