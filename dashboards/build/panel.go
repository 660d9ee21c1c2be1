package build

// panel is one panel that is being written.
type panel struct {
	kind, title, description string
	options                  object
	defaults                 object // of its fields
	custom                   object // what only this kind of panel knows of its fields
	overrides                []object
	targets                  []object
	transformations          []object
	links                    []object // from a value to a page
	further                  object   // what few panels have
}

// object returns the whole panel, with an ID and a place.
func (p *panel) object(id int, place object) object {
	p.defaults["custom"] = p.custom
	p.defaults["links"] = p.links
	o := object{
		"type": p.kind, "title": p.title, "description": p.description, "id": id, "gridPos": place,
		"datasource": dataSource(), "targets": p.targets, "options": p.options, "transformations": p.transformations,
		"fieldConfig": object{"defaults": p.defaults, "overrides": p.overrides},
	}
	for key, value := range p.further {
		o[key] = value
	}
	return o
}

func newPanel(kind, title, description string, options, custom object) *panel {
	return &panel{
		kind: kind, title: title, description: description, options: options, custom: custom,
		defaults: object{
			"mappings": []object{}, "unit": "short", "noValue": "no data", "color": object{"mode": "palette-classic"},
			"thresholds": object{"mode": "absolute", "steps": []object{{"color": "text", "value": 0}}},
		},
		overrides: []object{}, targets: []object{}, transformations: []object{}, links: []object{}, further: object{},
	}
}

// ask adds a query over the whole time range. The legend is Grafana's pattern, such
// as {{metric}}.
func (p *panel) ask(expr, legend string) *panel {
	return p.target(expr, legend, "time_series", false)
}

// now adds a query about the end of the time range only.
func (p *panel) now(expr, legend string) *panel {
	return p.target(expr, legend, "time_series", true)
}

// rows adds a query about the end of the time range whose series are rows of a table.
func (p *panel) rows(expr string) *panel {
	return p.target(expr, "__auto", "table", true)
}

func (p *panel) target(expr, legend, format string, instant bool) *panel {
	p.targets = append(p.targets, object{
		"refId": string(rune('A' + len(p.targets))), "datasource": dataSource(), "editorMode": "code", "exemplar": false,
		"expr": expr, "format": format, "instant": instant, "range": !instant, "legendFormat": legend,
	})
	return p
}

// unit says what the figures are, in Grafana's words for units.
func (p *panel) unit(unit string) *panel {
	p.defaults["unit"] = unit
	return p
}

// none is what the panel says when there is nothing to show.
func (p *panel) none(text string) *panel {
	p.defaults["noValue"] = text
	return p
}

// between fixes the ends of the scale.
func (p *panel) between(low, high float64) *panel {
	p.defaults["min"], p.defaults["max"] = low, high
	return p
}

// fromZero has the scale begin at 0, so that a small change does not look like a large one.
func (p *panel) fromZero() *panel {
	p.defaults["min"] = 0
	return p
}

func (p *panel) decimals(n int) *panel {
	p.defaults["decimals"] = n
	return p
}

// step is the color of figures from a value on.
type step struct {
	from  float64
	color string
}

// colored colors figures by their size: green up to the first step.
func (p *panel) colored(steps ...step) *panel {
	list := []object{{"color": "green", "value": 0}}
	for _, s := range steps {
		list = append(list, object{"color": s.color, "value": s.from})
	}
	p.defaults["thresholds"] = object{"mode": "absolute", "steps": list}
	p.defaults["color"] = object{"mode": "thresholds"}
	return p
}

// shaded colors figures from green to red. It is for utilization where no single
// threshold holds for all that is shown.
func (p *panel) shaded() *panel {
	p.defaults["color"] = object{"mode": "continuous-GrYlRd"}
	return p
}

// state is a figure that stands for a word.
type state struct {
	value, text, color string
}

// states shows words in place of figures.
func (p *panel) states(list ...state) *panel {
	p.defaults["mappings"] = mappings(list)
	p.defaults["color"] = object{"mode": "thresholds"}
	return p
}

func mappings(list []state) []object {
	options := object{}
	for i, s := range list {
		options[s.value] = object{"text": s.text, "color": s.color, "index": i}
	}
	return []object{{"type": "value", "options": options}}
}

// link leads from a figure to an address.
func (p *panel) link(title, url string) *panel {
	p.links = append(p.links, link(title, url))
	return p
}

func link(title, url string) object {
	return object{"title": title, "url": url, "targetBlank": true}
}

// toInstance leads from a series to its instance: to Brimwatch's page, and to the
// dashboard of instances.
func (p *panel) toInstance() *panel {
	p.links = append(p.links, instanceLinks("${__field.labels.instance_id:percentencode}")...)
	return p
}

func instanceLinks(id string) []object {
	return []object{
		link("The instance in Brimwatch", "${brimwatch:raw}/instances/"+id),
		link("Statistics of the instance", "/d/brimwatch-instance?var-instance="+id+"&${datasource:queryparam}&${__url_time_range}"),
	}
}

// property is one thing that an override changes.
type property struct {
	id    string
	value any
}

// override changes how some fields look: those that the matcher, such as byName, finds.
func (p *panel) override(matcher, options string, properties ...property) *panel {
	list := make([]object, 0, len(properties))
	for _, q := range properties {
		list = append(list, object{"id": q.id, "value": q.value})
	}
	p.overrides = append(p.overrides, object{"matcher": object{"id": matcher, "options": options}, "properties": list})
	return p
}

// limits shows the series of the query refID as dashed lines without points and a filling.
func (p *panel) limits(refID, color string) *panel {
	return p.override("byFrameRefID", refID,
		property{"custom.lineStyle", object{"fill": "dash", "dash": []int{8, 6}}},
		property{"custom.fillOpacity", 0},
		property{"custom.lineWidth", 1},
		property{"custom.showPoints", "never"},
		property{"color", object{"mode": "fixed", "fixedColor": color}})
}

// repeatFor shows the panel once for each value that is chosen of a variable.
func (p *panel) repeatFor(variable string) *panel {
	p.further["repeat"], p.further["repeatDirection"], p.further["maxPerRow"] = variable, "h", 2
	return p
}
