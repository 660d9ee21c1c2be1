package words

// Rule says in a word or two what an alarm of a rule is about, by the name of the rule:
// no data, expiry. Texts without room for figures, lists, pages and notices all call it
// so. A rule that is not known is called by its name.
func Rule(name string, l Language) string {
	switch name {
	case "capacity":
		return l.Choose("capacity", "容量")
	case "no_data":
		return l.Choose("no data", "无数据")
	case "forecast":
		return l.Choose("forecast", "容量预测")
	case "expiry":
		return l.Choose("expiry", "到期")
	case "suspension":
		return l.Choose("service stop", "停服")
	case "release":
		return l.Choose("deletion", "释放")
	case "overdue":
		return l.Choose("overdue payment", "欠费")
	case "low_balance":
		return l.Choose("low balance", "余额不足")
	case "shortfall":
		return l.Choose("money short", "资金缺口")
	case "auto_renewal":
		return l.Choose("automatic renewal", "自动续费")
	case "cannot_renew":
		return l.Choose("cannot be renewed", "无法续费")
	case "frozen":
		return l.Choose("frozen", "冻结")
	}
	return name
}

// Severity names how bad an alarm is: critical, 紧急. One that is not known is info.
func Severity(name string, l Language) string {
	switch name {
	case "critical":
		return l.Choose("critical", "紧急")
	case "warning":
		return l.Choose("warning", "警告")
	}
	return l.Choose("info", "提示")
}
