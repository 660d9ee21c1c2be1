package redis

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/brimwatch/brimwatch/internal/fleet"
	"github.com/brimwatch/brimwatch/internal/testserver"
)

// authority is a certificate authority of the test, and one certificate for
// 127.0.0.1 in the form that Redis reads.
type authority struct {
	pool                      *x509.CertPool
	caFile, certFile, keyFile string
	pair                      tls.Certificate
}

func newAuthority(t testing.TB) authority {
	t.Helper()
	now := time.Now()
	caKey, ca := certificate(t, &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, nil, nil)
	key, leaf := certificate(t, &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "server"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature,
	}, ca, caKey)
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
	return authority{
		pool: pool, pair: tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key},
		caFile:   file("ca.pem", "CERTIFICATE", ca.Raw),
		certFile: file("cert.pem", "CERTIFICATE", leaf.Raw),
		keyFile:  file("key.pem", "EC PRIVATE KEY", der),
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

// secureServer starts a server with a second, secure port.
func secureServer(t testing.TB, ca authority, config ...string) (server *testserver.Server, secure string) {
	t.Helper()
	secure = testserver.FreeAddr(t)
	return testserver.Redis(t, append([]string{
		fmt.Sprintf("tls-port %d", testserver.Port(t, secure)),
		"tls-cert-file " + ca.certFile, "tls-key-file " + ca.keyFile, "tls-ca-cert-file " + ca.caFile,
	}, config...)...), secure
}

// TestSecure reads a server by TLS, and in all the wrong ways.
func TestSecure(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	server, secure := secureServer(t, ca, "tls-auth-clients no")
	_, strict := secureServer(t, ca, "tls-auth-clients yes")
	known := &tls.Config{RootCAs: ca.pool, MinVersion: tls.VersionTLS12}
	withPair := known.Clone()
	withPair.Certificates = []tls.Certificate{ca.pair}
	elsewhere := known.Clone()
	elsewhere.ServerName = "elsewhere"
	for _, tt := range []struct {
		name, url string
		tls       *tls.Config
		want      string // in the error; "" when figures are told
	}{
		{"TLS", "rediss://" + secure, known, ""},
		{"a client certificate", "rediss://" + strict, withPair, ""},
		{"no client certificate", "rediss://" + strict, known, "it may want a client certificate"},
		{"an unknown authority", "rediss://" + secure, nil, "authority that is not known here"},
		{"another host name", "rediss://" + secure, elsewhere, "for another host name"},
		{"plain on a secure port", "redis://" + secure, nil, "rediss:// is meant"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := build(t, Options{URL: tt.url, TLS: tt.tls})
			v, err := visit(t, c)
			if tt.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				gauge(t, v, fleet.Connections)
				mustVisit(t, c)
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) || v.IsFull(fleet.Connections) || !v.Blank() {
				t.Fatalf("%s, error %v; want %q", describe(v), err, tt.want)
			}
			t.Log(err)
		})
	}
	t.Run("TLS on a plain port", func(t *testing.T) {
		t.Parallel()
		c := build(t, Options{URL: redisURL(server.Addr), TLS: nil})
		mustVisit(t, c)
		wrong := build(t, Options{URL: "rediss://" + server.Addr, TLS: known})
		v, err := visit(t, wrong)
		if err == nil || v.IsFull(fleet.Connections) {
			t.Fatalf("%s, error %v", describe(v), err)
		}
		t.Log(err)
	})
}

// TestFullSecurePort is refused before TLS has begun, and so without a word.
func TestFullSecurePort(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	server, secure := secureServer(t, ca, "tls-auth-clients no", "maxclients 1")
	client(t, server.Addr)
	late := build(t, Options{URL: "rediss://" + secure, TLS: &tls.Config{RootCAs: ca.pool, MinVersion: tls.VersionTLS12}})
	v, err := visit(t, late)
	if err != nil || !v.IsFull(fleet.Connections) {
		t.Fatalf("%s, error %v; want full", describe(v), err)
	}
}

// TestSocket reads a server by its Unix socket.
func TestSocket(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "s")
	testserver.Redis(t, "unixsocket "+path, "unixsocketperm 700", "maxclients 2")
	c := build(t, Options{URL: "unix://" + path})
	if n := gauge(t, mustVisit(t, c), fleet.Connections); n != 0 {
		t.Errorf("%v connections of an idle server", n)
	}
	client(t, path, func(o *goredis.Options) { o.Network = "unix" })
	for range 20 {
		late := build(t, Options{URL: "unix://" + path})
		v, err := visit(t, late)
		if err != nil || !v.IsFull(fleet.Connections) {
			t.Fatalf("%s, error %v; want full", describe(v), err)
		}
	}
	none := build(t, Options{URL: "unix://" + path + "-not"})
	if _, err := visit(t, none); err == nil || !strings.Contains(err.Error(), "there is no such socket") {
		t.Errorf("error %v", err)
	}
}
