package links

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/binary"
	"time"
)

// signed returns what stands in a token between its first byte, which has to be that of the
// layout, and its signature, which has to be ours.
func (s *Signer) signed(token string, layout byte) ([]byte, error) {
	all, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(all) < signature+1 {
		return nil, errForged
	}
	b, sum := all[:len(all)-signature], all[len(all)-signature:]
	if !hmac.Equal(sum, s.sign(b)) || b[0] != layout {
		return nil, errForged
	}
	return b[1:], nil
}

func appendText(b []byte, text string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
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

// moment reads a time in seconds.
func (r *tokenReader) moment() time.Time { return time.Unix(r.number(), 0).UTC() }

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
