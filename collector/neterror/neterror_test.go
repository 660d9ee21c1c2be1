package neterror_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/brimwatch/brimwatch/collector/neterror"
)

// dialing is an error as package net returns it.
func dialing(err error) error {
	return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", err)}
}

func TestWords(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		want string // "" is none
	}{
		{"refused", dialing(syscall.ECONNREFUSED), "nothing listens there"},
		{"no such host", &net.OpError{Op: "dial", Err: &net.DNSError{Name: "nowhere.invalid", IsNotFound: true}}, "cannot be resolved"},
		{"no files left for the name's look-up", &net.DNSError{UnwrapErr: syscall.EMFILE}, "cannot be resolved"},
		{"no files left", dialing(syscall.EMFILE), "no file descriptor left"},
		{"no files left on the machine", dialing(syscall.ENFILE), "no file descriptor left"},
		{"no way to the host", dialing(syscall.EHOSTUNREACH), "no way to the host"},
		{"no way to the network", dialing(syscall.ENETUNREACH), "no way to the host"},
		{"an unknown authority", &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, "give its ca_file"},
		{"another name", x509.HostnameError{Certificate: &x509.Certificate{}, Host: "a"}, "give that as server_name"},
		{"out of date", x509.CertificateInvalidError{Reason: x509.Expired}, "is not valid"},
		{"an alert of the far side", &net.OpError{Op: "remote error", Err: errors.New("tls: bad certificate")}, "may want a client certificate"},
		{"a connection that broke", &net.OpError{Op: "read", Err: syscall.ECONNRESET}, ""},
		{"no TLS", tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, ""},
		{"anything else", errors.New("anything else"), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := neterror.Words(fmt.Errorf("connect: %w", tt.err))
			if !strings.Contains(got, tt.want) || (got == "") != (tt.want == "") {
				t.Errorf("got %q, want it to say %q", got, tt.want)
			}
		})
	}
}

func TestHungUpAndNotTLS(t *testing.T) {
	for _, err := range []error{io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.EPIPE, syscall.ECONNABORTED} {
		if !neterror.HungUp(fmt.Errorf("read: %w", err)) || neterror.NotTLS(err) {
			t.Errorf("%v: the far side ended the connection, and nothing else", err)
		}
	}
	plain := fmt.Errorf("greet: %w", tls.RecordHeaderError{})
	if !neterror.NotTLS(plain) || neterror.HungUp(plain) {
		t.Errorf("%v: the far side does not speak TLS, and nothing else", plain)
	}
	if err := dialing(syscall.ECONNREFUSED); neterror.NotTLS(err) || neterror.HungUp(err) {
		t.Errorf("%v: there was no connection", err)
	}
}
