package build

// columns is how wide a dashboard is.
const columns = 24

// schemaVersion is that of Grafana 9.3. Newer versions bring it up to their own
// when they load it, and know from it that a table's cells are described as 9 does.
const schemaVersion = 37

// board is a dashboard that is being written. Panels are laid from left to right,
// and in a new line when one does not fit any more.
type board struct {
	uid, title, description string
	from                    string // the time range begins here and ends now
	variables               []object
	annotations             []object
	panels                  []object
	folded                  object // the row that takes the panels at present; nil: none does

	x, y, line int // where the next panel goes, and how high its line is
	id         int // of the newest panel
}

// object returns the whole dashboard.
func (b *board) object() object {
	b.closeFolded()
	return object{
		"annotations":          object{"list": b.annotations},
		"description":          b.description,
		"editable":             true,
		"fiscalYearStartMonth": 0,
		"graphTooltip":         1,
		"links":                links(),
		"liveNow":              false,
		"panels":               b.panels,
		"refresh":              "1m",
		"schemaVersion":        schemaVersion,
		"tags":                 []string{tag},
		"templating":           object{"list": b.variables},
		"time":                 object{"from": b.from, "to": "now"},
		"timepicker":           object{},
		"timezone":             "browser",
		"title":                b.title,
		"uid":                  b.uid,
		"version":              1,
		"weekStart":            "",
	}
}

// tag is what the dashboards find each other by.
const tag = "brimwatch"

// links lead from each dashboard to the others and to Brimwatch's pages.
func links() []object {
	return []object{
		{
			"type": "dashboards", "title": "Brimwatch", "tags": []string{tag}, "asDropdown": true, "icon": "external link",
			"includeVars": true, "keepTime": true, "targetBlank": false, "tooltip": "The other dashboards of Brimwatch", "url": "",
		},
		pageLink("Instances", "/"),
		pageLink("Alarms", "/alarms"),
		pageLink("Calendar", "/calendar"),
		pageLink("Notices", "/notices"),
	}
}

func pageLink(title, path string) object {
	return object{
		"type": "link", "title": title, "tags": []string{}, "asDropdown": false, "icon": "external link",
		"includeVars": false, "keepTime": false, "targetBlank": true, "tooltip": "The page in Brimwatch", "url": "${brimwatch:raw}" + path,
	}
}

// add lays a panel of a width and a height.
func (b *board) add(width, height int, p *panel) {
	if b.x+width > columns {
		b.newLine()
	}
	o := p.object(b.nextID(), object{"x": b.x, "y": b.y, "w": width, "h": height})
	if b.folded != nil {
		inside, _ := b.folded["panels"].([]object)
		b.folded["panels"] = append(inside, o)
	} else {
		b.panels = append(b.panels, o)
	}
	b.x += width
	b.line = max(b.line, height)
}

// row begins a part of the dashboard.
func (b *board) row(title string) {
	b.closeFolded()
	b.panels = append(b.panels, b.rowObject(title, false))
}

// fold begins a part that is closed until somebody opens it: what not everybody
// has, such as another store, would look empty to the others.
func (b *board) fold(title string) {
	b.closeFolded()
	b.folded = b.rowObject(title, true)
}

func (b *board) closeFolded() {
	if b.folded != nil {
		b.panels = append(b.panels, b.folded)
		b.folded = nil
	}
}

func (b *board) rowObject(title string, folded bool) object {
	b.newLine()
	o := object{
		"type": "row", "id": b.nextID(), "title": title, "collapsed": folded, "panels": []object{},
		"gridPos": object{"x": 0, "y": b.y, "w": columns, "h": 1},
	}
	b.y++
	return o
}

func (b *board) newLine() {
	b.x, b.y, b.line = 0, b.y+b.line, 0
}

func (b *board) nextID() int {
	b.id++
	return b.id
}

// dataSource is what every query is put to: the one chosen at the top.
func dataSource() object {
	return object{"type": "prometheus", "uid": "${datasource}"}
}
