package redis

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/brimwatch/brimwatch/collector/httpget"
)

// What a server may answer, in bytes. A length it announces is held against
// these before anything is set aside for it.
const (
	// bufferSize is that of a connection's reader, and the longest line or piece.
	bufferSize = 4 << 10
	// maxInfo is far above any INFO: 400 commands with statistics take 40 kB.
	maxInfo = 1 << 20
	// maxList is a CLIENT LIST of about 200,000 clients. It is read in pieces.
	maxList = 64 << 20
)

// refusal is an error reply, "-CODE text".
type refusal struct {
	code string // ERR, NOPERM, …
	text string // all of the line, as the server wrote it
}

// Error returns what the server wrote.
func (r refusal) Error() string { return httpget.Clip(r.text, maxShown) }

// readLine reads a line without its end. It is valid until the next read.
func readLine(r *bufio.Reader) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	switch {
	case err == bufio.ErrBufferFull: //nolint:errorlint // bufio returns it itself
		return nil, fault("the server answers a line of more than 4096 bytes, which is not Redis")
	case err != nil:
		return nil, noEOF(err, len(line) > 0)
	case len(line) < 2 || line[len(line)-2] != '\r':
		return nil, fault("the server ends a line in a way that is not Redis'")
	}
	return line[:len(line)-2], nil
}

// readHead reads the first line of a reply: its type, and what follows it.
func readHead(r *bufio.Reader) (kind byte, rest []byte, err error) {
	first, err := r.Peek(1)
	if err != nil {
		return 0, nil, err
	}
	if !bytes.Contains([]byte("+-:$*"), first) {
		said, err := r.Peek(min(r.Buffered(), 16))
		if err != nil {
			return 0, nil, err
		}
		return 0, nil, fault("the server answers " + strconv.QuoteToASCII(string(said)) + ", which is not Redis: wrong port, or it wants TLS (rediss://)")
	}
	line, err := readLine(r)
	if err != nil {
		return 0, nil, err
	}
	if line[0] == '-' {
		text := string(line[1:])
		code, _, _ := strings.Cut(text, " ")
		return 0, nil, refusal{code: code, text: text}
	}
	return line[0], line[1:], nil
}

// readOK reads the reply +OK.
func readOK(r *bufio.Reader) error {
	kind, rest, err := readHead(r)
	if err != nil {
		return err
	}
	if kind != '+' || string(rest) != "OK" {
		// What it said instead may hold what it was sent, which is the password.
		return fault("the server answers the login with something else than OK: is this a Redis?")
	}
	return nil
}

// bulk is a string reply that is read in pieces.
type bulk struct {
	r    *bufio.Reader
	left int // bytes
}

// readBulk reads the head of a string reply of at most limit bytes.
func readBulk(r *bufio.Reader, what string, limit int) (bulk, error) {
	kind, rest, err := readHead(r)
	if err != nil {
		return bulk{}, err
	}
	n, err := strconv.ParseUint(string(rest), 10, 63)
	if kind != '$' || err != nil {
		return bulk{}, fault("the server answers " + what + " with something else than a text: is this a Redis?")
	}
	if n > uint64(limit) {
		return bulk{}, fault(fmt.Sprintf("the server answers %s with %d bytes, more than the %d that are read", what, n, limit))
	}
	return bulk{r: r, left: int(n)}, nil
}

// next returns the piece up to the next delim, without it; the last one may have
// none. A piece that is longer than bufferSize comes in parts, all but the last
// with more set. It is valid until the next read.
func (b *bulk) next(delim byte) (piece []byte, more bool, err error) {
	window, err := b.r.Peek(min(b.left, b.r.Buffered()))
	if err != nil {
		return nil, false, err
	}
	at := bytes.IndexByte(window, delim)
	if at < 0 {
		if window, err = b.r.Peek(min(b.left, bufferSize)); err != nil {
			return nil, false, noEOF(err, true)
		}
		at = bytes.IndexByte(window, delim)
	}
	taken := at + 1
	if at < 0 {
		at, taken = len(window), len(window)
		more = taken < b.left
	}
	b.left -= taken
	_, err = b.r.Discard(taken) // has been peeked at: does not fail, and leaves window as it is
	return window[:at], more, err
}

// end reads what follows a string reply whose pieces have been read.
func (b *bulk) end() error {
	line, err := readLine(b.r)
	if err != nil {
		return noEOF(err, true)
	}
	if len(line) != 0 {
		return fault("the server ends a text at another place than it announced")
	}
	return nil
}

// readPair reads an array of two texts, the reply of CONFIG GET for one name,
// and returns the second; "" for an empty array, the reply for an unknown name.
func readPair(r *bufio.Reader, what string) (string, error) {
	kind, rest, err := readHead(r)
	if err != nil {
		return "", err
	}
	if kind == '*' && string(rest) == "0" {
		return "", nil
	}
	if kind != '*' || string(rest) != "2" {
		return "", fault("the server answers " + what + " with something else than a name and a value")
	}
	var value []byte
	for range 2 {
		b, err := readBulk(r, what, 64)
		if err != nil {
			return "", err
		}
		value = make([]byte, b.left)
		if _, err := io.ReadFull(r, value); err != nil {
			return "", noEOF(err, true)
		}
		b.left = 0
		if err := b.end(); err != nil {
			return "", err
		}
	}
	return string(value), nil
}

// noEOF marks an end inside of a reply, if inside.
func noEOF(err error, inside bool) error {
	if inside && err == io.EOF { //nolint:errorlint // a reader returns io.EOF itself
		return io.ErrUnexpectedEOF
	}
	return err
}
