package build

// calendarAndAccounts is for whoever pays and renews.
func calendarAndAccounts() *board {
	b := &board{
		uid: "brimwatch-calendar", title: "Brimwatch: calendar and accounts", from: "now-7d",
		description: "When terms end, when instances are suspended and released, what renews itself, and what the accounts have left.",
	}
	b.variables = []object{source(), product(), account(), pages()}
	// Of the whole fleet at every point would be too much: it is asked once, for the end of the time range.
	const ends = `max by (instance_id, state) (brimwatch_instance_lifecycle_moment_timestamp_seconds{product=~"$product",state=~"suspended|recycled|released"} @ end())` +
		` and on (instance_id) brimwatch_instance_info` + where + ` @ end()`
	b.annotations = []object{notes(), moments("Suspended or released", "red", ends, "{{state}}", "{{instance_id}}")}

	b.row("Now")
	b.calendarFigures()
	b.row("What lies ahead")
	b.calendarTables()
	b.row("Accounts")
	b.accounts()
	b.row("How it was")
	b.add(24, 8, lines("Instances by state of their calendar", "How many instances were active, about to expire, suspended and so on.").stacked().
		ask(orNone(`sum by (state) (max by (product, account, state) (brimwatch_fleet_instances`+where+`))`, "state", "no instance"), "{{state}}").fromZero().decimals(0))
	return b
}

func (b *board) calendarFigures() {
	const expiry = `brimwatch_instance_expiry_timestamp_seconds{product=~"$product"} > time()`
	inState := func(states string) string {
		return orZero(`sum(max by (product, account, state) (brimwatch_fleet_instances{product=~"$product",account=~"$account",state=~"` + states + `"}))`)
	}
	const page = "${brimwatch:raw}/calendar"
	b.add(4, 4, stat("Terms end in 7 days", "Instances whose paid term ends within a week.").
		now(orZero(`count(max by (instance_id) (`+chosenOnly(expiry+` < time() + 7 * 86400`)+`))`), "terms end").
		colored(step{1, "orange"}).link("Calendar in Brimwatch", page+"?days=30"))
	b.add(4, 4, stat("Do not renew", "Instances whose paid term ends within 30 days and is not renewed by itself.").
		now(orZero(`count(max by (instance_id) (`+chosenOnly(`(`+expiry+` < time() + 30 * 86400) and on (instance_id) (brimwatch_instance_auto_renew == 0)`)+`))`), "do not renew").
		colored(step{1, "orange"}).link("Calendar in Brimwatch", page+"?days=30"))
	b.add(4, 4, stat("Grace", "Instances whose term has ended and that may still be used.").
		now(inState("grace"), "grace").colored(step{1, "orange"}).link("Calendar in Brimwatch", page))
	b.add(4, 4, stat("Suspended", "Instances that are suspended, in the recycle bin or frozen. What comes next is that they are deleted with all they hold.").
		now(inState("suspended|recycled|frozen"), "suspended").colored(step{1, "red"}).link("Calendar in Brimwatch", page))
	b.add(4, 4, stat("Overdue accounts", "Accounts with an unpaid bill.").
		now(orZero(`sum(max by (account) (brimwatch_account_overdue{account=~"$account"}))`), "overdue").colored(step{1, "red"}))
	b.add(4, 4, stat("Low balances", "Accounts that have less left than the threshold at which somebody should pay.").
		now(orZero(`count(max by (account, currency) (brimwatch_account_balance{account=~"$account"}) < max by (account, currency) (brimwatch_account_low_balance_threshold{account=~"$account"}))`), "low").
		colored(step{1, "orange"}))
}

func (b *board) calendarTables() {
	const (
		next    = `brimwatch_instance_lifecycle_moment_timestamp_seconds{product=~"$product",state!="active"} > time()`
		expiry  = `brimwatch_instance_expiry_timestamp_seconds{product=~"$product"}`
		resting = `brimwatch_instance_lifecycle_state{product=~"$product",state!="active"}`
	)
	soonest := `max by (instance_id, product, edition) (bottomk(50, ` + chosenOnly(expiry) + `))`
	b.add(24, 10, table("What happens next", "The next fifty moments at which the state of an instance changes: its term ends, it is suspended or released.").
		rows(withName(`max by (instance_id, product, state) (bottomk(50, `+chosenOnly(next)+`))`)+` * 1000`).
		columns(figure(ofFirst, "When", "dateTimeAsLocal"), plain("state", "State"), instanceColumn(), plain("name", "Name"), plain("product", "Product"), plain("account", "Account")).
		sortedBy("When", false).none("nothing lies ahead"))
	b.add(14, 10, table("Ends of terms", "The fifty instances whose terms end or ended the earliest, and whether they are renewed by themselves.").
		rows(withName(soonest)+` * 1000`).
		rows(`max by (instance_id, product, edition) (brimwatch_instance_auto_renew and on (instance_id) `+soonest+`)`).
		columns(instanceColumn(), plain("name", "Name"), figure(ofFirst, "Term ends", "dateTimeAsLocal", property{"custom.width", 190}), words("Value #B", "Renews", yesNo("green", "orange")...),
			plain("account", "Account"), plain("product", "Product"), plain("edition", "Edition")).
		sortedBy("Term ends", false).none("no paid term is known"))
	b.add(10, 10, table("Not active", "Instances in any other state than active, a hundred at most. Unknown is what has no term or an account without a balance.").
		rows(withName(`max by (instance_id, product, edition, state) (topk(100, `+chosenOnly(resting)+`))`)).
		columns(instanceColumn(), plain("name", "Name"), plain("state", "State"), plain("account", "Account"), plain("product", "Product"), plain("edition", "Edition")).
		hideFirst().sortedBy("State", false).none("all instances are active"))
}

func (b *board) accounts() {
	const balance = `max by (account, currency) (brimwatch_account_balance{account=~"$account"})`
	of := func(series string) string {
		return `max by (account, currency) (` + series + `{account=~"$account"})`
	}
	b.add(12, 9, table("Balances", "What the accounts have left, the threshold at which somebody should pay, and by how much the balance is not enough for automatic renewals.").
		rows(balance).rows(of("brimwatch_account_low_balance_threshold")).rows(of("brimwatch_account_overdue")).rows(of("brimwatch_account_shortfall_amount")).
		columns(plain("account", "Account"), plain("currency", "Currency"), figure(ofFirst, "Balance", "none", property{"decimals", 2}),
			figure("Value #B", "Threshold", "none", property{"decimals", 2}), words("Value #C", "Overdue", yesNo("red", "green")...),
			figure("Value #D", "Short by", "none", property{"decimals", 2})).
		sortedBy("Balance", false).none("no account"))
	b.add(12, 9, lines("Balances over time", "What the accounts have left, and the threshold at which somebody should pay.").
		ask(balance, "{{account}} {{currency}}").ask(of("brimwatch_account_low_balance_threshold"), "threshold of {{account}} {{currency}}").
		unit("none").decimals(2).limits("B", "orange").none("no balance is known"))
}
