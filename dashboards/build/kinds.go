package build

import "slices"

// reduced takes the newest value of each series.
func reduced() object {
	return object{"calcs": []string{"lastNotNull"}, "fields": "", "values": false}
}

// legend stands below a chart.
func legend() object {
	return object{"calcs": []string{}, "displayMode": "list", "placement": "bottom", "showLegend": true}
}

func tooltip() object {
	return object{"mode": "multi", "sort": "desc"}
}

func hidden() object {
	return object{"legend": false, "tooltip": false, "viz": false}
}

// stat is one large figure.
func stat(title, description string) *panel {
	return newPanel("stat", title, description, object{
		"colorMode": "value", "graphMode": "none", "justifyMode": "auto", "orientation": "auto", "reduceOptions": reduced(),
		"showPercentChange": false, "text": object{}, "textMode": "auto", "wideLayout": true,
	}, object{})
}

// sparkline draws the course of a figure behind it. The figure is the newest point of the
// course, and Grafana cuts the time range to a multiple of the step: with a point for each
// pixel of a small panel, it would be minutes old. So this many points are asked, which
// makes it 15 s in six hours. In longer ranges a figure that must be of this moment has none.
// Grafana draws it in panels of 5 and more, and not where the scale has fixed ends.
func (p *panel) sparkline() *panel {
	p.options["graphMode"] = "area"
	p.further["maxDataPoints"] = 1440
	return p
}

// withName shows the name of the series beside its figure, where there is only one, too.
func (p *panel) withName() *panel {
	p.options["textMode"] = "value_and_name"
	return p
}

// named shows the name of the series and not its figure.
func (p *panel) named() *panel {
	p.options["textMode"] = "name"
	return p
}

// lines is a chart over time. A line breaks where nothing is known for a while.
func lines(title, description string) *panel {
	return newPanel("timeseries", title, description, object{"legend": legend(), "tooltip": tooltip()}, object{
		"axisCenteredZero": false, "axisColorMode": "text", "axisLabel": "", "axisPlacement": "auto", "barAlignment": 0,
		"drawStyle": "line", "fillOpacity": 8, "gradientMode": "none", "hideFrom": hidden(), "lineInterpolation": "linear", "lineWidth": 1,
		"pointSize": 5, "scaleDistribution": object{"type": "linear"}, "showPoints": "auto", "spanNulls": false,
		"stacking": object{"group": "A", "mode": "none"}, "thresholdsStyle": object{"mode": "off"},
	})
}

// stacked lays the series of a chart on top of each other.
func (p *panel) stacked() *panel {
	p.custom["stacking"] = object{"group": "A", "mode": "normal"}
	p.custom["fillOpacity"] = 40
	p.custom["lineInterpolation"] = "stepAfter"
	return p
}

// bars draws bars in place of lines: counts of what happened in a while.
func (p *panel) bars() *panel {
	p.stacked()
	p.custom["drawStyle"], p.custom["fillOpacity"], p.custom["lineInterpolation"] = "bars", 70, "linear"
	return p
}

// stateTimeline shows which state held when, a line for each series.
func stateTimeline(title, description string) *panel {
	p := newPanel("state-timeline", title, description, object{
		"alignValue": "left", "legend": legend(), "mergeValues": true, "rowHeight": 0.9, "showValue": "auto",
		"tooltip": object{"mode": "single", "sort": "none"},
	}, object{"fillOpacity": 70, "hideFrom": hidden(), "lineWidth": 0})
	p.options["legend"] = object{"calcs": []string{}, "displayMode": "list", "placement": "bottom", "showLegend": false}
	return p
}

// barGauge is a bar for each series, at its newest value.
func barGauge(title, description string) *panel {
	return newPanel("bargauge", title, description, object{
		"displayMode": "gradient", "maxVizHeight": 300, "minVizHeight": 16, "minVizWidth": 8, "namePlacement": "auto",
		"orientation": "horizontal", "reduceOptions": reduced(), "showUnfilled": true, "sizing": "auto", "text": object{}, "valueMode": "color",
	}, object{})
}

// heatmap shows the buckets of a histogram over time.
func heatmap(title, description string) *panel {
	return newPanel("heatmap", title, description, object{
		"calculate": false, "cellGap": 1, "cellValues": object{"unit": "short"},
		"color": object{
			"mode": "scheme", "scheme": "Blues", "fill": "dark-blue", "scale": "exponential", "exponent": 0.5, "steps": 64, "reverse": false,
		},
		"exemplars": object{"color": "rgba(255,0,255,0.7)"}, "filterValues": object{"le": 1e-9}, "legend": object{"show": true},
		"rowsFrame": object{"layout": "auto"}, "showValue": "never", "tooltip": object{"mode": "single", "yHistogram": false},
		"yAxis": object{"axisPlacement": "left", "reverse": false, "unit": "s"},
	}, object{"hideFrom": hidden(), "scaleDistribution": object{"type": "linear"}})
}

// buckets adds the query of a heatmap.
func (p *panel) buckets(expr string) *panel {
	return p.target(expr, "{{le}}", "heatmap", false)
}

// table is a table of what holds at the end of the time range.
func table(title, description string) *panel {
	return newPanel("table", title, description, object{
		"cellHeight": "sm", "footer": object{"countRows": false, "fields": []string{}, "reducer": []string{"sum"}, "show": false},
		"frameIndex": 0, "showHeader": true, "sortBy": []object{},
	}, object{"align": "auto", "displayMode": "auto", "filterable": false, "inspect": false, "minWidth": 80})
}

// column is one column of a table.
type column struct {
	field string // a label, or Value #A for the figures of query A
	title string
	look  []property // beyond that of the panel
}

// The figures of the first query have another name where no other query has an answer.
const (
	ofFirst = "Value #A"
	ofOnly  = "Value"
)

// columns joins the rows of all queries, and shows these columns in this order.
func (p *panel) columns(list ...column) *panel {
	index, names := object{}, object{}
	for i, c := range list {
		index[c.field], names[c.field] = i, c.title
		if c.field == ofFirst {
			index[ofOnly], names[ofOnly] = i, c.title
		}
		p.override("byName", c.title, c.look...)
	}
	p.transformations = append(p.transformations,
		object{"id": "merge", "options": object{}},
		object{"id": "organize", "options": object{"excludeByName": object{"Time": true}, "indexByName": index, "renameByName": names}})
	return p
}

// hideFirst leaves out the figures of the first query: its rows are there for their labels.
func (p *panel) hideFirst() *panel {
	organize, _ := p.transformations[len(p.transformations)-1]["options"].(object)
	organize["excludeByName"] = object{"Time": true, ofFirst: true, ofOnly: true}
	return p
}

// sortedBy orders the rows by a column.
func (p *panel) sortedBy(title string, descending bool) *panel {
	p.options["sortBy"] = []object{{"displayName": title, "desc": descending}}
	return p
}

// figure is a column of figures.
func figure(field, title, unit string, further ...property) column {
	return column{field, title, append([]property{{"unit", unit}, dash()}, further...)}
}

// dash is what a cell shows that is empty. Without it there would be what the table says
// when it has no rows at all.
func dash() property { return property{"noValue", "-"} }

// none is what a cell shows that is empty, where that says something.
func (c column) none(text string) column {
	c.look = slices.Clone(c.look)
	for i := range c.look {
		if c.look[i].id == "noValue" {
			c.look[i].value = text
		}
	}
	return c
}

// moment is a column of points of time, in milliseconds.
func moment(field, title string) column {
	return figure(field, title, "dateTimeFromNow", property{"custom.width", 120})
}

// share is a column of bars from nothing to full.
func share(field, title string) column {
	return figure(field, title, "percentunit", property{"min", 0}, property{"max", 1}, property{"decimals", 0},
		property{"custom.displayMode", "gradient-gauge"}, property{"color", object{"mode": "continuous-GrYlRd"}})
}

// words is a column of figures that stand for words, and so begin at the left.
func words(field, title string, list ...state) column {
	return column{field, title, []property{
		{"mappings", mappings(list)}, dash(), {"custom.displayMode", "color-text"}, {"custom.align", "left"}, {"color", object{"mode": "thresholds"}},
	}}
}

// instanceColumn is the ID of an instance, with ways to it.
func instanceColumn() column {
	return column{"instance_id", "Instance", []property{{"links", instanceLinks("${__value.raw:percentencode}")}, dash(), {"custom.minWidth", 160}}}
}

// plain is a column of words.
func plain(field, title string) column {
	return column{field, title, []property{dash()}}
}
