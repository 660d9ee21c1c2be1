// Package links makes addresses with which somebody may do one thing without signing in:
// acknowledge one alarm (Link), those that a call tells of (List), hold the
// notices about one instance for a while (Silence), or see one chart (Picture).
// An address is signed and expires. To open it changes nothing: programs that look at links
// for mail and chat acknowledge nothing.
//
// The first byte of a token is its layout, and each kind has its own: a token of one kind is
// never read as another.
package links

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/brimwatch/brimwatch/internal/atomicfile"
)

// Path begins the addresses.
const Path = "/a/"

// Lifetime is how long a link may be used. An alarm that is open for longer is reminded of,
// with a new one.
const Lifetime = 72 * time.Hour

// Link is what an address allows.
type Link struct {
	Code     string    // of the alarm
	RaisedAt time.Time // of it, in milliseconds: another alarm may have the code later
	By       string    // who was told, and acknowledges
	Expires  time.Time // in seconds
}

// Signer signs links and reads them. It is safe for concurrent use.
type Signer struct{ key []byte }

// keyLength is that of a key in bytes.
const keyLength = 32

// Open returns a signer with the key of a folder, which is made where there is none. Who has
// the folder may acknowledge, as they may read the database.
func Open(dir string) (*Signer, error) {
	path := filepath.Join(dir, "links.key")
	key, err := os.ReadFile(path)
	switch {
	case err == nil && len(key) == keyLength:
		return &Signer{key}, nil
	case err == nil:
		return nil, fmt.Errorf("the key of signed links %s has %d bytes, and not %d: remove it, and links of before are void", path, len(key), keyLength)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("read the key of signed links: %w", err)
	}
	s := New()
	if err := atomicfile.Replace(path, s.key, 0o600); err != nil {
		return nil, fmt.Errorf("keep the key of signed links: %w", err)
	}
	return s, nil
}

// New returns a signer with a key of its own, whose links nobody can use after its end.
func New() *Signer {
	key := make([]byte, keyLength)
	_, _ = rand.Read(key) // it does not fail: crypto/rand
	return &Signer{key}
}

// The faults of an address.
var (
	errForged  = errors.New("this link is not complete, or not from here")
	errExpired = errors.New("this link has expired")
)

// IsExpired tells whether a link was right, and is too old.
func IsExpired(err error) bool { return errors.Is(err, errExpired) }

// version is the first byte of a token.
const version = 1

// Token writes a link: a byte for the layout, expiry and moment, the lengths of code and name
// with them, and a signature of all that.
func (s *Signer) Token(l Link) string {
	b := []byte{version}
	b = binary.AppendVarint(b, l.Expires.Unix())
	b = binary.AppendVarint(b, l.RaisedAt.UnixMilli())
	b = binary.AppendUvarint(b, uint64(len(l.Code)))
	b = append(b, l.Code...)
	b = append(b, l.By...)
	return base64.RawURLEncoding.EncodeToString(append(b, s.sign(b)...))
}

// signature is how many bytes of the sum stand in a token: 128 bits.
const signature = 16

func (s *Signer) sign(b []byte) []byte {
	h := hmac.New(sha256.New, s.key)
	h.Write(b)
	return h.Sum(nil)[:signature]
}

// Read returns what a token allows at a moment.
func (s *Signer) Read(token string, now time.Time) (Link, error) {
	b, err := s.signed(token, version)
	if err != nil {
		return Link{}, err
	}
	expires, n := binary.Varint(b)
	raised, m := binary.Varint(b[max(n, 0):])
	length, k := binary.Uvarint(b[max(n, 0)+max(m, 0):])
	if n <= 0 || m <= 0 || k <= 0 || length > uint64(len(b)-n-m-k) {
		return Link{}, errForged
	}
	b = b[n+m+k:]
	l := Link{Code: string(b[:length]), By: string(b[length:]), RaisedAt: time.UnixMilli(raised).UTC(), Expires: time.Unix(expires, 0).UTC()}
	if !now.Before(l.Expires) {
		return l, errExpired
	}
	return l, nil
}
