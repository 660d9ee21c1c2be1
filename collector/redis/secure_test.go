package redis

import (
	"crypto/tls"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	goredis "github.com/redis/go-redis/v9"

	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/test/server"
)

// secureServer starts a server with a second, secure port.
func secureServer(t testing.TB, ca server.Authority, config ...string) (srv *server.Server, secure string) {
	t.Helper()
	secure = server.FreeAddr(t)
	return server.Redis(t, append([]string{
		fmt.Sprintf("tls-port %d", server.Port(t, secure)),
		"tls-cert-file " + ca.CertFile, "tls-key-file " + ca.KeyFile, "tls-ca-cert-file " + ca.CAFile,
	}, config...)...), secure
}

// TestSecure reads a server by TLS, and in all the wrong ways.
func TestSecure(t *testing.T) {
	t.Parallel()
	ca := server.NewAuthority(t)
	srv, secure := secureServer(t, ca, "tls-auth-clients no")
	_, strict := secureServer(t, ca, "tls-auth-clients yes")
	known := &tls.Config{RootCAs: ca.Pool, MinVersion: tls.VersionTLS12}
	withPair := known.Clone()
	withPair.Certificates = []tls.Certificate{ca.Pair}
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
			v, err := collectortest.Visit(t, c)
			if tt.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				gauge(t, v, fleet.Connections)
				collectortest.MustVisit(t, c)
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) || v.IsFull(fleet.Connections) || !v.Blank() {
				t.Fatalf("%s, error %v; want %q", collectortest.Describe(v), err, tt.want)
			}
			t.Log(err)
		})
	}
	t.Run("TLS on a plain port", func(t *testing.T) {
		t.Parallel()
		c := build(t, Options{URL: redisURL(srv.Addr), TLS: nil})
		collectortest.MustVisit(t, c)
		wrong := build(t, Options{URL: "rediss://" + srv.Addr, TLS: known})
		v, err := collectortest.Visit(t, wrong)
		if err == nil || v.IsFull(fleet.Connections) {
			t.Fatalf("%s, error %v", collectortest.Describe(v), err)
		}
		t.Log(err)
	})
}

// TestFullSecurePort is refused before TLS has begun, and so without a word.
func TestFullSecurePort(t *testing.T) {
	t.Parallel()
	ca := server.NewAuthority(t)
	srv, secure := secureServer(t, ca, "tls-auth-clients no", "maxclients 1")
	client(t, srv.Addr)
	late := build(t, Options{URL: "rediss://" + secure, TLS: &tls.Config{RootCAs: ca.Pool, MinVersion: tls.VersionTLS12}})
	v, err := collectortest.Visit(t, late)
	if err != nil || !v.IsFull(fleet.Connections) {
		t.Fatalf("%s, error %v; want full", collectortest.Describe(v), err)
	}
}

// TestSocket reads a server by its Unix socket.
func TestSocket(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "s")
	server.Redis(t, "unixsocket "+path, "unixsocketperm 700", "maxclients 2")
	c := build(t, Options{URL: "unix://" + path})
	if n := gauge(t, collectortest.MustVisit(t, c), fleet.Connections); n != 0 {
		t.Errorf("%v connections of an idle server", n)
	}
	client(t, path, func(o *goredis.Options) { o.Network = "unix" })
	for range 20 {
		late := build(t, Options{URL: "unix://" + path})
		v, err := collectortest.Visit(t, late)
		if err != nil || !v.IsFull(fleet.Connections) {
			t.Fatalf("%s, error %v; want full", collectortest.Describe(v), err)
		}
	}
	none := build(t, Options{URL: "unix://" + path + "-not"})
	if _, err := collectortest.Visit(t, none); err == nil || !strings.Contains(err.Error(), "there is no such socket") {
		t.Errorf("error %v", err)
	}
}
