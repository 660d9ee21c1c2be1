package httpcall

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// NewTransport returns a transport that keeps its connections. Proxies come
// from the environment, as everywhere (HTTPS_PROXY, NO_PROXY). With guarded it
// refuses to connect to the addresses of Refused.
func NewTransport(config *tls.Config, guarded bool) *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	if guarded {
		dialer.Control = guard
	}
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           dialer.DialContext,
		TLSClientConfig:       config,
		TLSHandshakeTimeout:   10 * time.Second,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          16,
		MaxIdleConnsPerHost:   4,
		IdleConnTimeout:       90 * time.Second,
		ExpectContinueTimeout: time.Second,
		// An answer's headers are bounded as its body is.
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// guard is asked after the name was resolved and before the connection is made,
// so a name that changes its address between two look-ups does not get past it.
func guard(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("read the address to connect to: %w", err)
	}
	if Refused(at.Addr()) {
		return fmt.Errorf("%s is a link-local or metadata address, which is not called", at.Addr())
	}
	return nil
}

// Refused tells whether an address is one that a webhook has no business with:
// link-local, or where a cloud tells a machine its own credentials (Alibaba
// Cloud 100.100.100.200, AWS fd00:ec2::254, Google Cloud fd20:ce::254; the
// others are link-local). Loopback and private addresses are where many
// receivers live.
func Refused(addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	if addr.IsLinkLocalUnicast() {
		return true
	}
	switch addr.String() {
	case "100.100.100.200", "fd00:ec2::254", "fd20:ce::254":
		return true
	}
	return false
}
