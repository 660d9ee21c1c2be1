package families

import (
	"strconv"
	"strings"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// labelNames remembers what each set of names became: instances of one fleet
// mostly have the same labels.
type labelNames struct {
	known map[string][]string
	key   []byte // of the set that is looked up
}

func newLabelNames() *labelNames { return &labelNames{known: make(map[string][]string)} }

// of returns a label name of series for each label, in their order: valid,
// unlike those that every instance has, and unlike each other.
func (n *labelNames) of(labels []fleet.Label) []string {
	if len(labels) == 0 {
		return nil
	}
	n.key = n.key[:0]
	for i := range labels {
		n.key = append(append(n.key, labels[i].Name...), 0)
	}
	if out, ok := n.known[string(n.key)]; ok {
		return out
	}
	out := make([]string, len(labels))
	taken := map[string]bool{series.InstanceID: true, series.InstanceName: true, series.Product: true, series.Edition: true, series.Account: true}
	// A name that needs no change keeps it, whatever others turn into.
	for i, l := range labels {
		if name := validLabel(l.Name); name == l.Name && !taken[name] {
			out[i], taken[name] = name, true
		}
	}
	for i, l := range labels {
		if out[i] == "" {
			out[i] = free(validLabel(l.Name), taken)
			taken[out[i]] = true
		}
	}
	n.known[string(n.key)] = out
	return out
}

// free returns a name that is not taken, as close to name as it can be.
func free(name string, taken map[string]bool) string {
	if taken[name] {
		name = "label_" + name
	}
	for i, base := 2, name; taken[name]; i++ {
		name = base + "_" + strconv.Itoa(i)
	}
	return name
}

// validLabel returns name with an underscore for each character that a label's
// name may not have. Names that begin with two underscores belong to Prometheus.
func validLabel(name string) string {
	name = strings.Map(func(r rune) rune {
		if r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, name)
	if name == "" || name[0] >= '0' && name[0] <= '9' || strings.HasPrefix(name, "__") {
		return "label_" + name
	}
	return name
}
