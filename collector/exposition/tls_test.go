package exposition

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/collector/collectortest"
)

func testTLS() *tls.Config { return &tls.Config{MinVersion: tls.VersionTLS12} }

// authority is a certificate authority of the test.
type authority struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
	pool *x509.CertPool
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	a := &authority{pool: x509.NewCertPool()}
	issued := a.issue(t, &x509.Certificate{Subject: pkix.Name{CommonName: "test authority"},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign})
	key, ok := issued.PrivateKey.(*ecdsa.PrivateKey)
	if !ok {
		t.Fatal("not the key that was made")
	}
	a.key, a.cert = key, issued.Leaf
	a.pool.AddCert(a.cert)
	return a
}

// issue makes a certificate; the authority's own when it has none yet.
func (a *authority) issue(t testing.TB, template *x509.Certificate) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	if template.NotAfter.IsZero() {
		template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	}
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// server issues a certificate for 127.0.0.1.
func (a *authority) server(t testing.TB) tls.Certificate {
	return a.issue(t, &x509.Certificate{Subject: pkix.Name{CommonName: "shop"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		DNSNames: []string{"shop.example"}, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}})
}

// client issues a certificate for a client.
func (a *authority) client(t testing.TB) tls.Certificate {
	return a.issue(t, &x509.Certificate{Subject: pkix.Name{CommonName: "monitor"},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
}

// serveTLS starts an HTTPS server that packs its page when asked to. It returns
// its URL and the number of connections it has accepted.
func serveTLS(t testing.TB, config *tls.Config) (string, *atomic.Int64) {
	t.Helper()
	var accepted atomic.Int64
	whole := packed(t, shopPage)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") != "gzip" {
			http.Error(w, "not asked for gzip", http.StatusNotAcceptable)
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		say(w, whole)
	}))
	s.TLS = config
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // handshakes fail here on purpose
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			accepted.Add(1)
		}
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL + "/metrics", &accepted
}

func TestTLS(t *testing.T) {
	ours, other := newAuthority(t), newAuthority(t)
	plainURL := serveRaw(t, answers("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")).url
	open, accepted := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{ours.server(t)}, MinVersion: tls.VersionTLS12})
	closed, _ := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{ours.server(t)}, MinVersion: tls.VersionTLS12,
		ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: ours.pool})
	closed12, _ := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{ours.server(t)}, MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12,
		ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: ours.pool})
	expired, _ := serveTLS(t, &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{ours.issue(t, &x509.Certificate{
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: time.Now().Add(-time.Hour)})}})
	known := func(certs ...tls.Certificate) *tls.Config {
		return &tls.Config{RootCAs: ours.pool, Certificates: certs, MinVersion: tls.VersionTLS12}
	}
	for _, tt := range []struct {
		name string
		url  string
		tls  *tls.Config
		want []string // of the error; nil: figures are told
	}{
		{"our own authority", open, known(), nil},
		{"another server name", open, &tls.Config{RootCAs: ours.pool, ServerName: "shop.example", MinVersion: tls.VersionTLS12}, nil},
		{"unchecked", open, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12}, nil},
		{"a client certificate", closed, known(ours.client(t)), nil},
		{"a client certificate, TLS 1.2", closed12, known(ours.client(t)), nil},
		{"the system's authorities", open, nil, []string{"authority that is not known here", "ca_file"}},
		{"another authority", open, &tls.Config{RootCAs: other.pool, MinVersion: tls.VersionTLS12}, []string{"authority that is not known here"}},
		{"a wrong server name", open, &tls.Config{RootCAs: ours.pool, ServerName: "elsewhere", MinVersion: tls.VersionTLS12}, []string{"another host name", "server_name"}},
		{"a certificate that has expired", expired, known(), []string{"certificate is not valid", "expired"}},
		{"no client certificate", closed, known(), []string{"client certificate", "cert_file"}},
		{"no client certificate, TLS 1.2", closed12, known(), []string{"client certificate", "cert_file"}},
		{"a client certificate of another authority", closed, known(other.client(t)), []string{"client certificate"}},
		{"TLS to a plain server", "https" + strings.TrimPrefix(plainURL, "http"), known(), []string{"http:// is meant"}},
		{"plain to a TLS server", "http" + strings.TrimPrefix(open, "https"), nil, []string{"https://"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := build(t, Options{URL: tt.url, TLS: tt.tls})
			if tt.want != nil {
				t.Log(collectortest.Fails(t, c, tt.want...))
				return
			}
			before := accepted.Load()
			for range 3 {
				wantShop(t, c)
			}
			if n := accepted.Load() - before; tt.url == open && n != 1 {
				t.Errorf("%d connections for 3 visits, want 1", n)
			}
		})
	}
}

// TestTLSIsLeftAlone does not change the configuration it was given, which other
// Collectors may share.
func TestTLSIsLeftAlone(t *testing.T) {
	given := testTLS()
	build(t, Options{URL: "https://127.0.0.1/metrics", TLS: given})
	if given.ServerName != "" || given.ClientSessionCache != nil {
		t.Error("the configuration was changed")
	}
}
