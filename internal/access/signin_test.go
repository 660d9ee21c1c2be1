package access

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/prometheus/exporter-toolkit/web"

	"github.com/brimwatch/brimwatch/test/server"
)

// hash is the password pw.
const hash = "$2a$04$uyK6vm1IAgMkoR9AXr.Uk.eR9nmr/ISOGgAObZf1Kls.k4s2bVeyG"

func TestReadSignIn(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       SignIn
		required   bool
	}{
		{"nothing", "", SignIn{}, false},
		{"no users", "basic_auth_users: {}\n", SignIn{}, false},
		{"TLS alone", "tls_server_config: {cert_file: c, key_file: k}\n", SignIn{}, false},
		{"headers alone", "http_server_config: {headers: {X-Frame-Options: deny}}\n", SignIn{}, false},
		{"users", "basic_auth_users: {wei: x}\n", SignIn{Passwords: true}, true},
		{"a user by an anchor", "basic_auth_users: &u {wei: x}\n", SignIn{Passwords: true}, true},
		{"certificates of an authority", "tls_server_config: {client_auth_type: RequireAndVerifyClientCert, client_ca_file: ca}\n", SignIn{Certificates: true, CertificatesOnly: true}, true},
		{"of one that stands in the file", "tls_server_config: {client_auth_type: RequireAndVerifyClientCert, client_ca: PEM}\n", SignIn{Certificates: true, CertificatesOnly: true}, true},
		{"with names", "tls_server_config: {client_auth_type: RequireAndVerifyClientCert, client_allowed_sans: [wei]}\n", SignIn{Certificates: true, CertificatesOnly: true}, true},
		{"of any public authority", "tls_server_config: {client_auth_type: RequireAndVerifyClientCert}\n", SignIn{}, false},
		{"of whoever made them", "tls_server_config: {client_auth_type: RequireAnyClientCert, client_ca_file: ca}\n", SignIn{}, false},
		{"of whoever made them, the old word", "tls_server_config: {client_auth_type: RequireClientCert, client_ca_file: ca}\n", SignIn{}, false},
		{"asked for", "tls_server_config: {client_auth_type: RequestClientCert, client_ca_file: ca}\n", SignIn{}, false},
		{"verified where there is one", "tls_server_config: {client_auth_type: VerifyClientCertIfGiven, client_ca_file: ca}\n", SignIn{Certificates: true}, false},
		{"both", "basic_auth_users: {wei: x}\ntls_server_config: {client_auth_type: VerifyClientCertIfGiven, client_ca_file: ca}\n", SignIn{Passwords: true, Certificates: true}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ReadSignIn([]byte(tt.text))
			if err != nil || got != tt.want || got.Required() != tt.required {
				t.Errorf("%+v, required %v, %v", got, got.Required(), err)
			}
		})
	}
	if got, err := ReadSignIn([]byte("basic_auth_users: [")); err == nil || got.Required() {
		t.Errorf("what is no YAML: %+v, %v", got, err)
	}
}

// serve answers with who came in, behind the server that checks passwords and
// certificates.
func serve(t *testing.T, webConfig string, rules Rules) (addr string) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, h := newGate(t, Options{Listen: l.Addr().String(), WebConfigFile: webConfig}, rules)
	srv := &http.Server{Handler: h}
	systemd, ended := false, make(chan error, 1)
	go func() {
		ended <- web.Serve(l, srv, &web.FlagConfig{WebListenAddresses: &[]string{}, WebSystemdSocket: &systemd, WebConfigFile: &webConfig}, slog.New(slog.DiscardHandler))
	}()
	t.Cleanup(func() {
		if err := srv.Close(); err != nil {
			t.Error(err)
		}
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("serve: %v", err)
		}
	})
	return l.Addr().String()
}

// write writes a web configuration file.
func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// visit asks once, over a connection of its own.
func visit(ctx context.Context, url string, secure *tls.Config, user, password string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return "", err
	}
	if user != "" {
		req.SetBasicAuth(user, password)
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: secure}}).Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	return fmt.Sprintf("%d %s", resp.StatusCode, body), err
}

// TestWhoByPassword: a name counts as signed in only while the server asks for
// passwords, whatever header a request has.
func TestWhoByPassword(t *testing.T) {
	path := write(t, filepath.Join(t.TempDir(), "web.yml"), "basic_auth_users: {wei: "+hash+"}\n")
	behind, bare := serve(t, path, Rules{}), serve(t, "", Rules{})
	see := func(addr, user, password, want string) {
		t.Helper()
		if got, err := visit(t.Context(), "http://"+addr+"/", nil, user, password); err != nil || got != want {
			t.Errorf("%s with password %s: %q, %v; want %q", user, password, got, err, want)
		}
	}
	see(behind, "wei", "pw", "200 in: wei, signed in")
	see(behind, "wei", "guess", "401 Unauthorized\n")
	see(behind, "", "", "401 Unauthorized\n")
	see(bare, "wei", "pw", "200 in: wei")
	see(bare, "wei\nroot", "pw", "200 in: ")
	see(bare, "", "", "200 in: ")

	// The server reads its file at every request. Once nobody is asked any more, a
	// header proves nothing; and the other way round.
	write(t, path, "basic_auth_users: {}\n")
	see(behind, "wei", "pw", "200 in: wei")
	write(t, path, "basic_auth_users: {li: "+hash+"}\n")
	see(behind, "li", "pw", "200 in: li, signed in")
	see(behind, "wei", "pw", "401 Unauthorized\n")
}

// TestWhoByCertificate: the name of a certificate counts where an authority that
// the file names has signed it.
func TestWhoByCertificate(t *testing.T) {
	ours, theirs := server.NewAuthority(t), server.NewAuthority(t)
	file := func(auth string) string {
		return write(t, filepath.Join(t.TempDir(), "web.yml"), fmt.Sprintf("tls_server_config: {cert_file: %s, key_file: %s, client_auth_type: %s, client_ca_file: %s}\n",
			ours.CertFile, ours.KeyFile, auth, ours.CAFile))
	}
	with := func(a *server.Authority) *tls.Config {
		out := &tls.Config{RootCAs: ours.Pool}
		if a != nil {
			// Given without being asked which authorities are known there.
			out.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &a.Pair, nil }
		}
		return out
	}
	for _, tt := range []struct {
		name, auth string
		client     *server.Authority
		want       string // empty: there is no connection
	}{
		{"required and given", "RequireAndVerifyClientCert", &ours, "200 in: server, signed in"},
		{"required and of somebody else", "RequireAndVerifyClientCert", &theirs, ""},
		{"required and missing", "RequireAndVerifyClientCert", nil, ""},
		{"given", "VerifyClientCertIfGiven", &ours, "200 in: server, signed in"},
		{"not given", "VerifyClientCertIfGiven", nil, "200 in: "},
		{"one that nobody looks at", "RequireAnyClientCert", &theirs, "200 in: "},
		{"one of ours that nobody looks at", "RequireAnyClientCert", &ours, "200 in: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := visit(t.Context(), "https://"+serve(t, file(tt.auth), Rules{})+"/", with(tt.client), "", "")
			if got != tt.want || (err == nil) != (tt.want != "") {
				t.Errorf("%q, %v; want %q", got, err, tt.want)
			}
		})
	}
}
