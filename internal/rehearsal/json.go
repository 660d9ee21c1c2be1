package rehearsal

import (
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// JSON writes a rehearsal for programs: one object, its messages as they come, each on a line.
type JSON struct {
	w       io.Writer
	unheard []Unheard
	more    int
	some    bool // a message was written
	err     error
}

// NewJSON begins to write a rehearsal.
func NewJSON(w io.Writer, o *Options, notes []string) *JSON {
	j := &JSON{w: w}
	j.print("{\n \"from\": ", o.From.In(o.zone()), ",\n \"to\": ", o.end(), ",\n \"premises\": ", append(Premises(o, nil), notes...), ",\n \"notices\": [")
	return j
}

// print writes texts as they are, and all else as JSON.
func (j *JSON) print(parts ...any) {
	for _, p := range parts {
		if j.err != nil {
			return
		}
		text, plain := p.(string)
		if !plain {
			data, err := json.Marshal(p)
			if j.err = err; err != nil {
				return
			}
			text = string(data)
		}
		_, j.err = io.WriteString(j.w, text)
	}
}

// Day writes the messages of a day.
func (j *JSON) Day(d *Day) error {
	for i := range d.Messages {
		if j.some {
			j.print(",")
		}
		j.some = true
		j.print("\n  ", &d.Messages[i])
	}
	for i := range d.Unheard {
		if len(j.unheard) < unheardMost {
			j.unheard = append(j.unheard, d.Unheard[i])
		} else {
			j.more++
		}
	}
	return j.err
}

// End writes what it came to.
func (j *JSON) End(r *Report) error {
	j.print("\n ],\n \"unheard\": [")
	for i := range j.unheard {
		if i > 0 {
			j.print(",")
		}
		j.print("\n  ", &j.unheard[i])
	}
	j.print("\n ],\n \"unheard_left_out\": ", j.more, ",\n \"people\": [")
	for i := range r.People {
		if i > 0 {
			j.print(",")
		}
		j.print("\n  ", pricedOf(&r.People[i]))
	}
	j.print("\n ],\n \"still_held\": ", r.Waiting, "\n}\n")
	if j.err != nil {
		return fmt.Errorf("write the rehearsal: %w", j.err)
	}
	return nil
}

// priced is a person with what it costs to tell them.
type priced struct {
	*Person

	Price *json.Number `json:"price,omitempty"` // nil is not known
}

func pricedOf(p *Person) priced {
	out := priced{Person: p}
	if p.Channel == "sms" && p.Unpriced == 0 {
		n := json.Number(p.Price.Decimal())
		out.Price = &n
	}
	return out
}

// zone is whose days a rehearsal is told by.
func (o *Options) zone() *time.Location {
	if o.Zone == nil {
		return time.UTC
	}
	return o.Zone
}
