package email

import (
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"strings"
	"testing"

	"encoding/base64"
	"mime/quotedprintable"
)

// read is a mail as the standard library reads it, which has no code in common with what
// wrote it.
type read struct {
	header  mail.Header
	subject string
	plain   string
	html    string
	images  map[string][]byte // by Content-ID
}

func parse(t *testing.T, content string) read {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(content))
	if err != nil {
		t.Fatalf("read the mail: %v\n%s", err, content)
	}
	subject, err := (&mime.WordDecoder{}).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		t.Fatalf("read the subject: %v", err)
	}
	out := read{header: m.Header, subject: subject, images: make(map[string][]byte)}
	out.part(t, m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), "", m.Body)
	return out
}

// part reads a part of a mail, and those within it.
func (r *read) part(t *testing.T, contentType, encoding, id string, body io.Reader) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Fatalf("read the type %q: %v", contentType, err)
	}
	if strings.HasPrefix(kind, "multipart/") {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if err == io.EOF {
				return
			}
			if err != nil {
				t.Fatalf("read a part of %s: %v", kind, err)
			}
			r.part(t, p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p.Header.Get("Content-ID"), p)
		}
	}
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	data, err := io.ReadAll(body)
	if err != nil {
		t.Fatalf("read a part of the kind %s: %v", kind, err)
	}
	switch {
	case kind == "text/plain":
		r.plain = string(data)
	case kind == "text/html":
		r.html = string(data)
	case strings.HasPrefix(kind, "image/"):
		r.images[strings.Trim(id, "<>")] = data
	default:
		t.Errorf("a part of the kind %s", kind)
	}
	if strings.HasPrefix(kind, "text/") && !strings.EqualFold(params["charset"], "utf-8") {
		t.Errorf("%s is in %s", kind, params["charset"])
	}
}
