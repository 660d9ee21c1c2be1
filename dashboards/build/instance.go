package build

// instanceStatistics is for one instance, or a few that are compared: what is used of
// which capacity, and what happened.
func instanceStatistics() *board {
	b := &board{
		uid: "brimwatch-instance", title: "Brimwatch: instance statistics", from: "now-6h",
		description: "Messages sent and received, subscriptions, connections and whatever else is read of an instance, against its capacity and the thresholds of its alarms.",
	}
	b.variables = []object{source(), product(), account(), instance(),
		choice("metric", "Metric", `label_values(brimwatch_instance_usage{instance_id=~"$instance"}, metric)`), pages()}
	b.annotations = []object{notes(),
		episodes("Alarms", "orange", `max by (rule, instance_id, metric, severity) (brimwatch_alarm_raised{instance_id=~"$instance"})`,
			"{{rule}}", "{{severity}} alarm of {{instance_id}}"),
		moments("Lifecycle", "purple", `max by (instance_id, state) (brimwatch_instance_lifecycle_moment_timestamp_seconds{instance_id=~"$instance"})`,
			"{{state}}", "{{instance_id}} becomes {{state}}")}

	b.row("Now")
	b.instanceNow()
	b.row("Statistics")
	b.instanceCourses()
	b.row("What happened")
	b.instanceStates()
	return b
}

const (
	ofInstance = `{instance_id=~"$instance"}`
	ofMetric   = `{instance_id=~"$instance",metric=~"$metric"}`
)

func (b *board) instanceNow() {
	of := func(aggregate, series string) string {
		return aggregate + ` by (instance_id) (` + series + ofInstance + `)`
	}
	b.add(24, 6, table("Instances", "Who the chosen instances are, whether their sources answer, and what their calendars say.").
		rows(`topk by (instance_id) (1, max by (instance_id, name, account, product, edition) (brimwatch_instance_info`+ofInstance+`))`).
		rows(of(`min`, `brimwatch_instance_up`)).
		rows(`sum by (instance_id) (max by (instance_id, rule, metric) (brimwatch_alarm_raised`+ofInstance+`))`).
		rows(coded(`brimwatch_instance_lifecycle_state`+ofInstance, "state", "instance_id", lifecycles())).
		rows(of(`max`, `brimwatch_instance_expiry_timestamp_seconds`)+` * 1000`).
		rows(of(`max`, `brimwatch_instance_auto_renew`)).
		rows(of(`max`, `brimwatch_instance_silenced`)).
		columns(instanceColumn(), plain("name", "Name"), plain("account", "Account"), plain("product", "Product"), plain("edition", "Edition"),
			words("Value #B", "Source", answers()...), figure("Value #C", "Open alarms", "short").none("0"), words("Value #D", "Lifecycle", lifecycles()...),
			moment("Value #E", "Term ends"), words("Value #F", "Renews", yesNo("green", "orange")...), words("Value #G", "Silenced", yesNo("blue", "text")...).none("no")).
		hideFirst().sortedBy("Instance", false).none("no instance is chosen"))

	figures := func(aggregate, series string) string {
		return aggregate + ` by (instance_id, metric) (` + series + ofMetric + `)`
	}
	b.add(12, 8, barGauge("Utilization", "Usage divided by capacity. A metric without a known capacity is not here.").
		now(figures(`max`, `brimwatch_instance_utilization_ratio`), "{{metric}} of {{instance_id}}").
		unit("percentunit").decimals(0).between(0, 1).shaded().toInstance().none("no capacity is known"))
	b.add(12, 8, table("Metrics", "The newest figures, the capacity in force, the lowest threshold at which an alarm is raised, and when the metric is full if it goes on as in the last weeks.").
		rows(figures(`max`, `brimwatch_instance_usage`)).rows(figures(`max`, `brimwatch_instance_capacity`)).
		rows(figures(`min`, `brimwatch_instance_threshold_ratio`)).rows(figures(`min`, `brimwatch_instance_forecast_full_timestamp_seconds`)+` * 1000`).
		columns(instanceColumn(), plain("metric", "Metric"), figure(ofFirst, "Usage", "short"), figure("Value #B", "Capacity", "short"),
			figure("Value #C", "Threshold", "percentunit"), moment("Value #D", "Full")).
		sortedBy("Metric", false).none("nothing has been read"))
}

func (b *board) instanceCourses() {
	const (
		usage     = `max by (instance_id, metric) (max_over_time(brimwatch_instance_usage` + ofMetric + `[$__rate_interval]))`
		capacity  = `max by (instance_id, metric) (brimwatch_instance_capacity` + ofMetric + `)`
		threshold = `max by (instance_id, metric, severity) (brimwatch_instance_threshold_ratio` + ofMetric + `)`
	)
	b.add(12, 9, lines("$metric", "The highest usage at each point, the capacity in force, and the thresholds at which alarms are raised. A line breaks where nothing was read.").
		ask(usage, "{{metric}} of {{instance_id}}").
		ask(capacity, "capacity of {{metric}} of {{instance_id}}").
		ask(threshold+` * on (instance_id, metric) group_left () `+capacity, "{{severity}} threshold of {{metric}} of {{instance_id}}").
		fromZero().limits("B", "text").limits("C", "orange").
		override("byRegexp", "/^critical threshold/", property{"color", object{"mode": "fixed", "fixedColor": "red"}}).
		override("byRegexp", "/_tps of/", property{"unit", "cps"}).
		override("byRegexp", "/memory_bytes of/", property{"unit", "bytes"}).
		toInstance().repeatFor("metric").none("not read of this instance"))
	b.add(24, 9, lines("Utilization of all metrics", "The highest utilization at each point, and the thresholds at which alarms are raised.").
		ask(`max by (instance_id, metric) (max_over_time(brimwatch_instance_utilization_ratio`+ofMetric+`[$__rate_interval]))`, "{{metric}} of {{instance_id}}").
		ask(`max by (instance_id, severity) (brimwatch_instance_threshold_ratio`+ofMetric+`)`, "{{severity}} threshold of {{instance_id}}").
		unit("percentunit").fromZero().limits("B", "orange").
		override("byRegexp", "/^critical threshold/", property{"color", object{"mode": "fixed", "fixedColor": "red"}}).
		toInstance().none("no capacity is known"))
}

func (b *board) instanceStates() {
	b.add(24, 6, stateTimeline("Alarms", "Which alarms were open, with their severity.").
		ask(coded(`brimwatch_alarm_raised`+ofInstance, "severity", "rule, instance_id, metric", severities())+
			` or on (instance_id) label_replace(max by (instance_id) (brimwatch_instance_info`+ofInstance+`) * 0, "rule", "no alarm", "", "")`, "{{rule}} {{metric}} {{instance_id}}").
		states(append([]state{{"0", "none", "green"}}, severities()...)...).toInstance().none("no instance is chosen"))
	b.add(12, 5, stateTimeline("Source", "Whether the source of the instance answered.").
		ask(`min by (instance_id) (brimwatch_instance_up`+ofInstance+`)`, "{{instance_id}}").
		states(answers()...).toInstance().none("the instance has no source"))
	b.add(12, 5, stateTimeline("Lifecycle", "The state of the calendar: whether the term runs, is about to end or has ended, and what the cloud does then.").
		ask(coded(`brimwatch_instance_lifecycle_state`+ofInstance, "state", "instance_id", lifecycles()), "{{instance_id}}").
		states(lifecycles()...).toInstance().none("the instance has no calendar"))
}
