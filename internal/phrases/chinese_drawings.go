package phrases

// chineseDrawings has the words in charts and time lines.
func chineseDrawings() map[string]string {
	return map[string]string{
		"No usage was recorded in this time range":  "该时间范围内没有用量记录",
		"no usage was recorded in this time range.": "该时间范围内没有用量记录。",
		"newest %s, highest %s":                     "最新 %s，最高 %s",
		", capacity %s":                             "，容量 %s",
		", threshold %s (%s)":                       "，阈值 %s（%s）",
		"capacity %s":                               "容量 %s",
		"threshold %s = %s":                         "阈值 %s = %s",
		"usage %s":                                  "用量 %s",
		"%s of %s (%s)":                             "%s/%s（%s）",
		"and %d more until %s":                      "另有 %d 个，直到 %s",
		"%d other instances":                        "其他 %d 个实例",
		"%d other accounts":                         "其他 %d 个账号",
		"Time line of the next %d days: %d moments; the table below lists them": "未来 %d 天的时间轴：%d 个事项，详见下表",
	}
}
