package build

// openAlarms is how many alarms are open, once each.
const openAlarms = `max by (product, account, rule, severity) (brimwatch_fleet_alarms` + where + `)`

// fleetOverview is for whoever asks how all is: counts, the fullest, what is wrong.
func fleetOverview() *board {
	b := &board{
		uid: "brimwatch-fleet", title: "Brimwatch: fleet overview", from: "now-6h",
		description: "How full the instances are against the capacity of their editions, which alarms are open, and what should be looked at first.",
	}
	b.variables = []object{source(), product(), account(), choice("metric", "Metric", `label_values(brimwatch_fleet_utilization_ratio`+where+`, metric)`), pages()}
	b.annotations = []object{notes(), episodes("Critical alarms", "red",
		`sum by (rule) (max by (product, account, rule) (brimwatch_fleet_alarms{product=~"$product",account=~"$account",severity="critical"})) > 0`,
		"Critical alarms are open", "{{rule}}")}

	b.row("Now")
	b.fleetFigures()
	b.row("How full the fleet is")
	b.fleetCourses()
	b.row("What to look at first")
	b.fleetTables()
	return b
}

func (b *board) fleetFigures() {
	// What is below the lowest threshold of all is left out before the two are matched: it is most of a fleet.
	const (
		threshold = `brimwatch_instance_threshold_ratio{product=~"$product",metric=~"$metric"}`
		above     = `max by (instance_id, metric) (brimwatch_instance_utilization_ratio{product=~"$product",metric=~"$metric"} >= scalar(min(` + threshold + `)))` +
			` >= on (instance_id, metric) group_right () ` + threshold
	)
	b.add(3, 4, stat("Instances", "How many instances Brimwatch knows.").sparkline().
		ask(orZero(`sum(max by (product, account, state) (brimwatch_fleet_instances`+where+`))`), "instances").
		link("All instances in Brimwatch", "${brimwatch:raw}/"))
	b.add(3, 4, stat("Without data", "Instances whose source did not answer the newest reading. Nothing is assumed of them: their alarms neither begin nor end.").sparkline().
		ask(orZero(`sum(max by (product, account) (brimwatch_fleet_watched`+where+`)) - sum(max by (product, account) (brimwatch_fleet_up`+where+`))`), "without data").
		colored(step{1, "red"}).link("All instances in Brimwatch", "${brimwatch:raw}/"))
	b.add(3, 4, stat("Open alarms", "Alarms that are raised, of all rules; those whose data is missing count.").sparkline().
		ask(orZero(`sum(`+openAlarms+`)`), "open alarms").
		colored(step{1, "orange"}).link("Alarms in Brimwatch", "${brimwatch:raw}/alarms"))
	b.add(3, 4, stat("Critical alarms", "Open alarms of the severity critical.").sparkline().
		ask(orZero(`sum(max by (product, account, rule) (brimwatch_fleet_alarms{product=~"$product",account=~"$account",severity="critical"}))`), "critical alarms").
		colored(step{1, "red"}).link("Alarms in Brimwatch", "${brimwatch:raw}/alarms"))
	b.add(3, 4, stat("Above the threshold", "Metrics of instances whose usage is at or above the threshold in force, whether or not it was so for long enough to raise an alarm.").
		now(orZero(`count(max by (instance_id, metric) (`+chosenOnly(above)+`))`), "above the threshold").
		colored(step{1, "orange"}))
	b.add(3, 4, stat("Fullest metric", "The highest utilization of any metric of any instance.").sparkline().
		ask(`max(brimwatch_fleet_utilization_ratio{product=~"$product",account=~"$account",metric=~"$metric",stat="max"})`, "fullest").
		unit("percentunit").decimals(0).between(0, 1).shaded().none("no reading"))
	b.add(3, 4, stat("Terms end in 30 days", "Instances whose paid term ends within 30 days.").
		now(orZero(`count(max by (instance_id) (`+chosenOnly(`brimwatch_instance_expiry_timestamp_seconds{product=~"$product"} > time() < time() + 30 * 86400`)+`))`), "terms end").
		colored(step{1, "yellow"}).link("Calendar in Brimwatch", "${brimwatch:raw}/calendar?days=30"))
	b.add(3, 4, stat("Silences", "Silences in force. They hold notices back; alarms are raised all the same.").sparkline().
		ask(orZero(`max(brimwatch_silences)`), "silences").
		colored(step{1, "blue"}).link("Alarms in Brimwatch", "${brimwatch:raw}/alarms"))
}

func (b *board) fleetCourses() {
	utilization := func(stat string) string {
		return `max by (metric) (brimwatch_fleet_utilization_ratio{product=~"$product",account=~"$account",metric=~"$metric",stat="` + stat + `"})`
	}
	b.add(12, 8, lines("Fullest instance", "The utilization of the instance that is the fullest, for each metric.").
		ask(utilization("max"), "{{metric}}").unit("percentunit").fromZero().none("no reading yet"))
	b.add(12, 8, lines("Nine of ten instances stay below", "The utilization that nine of ten instances of a product and account stay below; where several are chosen, the highest of them.").
		ask(utilization("p90"), "{{metric}}").unit("percentunit").fromZero().none("no reading yet"))
	b.add(12, 8, lines("Used of all capacity", "The usage of all instances together, divided by all their capacity: how much of what is paid for is used.").
		ask(`sum by (metric) (max by (product, account, metric) (brimwatch_fleet_usage`+whereMetric+`)) / sum by (metric) (max by (product, account, metric) (brimwatch_fleet_capacity`+whereMetric+`) > 0)`, "{{metric}}").
		unit("percentunit").fromZero().none("no reading yet"))
	b.add(12, 8, lines("Open alarms by rule", "How many alarms are open, by the rule that raised them.").stacked().
		ask(orNone(`sum by (rule) (`+openAlarms+`)`, "rule", "none"), "{{rule}}").fromZero().decimals(0))
}

// fullest are the ten metrics with the highest utilization.
func fullest() string {
	return `topk(10, ` + chosenOnly(`brimwatch_instance_utilization_ratio{product=~"$product",metric=~"$metric"}`) + `)`
}

// ofFullest is what a series says of those ten.
func ofFullest(series string) string {
	return `min by (instance_id, product, edition, metric) (` + series + `{product=~"$product",metric=~"$metric"} and on (instance_id, metric) ` + fullest() + `)`
}

func (b *board) fleetTables() {
	const (
		alarms    = `max by (rule, instance_id, metric, severity) (topk(100, brimwatch_alarm_raised{instance_id!=""} and on (instance_id) brimwatch_instance_info` + where + `))`
		ofOthers  = `max by (rule, severity, account) (brimwatch_alarm_raised{instance_id="",account=~"$account"})` // of accounts, and of the whole fleet
		forecasts = `brimwatch_instance_forecast_full_timestamp_seconds{product=~"$product",metric=~"$metric"}`
	)
	b.add(24, 9, table("The ten fullest", "The metrics with the highest utilization, the threshold at which an alarm is raised, and when the metric is full if it goes on as in the last weeks.").
		rows(withName(`max by (instance_id, product, edition, metric) (`+fullest()+`)`)).rows(ofFullest("brimwatch_instance_threshold_ratio")).rows(ofFullest("brimwatch_instance_capacity")).
		rows(ofFullest("brimwatch_instance_forecast_full_timestamp_seconds")+` * 1000`).
		columns(instanceColumn(), plain("name", "Name"), plain("account", "Account"), plain("product", "Product"), plain("edition", "Edition"), plain("metric", "Metric"),
			share(ofFirst, "Utilization"), figure("Value #B", "Threshold", "percentunit"), figure("Value #C", "Capacity", "short"), moment("Value #D", "Full")).
		sortedBy("Utilization", true).none("no reading yet"))
	b.add(12, 9, table("Which alarms are open", "Alarms that are open, a hundred at most. Brimwatch's page has all of them, with what can be done.").
		rows(withName(alarms)+` or topk(100, `+ofOthers+`)`).
		columns(severityColumn(), plain("rule", "Rule"), instanceColumn(), plain("name", "Name"), plain("metric", "Metric"), plain("account", "Account")).
		hideFirst().sortedBy("Severity", false).none("no alarm is open"))
	b.add(12, 9, table("Full the soonest", "The metrics that reach their capacity first if they go on as in the last weeks. Only metrics with a clear trend are here.").
		rows(withName(`min by (instance_id, product, edition, metric) (bottomk(10, `+chosenOnly(forecasts)+`))`)+` * 1000`).
		columns(instanceColumn(), plain("name", "Name"), plain("metric", "Metric"), moment(ofFirst, "Full"), plain("product", "Product"), plain("edition", "Edition"), plain("account", "Account")).
		sortedBy("Full", false).none("nothing grows towards its capacity"))
	b.add(24, 8, table("Products and accounts", "Instances, open alarms and the fullest metric, by product and account; the hundred with the most instances.").
		rows(`topk(100, sum by (product, account) (max by (product, account, state) (brimwatch_fleet_instances`+where+`)))`).
		rows(`sum by (product, account) (`+openAlarms+`)`).
		rows(`max by (product, account) (brimwatch_fleet_utilization_ratio{product=~"$product",account=~"$account",metric=~"$metric",stat="max"})`).
		rows(`max by (product, account) (brimwatch_fleet_watched`+where+`) - max by (product, account) (brimwatch_fleet_up`+where+`)`).
		columns(plain("product", "Product"), plain("account", "Account"), figure(ofFirst, "Instances", "short"), figure("Value #B", "Open alarms", "short"),
			figure("Value #D", "Without data", "short"), share("Value #C", "Fullest metric")).
		sortedBy("Instances", true).none("no instance yet"))
}
