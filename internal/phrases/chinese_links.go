package phrases

// chineseLinks has what is said to who comes by a signed address.
func chineseLinks() map[string]string {
	return map[string]string{
		"The address of this picture has expired. The page of the instance shows its chart.":            "此图片的地址已过期。图表可在该实例的页面上查看。",
		"This is not the address of a picture that was made here. Copy all of it, up to its last sign.": "此地址不是本系统生成的图片地址。请完整复制，直到最后一个字符。",
		"Nothing was recorded in this time that could be drawn.":                                        "该时间范围内没有可以绘制的记录。",
		"%s is silenced": "%s 已静默",
		"It ends by itself, and what still lasts then is told. After that this link can be used again, until %s.":                                                                "静默到期自动结束，届时仍未恢复的告警会通知。之后此链接可再次使用，有效期至 %s。",
		"Nothing happens before you press it. Then notices about this instance are held; its alarms are raised and shown all the same, and what still lasts at the end is told.": "按下之前不会执行任何操作。之后暂不发送该实例的通知；告警照常产生和显示，静默结束时仍未恢复的会通知。",
		"Silence":           "静默",
		"Silence %s?":       "静默 %s？",
		"Silence it for %s": "静默 %s",
		"Silence the instance on the page of silences, or by answering the text message with MUTE, the code of the alarm and 2h.": "请在静默页面静默该实例，或回复短信：MUTE、告警代码和 2h。",
		"There is nothing to be done here any more: there are no more reminders, and the end is still told.":                      "此处无需再做任何操作：不再提醒，结束时仍会通知。",
		"There is nothing to silence.":                                         "没有可以静默的内容。",
		"This instance is not watched any more":                                "该实例已不再监控",
		"To end it now or to choose another time, open [Silences](/silences).": "要立即结束或选择其他时长，请打开[静默](/silences)。",
		"Your name, if you like":                                               "您的姓名（可不填）",
		"The picture cannot be drawn now. Try again in a moment.":              "暂时无法绘制图片，请稍后再试。",
	}
}
