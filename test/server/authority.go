package server

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Authority is a certificate authority of a test, and one certificate for
// 127.0.0.1, as files that servers read and in memory.
type Authority struct {
	Pool                      *x509.CertPool
	CAFile, CertFile, KeyFile string // PEM
	Pair                      tls.Certificate
}

// Leaf changes the certificate of an authority's server.
type Leaf func(*x509.Certificate)

// Expired makes it one that is out of date.
func Expired() Leaf {
	return func(c *x509.Certificate) { c.NotAfter = c.NotBefore.AddDate(1, 0, 0) }
}

// ForHost makes it one for a name, and not for 127.0.0.1.
func ForHost(name string) Leaf {
	return func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{name} }
}

// NewAuthority makes an authority whose files go with the test.
func NewAuthority(t testing.TB, changes ...Leaf) Authority {
	t.Helper()
	// Valid for decades: servers go by the kernel's clock, and the test perhaps by
	// another (test/clock).
	from, to := time.Now().AddDate(-20, 0, 0), time.Now().AddDate(20, 0, 0)
	caKey, ca := certificate(t, &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"},
		NotBefore: from, NotAfter: to,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, nil, nil)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "server"},
		NotBefore: from, NotAfter: to,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature,
	}
	for _, change := range changes {
		change(template)
	}
	key, leaf := certificate(t, template, ca, caKey)
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(ca)
	dir := t.TempDir()
	file := func(name, kind string, der []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return Authority{
		Pool: pool, Pair: tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key},
		CAFile:   file("ca.pem", "CERTIFICATE", ca.Raw),
		CertFile: file("cert.pem", "CERTIFICATE", leaf.Raw),
		KeyFile:  file("key.pem", "EC PRIVATE KEY", der),
	}
}

// certificate makes a key and a certificate, signed by parent or by itself.
func certificate(t testing.TB, template, parent *x509.Certificate, signer *ecdsa.PrivateKey) (*ecdsa.PrivateKey, *x509.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if parent == nil {
		parent, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return key, made
}
