package links

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func noon() time.Time { return time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC) }

// TestRead: what was signed is read, for as long as it holds.
func TestRead(t *testing.T) {
	s := New()
	rapid.Check(t, func(t *rapid.T) {
		l := Link{
			Code: rapid.String().Draw(t, "code"), By: rapid.String().Draw(t, "by"),
			RaisedAt: noon().Add(-time.Duration(rapid.Int64Range(0, 1e12).Draw(t, "ago")) * time.Millisecond),
			Expires:  noon().Add(time.Duration(rapid.IntRange(1, 1e6).Draw(t, "left")) * time.Second),
		}
		token := s.Token(l)
		got, err := s.Read(token, noon())
		if err != nil || got != l {
			t.Fatalf("read %+v, %v; want %+v", got, err, l)
		}
		if strings.Trim(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			t.Fatalf("%q does not fit into an address", token)
		}
		if _, err := s.Read(token, l.Expires); !IsExpired(err) {
			t.Fatalf("when it has expired: %v", err)
		}
	})
}

// TestForged: a token that is not as it was signed, byte by byte, allows nothing.
func TestForged(t *testing.T) {
	s := New()
	token := s.Token(Link{Code: "K7Q2", By: "wei", RaisedAt: noon(), Expires: noon().Add(time.Hour)})
	if _, err := New().Read(token, noon()); err == nil || IsExpired(err) {
		t.Errorf("another key: %v", err)
	}
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		for bit := range 8 {
			changed := append([]byte(nil), raw...)
			changed[i] ^= 1 << bit
			if l, err := s.Read(base64.RawURLEncoding.EncodeToString(changed), noon()); err == nil || IsExpired(err) {
				t.Fatalf("byte %d, bit %d: read %+v, %v", i, bit, l, err)
			}
		}
		if _, err := s.Read(base64.RawURLEncoding.EncodeToString(raw[:i]), noon()); err == nil || IsExpired(err) {
			t.Fatalf("cut to %d bytes: %v", i, err)
		}
	}
}

// TestOpen: links outlive a restart, and a key that is damaged is not taken.
func TestOpen(t *testing.T) {
	dir := t.TempDir()
	first, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	token := first.Token(Link{Code: "K7Q2", Expires: noon().Add(time.Hour)})
	again, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := again.Read(token, noon()); err != nil {
		t.Errorf("after a restart: %v", err)
	}
	path := filepath.Join(dir, "links.key")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key is %v, %v", info, err)
	}
	if err := os.WriteFile(path, []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), "remove it") {
		t.Errorf("a damaged key: %v", err)
	}
}

// FuzzRead: whatever somebody puts behind the path is refused.
func FuzzRead(f *testing.F) {
	s := New()
	f.Add("")
	f.Add("AQ")
	f.Add(s.Token(Link{Code: "K7Q2", By: "wei"}))
	f.Fuzz(func(t *testing.T, token string) {
		if l, err := s.Read(token, noon()); err == nil {
			t.Errorf("%q allows %+v", token, l)
		}
	})
}
