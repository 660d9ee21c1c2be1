package config

import (
	"reflect"

	"gopkg.in/yaml.v3"
)

// ownAlarmsDoc is the alarms of one instance: those of its metrics and of
// silence, by name, and those of its calendar.
type ownAlarmsDoc struct {
	rules    map[string]ruleDoc // by metric, and no_data
	calendar calendarDoc
}

// decode reads the two kinds of rules, which stand side by side.
func (o *ownAlarmsDoc) decode(d *decoder, p place) {
	if isNull(p.node) {
		return
	}
	if p.node.Kind != yaml.MappingNode {
		d.fault(p, "a mapping is wanted here, by metric or rule, such as {connections: {threshold: 80%%}}, not %s", kindOf(p.node))
		return
	}
	dated := d.fieldsOf(reflect.TypeFor[calendarDoc]())
	rules, calendar := *p.node, *p.node
	rules.Content, calendar.Content = nil, nil
	for i := 0; i+1 < len(p.node.Content); i += 2 {
		pair := p.node.Content[i : i+2]
		if _, ok := dated[pair[0].Value]; ok {
			calendar.Content = append(calendar.Content, pair...)
		} else {
			rules.Content = append(rules.Content, pair...)
		}
	}
	at := p
	at.node = &rules
	d.decode(at, reflect.ValueOf(&o.rules).Elem())
	at.node = &calendar
	d.decode(at, reflect.ValueOf(&o.calendar).Elem())
}
