package access

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

func TestIdentify(t *testing.T) {
	uri, err := url.Parse("spiffe://lan/wei")
	if err != nil {
		t.Fatal(err)
	}
	named := func(c x509.Certificate) *tls.ConnectionState {
		c.SerialNumber = big.NewInt(7)
		return &tls.ConnectionState{PeerCertificates: []*x509.Certificate{&c}, VerifiedChains: [][]*x509.Certificate{{&c}}}
	}
	wei := x509.Certificate{Subject: pkix.Name{CommonName: "wei"}, DNSNames: []string{"wei.lan"}}
	unverified := named(wei)
	unverified.VerifiedChains = nil
	certificates, passwords := SignIn{Certificates: true, CertificatesOnly: true}, SignIn{Passwords: true}
	for _, tt := range []struct {
		name string
		by   SignIn
		tls  *tls.ConnectionState
		user string
		want person
	}{
		{"a user", passwords, nil, "li", person{"li", true}},
		{"a user of two lines", passwords, nil, "li\nroot", person{`"li\nroot"`, true}},
		{"a user whose name turns", passwords, nil, "li\u202e", person{`"li\u202e"`, true}},
		{"a user without a name", passwords, nil, "", person{`""`, true}},
		{"a user with a novel", passwords, nil, strings.Repeat("ü", 300), person{strings.Repeat("ü", 200), true}},
		{"a user where nobody asks", SignIn{}, nil, "li", person{}},
		{"a user where only certificates are asked for", certificates, nil, "li", person{}},
		{"a certificate", certificates, named(wei), "-", person{"wei", true}},
		{"a certificate that nobody verified", certificates, unverified, "-", person{}},
		{"a certificate of any authority", SignIn{}, named(wei), "-", person{}},
		{"a user with a certificate", SignIn{Passwords: true, Certificates: true}, named(wei), "li", person{"li", true}},
		{"a certificate with another user", certificates, named(wei), "li", person{"wei", true}},
		{"a certificate for a host", certificates, named(x509.Certificate{DNSNames: []string{"wei.lan"}}), "-", person{"wei.lan", true}},
		{"for an address of mail", certificates, named(x509.Certificate{EmailAddresses: []string{"wei@lan"}}), "-", person{"wei@lan", true}},
		{"for a URI", certificates, named(x509.Certificate{URIs: []*url.URL{uri}}), "-", person{"spiffe://lan/wei", true}},
		{"for nobody", certificates, named(x509.Certificate{}), "-", person{"certificate 7", true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.TLS = tt.tls
			if tt.user != "-" {
				r.SetBasicAuth(tt.user, "pw")
			}
			if got := identify(r, tt.by); got != tt.want {
				t.Errorf("%+v, want %+v", got, tt.want)
			}
		})
	}
}

// TestWhoWithoutGate: what no Gate looked at is of nobody.
func TestWhoWithoutGate(t *testing.T) {
	for user, want := range map[string]string{"wei": "wei", " wei ": "wei", "wei\nroot": "", "wei\u202e": "", strings.Repeat("a", 201): ""} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.SetBasicAuth(user, "pw")
		if name, signedIn := Who(r); name != want || signedIn {
			t.Errorf("%q: %q, %v", user, name, signedIn)
		}
	}
	if name, signedIn := Who(httptest.NewRequest(http.MethodGet, "/", nil)); name != "" || signedIn {
		t.Errorf("nobody: %q, %v", name, signedIn)
	}
}
