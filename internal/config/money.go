package config

import (
	"gopkg.in/yaml.v3"

	"github.com/brimwatch/brimwatch/fleet"
)

// money is an amount, read from its text: no digit of it is lost on the way.
type money struct {
	v    fleet.Amount
	set  bool
	read bool // it is an amount
}

func (m *money) decode(d *decoder, p place) {
	if isNull(p.node) {
		return
	}
	if p.node.Kind != yaml.ScalarNode {
		m.set = true
		d.fault(p, "an amount of money is wanted here, such as 1200 or -11.19, not %s", kindOf(p.node))
		return
	}
	m.set = true // also when it is wrong: it is not missing
	v, err := fleet.ParseAmount(p.node.Value)
	if err != nil {
		d.fault(p, "%s", err)
		return
	}
	m.v, m.read = v, true
}
