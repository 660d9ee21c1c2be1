package inventory

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

// The products that can be found, by their names in the catalogue.
const (
	productMQTT     = "mqtt"
	productRocketMQ = "rocketmq"
	productIoT      = "iot"
	productRedis    = "redis"
)

// asker puts one call to the cloud and decodes the answer.
type asker func(ctx context.Context, q question, into any) error

// question is one call of an operation.
type question struct {
	operation operation
	region    string
	id        string // of the instance, where the operation's path has one
	abroad    bool   // to billing's endpoint of the international site
	query     map[string]string
}

// list is one API that lists instances.
type list struct {
	name string // for people: MQTT, RocketMQ 5, …
	// read asks for everything in a region.
	read func(ctx context.Context, ask asker, region string, zone *time.Location) (listing, error)
	// detail asks what the list does not tell of one instance; nil where it tells
	// all there is.
	detail func(ctx context.Context, ask asker, r *record) (*detail, error)
}

// listing is the answer of one list.
type listing struct {
	records []*record
	whole   bool     // nothing is missing: what is not among the records is gone
	calls   int      // it took
	odd     []string // what could not be understood, in plain words
}

// listsOf returns the lists that tell of a product. IoT has none: billing tells
// of its instances.
func listsOf(product string) []list {
	switch product {
	case productMQTT:
		return []list{{name: "MQTT", read: readMQTT}}
	case productRocketMQ:
		return []list{
			{name: "RocketMQ 4", read: readRocketMQ4, detail: detailRocketMQ4},
			{name: "RocketMQ 5", read: readRocketMQ5, detail: detailRocketMQ5},
		}
	case productRedis:
		return []list{{name: "Redis", read: readRedis}}
	}
	return nil
}

// page is one page of a list.
type page[T any] struct {
	rows  []T
	total int // rows of all pages, as the cloud counts them
}

// maxPages bounds a list, should the cloud never come to its end.
const maxPages = 1000

// pages reads a list to its end: to as many rows as it has by its own count, or
// to a page with nothing on it. An instance that moved from page to page while
// they were read is told once. Whole is false when fewer came than there are.
func pages[T any](idOf func(*T) string, read func(number int) (page[T], error)) (rows []T, whole bool, calls int, err error) {
	seen := make(map[string]bool)
	for came := 0; calls < maxPages; {
		calls++
		p, err := read(calls)
		if err != nil {
			return nil, false, calls, err
		}
		came += len(p.rows)
		for i := range p.rows {
			if id := idOf(&p.rows[i]); id != "" && !seen[id] {
				seen[id] = true
				rows = append(rows, p.rows[i])
			}
		}
		if len(p.rows) == 0 || came >= p.total {
			return rows, len(rows) >= p.total, calls, nil
		}
	}
	return rows, false, calls, nil
}

// paged is the part of a query that asks for a page.
func paged(number, size int, numbered, sized string) map[string]string {
	return map[string]string{numbered: strconv.Itoa(number), sized: strconv.Itoa(size)}
}

// success is how answers say that they are none although HTTP says all is well.
type success struct {
	Success *text `json:"Success"`
	Code    text  `json:"Code"`
	Message text  `json:"Message"`
}

// failed returns what an answer says against itself.
func (s *success) failed() error {
	if s.Success == nil || *s.Success == "" || s.Success.yes() {
		return nil
	}
	return fmt.Errorf("the cloud answered %s: %s", clip(string(s.Code)), clip(string(s.Message)))
}

// clip makes a piece of an answer short enough for a line.
func clip(s string) string {
	const longest = 120
	runes := []rune(s)
	for i, c := range runes {
		if c < ' ' || c == 0x7f {
			runes[i] = ' '
		}
	}
	if len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return string(runes)
}

// clock reads the times of one answer and notes those that are none.
type clock struct {
	zone *time.Location
	odd  []string
}

// read returns the point in time that an instance's field tells.
func (c *clock) read(id, field string, m moment) time.Time {
	at, err := m.read(c.zone)
	if err != nil {
		c.odd = append(c.odd, fmt.Sprintf("%s: its %s %q %v; it is taken for unknown", clip(id), field, clip(m.written), err))
	}
	return at
}
