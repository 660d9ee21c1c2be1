package config

import (
	"net/url"
	"strings"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// ShownURL is the part of a URL that may be shown: path and query may hold
// secrets.
func ShownURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return "webhook"
	}
	return u.Scheme + "://" + u.Host
}

// Title names product and edition of an instance, or its specification, for
// people in a language.
func (c *Catalogue) Title(in *fleet.Instance, l words.Language) string {
	product, edition := in.Product, in.Edition
	if c == nil {
		return strings.TrimSpace(product + " " + edition)
	}
	p, ok := c.Products[in.Product]
	if !ok {
		return strings.TrimSpace(product + " " + edition)
	}
	if p.Title != "" {
		product = p.Title
	}
	if t := p.Titles[l.String()]; t != "" {
		product = t
	}
	if t := p.Editions[in.Edition].Title[l.String()]; t != "" {
		edition = t
	}
	if in.Spec != "" {
		edition = in.Spec
	}
	if strings.HasSuffix(product, "）") { // a full-width bracket has its blank in itself
		return product + edition
	}
	return strings.TrimSpace(product + " " + edition)
}
