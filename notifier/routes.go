package notifier

import (
	"slices"

	"github.com/brimwatch/brimwatch/fleet"
)

// Route is one way to an address: what a message is handed to, and what that is called.
type Route struct {
	Name    string // of the provider: it is stored with each message that goes there
	Channel Channel
	Way     string // what messages of several recipients share, as Target.Way
	// PricePerSegment is what a segment costs, where the provider has not said so.
	PricePerSegment fleet.Amount
}

// Routes lists how the target may be reached, the best first.
func (t *Target) Routes() []Route {
	first := Route{Name: t.Provider, Channel: t.Channel, Way: t.Way, PricePerSegment: t.PricePerSegment}
	return append([]Route{first}, t.Others...)
}

// By returns the target as it is reached by a route. One that there is not any more is the
// first.
func (t Target) By(name string) Target {
	i := slices.IndexFunc(t.Others, func(r Route) bool { return r.Name == name })
	if name == t.Provider || i < 0 {
		return t
	}
	r := t.Others[i]
	t.Provider, t.Channel, t.Way, t.PricePerSegment = r.Name, r.Channel, r.Way, r.PricePerSegment
	return t
}

// Next returns the target as it is reached by the route after the present one, which becomes
// the last.
func (t Target) Next() Target {
	routes := t.Routes()
	if len(routes) == 1 {
		return t
	}
	first := routes[1]
	t.Provider, t.Channel, t.Way, t.PricePerSegment = first.Name, first.Channel, first.Way, first.PricePerSegment
	t.Others = append(slices.Clone(routes[2:]), routes[0])
	return t
}

// Roads lists the routes to a recipient, the best first; none to one who is not known.
func (d *Directory) Roads(recipient string) []Route { return d.roads[recipient] }
