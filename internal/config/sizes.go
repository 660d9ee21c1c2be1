package config

import "github.com/brimwatch/brimwatch/internal/advice"

// sizesOf puts products into the order of size.
func sizesOf(products map[string]Product) map[string]*advice.Product {
	out := make(map[string]*advice.Product, len(products))
	for name, p := range products {
		sized := &advice.Product{}
		for _, e := range p.Editions {
			edition := advice.Edition{Name: e.Name, Capacity: e.Capacity}
			for _, sp := range e.Specs {
				edition.Specs = append(edition.Specs, advice.Spec{Name: sp.Name, Capacity: sp.Capacity})
			}
			sized.Editions = append(sized.Editions, edition)
		}
		for _, ch := range p.Changes {
			sized.Changes = append(sized.Changes, advice.Change{
				From: ch.From, To: ch.To, Direction: advice.Direction(ch.Direction), Methods: ch.Methods, Allowed: ch.Allowed, By: ch.By,
				Late: ch.Late, Solvent: ch.Solvent, Keeps: ch.Keeps, Note: ch.Note, Source: ch.Source,
			})
		}
		sized.Sort()
		out[name] = sized
	}
	return out
}
