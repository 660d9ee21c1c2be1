// Package neterror puts errors of the network and of TLS into plain words, the
// same for all collectors.
package neterror

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"syscall"
)

// Words says why no connection came about, or why TLS did not; "" when err is
// about neither.
func Words(err error) string {
	if words := dialWords(err); words != "" {
		return words
	}
	return tlsWords(err)
}

// dialWords says why there is no connection.
func dialWords(err error) string {
	var dns *net.DNSError
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused, nothing listens there"
	case errors.As(err, &dns):
		return "the host name cannot be resolved"
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return "Brimwatch has no file descriptor left, raise its limit (LimitNOFILE, ulimit -n)"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "there is no way to the host"
	}
	return ""
}

// tlsWords says why the two sides do not come to terms.
func tlsWords(err error) string {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var remote *net.OpError
	switch {
	case errors.As(err, &unknown):
		return "the server's certificate is signed by an authority that is not known here, give its ca_file"
	case errors.As(err, &name):
		return "the server's certificate is for another host name, give that as server_name"
	case errors.As(err, &invalid):
		return "the server's certificate is not valid"
	case errors.As(err, &remote) && remote.Op == "remote error": // how crypto/tls hands on an alert of the far side
		return "the server broke TLS off; it may want a client certificate (cert_file and key_file)"
	}
	return ""
}

// NotTLS tells whether err says that the far side does not speak TLS.
func NotTLS(err error) bool {
	_, ok := errors.AsType[tls.RecordHeaderError](err)
	return ok
}

// HungUp tells whether err says that the far side ended the connection.
func HungUp(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNABORTED)
}
