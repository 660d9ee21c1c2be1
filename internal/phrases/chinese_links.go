package phrases

// chineseLinks has what is said to who comes by a signed address.
func chineseLinks() map[string]string {
	return map[string]string{
		"The address of this picture has expired. The page of the instance shows its chart.":            "此图片的地址已过期。图表可在该实例的页面上查看。",
		"This is not the address of a picture that was made here. Copy all of it, up to its last sign.": "此地址不是本系统生成的图片地址。请完整复制，直到最后一个字符。",
		"Nothing was recorded in this time that could be drawn.":                                        "该时间范围内没有可以绘制的记录。",
		"The picture cannot be drawn now. Try again in a moment.":                                       "暂时无法绘制图片，请稍后再试。",
	}
}
