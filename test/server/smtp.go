package server

import (
	_ "embed" // the server's program
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

//go:embed smtpserver.py
var smtpServer string

// MailOptions say how a mail server of a test is secured, and whom it lets in.
type MailOptions struct {
	TLS            string // starttls, tls from the first byte, or "" for none
	Cert, Key      string // files
	User, Password string // who must sign in; "" is nobody
}

// MailServer is a running mail server that keeps what it takes. What it does to a recipient
// goes by the beginning of the address: smtpserver.py lists it.
type MailServer struct {
	*Server

	dir string
}

// Mail is a mail as a server took it.
type Mail struct {
	From, Hello, User string
	To                []string
	Encrypted         bool
	Content           string // as it came, byte for byte
}

// SMTP starts a mail server (aiosmtpd) on a free loopback port.
func SMTP(t testing.TB, o MailOptions) *MailServer {
	t.Helper()
	Find(t, "aiosmtpd", "python3-aiosmtpd")
	dir, addr := t.TempDir(), FreeAddr(t)
	program := filepath.Join(dir, "smtpserver.py")
	if err := os.WriteFile(program, []byte(smtpServer), 0o600); err != nil {
		t.Fatalf("write the mail server: %v", err)
	}
	kept := filepath.Join(dir, "kept")
	if err := os.Mkdir(kept, 0o700); err != nil {
		t.Fatalf("make the folder of mails: %v", err)
	}
	options, err := json.Marshal(map[string]string{
		"listen": addr, "dir": kept, "tls": o.TLS, "cert": o.Cert, "key": o.Key, "user": o.User, "password": o.Password,
	})
	if err != nil {
		t.Fatalf("write the options of the mail server: %v", err)
	}
	s := Start(t, Program{Binary: "/usr/bin/python3", Package: "python3", Args: []string{program, string(options)}, Addr: addr, Says: "ready\n"})
	return &MailServer{s, kept}
}

// Mails lists what the server took, the oldest first.
func (s *MailServer) Mails() []Mail {
	s.t.Helper()
	files, err := filepath.Glob(filepath.Join(s.dir, "*.json"))
	if err != nil {
		s.t.Fatalf("list the mails: %v", err)
	}
	slices.Sort(files)
	out := make([]Mail, 0, len(files))
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			s.t.Fatalf("read a mail: %v", err)
		}
		var kept struct {
			From, Hello, User, Content string
			To                         []string
			Encrypted                  bool
		}
		if err := json.Unmarshal(data, &kept); err != nil {
			s.t.Fatalf("read the mail %s: %v", file, err)
		}
		content := make([]byte, 0, len(kept.Content))
		for _, r := range kept.Content { // a rune stands for each byte
			content = append(content, byte(r))
		}
		out = append(out, Mail{kept.From, kept.Hello, kept.User, kept.To, kept.Encrypted, string(content)})
	}
	return out
}
