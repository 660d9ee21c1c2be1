package build

// ofProcess takes what Go and the system say of a process, and leaves out all processes
// but Brimwatch: a Prometheus has such series of whatever else it scrapes.
func ofProcess(expr string) string {
	return expr + ` and on (job, instance) brimwatch_build_info`
}

// brimwatchItself is for whoever runs Brimwatch.
func brimwatchItself() *board {
	b := &board{
		uid: "brimwatch-self", title: "Brimwatch: Brimwatch itself", from: "now-6h",
		description: "Whether Brimwatch reads, judges, tells and remembers as it should, and what that takes.",
	}
	b.variables = []object{source(), pages()}
	b.annotations = []object{notes(),
		moments("Starts", "blue", `max by (instance) (`+ofProcess(`process_start_time_seconds`)+`)`, "Brimwatch started", ""),
		moments("Configuration", "green", `max(brimwatch_config_last_reload_success_timestamp_seconds)`, "The configuration was loaded", "")}

	b.row("Now")
	b.selfFigures()
	b.row("Reading")
	b.reading()
	b.row("Judging and telling")
	b.judging()
	b.row("History and queries")
	b.history()
	b.row("The process")
	b.process()
	b.fold("Clouds and other stores")
	b.others()
	return b
}

func (b *board) selfFigures() {
	b.add(4, 4, stat("Version", "The version that runs.").now(`max by (version) (brimwatch_build_info)`, "{{version}}").named().none("does not answer"))
	b.add(4, 4, stat("Runs since", "When the process started.").
		now(`min(`+ofProcess(`process_start_time_seconds`)+`) * 1000`, "started").unit("dateTimeFromNow").none("not known"))
	b.add(4, 4, stat("Configuration", "Whether the configuration that is in the file was taken. A refused one changes nothing; the log and brimwatch check say what is wrong.").
		now(`min(brimwatch_config_last_reload_successful)`, "configuration").states(state{"0", "refused", "red"}, state{"1", "in force", "green"}).none("not known"))
	b.add(4, 4, stat("Outbox", "Whether the last write to the database of alarms and notices succeeded. While it fails no alarm is lost; it is decided again.").
		now(`min(brimwatch_outbox_healthy)`, "outbox").states(state{"0", "cannot write", "red"}, state{"1", "writes", "green"}).none("not known"))
	b.add(4, 4, stat("Lost readings", "Readings that were not judged or not stored in the time range, because too many waited or the disk did not take them.").
		now(orZero(`round(`+counted("brimwatch_engine_readings_dropped_total", "", "", wholeRange)+` + `+
			counted("brimwatch_history_dropped_total", `{reason=~"buffer_full|append_error"}`, "", wholeRange)+`)`), "lost").colored(step{1, "red"}))
	b.add(4, 4, stat("Refused queries", "Queries that were refused or failed in the time range: too large, too slow, or wrong.").
		now(orZero(`round(`+counted("brimwatch_query_duration_seconds_count", `{outcome!="ok"}`, "", wholeRange)+`)`), "refused").colored(step{1, "yellow"}))
}

func (b *board) reading() {
	b.add(8, 8, lines("Visits by outcome", "Visits to sources a second, by how they ended.").
		ask(orNone(perSecond("brimwatch_collect_visits_total", "outcome"), "outcome", "no visit"), "{{outcome}}").unit("cps").fromZero())
	b.add(8, 8, lines("How long visits take", "What half and 95 % of the visits stay below, and by how much visits begin late.").
		ask(quantile("0.5", "brimwatch_collect_duration_seconds", "", "", eachPoint), "half").
		ask(quantile("0.95", "brimwatch_collect_duration_seconds", "", "", eachPoint), "95 %").
		ask(quantile("0.95", "brimwatch_collect_delay_seconds", "", "", eachPoint), "late, 95 %").unit("s").fromZero().none("no visit"))
	b.add(8, 8, lines("Sources", "Sources that wait for room, visits that run, and visits that were left out because the one before had not ended.").
		ask(orZero(`max(brimwatch_collect_waiting)`), "wait").
		ask(orNone(`max by (lane) (brimwatch_collect_running)`, "lane", "none"), "run: {{lane}}").
		ask(orZero(counted("brimwatch_collect_overruns_total", "", "", eachPoint)), "left out").fromZero())
}

func (b *board) judging() {
	b.add(8, 8, lines("Readings", "Readings a second that were judged and that were stored.").
		ask(orZero(perSecond("brimwatch_engine_readings_total", "")), "judged").
		ask(orZero(perSecond("brimwatch_engine_readings_dropped_total", "")), "dropped").unit("cps").fromZero())
	b.add(8, 8, lines("What waits to be judged", "Readings that wait. They should be none most of the time.").
		ask(orZero(`max(brimwatch_engine_queue)`), "readings").fromZero().decimals(0))
	b.add(8, 8, lines("Commits of alarms", "How long commits of alarm states take, and how many failed. A commit that failed is done again with the next reading.").
		ask(quantile("0.95", "brimwatch_engine_commit_duration_seconds", "", "", eachPoint), "95 % within").
		ask(orZero(counted("brimwatch_engine_commit_failures_total", "", "", eachPoint)), "failed").
		override("byName", "95 % within", property{"unit", "s"}).fromZero())
	b.add(12, 8, lines("What happened to alarms", "Events of episodes: raised, ended and so on.").bars().
		ask(orNone(`round(`+counted("brimwatch_engine_events_total", "", "rule, kind", eachPoint)+`)`, "rule", "no event"), "{{rule}} {{kind}}").fromZero())
	b.add(12, 8, lines("Silent instances", "Instances that tell nothing at the moment, and open alarms.").
		ask(orZero(`max(brimwatch_engine_silent_instances)`), "silent").ask(orZero(`max(brimwatch_engine_open_episodes)`), "open alarms").fromZero().decimals(0))
}

func (b *board) history() {
	b.add(8, 8, lines("Samples stored", "Samples a second that went into the history.").
		ask(orZero(perSecond("brimwatch_history_appended_total", "")), "stored").unit("cps").fromZero())
	b.add(8, 8, lines("Not stored", "Readings that the history did not store, by reason, and batches that could not be written.").bars().
		ask(orNone(`round(`+counted("brimwatch_history_dropped_total", "", "reason", eachPoint)+`)`, "reason", "none"), "{{reason}}").
		ask(orZero(`round(`+counted("brimwatch_history_append_errors_total", "", "", eachPoint)+`)`), "batches not written").fromZero())
	b.add(8, 8, lines("What waits to be stored", "Readings that wait, and how many may.").
		ask(orZero(`max(brimwatch_history_buffer_readings)`), "wait").ask(orZero(`max(brimwatch_history_buffer_capacity_readings)`), "may wait").fromZero().limits("B", "orange"))
	b.add(8, 8, lines("On disk", "Bytes in blocks, without the last hours.").
		ask(orZero(`max(brimwatch_history_block_bytes)`), "blocks").unit("bytes").fromZero())
	b.add(8, 8, lines("In memory", "Series that the database holds, and changes of facts.").
		ask(orZero(`max(brimwatch_history_series)`), "series").ask(orZero(`max(brimwatch_history_fact_changes)`), "fact changes").fromZero())
	b.add(8, 8, stat("History since", "The oldest sample that is kept.").
		now(`min(brimwatch_history_oldest_timestamp_seconds > 0) * 1000`, "since").unit("dateTimeFromNow").none("nothing yet"))
	b.add(8, 8, lines("Queries", "Queries a second, by kind and outcome.").
		ask(orNone(perSecond("brimwatch_query_duration_seconds_count", "kind, outcome"), "kind", "no query"), "{{kind}} {{outcome}}").unit("cps").fromZero())
	b.add(8, 8, lines("How long queries take", "What 95 % of the queries stay below, by kind.").
		ask(quantile("0.95", "brimwatch_query_duration_seconds", "", "kind", eachPoint), "{{kind}}").unit("s").fromZero().none("no query"))
	b.add(8, 8, lines("Queries at once", "Queries that run, and those that wait for a place.").
		ask(orZero(`max(brimwatch_queries_running)`), "run").ask(orZero(`max(brimwatch_queries_waiting)`), "wait").fromZero().decimals(0))
}

func (b *board) process() {
	b.add(8, 8, lines("Memory", "Memory that the system gave to the process, and what the heap of Go takes of it.").
		ask(`max(`+ofProcess(`process_resident_memory_bytes`)+`)`, "process").
		ask(`max(`+ofProcess(`go_memstats_heap_inuse_bytes`)+`)`, "heap").unit("bytes").fromZero().none("not known"))
	b.add(8, 8, lines("Processor", "Processors that are busy with Brimwatch.").
		ask(`max(`+ofProcess(`rate(process_cpu_seconds_total[$__rate_interval])`)+`)`, "busy").unit("none").fromZero().none("not known"))
	b.add(8, 8, lines("Goroutines and files", "Goroutines and open files. Either must not grow for ever.").
		ask(`max(`+ofProcess(`go_goroutines`)+`)`, "goroutines").ask(`max(`+ofProcess(`process_open_fds`)+`)`, "open files").fromZero().none("not known"))
	b.add(12, 8, lines("Requests", "Requests a second to pages, API and metrics, by what the answer was.").
		ask(orNone(perSecond("brimwatch_http_request_duration_seconds_count", "handler, code"), "handler", "no request"), "{{handler}} {{code}}").unit("cps").fromZero())
	b.add(12, 8, lines("How long requests take", "What 95 % of the requests stay below.").
		ask(quantile("0.95", "brimwatch_http_request_duration_seconds", "", "handler", eachPoint), "{{handler}}").unit("s").fromZero().none("no request"))
}

// others is what only those have who read from a cloud or send somewhere else.
func (b *board) others() {
	b.add(8, 8, lines("Calls to clouds", "Calls a second, by operation and outcome.").
		ask(perSecond("brimwatch_collect_aliyun_calls_total", "operation, outcome"), "{{operation}} {{outcome}}").unit("cps").fromZero().none("no cloud is asked"))
	b.add(8, 8, lines("Calls of this month", "Metered calls of each account in this month, and how many a month has.").
		ask(`max by (account) (brimwatch_collect_aliyun_month_calls)`, "{{account}}").ask(`max by (account) (brimwatch_collect_aliyun_month_limit)`, "limit of {{account}}").
		fromZero().limits("B", "orange").none("no cloud is asked"))
	b.add(8, 8, lines("Stretched intervals", "By how much intervals are stretched so that the calls of the month last. 1 is not at all.").
		ask(`max by (account) (brimwatch_collect_aliyun_pace)`, "{{account}}").unit("none").fromZero().none("no cloud is asked"))
	b.add(8, 8, lines("Remote write: how far behind", "How old the newest sample may be of which an endpoint has it and all before.").
		ask(`max by (url) (brimwatch_history_remote_behind_seconds)`, "{{url}}").unit("s").fromZero().none("nothing is sent by remote write"))
	b.add(8, 8, lines("Remote write: lost", "Samples that an endpoint will not get, by reason, and requests that failed and are tried again.").bars().
		ask(counted("brimwatch_history_remote_dropped_total", "", "url, reason", eachPoint), "{{url}} {{reason}}").
		ask(counted("brimwatch_history_remote_failed_requests_total", "", "url", eachPoint), "{{url}} requests failed").fromZero().none("nothing is sent by remote write"))
	b.add(8, 8, lines("Pushes", "Times the metrics page was sent to each endpoint of server.push, by outcome.").bars().
		ask(counted("brimwatch_push_total", "", "endpoint, outcome", eachPoint), "{{endpoint}} {{outcome}}").fromZero().none("nothing is pushed"))
}
