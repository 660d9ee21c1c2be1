package facts

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"

	"github.com/prometheus/prometheus/model/labels"

	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// magic opens a file of facts. Behind it come records: the length of the
// payload as uvarint, the payload, and its CRC-32 (IEEE), little-endian. The
// first byte of a payload says what it is.
const magic = "BWFACTS1"

const (
	recordNames   = byte(1) // names of the kinds, then of the lifecycle states, each a counted list of strings
	recordSubject = byte(2) // reference, id, product, edition
	recordPoint   = byte(3) // reference, kind, time, value
	recordBegin   = byte(4) // time
	recordAlive   = byte(5) // time

	recordLabelled      = byte(6) // reference among the labelled, number of labels, then the name and value of each
	recordLabelledPoint = byte(7) // reference among the labelled, time, value
)

// maxPayload bounds a record, so that a damaged length is seen as such.
const maxPayload = 1 << 20

func appendRecord(b, payload []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(payload)))
	b = append(b, payload...)
	return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(payload))
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// appendHeader writes the magic and the names: kinds and states are numbers in
// the records, and the names let a later version tell them even when the
// numbers have moved.
func appendHeader(b []byte) []byte {
	b = append(b, magic...)
	p := binary.AppendUvarint([]byte{recordNames}, uint64(NumKinds))
	for k := range Kind(NumKinds) {
		p = appendString(p, k.String())
	}
	states := series.States()
	p = binary.AppendUvarint(p, uint64(len(states)))
	for _, st := range states {
		p = appendString(p, string(st))
	}
	return appendRecord(b, p)
}

// cursor takes a payload apart. Once it has run short, everything is zero.
type cursor struct {
	b     []byte
	short bool
}

func (c *cursor) uvarint() uint64 {
	v, n := binary.Uvarint(c.b)
	if n <= 0 {
		c.b, c.short = nil, true
		return 0
	}
	c.b = c.b[n:]
	return v
}

func (c *cursor) varint() int64 {
	v, n := binary.Varint(c.b)
	if n <= 0 {
		c.b, c.short = nil, true
		return 0
	}
	c.b = c.b[n:]
	return v
}

func (c *cursor) bytes(n uint64) []byte {
	if n > uint64(len(c.b)) {
		c.b, c.short = nil, true
		return nil
	}
	out := c.b[:n]
	c.b = c.b[n:]
	return out
}

func (c *cursor) string() string { return string(c.bytes(c.uvarint())) }

func (c *cursor) float() float64 {
	b := c.bytes(8)
	if b == nil {
		return 0
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(b))
}

// labels reads a counted list of names and values.
func (c *cursor) labels() labels.Labels {
	n := c.uvarint()
	if n > uint64(len(c.b)) { // each takes two bytes at the least
		c.b, c.short = nil, true
		return labels.EmptyLabels()
	}
	pairs := make(map[string]string, n)
	for range n {
		name := c.string()
		pairs[name] = c.string()
	}
	return labels.FromMap(pairs)
}

// replay turns the records of one file into the contents of a Store.
type replay struct {
	s        *Store
	subjects map[uint64]*Subject
	labelled map[uint64]*Labelled
	kinds    map[byte]Kind // number in the file to number in this program
	states   map[float64]float64
}

// decode reads a file into s, up to the first record that is damaged. It returns
// how many bytes were good, and an error when that is not all of them.
func decode(data []byte, s *Store) (int, error) {
	if !bytes.HasPrefix(data, []byte(magic)) {
		return 0, errors.New("this is not a file of facts")
	}
	r := replay{s: s, subjects: make(map[uint64]*Subject), labelled: make(map[uint64]*Labelled), kinds: make(map[byte]Kind), states: make(map[float64]float64)}
	at := len(magic)
	for at < len(data) {
		size, n := binary.Uvarint(data[at:])
		if n <= 0 || size == 0 || size > maxPayload || uint64(len(data)-at-n) < size+4 {
			return at, fmt.Errorf("record at byte %d is cut off", at)
		}
		payload := data[at+n : at+n+int(size)]
		sum := binary.LittleEndian.Uint32(data[at+n+int(size):])
		if crc32.ChecksumIEEE(payload) != sum {
			return at, fmt.Errorf("record at byte %d has a wrong checksum", at)
		}
		if err := r.record(payload); err != nil {
			return at, fmt.Errorf("record at byte %d: %w", at, err)
		}
		at += n + int(size) + 4
	}
	return at, nil
}

func (r *replay) record(p []byte) error {
	c := &cursor{b: p[1:]}
	switch p[0] {
	case recordNames:
		r.names(c)
	case recordSubject:
		ref := c.uvarint()
		id := series.Identity{ID: c.string(), Product: c.string(), Edition: c.string()}
		if !c.short {
			r.subject(ref, id)
		}
	case recordPoint:
		ref, kind := c.uvarint(), c.bytes(1)
		t, v := c.varint(), c.float()
		if !c.short {
			r.point(ref, kind[0], t, v)
		}
	case recordBegin:
		if t := c.varint(); !c.short {
			r.s.begin(t)
		}
	case recordAlive:
		if t := c.varint(); !c.short {
			r.s.alive(t)
		}
	case recordLabelled, recordLabelledPoint:
		r.labelledRecord(p[0], c)
	default:
		return fmt.Errorf("kind %d is not known", p[0])
	}
	if c.short {
		return errors.New("it is too short")
	}
	return nil
}

// labelledRecord reads a record about a fact that has labels of its own.
func (r *replay) labelledRecord(kind byte, c *cursor) {
	ref := c.uvarint()
	if kind == recordLabelled {
		if ls := c.labels(); !c.short {
			r.labelled[ref] = r.s.labelledOf(ls, false)
		}
		return
	}
	t, v := c.varint(), c.float()
	if f := r.labelled[ref]; !c.short && f != nil {
		r.add(&f.points, t, v)
	}
}

func (r *replay) names(c *cursor) {
	known := make(map[string]Kind, NumKinds)
	for k := range Kind(NumKinds) {
		known[k.String()] = k
	}
	for i := range c.uvarint() {
		if k, ok := known[c.string()]; ok && i < math.MaxUint8 {
			r.kinds[byte(i)] = k
		}
		if c.short {
			return
		}
	}
	states := make(map[string]int)
	for i, st := range series.States() {
		states[string(st)] = i
	}
	for i := range c.uvarint() {
		if n, ok := states[c.string()]; ok {
			r.states[float64(i)] = float64(n)
		}
		if c.short {
			return
		}
	}
}

// subject makes the subject of a record; the same identity twice is one subject.
func (r *replay) subject(ref uint64, id series.Identity) {
	sub := r.s.subjects[id]
	if sub == nil {
		sub = r.s.add(id, r.s.nextRef, false)
	}
	r.subjects[ref] = sub
}

// point adds a point. A fact that this version does not know is left out.
func (r *replay) point(ref uint64, kind byte, t int64, v float64) {
	sub := r.subjects[ref]
	k, ok := r.kinds[kind]
	if sub == nil || !ok {
		return
	}
	if k == Lifecycle && !math.IsNaN(v) {
		if v, ok = r.states[v]; !ok {
			v = Absent()
		}
	}
	r.add(sub.place(k), t, v)
}

// add puts a point behind a track; one that changes nothing or is out of order is
// left out.
func (r *replay) add(to *[]point, t int64, v float64) {
	track := *to
	if n := len(track); n > 0 && (t <= track[n-1].t || same(track[n-1].v, v)) || n == 0 && math.IsNaN(v) {
		return
	}
	r.s.push(to, point{t: t, v: v})
}
