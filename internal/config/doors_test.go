package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/test/server"
)

// users is a web configuration with one user, whose password is pw.
const users = "basic_auth_users: {wei: $2a$04$uyK6vm1IAgMkoR9AXr.Uk.eR9nmr/ISOGgAObZf1Kls.k4s2bVeyG}\n"

// TestListenBeyondLoopback: whoever can reach Brimwatch has to sign in, unless
// the configuration says that this is not meant.
func TestListenBeyondLoopback(t *testing.T) {
	ca := server.NewAuthority(t)
	tls := fmt.Sprintf("tls_server_config: {cert_file: %s, key_file: %s", ca.CertFile, ca.KeyFile)
	const refused = "brimwatch.yml:2:11: server.listen: whoever reaches this address could silence alarms without signing in; "
	for _, tt := range []struct {
		name, listen, web string // web is what its file holds; "" is none
		open              bool
		fault, warning    string
	}{
		{"loopback", "127.0.0.1:9740", "", false, "", ""},
		{"loopback by name", "localhost:9740", "", false, "", ""},
		{"loopback in IPv6", "[::1]:9740", "", false, "", ""},
		{"every address", "0.0.0.0:9740", "", false, refused, ""},
		{"every address in IPv6", "[::]:9740", "", false, refused, ""},
		{"no address", ":9740", "", false, refused, ""},
		{"one address", "10.0.0.5:9740", "", false, refused, ""},
		{"a name", "brim.lan:9740", "", false, refused, ""},
		{"with users", "0.0.0.0:9740", users, false, "", ""},
		{"with no users left", "0.0.0.0:9740", "basic_auth_users: {}\n", false, refused, ""},
		{"with TLS alone", "0.0.0.0:9740", tls + "}\n", false, refused, ""},
		{"with certificates", "0.0.0.0:9740", tls + ", client_auth_type: RequireAndVerifyClientCert, client_ca_file: " + ca.CAFile + "}\n", false, "", ""},
		{"with certificates of anybody", "0.0.0.0:9740", tls + ", client_auth_type: RequireAnyClientCert, client_ca_file: " + ca.CAFile + "}\n", false, refused, ""},
		{"with certificates of any public authority", "0.0.0.0:9740", tls + ", client_auth_type: RequireAndVerifyClientCert}\n", false, refused, ""},
		{"with certificates that may be missing", "0.0.0.0:9740", tls + ", client_auth_type: VerifyClientCertIfGiven, client_ca_file: " + ca.CAFile + "}\n", false, refused, ""},
		{"open", "0.0.0.0:9740", "", true, "", ""},
		{"open on loopback", "127.0.0.1:9740", "", true, "", "server.open: this changes nothing: listen is on loopback"},
		{"open with users", "0.0.0.0:9740", users, true, "", "server.open: this changes nothing: web_config_file makes everybody sign in"},
		{"a web configuration at fault is one fault", "0.0.0.0:9740", "basic_auth_users: {wei: nohash}\n", false, "brimwatch.yml:3:20: server.web_config_file: this is no web configuration: ", ""},
		{"an address at fault is one fault", "0.0.0.0", "", false, "brimwatch.yml:2:11: server.listen: an address and a port are wanted here", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := fmt.Sprintf("server:\n  listen: %q\n", tt.listen)
			given := []string{"brimwatch.yml"}
			if tt.web != "" {
				text += "  web_config_file: web.yml\n"
			}
			if tt.open {
				text += "  open: true\n"
			}
			given = append(given, text+complete)
			if tt.web != "" {
				given = append(given, "web.yml", tt.web)
			}
			path := files(t, given...)
			s, err := Load(path)
			fault := ""
			if err != nil {
				fault = strings.ReplaceAll(err.Error(), filepath.Dir(path)+"/", "")
			}
			if !strings.HasPrefix(fault, tt.fault) || (tt.fault == "") != (fault == "") || strings.Contains(fault, "\n") {
				t.Errorf("faults:\n%s\nwant one: %s", fault, tt.fault)
			}
			if s == nil {
				return
			}
			warnings := Faults(s.Warnings).Error()
			if strings.Contains(warnings, "server.") != (tt.warning != "") || !strings.Contains(warnings, tt.warning) {
				t.Errorf("warnings:\n%s\nwant in it: %s", warnings, tt.warning)
			}
		})
	}
}

// TestUsersTakenAway: a reload judges the web configuration as it is now.
func TestUsersTakenAway(t *testing.T) {
	path := files(t, "brimwatch.yml", "server: {listen: \"0.0.0.0:9740\", web_config_file: web.yml}\n"+complete, "web.yml", users)
	before := mustLoad(t, path)
	if err := os.WriteFile(filepath.Join(filepath.Dir(path), "web.yml"), []byte("basic_auth_users: {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if hashOf(before.Files) == before.Hash {
		t.Error("that users were taken away is no change")
	}
	if _, err := Load(path); err == nil || !strings.Contains(err.Error(), "server.listen: whoever reaches") {
		t.Errorf("the new file is taken: %v", err)
	}
}

func TestDoors(t *testing.T) {
	const with = `server:
  hosts: [brim.lan, "fd00::5", 10.0.0.5]
  push:
    - {url: "http://127.0.0.1:8428/api/v1/import/prometheus"}
    - {url: "https://h/api?token=hush", interval: 1m, username: u, password: hush}
    - {url: "https://h/other", bearer_token: hush}
`
	s := mustLoad(t, files(t, "brimwatch.yml", with+complete))
	want := Server{
		Listen: "127.0.0.1:9740", ExternalURL: "http://127.0.0.1:9740", Hosts: []string{"brim.lan", "fd00::5", "10.0.0.5"},
		Push: []Push{
			{URL: "http://127.0.0.1:8428/api/v1/import/prometheus", Interval: 15 * time.Second},
			{URL: "https://h/api?token=hush", Interval: time.Minute, Username: "u", Password: "hush"},
			{URL: "https://h/other", Interval: 15 * time.Second, Bearer: "hush"},
		},
	}
	reveal := cmp.Transformer("reveal", func(s Secret) string { return s.Reveal() })
	if diff := cmp.Diff(want, s.Server, reveal); diff != "" {
		t.Errorf("server (-want +got):\n%s", diff)
	}
	if text := fmt.Sprintf("%+v", s.Server); strings.Contains(text, "hush") {
		t.Errorf("a secret shows: %s", text)
	}
	none := mustLoad(t, files(t, "brimwatch.yml", complete))
	change := Diff(none, s)
	if diff := cmp.Diff([]string{"server.hosts", "server.push"}, change.Sections); diff != "" || len(change.NeedsRestart) > 0 {
		t.Errorf("the change is %+v; sections (-want +got):\n%s", change, diff)
	}
	assistants := mustLoad(t, files(t, "brimwatch.yml", "server: {mcp_write: true}\n"+complete))
	change = Diff(none, assistants)
	if diff := cmp.Diff([]string{"server.mcp_write"}, change.Sections); diff != "" || len(change.NeedsRestart) > 0 || !assistants.Server.MCPWrite || none.Server.MCPWrite {
		t.Errorf("the change is %+v; sections (-want +got):\n%s", change, diff)
	}
	open := mustLoad(t, files(t, "brimwatch.yml", "server: {open: true}\n"+complete))
	if diff := cmp.Diff([]string{"server.open"}, Diff(none, open).Sections); diff != "" {
		t.Errorf("sections (-want +got):\n%s", diff)
	}
}
