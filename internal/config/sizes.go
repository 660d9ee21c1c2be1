package config

import "github.com/brimwatch/brimwatch/internal/advice"

// sizesOf puts products into the order of size.
func sizesOf(products map[string]Product) map[string]*advice.Product {
	out := make(map[string]*advice.Product, len(products))
	for name, p := range products {
		sized := &advice.Product{Changes: p.Changes}
		for _, e := range p.Editions {
			edition := advice.Edition{Name: e.Name, Capacity: e.Capacity}
			for _, sp := range e.Specs {
				edition.Specs = append(edition.Specs, advice.Spec{Name: sp.Name, Capacity: sp.Capacity})
			}
			sized.Editions = append(sized.Editions, edition)
		}
		sized.Sort()
		out[name] = sized
	}
	return out
}
