package phrases

// heardOfTests has what is wrong with a file of tests (internal/config, internal/alarmtest). The
// faults of a configuration speak of its keys, and stay English.
func heardOfTests() []saying {
	out := []saying{
		{"there are no tests: give tests, a list", "没有测试：请在 tests 下列出"},
		{"from is missing: a date or a time at which the test begins, such as 2026-12-01T08:00:00+08:00", "缺少 from：测试开始的日期或时间，如 2026-12-01T08:00:00+08:00"},
		{"an interval is a second at least", "interval 至少为一秒"},
		{"nothing is expected: give alarms or notices; notices: [] expects that nobody is told", "没有期望：请填写 alarms 或 notices；notices: [] 表示不应通知任何人"},
		{"a date is wanted here, such as 2026-12-31", "此处应为日期，如 2026-12-31"},
		{"instance is missing", "缺少 instance"},
		{"give rule, or the metric of a capacity alarm", "请填写 rule，或容量告警的 metric"},
		{"a severity is info, warning or critical, not %s", "级别应为 info、warning 或 critical，而不是 %s"},
		{"there is no instance %s in %s", "%[2]s 中没有实例 %[1]s"},
		{"there is no account %s in %s", "%[2]s 中没有账号 %[1]s"},
		{"%s has no source in %s, so nothing is read of it", "%s 在 %s 中没有数据源，因此没有读数"},
		{"the series of %s are given twice; put all its metrics into one item", "%s 的数据列出了两次；请将其所有指标写在一项中"},
		{"these are too many values", "数值过多"},
		{"values are written as 3000x20, 100+5x3, _x4 or 7, with spaces between them, not %s", "数值写作 3000x20、100+5x3、_x4 或 7，以空格分隔，而不是 %s"},
		{"a figure is zero or above", "数值不能小于零"},
	}
	for _, s := range []saying{{"there is no metric %s", "没有指标 %s"}, {"unknown key", "未知的键"}} {
		out = append(out, s, saying{s.English + "; did you mean %s?", s.Chinese + "；是否指 %s？"}, saying{s.English + "; known are %s", s.Chinese + "；已有：%s"})
	}
	return append(out, heardOfYAML()...)
}

// heardOfYAML has what is wrong with the file itself (internal/config).
func heardOfYAML() []saying {
	return []saying{
		{"there is no file %s", "没有文件 %s"},
		{"%s is a folder; a file is wanted", "%s 是文件夹，应为文件"},
		{"%s is not a regular file, so it cannot be read again when it changes", "%s 不是普通文件，改动后无法重新读取"},
		{"%s is larger than %d MiB", "%s 超过 %d MiB"},
		{"the file %s may not be read: check its owner and mode", "无权读取文件 %s：请检查其属主和权限"},
		{"the file %s cannot be read: %s", "文件 %s 无法读取：%s"},
		{"this is not UTF-8 text", "不是 UTF-8 文本"},
		{"the file is empty", "文件为空"},
		{"a file holds one document; remove the line --- and put what follows into a file of its own (include)", "一个文件只能有一个文档；请去掉 --- 一行，将其后内容放入单独的文件（include）"},
		{"a mapping (key: value) is wanted at the top, not %v", "最外层应为映射（键: 值），而不是%v"},
		{"this is not YAML: %v", "不是有效的 YAML：%v"},
		{"the line is indented with a tab; YAML takes blanks only", "该行以制表符缩进；YAML 只接受空格"},
		{"a value begins with * and names no anchor (&name) of this file; put it in quotes if it is meant as it stands", "值以 * 开头，而文件中没有该锚点；若是原文请加引号"},
		{"a key: value does not fit in here; check the indentation of this line and the one above, and quotes around values with \": \" in them", "此处不能写“键: 值”；请检查本行和上一行的缩进，以及含冒号的值是否加了引号"},
		{"a value begins with @, ` or another sign that YAML keeps for itself; put it in quotes", "值以 @ 等 YAML 保留的符号开头；请加引号"},
		{"a quote is opened here and never closed", "此处的引号没有闭合"},
		{"a { is opened and not closed, or a comma is missing", "{ 没有闭合，或缺少逗号"},
		{"a [ is opened and not closed, or a comma is missing", "[ 没有闭合，或缺少逗号"},
		{"the line fits in nowhere; check its indentation, and that its key is followed by a colon and a blank", "该行位置不对；请检查其缩进，以及键后是否有冒号和空格"},
		{"an anchor stands for something that holds it itself", "锚点引用了包含它自身的内容"},
		{"the file holds control characters", "文件含有控制字符"},
		{"this is nested too deeply", "嵌套过深"},
		{"aliases make this too large; write fewer of them, or use alarms.overrides", "别名使内容过大；请减少别名"},
		{"a value that begins with ! is a YAML tag, and tags are not read; put the value in quotes", "以 ! 开头的值是 YAML 标签，不予读取；请加引号"},
		{"given twice", "重复"},
		{"given twice; the first is in line %d", "重复；第一次在第 %d 行"},
		{"a key must be a plain word", "键应为普通的词"},
		{"merge keys are not read; write the values out, or use alarms.overrides", "不支持合并键；请写出各值"},
		{"an item of the list is empty", "列表中有一项为空"},
		{"nothing stands here; %v is wanted", "此处为空，应为%v"},
		{"%v is wanted here, not %v", "此处应为%v，而不是%v"},
		{"true or false is wanted here, not %s", "此处应为 true 或 false，而不是 %s"},
		{"a whole number is wanted here, not %s", "此处应为整数，而不是 %s"},
		{"a number is wanted here, not %s", "此处应为数字，而不是 %s"},
		{"a length of time is wanted here, such as 30s, 5m, 2h or 7d, not %v", "此处应为时长，如 30s、5m、2h 或 7d，而不是%v"},
		{"a date such as 2026-12-31 or a time such as 2026-12-31T18:00:00+08:00 is wanted here, not %v", "此处应为日期（如 2026-12-31）或时间（如 2026-12-31T18:00:00+08:00），而不是%v"},
		{"an amount of money is wanted here, such as 1200 or -11.19, not %v", "此处应为金额，如 1200 或 -11.19，而不是%v"},
		{"an amount of money is wanted here, such as 1200 or -11.19; it is empty", "此处应为金额，如 1200 或 -11.19，而此处为空"},
		{"%s is not an amount of money such as 1200, -11.19 or 1,000.00", "%s 不是金额，金额如 1200、-11.19 或 1,000.00"},
		{"%s has more than six decimals", "%s 的小数超过六位"},
		{"%s is too large for an amount of money", "%s 作为金额过大"},
		{"text", "文本"},
		{"true or false", " true 或 false"},
		{"a number", "数字"},
		{"a mapping (key: value)", "映射（键: 值）"},
		{"a mapping", "映射"},
		{"a list", "列表"},
		{"a value", "值"},
		{"the value %s", "值 %s"},
		{"nothing", "空"},
		{"this cannot be read", "无法识别"},
	}
}
