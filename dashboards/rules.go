package dashboards

// rule is one alert rule of Grafana. Its expression has a row for each thing that is
// wrong, and no row has the value 0: Grafana takes that for well.
type rule struct {
	UID, Title, Expr, For string
	Severity              string // empty: the rows say it
	Summary, Description  string // Grafana's templates; with .Labels, as a dollar sign is a variable of the environment there
	OnError               string // what the rule is when the data source does not answer
}

// named adds name and account to rows of instances.
func named(expr string) string {
	return `(` + expr + `) * on (instance_id) group_left (name, account) topk by (instance_id) (1, brimwatch_instance_info)`
}

// rules are the alert rules. That Brimwatch is gone is told by one of them, so that it is
// not told six times.
func rules() []rule {
	const who = `{{ .Labels.name }} ({{ .Labels.instance_id }})`
	return []rule{
		{
			UID: "brimwatch-capacity", Title: "Instance above its threshold", For: "1m", OnError: "OK",
			// What is below the lowest threshold of all is left out before the two are matched: it is most of a fleet.
			Expr: named(`max by (instance_id, product, edition, metric, severity) (` +
				`max by (instance_id, metric) (brimwatch_instance_utilization_ratio >= scalar(min(brimwatch_instance_threshold_ratio)))` +
				` >= on (instance_id, metric) group_right () brimwatch_instance_threshold_ratio)`),
			Summary:     who + `: {{ .Labels.metric }} is at {{ humanizePercentage .Values.B.Value }} of its capacity`,
			Description: `The usage is at or above the threshold of the severity {{ .Labels.severity }}. At the capacity the instance throttles, refuses or drops clients.`,
		},
		{
			UID: "brimwatch-no-data", Title: "Instance without data", For: "3m", Severity: "warning", OnError: "OK",
			Expr:        named(`max by (instance_id, product, edition) (brimwatch_instance_up == 0) + 1`),
			Summary:     who + ` tells nothing`,
			Description: `The source of the instance does not answer. Nothing is known of its usage, and its alarms neither begin nor end.`,
		},
		{
			UID: "brimwatch-term", Title: "Term of an instance ends", For: "1m", Severity: "warning", OnError: "OK",
			Expr: named(`max by (instance_id, product, edition, state) (brimwatch_instance_lifecycle_state{state=~"expiring|grace"})` +
				` unless on (instance_id) (brimwatch_instance_auto_renew == 1)`),
			Summary:     who + ` is {{ .Labels.state }}`,
			Description: `The paid term ends soon or has ended, and is not renewed by itself. Renew it before the instance is suspended.`,
		},
		{
			UID: "brimwatch-suspended", Title: "Instance suspended", For: "1m", Severity: "critical", OnError: "OK",
			Expr:        named(`max by (instance_id, product, edition, state) (brimwatch_instance_lifecycle_state{state=~"suspended|recycled|frozen"})`),
			Summary:     who + ` is {{ .Labels.state }}`,
			Description: `The instance does not serve any more. What comes next is that it is deleted with all it holds.`,
		},
		{
			UID: "brimwatch-overdue", Title: "Account overdue", For: "1m", Severity: "critical", OnError: "OK",
			Expr:        `max by (account, currency) (brimwatch_account_overdue) > 0`,
			Summary:     `The account {{ .Labels.account }} has an unpaid bill`,
			Description: `Instances of the account are suspended when the bill stays unpaid.`,
		},
		{
			UID: "brimwatch-low-balance", Title: "Balance of an account is low", For: "1m", Severity: "warning", OnError: "OK",
			Expr: `(max by (account, currency) (brimwatch_account_balance) < max by (account, currency) (brimwatch_account_low_balance_threshold))` +
				` * 0 + 1`,
			Summary:     `The account {{ .Labels.account }} has less left than its threshold`,
			Description: `Pay the account before a bill cannot be paid from it.`,
		},
		{
			UID: "brimwatch-notices", Title: "Notices of Brimwatch do not get out", For: "5m", Severity: "critical", OnError: "OK",
			Expr:        `max(brimwatch_outbox_overdue_seconds) > 300 or (min(brimwatch_outbox_healthy) == 0) + 1`,
			Summary:     `Notices do not get out`,
			Description: `A notice is overdue by more than five minutes, or the database of notices cannot be written. The page Notices says why.`,
		},
		{
			UID: "brimwatch-gone", Title: "Brimwatch does not answer", For: "5m", Severity: "critical", OnError: "Alerting",
			Expr:        `absent(brimwatch_build_info)`,
			Summary:     `Brimwatch does not answer`,
			Description: `Nobody watches the instances, and nobody is told, until it runs again.`,
		},
	}
}
