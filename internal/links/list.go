package links

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/binary"
	"time"
)

// List is what a token allows that is about several alarms: those that one telephone call tells
// of.
type List struct {
	Alarms  []Alarm
	By      string    // who was told, and acknowledges
	Expires time.Time // in seconds
}

// Alarm is one of them, as in Link.
type Alarm struct {
	Code     string
	RaisedAt time.Time // in milliseconds
}

// listVersion is the first byte of a token of a list, so that neither kind is taken for the
// other.
const listVersion = 2

// ListToken writes a list: a byte for the layout, expiry, who is told, and of each alarm its
// code and moment, and a signature of all that. It takes about 15 signs for each.
func (s *Signer) ListToken(l List) string {
	b := []byte{listVersion}
	b = binary.AppendVarint(b, l.Expires.Unix())
	b = appendText(b, l.By)
	for _, a := range l.Alarms {
		b = appendText(b, a.Code)
		b = binary.AppendVarint(b, a.RaisedAt.UnixMilli())
	}
	return base64.RawURLEncoding.EncodeToString(append(b, s.sign(b)...))
}

func appendText(b []byte, text string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

// ReadList returns what a token of a list allows at a moment.
func (s *Signer) ReadList(token string, now time.Time) (List, error) {
	all, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(all) < signature+1 {
		return List{}, errForged
	}
	b, sum := all[:len(all)-signature], all[len(all)-signature:]
	if !hmac.Equal(sum, s.sign(b)) || b[0] != listVersion {
		return List{}, errForged
	}
	r := tokenReader{rest: b[1:]}
	l := List{Expires: time.Unix(r.number(), 0).UTC(), By: r.text()}
	for len(r.rest) > 0 && !r.broken {
		l.Alarms = append(l.Alarms, Alarm{Code: r.text(), RaisedAt: time.UnixMilli(r.number()).UTC()})
	}
	if r.broken {
		return List{}, errForged
	}
	if !now.Before(l.Expires) {
		return l, errExpired
	}
	return l, nil
}

// tokenReader reads the fields of a token one after the other.
type tokenReader struct {
	rest   []byte
	broken bool
}

func (r *tokenReader) number() int64 {
	v, n := binary.Varint(r.rest)
	if n <= 0 {
		r.broken, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *tokenReader) text() string {
	length, n := binary.Uvarint(r.rest)
	if n <= 0 || length > uint64(len(r.rest)-n) {
		r.broken, r.rest = true, nil
		return ""
	}
	text := string(r.rest[n : n+int(length)])
	r.rest = r.rest[n+int(length):]
	return text
}
