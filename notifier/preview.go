package notifier

// Previewed is a notice that nobody gets: it says whom an event would be told to, and
// what would hold it.
type Previewed struct {
	Notice

	Display string // of the recipient, as people are shown it
}

// Preview shows planned notices to people.
func (d *Directory) Preview(planned []Notice) []Previewed {
	out := make([]Previewed, 0, len(planned))
	for i := range planned {
		p := Previewed{Notice: planned[i], Display: planned[i].Recipient}
		if t, ok := d.Find(p.Receiver, p.Recipient); ok {
			p.Display = t.Recipient.Display
		}
		out = append(out, p)
	}
	return out
}
