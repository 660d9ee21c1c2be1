package phrases

// chineseTerminal has what the live screen, charts and bars of the terminal say.
func chineseTerminal() map[string]string {
	return map[string]string{
		"%d to %d of %d":   "第 %d 至 %d 个，共 %d 个",
		"%s at %s, %s":     "%s：%s，%s",
		"%s, turned round": "%s（倒序）",
		", %d are read a second time for their rates": "，%d 个正在第二次读取以计算速率",
		"--every is a second at least":                "--every 至少为一秒",
		"--height is a number from 0 to %d":           "--height 应为 0 至 %d 的整数",
		"Asking …":                                    "正在查询 …",
		"Filter: %s":                                  "筛选：%s",
		"filter: %s":                                  "筛选：%s",
		"Next":                                        "接下来",
		"No answer since %s, the figures are of %s: %s": "自 %s 起没有应答，数据截至 %s：%s",
		"No answer so far: %s":                          "尚无应答：%s",
		"TERM":                                          "期限",
		"The instance is gone.":                         "该实例已不存在。",
		"a line for each metric, or for each instance with its worst": "每个指标一行，或每个实例一行（显示最差的指标）",
		"a screen further, or back":                                   "下一屏或上一屏",
		"all that is known of the chosen instance; Esc leads back":    "显示所选实例的全部信息；Esc 返回",
		"back; or without a filter, a state and a chosen line":        "返回；或取消筛选、状态和所选行",
		"by id":              "按 ID",
		"by name":            "按名称",
		"by product":         "按产品",
		"cannot be read: %s": "无法读取：%s",
		"choose a line":      "选择一行",
		"end":                "退出",
		"filter by words in name, id, product, account and labels; Enter keeps the filter, Esc drops what was typed": "按名称、ID、产品、账号和标签中的词筛选；回车保留筛选，Esc 放弃输入",
		"fleet|%d expiring":      "%d 个即将到期",
		"fleet|%d past the term": "%d 个已过期或冻结",
		"fleet|%d raised":        "%d 个告警中",
		"fleet|%d without data":  "%d 个无数据",
		"fullest first":          "使用率从高到低",
		"key|end":                "退出",
		"key|filter":             "筛选",
		"key|help":               "帮助",
		"key|metrics":            "指标",
		"key|more":               "详情",
		"key|sort":               "排序",
		"key|state":              "状态",
		"list|: ":                "：",
		"next to expire first":   "最早到期在前",
		"nothing was recorded of the metric %q then; of these something was: %s": "该时段没有指标 %q 的记录；有记录的指标：%s",
		"only %s": "仅%s",
		"only one state: alarm raised, no data, below the threshold, no alarm, expiring, past its term": "仅一种状态：告警中、无数据、低于阈值、未设告警、即将到期、已过期",
		"past its term or frozen": "已过期或冻结",
		"share|%":                 "%",
		"sort otherwise: worst, fullest, name, id, product, next to expire": "切换排序：最差、使用率、名称、ID、产品、最早到期",
		"stop; fg goes on":            "暂停；fg 继续",
		"the first line, or the last": "第一行或最后一行",
		"the same, backwards":         "同上，反向切换",
		"this list":                   "本列表",
		"threshold %s, which is %s":   "阈值 %s，即 %s",
		"turn the order round":        "倒序",
		"worst first":                 "最差在前",
	}
}

// chineseStarter has what `brimwatch init` asks, says and writes.
func chineseStarter() map[string]string {
	return map[string]string{
		"All else has a default. An alarm is raised at 70% of the capacity after a minute, and ends below 65%:": "其余均有默认值。用量达到容量的 70% 并持续一分钟时触发告警，低于 65% 时结束：",
		"It may change at any time: a running Brimwatch takes a new content as a whole or not at all.":          "可随时修改：运行中的 Brimwatch 要么整体采用新内容，要么完全不采用。",
		"It tells nothing without a login. Put the password into a file beside this one:":                       "不登录则不提供任何数据。请把密码放入同目录下的文件：",
		"Its own limits are read from the server; what is written here wins over them.":                         "其上限从服务端读取；写在这里的值优先。",
		"Next:": "接下来：",
		"Nobody bills it, or it is not known until when it may be used: billing: {expires: 2027-06-30}":                 "不计费，或不知道可用到何时：billing: {expires: 2027-06-30}",
		"Nobody is told before the provider of text messages is filled in: see the comments in the file.":               "填写短信服务商之前不会通知任何人：请看文件中的注释。",
		"Nobody is told yet. A webhook looks like this; text messages, chats, mail and calls are in the documentation:": "尚未通知任何人。Webhook 的写法如下；短信、聊天、邮件和电话见文档：",
		"Nothing that can be watched answers on this host.":                                                             "本机没有可监控的服务应答。",
		"On this host:":        "本机上有：",
		"One looks like this:": "写法如下：",
		"Pages, API and metrics are on this machine only, at http://127.0.0.1:9740; history and notices in the folder data:":                                                                                                    "页面、API 和指标仅在本机 http://127.0.0.1:9740 提供；历史和通知保存在 data 目录：",
		"The last day. An edition of the catalogue (edition: basic) says what follows it.":                                                                                                                                      "最后一天。目录中的版本（edition: basic）说明之后如何。",
		"The management API has its limits and MQTT subscriptions; it wants a login.":                                                                                                                                           "管理 API 提供其上限和 MQTT 订阅数；需要登录。",
		"Until when may it be used? The last day, such as 2027-06-30; payg; or Enter when nobody bills it:":                                                                                                                     "可用到何时？最后一天，如 2027-06-30；按量付费写 payg；不计费请直接回车：",
		"What is to be watched? Addresses such as mqtt://broker:1883, redis://cache:6379 or emqx=http://broker:18083; Enter for nothing yet:":                                                                                   "监控什么？地址，如 mqtt://broker:1883、redis://cache:6379 或 emqx=http://broker:18083；暂不监控请直接回车：",
		"What is to be watched? Numbers of the list, or addresses such as mqtt://broker:1883; Enter for all of the list:":                                                                                                       "监控什么？列表中的编号，或地址，如 mqtt://broker:1883；监控全部请直接回车：",
		"What is watched. Managed instances of a cloud are found by themselves: see `discover` of `accounts`.":                                                                                                                  "监控的实例。云上的托管实例可自动发现：见 `accounts` 的 `discover`。",
		"What it carries. Without a capacity a metric is recorded and charted, and is no alarm: put in your figures, and take the # away.":                                                                                      "容量。没有容量的指标只记录和绘图，不告警：请填入实际数值并去掉 #。",
		"Where its certificate is not one that this system trusts:":                                                                                                                                                             "如果系统不信任其证书：",
		"Who is told. A text message needs an account with a provider: fill in the lines below, put its token into a file beside this one, and take the # away. `brimwatch notify test --to oncall` sends one notice for real.": "通知谁。发送短信需要短信服务商的账号：请填写以下各行，把令牌放入同目录下的文件，并去掉 #。`brimwatch notify test --to oncall` 会真实发送一条通知。",
		"Who is told. `brimwatch notify test --to oncall` sends one notice for real.":                                                                                                                                           "通知谁。`brimwatch notify test --to oncall` 会真实发送一条通知。",
		"Who is told? A telephone number such as +8613800138000, or the address of a webhook; Enter for nobody yet:":                                                                                                            "通知谁？电话号码，如 +8613800138000，或 Webhook 地址；暂不通知请直接回车：",
		"Written by `brimwatch init` on %s. `brimwatch check %s` says what is wrong with it, and `brimwatch schema` what else may stand here.":                                                                                  "由 `brimwatch init` 于 %s 写出。`brimwatch check %s` 检查其中的错误，`brimwatch schema` 说明还可以写什么。",
		"it was not answered, and nothing was written":                                                                                                                                                                          "没有回答，未写入任何内容",
		"which wants a login": "需要登录",
	}
}

// chineseManual has what the manual page says besides the help of commands.
func chineseManual() map[string]string {
	return map[string]string{
		"%s The variable %s stands for it.":    "%s也可用环境变量 %s 给出。",
		"COMMAND [OPTIONS]":                    "命令 [选项]",
		"COMMANDS":                             "命令",
		"ENVIRONMENT":                          "环境变量",
		"EXIT STATUS":                          "退出码",
		"FILES":                                "文件",
		"How much memory the daemon may take.": "守护进程可用的内存。",
		"How wide charts are where no terminal says it.":                                      "没有终端时图表的宽度。",
		"It did not work, or something is wrong with what was checked.":                       "未成功，或检查的内容有误。",
		"It is done, and nothing is wrong.":                                                   "已完成，没有错误。",
		"OPTIONS OF ALL COMMANDS":                                                             "所有命令的选项",
		"SYNOPSIS":                                                                            "用法",
		"Set to anything: no colours.":                                                        "设为任意值：不使用颜色。",
		"The command was typed wrongly.":                                                      "命令输入有误。",
		"The configuration, in the folder in which a command is started.":                     "配置文件，位于启动命令的目录。",
		"The language, and whether bars and charts may be drawn of blocks or only of ASCII.":  "语言，以及条形和图表用方块字符还是仅用 ASCII 绘制。",
		"The zone of times in tables.":                                                        "表格中时间的时区。",
		"What the daemon keeps; storage.dir of the configuration says where.":                 "守护进程保存的数据；位置由配置的 storage.dir 决定。",
		"Where the Brimwatch answers that commands ask; a user and password may stand in it.": "命令所查询的 Brimwatch 的地址，可包含用户名和密码。",
	}
}

// heardOfStarter has why an answer to `brimwatch init` cannot be taken, and why a file is not
// written (internal/starter).
func heardOfStarter() []saying {
	return []saying{
		{"%s is there already, and stays as it is: name another file", "%s 已存在，保持不变：请换一个文件名"},
		{"there is no number %d in the list", "列表中没有编号 %d"},
		{"an address looks like %s, %s or %s", "地址的写法如 %s、%s 或 %s"},
		{"user and password do not belong into the address; write username and password_file into the configuration", "地址中不应包含用户名和密码；请在配置中写 username 和 password_file"},
		{"what answers at %s is not known: write its type before it, such as %s; types are %s", "不知道 %s 上是什么服务：请在前面写上类型，如 %s；类型有：%s"},
		{"there is no type %s that needs nothing but an address; types are %s", "没有只需地址的类型 %s；类型有：%s"},
		{"a telephone number begins with + and the country, such as %s", "电话号码以 + 和国家代码开头，如 %s"},
		{"a telephone number such as %s, or the address of a webhook such as %s, is wanted here", "此处应为电话号码，如 %s，或 Webhook 地址，如 %s"},
		{"PagerDuty needs a routing key, too: begin with nobody, and write the receiver by hand (%s)", "PagerDuty 还需要 routing key：请先不通知任何人，再手工写接收组（%s）"},
		{"the last day such as %s, or payg, is wanted here", "此处应为最后一天，如 %s，或 payg"},
		{"%s is over already", "%s 已过期"},
	}
}
