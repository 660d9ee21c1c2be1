package notifier

import "slices"

// mostFormer bounds how many targets are kept that left the configuration: those that left
// last.
const mostFormer = 100

// Keep returns the directory with the targets of the one before that are at no address of
// its own, for ends of what they were told: their channels have the secrets that the configuration
// has no more. LetGo takes them out again.
func (d *Directory) Keep(before *Directory) *Directory {
	out := *d
	out.former = nil
	known := make(map[place]bool)
	keep := func(t *Target) {
		p := place{t.Recipient.Channel, t.Recipient.Address}
		if p.address == "" || known[p] || d.places[p] != nil || t.Channel == nil {
			return
		}
		known[p] = true
		out.former = append(out.former, t)
	}
	for _, t := range before.former {
		keep(t)
	}
	for t := range before.Targets() {
		keep(&t)
	}
	out.former = out.former[max(len(out.former)-mostFormer, 0):]
	return &out
}

// KeepsFormer tells whether the directory has targets that left the configuration.
func (d *Directory) KeepsFormer() bool { return len(d.former) > 0 }

// LetGo returns the directory without those targets that left the configuration and are not
// needed any more, and has them close their connections.
func (d *Directory) LetGo(needed func(channel, address string) bool) *Directory {
	out := *d
	out.former = slices.DeleteFunc(slices.Clone(d.former), func(t *Target) bool {
		if needed(t.Recipient.Channel, t.Recipient.Address) {
			return false
		}
		if c, ok := t.Channel.(interface{ CloseIdleConnections() }); ok {
			c.CloseIdleConnections()
		}
		return true
	})
	return &out
}

// formerAt returns a target that left the configuration.
func (d *Directory) formerAt(channel, address string) (Target, bool) {
	for _, t := range d.former {
		if t.Recipient.Channel == channel && t.Recipient.Address == address {
			return *t, true
		}
	}
	return Target{}, false
}
