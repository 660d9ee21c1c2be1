package mosquitto

import (
	"bufio"
	"fmt"
	"io"
)

// maxFrame bounds one packet. What is subscribed to takes under 100 bytes; more
// is a broken or hostile server, for which no memory is set aside.
const maxFrame = 16 << 10

// readFrame reads one MQTT packet: its first byte, and what follows the length.
// The body lies in buf where it fits, and is valid until buf is used again.
func readFrame(r *bufio.Reader, buf []byte) (first byte, body []byte, err error) {
	if first, err = r.ReadByte(); err != nil {
		return 0, nil, err
	}
	length := 0
	for shift := 0; ; shift += 7 {
		b, err := r.ReadByte()
		if err != nil {
			return 0, nil, noEOF(err)
		}
		length |= int(b&0x7f) << shift
		if b&0x80 == 0 {
			break
		}
		if shift == 21 {
			return 0, nil, fmt.Errorf("the server sent a malformed packet (type %d)", first>>4)
		}
	}
	if length > maxFrame {
		return 0, nil, fmt.Errorf("the server sent a packet of %d bytes where figures were expected", length)
	}
	if length <= len(buf) {
		body = buf[:length]
	} else {
		body = make([]byte, length)
	}
	if _, err = io.ReadFull(r, body); err != nil {
		return 0, nil, noEOF(err)
	}
	return first, body, nil
}

// noEOF marks an end inside a packet.
func noEOF(err error) error {
	if err == io.EOF { //nolint:errorlint // a reader returns io.EOF itself
		return io.ErrUnexpectedEOF
	}
	return err
}
