package config

import (
	"reflect"
	"slices"
	"strings"
)

// onlyKeys makes sure that a provider has no keys of another type: whoever wrote them
// believes that they do something.
func (d *decoder) onlyKeys(p *providerDoc, own ...string) {
	own = append(own, "name", "type", "prefixes", "price_per_segment")
	known := d.fieldsOf(reflect.TypeFor[providerDoc]()) // an unknown key is a fault already
	node := resolved(p.node)
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i].Value
		plain := strings.TrimSuffix(strings.TrimSuffix(key, "_file"), "_env")
		if _, ok := known[key]; ok && !slices.Contains(own, key) && !slices.Contains(own, plain) {
			d.fault(d.child(p.place, node.Content[i], step(key)), "this is no key of a provider of type %s; remove it", clip(p.Type))
		}
	}
}

// checkPrefixes checks the beginnings of the numbers that a provider sends to.
func (d *decoder) checkPrefixes(p *providerDoc) {
	d.checkBeginnings(p.place, p.Prefixes)
}
