package build

const (
	ofReceiver = `{receiver=~"$receiver",channel=~"$channel"}`
	ofChannel  = `{channel=~"$channel"}`
)

// inState are the notices that came to a state.
func inState(state string) string {
	return `{receiver=~"$receiver",channel=~"$channel",state="` + state + `"}`
}

// noticesAndDelivery is for whoever must know that people are told.
func noticesAndDelivery() *board {
	b := &board{
		uid: "brimwatch-notices", title: "Brimwatch: notices and delivery", from: "now-24h",
		description: "Who was told, how long that took, what did not get through, and what the text messages cost.",
	}
	b.variables = []object{source(),
		choice("receiver", "Receiver", `label_values(brimwatch_receiver_notices_total, receiver)`),
		choice("channel", "Channel", `label_values(brimwatch_receiver_notices_total{receiver=~"$receiver"}, channel)`), pages()}
	b.annotations = []object{notes(), episodes("Critical alarms", "red",
		`sum by (rule) (max by (product, account, rule) (brimwatch_fleet_alarms{severity="critical"})) > 0`, "Critical alarms are open", "{{rule}}")}

	b.row("In this time range")
	b.noticeFigures()
	b.row("Notices")
	b.noticeCourses()
	b.row("How long it takes")
	b.delivery()
	b.row("Text messages")
	b.textMessages()
	return b
}

func (b *board) noticeFigures() {
	const page = "${brimwatch:raw}/notices"
	count := func(title, description, state string) *panel {
		return stat(title, description).
			now(orZero(`round(`+counted("brimwatch_receiver_notices_total", inState(state), "", wholeRange)+`)`), title).
			link("Notices in Brimwatch", page+"?state="+state)
	}
	b.add(4, 4, count("Sent", "Notices that a provider or a webhook took over.", "sent"))
	b.add(4, 4, count("Delivered", "Notices of which there is proof that they arrived: a receipt from the telephone.", "delivered").colored())
	b.add(4, 4, count("Given up", "Notices that were refused for good or could not be sent in time. Brimwatch's page says why.", "dead").colored(step{1, "red"}))
	b.add(4, 4, count("Dropped", "Notices that were not sent because they had become superfluous, or were over a cap.", "dropped").colored(step{1, "yellow"}))
	b.add(4, 4, stat("Waiting now", "Notices that are to be sent as soon as possible, and are not yet.").
		now(orZero(`max(brimwatch_outbox_pending)`), "waiting").colored(step{10, "orange"}).link("Notices in Brimwatch", page+"?state=pending"))
	b.add(4, 4, stat("Held now", "Notices that wait for a moment: quiet hours, silences, caps.").
		now(orZero(`max(brimwatch_outbox_held)`), "held").colored(step{1, "blue"}).link("Notices in Brimwatch", page+"?state=held"))
}

func (b *board) noticeCourses() {
	b.add(12, 8, lines("Notices by state", "What notices came to. One notice goes through several states, such as pending, sent and delivered.").bars().
		ask(orNone(`round(`+counted("brimwatch_receiver_notices_total", ofReceiver, "state", eachPoint)+`)`, "state", "no notice"), "{{state}}").fromZero())
	b.add(12, 8, lines("Attempts by outcome", "Attempts to send a message, by what they came to. Those that fail for now are tried again.").bars().
		ask(orNone(`round(`+counted("brimwatch_outbox_attempts_total", ofChannel, "channel, outcome", eachPoint)+`)`, "outcome", "no attempt"), "{{channel}} {{outcome}}").fromZero())
	b.add(12, 8, lines("What waits", "Notices that are to be sent, and those that are held back for a moment.").
		ask(orZero(`max(brimwatch_outbox_pending)`), "to be sent").ask(orZero(`max(brimwatch_outbox_held)`), "held").fromZero().decimals(0))
	b.add(12, 8, lines("The most overdue", "How long the notice that is most overdue has been due. More than a minute means that a provider does not answer.").
		ask(orZero(`max(brimwatch_outbox_overdue_seconds)`), "overdue").unit("s").fromZero())
	receivers := func(state string) string {
		return `round(` + counted("brimwatch_receiver_notices_total", inState(state), "receiver, channel", wholeRange) + `)`
	}
	b.add(24, 8, table("Receivers", "What became of the notices of each receiver in the time range.").
		rows(receivers("sent")).rows(receivers("delivered")).rows(receivers("held")).rows(receivers("dropped")).rows(receivers("dead")).
		columns(plain("receiver", "Receiver"), plain("channel", "Channel"), figure(ofFirst, "Sent", "short"), figure("Value #B", "Delivered", "short"),
			figure("Value #C", "Held", "short"), figure("Value #D", "Dropped", "short"), figure("Value #E", "Given up", "short")).
		sortedBy("Sent", true).none("no notice yet"))
}

func (b *board) delivery() {
	const delivery, acceptance = "brimwatch_notice_delivery_seconds", "brimwatch_notice_acceptance_seconds"
	at := func(title, description, share, series string) *panel {
		return stat(title, description).now(quantile(share, series, ofChannel, "", wholeRange), title).unit("s").none("no notice")
	}
	b.add(6, 4, at("Half arrive within", "From the decision to the first proof that a notice arrived: the receipt of a text message, or the answer of a webhook.", "0.5", delivery))
	b.add(6, 4, at("95 % arrive within", "From the decision to the first proof that a notice arrived.", "0.95", delivery))
	b.add(6, 4, at("Half are taken over within", "From the decision to the moment at which a provider or a webhook took the notice over.", "0.5", acceptance))
	b.add(6, 4, at("95 % are taken over within", "From the decision to the moment at which a provider or a webhook took the notice over.", "0.95", acceptance))
	b.add(12, 8, heatmap("Time to arrival", "How many notices arrived after how long.").
		buckets(counted(delivery+`_bucket`, ofChannel, "le", eachPoint)).none("no notice arrived"))
	b.add(12, 8, lines("95 % arrive within, by channel", "From the decision to the first proof that a notice arrived. There is no point where no notice arrived.").
		ask(quantile("0.95", delivery, ofChannel, "channel", eachPoint), "{{channel}}").unit("s").fromZero().none("no notice arrived"))
}

func (b *board) textMessages() {
	b.add(4, 8, stat("Segments", "Segments of text messages that providers took over in the time range. A provider charges by the segment.").
		now(orZero(`round(`+counted("brimwatch_sms_segments_total", `{receiver=~"$receiver"}`, "", wholeRange)+`)`), "segments"))
	b.add(4, 8, stat("Price", "What providers say they charged in the time range, for all receivers.").
		now(orNone(counted("brimwatch_sms_price_total", "", "currency", wholeRange), "currency", "no price"), "{{currency}}").withName().unit("none").decimals(2))
	b.add(8, 8, lines("Segments by provider", "Segments of text messages that providers took over.").bars().
		ask(orNone(`round(`+counted("brimwatch_sms_segments_total", `{receiver=~"$receiver"}`, "provider", eachPoint)+`)`, "provider", "no text message"), "{{provider}}").fromZero())
	b.add(8, 8, lines("Price by provider", "What providers say they charged, in their currency. Some tell it minutes after the message.").bars().
		ask(orNone(counted("brimwatch_sms_price_total", "", "provider, currency", eachPoint), "provider", "no price"), "{{provider}} {{currency}}").unit("none").fromZero())
}
