package config

import (
	"reflect"
	"slices"
	"strings"
)

// onlyKeys makes sure that a provider of text messages has no keys of another type.
func (d *decoder) onlyKeys(p *providerDoc, own ...string) {
	d.noOtherKeys(p.place, p.Type, reflect.TypeFor[providerDoc](), append(own, "name", "type", "prefixes", "price_per_segment"))
}

// noOtherKeys makes sure that a provider has no keys of another type: whoever wrote them
// believes that they do something. doc has the keys of all types.
func (d *decoder) noOtherKeys(p place, kind string, doc reflect.Type, own []string) {
	known := d.fieldsOf(doc) // an unknown key is a fault already
	node := resolved(p.node)
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i].Value
		plain := strings.TrimSuffix(strings.TrimSuffix(key, "_file"), "_env")
		if _, ok := known[key]; ok && !slices.Contains(own, key) && !slices.Contains(own, plain) {
			d.fault(d.child(p, node.Content[i], step(key)), "this is no key of a provider of type %s; remove it", clip(kind))
		}
	}
}

// checkPrefixes checks the beginnings of the numbers that a provider sends to.
func (d *decoder) checkPrefixes(p *providerDoc) {
	d.checkBeginnings(p.place, p.Prefixes)
}
