package build

// source lets people choose the data source. The one that Brimwatch's provisioning
// makes is taken first, or one of its name; where there is none, the first there is.
func source() object {
	return object{
		"type": "datasource", "name": "datasource", "label": "Data source", "query": "prometheus", "regex": "",
		"hide": 0, "includeAll": false, "multi": false, "options": []object{}, "refresh": 1, "skipUrlSync": false,
		"current": object{"selected": false, "text": "Brimwatch", "value": "brimwatch"},
	}
}

// pages is where Brimwatch's pages are, for links to them.
func pages() object {
	const usual = "http://127.0.0.1:9740"
	usually := object{"selected": true, "text": usual, "value": usual}
	return object{
		"type": "textbox", "name": "brimwatch", "label": "Pages at", "query": usual,
		"description": "Where your browser finds Brimwatch's pages, for links to them.",
		"hide":        0, "skipUrlSync": false, "current": usually, "options": []object{usually},
	}
}

// choice lets people choose some values of a label, or all. All is the expression
// that fits everything, series without the label included.
func choice(name, label, query string) object {
	o := chosen(name, label, query)
	o["includeAll"], o["allValue"] = true, ".*"
	o["current"] = object{"selected": true, "text": []string{"All"}, "value": []string{"$__all"}}
	return o
}

// chosen lets people choose some values, and takes the first at the beginning.
func chosen(name, label, query string) object {
	return object{
		"type": "query", "name": name, "label": label, "datasource": dataSource(),
		"query": object{"query": query, "refId": "StandardVariableQuery"}, "regex": "",
		"hide": 0, "includeAll": false, "multi": true, "options": []object{}, "refresh": 2, "skipUrlSync": false, "sort": 1,
		"current": object{},
	}
}

func product() object {
	return choice("product", "Product", `label_values(brimwatch_fleet_instances, product)`)
}

func account() object {
	return choice("account", "Account", `label_values(brimwatch_fleet_instances{product=~"$product"}, account)`)
}

// instance offers the names of instances and takes their IDs. There is no "All": with
// 10,000 instances a chart of them all would ask for more samples than a query may have.
func instance() object {
	o := chosen("instance", "Instance",
		`query_result(count by (instance_id, name) (brimwatch_instance_info{product=~"$product",account=~"$account"}))`)
	o["regex"] = `/instance_id="(?<value>.*?)"(?=,name="|\})|name="(?<text>.*)"(?=\})/g`
	return o
}

// episodes marks the time in which alarms are open.
func episodes(name, color, expr, title, text string) object {
	return object{
		"name": name, "datasource": dataSource(), "enable": true, "hide": false, "iconColor": color,
		"expr": expr, "step": "60s", "titleFormat": title, "textFormat": text, "tagKeys": "rule,severity", "useValueForTime": false,
	}
}

// moments marks points of time that the values of an expression are, in seconds. Only
// those in the time range of the dashboard are marked.
func moments(name, color, expr, title, text string) object {
	return object{
		"name": name, "datasource": dataSource(), "enable": true, "hide": false, "iconColor": color,
		"expr": `((` + expr + `) >= ${__from:date:seconds} <= ${__to:date:seconds}) * 1000`,
		"step": "60s", "titleFormat": title, "textFormat": text, "tagKeys": "state", "useValueForTime": true,
	}
}

// notes are those that people make in Grafana itself; every dashboard has them.
func notes() object {
	return object{
		"builtIn": 1, "name": "Annotations & Alerts", "type": "dashboard", "enable": true, "hide": true,
		"datasource": object{"type": "grafana", "uid": "-- Grafana --"}, "iconColor": "rgba(0, 211, 255, 1)",
	}
}
