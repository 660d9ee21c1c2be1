package config

import (
	"slices"
	"strings"

	"github.com/brimwatch/brimwatch/fleet"
)

// maxName is how long a name or an id may be.
const maxName = 200

// plain faults a name, at p, that is not one line of plain text: it ends in text
// messages, on pages and in logs, where it could pass for something else.
func (d *decoder) plain(p place, name string) {
	if err := fleet.CheckName(name); err != nil {
		d.fault(p, "a name is one line of plain text, and here %s", err)
	}
}

// sentence joins the lines of a text, and faults one, at p, that is not plain.
func (d *decoder) sentence(p place, text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if err := fleet.CheckName(text); err != nil {
		d.fault(p, "a text is plain, and here %s", err)
	}
	return text
}

// plainFound returns a found instance with plain names, and warns of those that a
// cloud does not give so: they are no fault of the operator's.
func (d *decoder) plainFound(f fleet.Found) fleet.Found {
	id := fleet.PlainName(f.ID)
	write := func(name *string) {
		if err := fleet.CheckName(*name); err != nil {
			*name = fleet.PlainName(*name)
			d.warn(blank(""), "what the cloud calls %s is no plain text: %s; it is shown as %s", id, err, *name)
		}
	}
	for _, name := range []*string{&f.ID, &f.Name, &f.Region, &f.Product, &f.Edition, &f.Spec, &f.Kind, &f.Status} {
		write(name)
	}
	f.Labels = slices.Clone(f.Labels)
	for i := range f.Labels {
		write(&f.Labels[i].Value)
	}
	return f
}
