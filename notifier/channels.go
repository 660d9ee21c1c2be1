package notifier

import "iter"

// Ways goes through all ways by which somebody is reached, each once: also those that are
// taken only where the first does not do.
func (d *Directory) Ways() iter.Seq[Route] {
	return func(yield func(Route) bool) {
		seen := make(map[string]bool)
		for t := range d.Targets() {
			for _, r := range t.Routes() {
				if seen[r.Way] {
					continue
				}
				seen[r.Way] = true
				if !yield(r) {
					return
				}
			}
		}
	}
}
