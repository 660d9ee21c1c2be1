package phrases

// chineseConfirm has what is asked and said of whether an instance still exists.
func chineseConfirm() map[string]string {
	return map[string]string{
		"Does it still exist?":                         "实例是否仍存在？",
		"It still exists":                              "仍然存在",
		"It is gone":                                   "已不存在",
		"%s said that it still exists":                 "%s 确认实例仍存在",
		"%s said that it is gone":                      "%s 确认实例已不存在",
		"what %s said does not hold any more":          "%s 的确认已失效",
		"Not taken down":                               "未记录",
		"Nothing was taken down":                       "未作记录",
		"Who says so?":                                 "由谁确认？",
		"Go back and press one of the two buttons.":    "请返回并点击其中一个按钮。",
		"Taken down: it still exists.":                 "已记录：实例仍存在。",
		"Taken down: it is gone. Its alarms are over.": "已记录：实例已不存在，其告警结束。",
		"Status in the cloud":                          "云端状态",
		"origin|a person":                              "人工确认",
		"SAYS":                                         "确认内容",
		"confirmation|exists":                          "仍存在",
		"confirmation|gone":                            "已不存在",
		"confirmation|taken_back":                      "已失效",
		"Say that an instance whose deletion was due still exists, or with --gone that it does not.": "确认应被释放的实例仍存在；加 --gone 表示已不存在。",
		"It does not exist any more.":                      "实例已不存在。",
		"Who says so; your user name when it is left out.": "由谁确认；省略时为您的用户名。",
		"Say nothing, and list what people said of it.":    "只列出以往的确认，不作新的确认。",
	}
}

// heardOfConfirmations has what engine and calendar say of it (alarm, fleet).
func heardOfConfirmations() []saying {
	return []saying{
		{"gone: %s said so on %s", "已不存在：%s 于 %s 确认"},
		{"gone, as %s said on %s", "已不存在，%s 于 %s 确认"},
		{"it exists, by its source, by the list of its cloud, or by the configuration", "实例仍存在：由数据源、云端实例列表或配置得知"},
		{"the cloud says %s", "云端状态为 %s"},
		{"released since %s", "自 %s 起已释放"},
		{"it has another term", "实例的付费期限或付费方式已变更"},
		{"its deletion was due again", "实例再次应被释放"},
		{"its deletion was not due, so nothing has to be confirmed; take an instance that you deleted out of the configuration", "实例尚不应被释放，无需确认；已自行删除的实例请从配置中移除"},
		{"its source answers, so it exists; if it was deleted a moment ago, say so again when it does not answer any more", "数据源有应答，实例仍存在；若刚刚删除，请在数据源不再应答后再确认"},
	}
}
