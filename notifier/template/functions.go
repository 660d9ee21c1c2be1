package template

import (
	"crypto/hmac"
	"crypto/md5"  //nolint:gosec // gateways sign with it
	"crypto/sha1" //nolint:gosec // gateways sign with it
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"hash"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"text/template"
	"time"
	"unicode/utf16"
)

// Digest is what a function of signing makes. It is written in hexadecimal digits,
// unless it is given to another function: {{sha256 .Text}}, {{sha256 .Text | base64}}.
type Digest []byte

// String writes it in hexadecimal digits.
func (d Digest) String() string { return hex.EncodeToString(d) }

// Functions lists the functions that templates have besides the comparing ones of
// text/template.
func Functions() []string { return slices.Sorted(maps.Keys(functions(new(meter)))) }

// functions are what a template may call. All of them only make text of text, and count
// it in m.
func functions(m *meter) template.FuncMap {
	text := func(f func(string) string) func(any) (string, error) {
		return func(v any) (string, error) { return m.keep(f(textOf(v))) }
	}
	sign := func(h func() hash.Hash) func(key, v any) Digest {
		return func(key, v any) Digest {
			mac := hmac.New(h, bytesOf(key))
			mac.Write(bytesOf(v))
			return mac.Sum(nil)
		}
	}
	return template.FuncMap{
		"json":       func(v any) (string, error) { return m.json(v) },
		"urlquery":   text(url.QueryEscape),
		"pathescape": text(url.PathEscape),
		"xml":        text(escapeXML),
		"base64":     func(v any) (string, error) { return m.keep(base64.StdEncoding.EncodeToString(bytesOf(v))) },
		"hex":        func(v any) (string, error) { return m.keep(hex.EncodeToString(bytesOf(v))) },
		"ucs2":       text(ucs2),
		"upper":      text(strings.ToUpper),
		"lower":      text(strings.ToLower),
		"trim":       text(strings.TrimSpace),
		"trimPrefix": func(prefix string, v any) (string, error) { return m.keep(strings.TrimPrefix(textOf(v), prefix)) },
		"replace":    m.replace,
		"shorten":    m.shorten,
		"join":       m.join,
		"md5":        func(v any) Digest { s := md5.Sum(bytesOf(v)); return s[:] },  //nolint:gosec // what the gateway asks for
		"sha1":       func(v any) Digest { s := sha1.Sum(bytesOf(v)); return s[:] }, //nolint:gosec // likewise
		"sha256":     func(v any) Digest { s := sha256.Sum256(bytesOf(v)); return s[:] },
		"hmacMD5":    sign(md5.New),
		"hmacSHA1":   sign(sha1.New),
		"hmacSHA256": sign(sha256.New),
		"date":       date,
		// These are text/template's own, with a bound.
		"print":   func(args ...any) (string, error) { return m.print(fmt.Sprint, args) },
		"println": func(args ...any) (string, error) { return m.print(fmt.Sprintln, args) },
		"printf":  m.printf,
	}
}

// keep counts a text that a function made.
func (m *meter) keep(s string) (string, error) {
	if err := m.made(len(s)); err != nil {
		return "", err
	}
	return s, nil
}

// textOf is a value as text: as it would be printed.
func textOf(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return fmt.Sprint(v)
}

// bytesOf is a value as bytes: those of a digest, or of its text.
func bytesOf(v any) []byte {
	if d, ok := v.(Digest); ok {
		return d
	}
	return []byte(textOf(v))
}

// json writes a value as JSON: a text with its quotes.
func (m *meter) json(v any) (string, error) {
	if d, ok := v.(Digest); ok {
		v = d.String()
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return "", errors.New("this cannot be written as JSON")
	}
	return m.keep(strings.TrimSuffix(b.String(), "\n"))
}

func escapeXML(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a builder takes everything
	return b.String()
}

// ucs2 writes the UTF-16 of a text, big end first, in hexadecimal digits.
func ucs2(s string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.BigEndian.AppendUint16(b, u)
	}
	return strings.ToUpper(hex.EncodeToString(b))
}

func (m *meter) replace(from, to string, v any) (string, error) {
	s := textOf(v)
	if from == "" {
		return s, nil
	}
	if n := strings.Count(s, from); len(s)+n*(len(to)-len(from)) > MaxText {
		return "", errOversize
	}
	return m.keep(strings.ReplaceAll(s, from, to))
}

// shorten cuts a text to so many signs; what is longer ends in two dots.
func (m *meter) shorten(signs int, v any) (string, error) {
	r := []rune(textOf(v))
	if signs < 0 || len(r) <= signs {
		return m.keep(string(r))
	}
	if signs <= 2 {
		return m.keep(string(r[:signs]))
	}
	return m.keep(strings.TrimSpace(string(r[:signs-2])) + "..")
}

func (m *meter) join(between string, list []string) (string, error) {
	size := 0
	for _, s := range list {
		size += len(s) + len(between)
	}
	if size > MaxText {
		return "", errOversize
	}
	return m.keep(strings.Join(list, between))
}

// date writes a moment, in seconds since 1970, by a layout as Go has them:
// {{date "20060102150405" "Asia/Shanghai" .Unix}}.
func date(layout, zone string, unix int64) (string, error) {
	at, err := time.LoadLocation(zone)
	if err != nil || zone == "Local" {
		return "", fmt.Errorf("there is no time zone %q; one looks like Asia/Shanghai", zone)
	}
	if len(layout) > 200 {
		return "", errOversize
	}
	return time.Unix(unix, 0).In(at).Format(layout), nil
}

// print is text/template's own with a bound.
func (m *meter) print(f func(...any) string, args []any) (string, error) {
	size := 0
	for _, a := range args {
		if s, ok := a.(string); ok {
			size += len(s)
		}
	}
	if size > MaxText {
		return "", errOversize
	}
	return m.keep(f(args...))
}

// printf is text/template's own with a bound: figures may be padded to 99 signs.
func (m *meter) printf(format string, args ...any) (string, error) {
	if regexp.MustCompile(`%[-+# 0]*(\d{3,}|\*|\d*\.(\d{3,}|\*)|\[)`).MatchString(format) {
		return "", errors.New("printf pads to 99 signs at the most")
	}
	return m.print(func(a ...any) string { return fmt.Sprintf(format, a...) }, args)
}
