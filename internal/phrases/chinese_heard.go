package phrases

import (
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// allHeard lists what other packages compose in English and pages and commands pass on:
// that of which there is a fixed set. What a server, a cloud or a provider answered is
// in no set, and neither are the faults of a configuration: these stay as they are. Why no data
// arrives, and what became of calls, is in fleet/heard.
func allHeard() []saying {
	out := append(heardOfTerms(), heardOfChanges()...)
	out = append(out, heardOfCalendarAlarms()...)
	out = append(out, heardOfConfirmations()...)
	out = append(out, heardOfReadings()...)
	out = append(out, heardOfNotices()...)
	out = append(out, heardOfPeople()...)
	out = append(out, heardOfCommands()...)
	out = append(out, heardOfStarter()...)
	out = append(out, heardOfTests()...)
	return append(out, heardOfRehearsal()...)
}

// heardOfTerms has the reasons of lifecycle states (fleet).
func heardOfTerms() []saying {
	return []saying{
		{"%v; its account is overdue, so it can neither be renewed nor upgraded", "%v；其账号已欠费，无法续费或升配"},
		{"frozen, because no device was online for long", "已冻结，因为长期没有设备在线"},
		{"free of charge, it does not expire", "免费，不会到期"},
		{"pay-as-you-go, and the balance of its account is not known", "按量付费，其账号余额未知"},
		{"pay-as-you-go, and no bill is overdue", "按量付费，无欠费账单"},
		{"its expiry is not known", "到期时间未知"},
		{"nothing is known about its term", "到期情况未知"},
		{"by what the cloud tells", "依据云告知"},
		{"its bill is overdue from %s", "账单自 %s 起欠费"},
		{"its bill has been overdue since %s", "账单自 %s 起欠费"},
		{"its bill has been overdue since %s, by what the cloud tells", "账单自 %s 起欠费（依据云告知）"},
		{"%v; no policy says what follows", "%v；没有规则说明之后如何"},
		{"paid until %s", "已付费至 %s"},
		{"%v; suspended, or converted to pay-as-you-go already: the documents disagree", "%v；已停服，或已转为按量付费：文档说法不一"},
		{"%v and converted to pay-as-you-go by its post-expiration action", "%v，并按到期处理方式转为按量付费"},
		{"expired, last day %s", "已到期，最后一天 %s"},
		{"paid, last day %s", "已付费，最后一天 %s"},
		{"expired at %s", "已于 %s 到期"},
		{"unsubscribed at %s, and deleted at once", "已于 %s 退订并立即释放"},
		{"unsubscribed at %s; no policy says what follows", "已于 %s 退订；没有规则说明之后如何"},
		{"unsubscribed at %s and converted to pay-as-you-go at once", "已于 %s 退订并立即转为按量付费"},
		{"unsubscribed from %s on", "自 %s 起退订"},
		{"paid; it was due for deletion on %s: check whether it still exists", "已付费；原定于 %s 释放：请确认实例是否仍存在"},
		{"expected: %v", "预期内：%v"},
		{"%v for its unpaid bill", "%v（账单未付）"},
		{"%v, because its term is over", "%v（已到期）"},
		{"%v, by what the cloud tells", "%v（依据云告知）"},
		{"it was due for deletion on %s, and nobody knows whether it exists", "原定于 %s 释放，不确定是否仍存在"},
		{"stopped, or converted to pay-as-you-go, since %s", "自 %s 起已停服，或已转为按量付费"},
		{"stopped since %s", "自 %s 起已停服"},
		{"in the recycle bin since %s", "自 %s 起在回收站"},
		{"due for deletion since %s", "自 %s 起应被释放"},
		{"it was paid for, and may take 30 minutes to come back", "已付费，恢复可能需要 30 分钟"},
	}
}

// heardOfCalendarAlarms has what alarms of terms, bills and balances are about (alarm).
func heardOfCalendarAlarms() []saying {
	return []saying{
		{"the service stops at %s", "将于 %s 停服"},
		{"the service stopped at %s", "已于 %s 停服"},
		{"it is deleted for good at %s", "将于 %s 彻底释放"},
		{"it is due for deletion since %s", "自 %s 起应被释放"},
		{"automatic renewal has not paid, %v", "自动续费尚未扣款成功，%v"},
		{"1 attempt is left", "还有 1 次扣款机会"},
		{"and today's attempt is the last", "今天是最后一次扣款机会"},
		{"and no attempt is left: renew by hand", "无自动扣款机会，请手动续费"},
		{"%d attempts are left", "还有 %d 次扣款机会"},
		{"its account is overdue, and its term ends: %v", "其账号已欠费，付费期限将于此时截止：%v"},
		{"its account is overdue, and its term has ended: %v", "其账号已欠费，付费期限已截止：%v"},
		{"a bill of it is unpaid since %s", "账单自 %s 起未付"},
		{"the instance tells nothing any more, as is to be %v", "该实例不再有数据：%v"},
		{"no renewal ahead fails; of %d no attempt is left, so renew by hand", "后续续费均可支付；其中 %d 个无自动扣款机会，请手动续费"},
		{"its balance is enough for the renewals ahead", "余额足以支付后续续费"},
		{"at %s renewals will fail: %d, %s short", "%s 将有 %d 个续费失败，缺 %s"},
		{"the term goes on: %v", "付费期限延续：%v"},
		{"last day %s", "最后一天 %s"},
		{"a bill is unpaid", "有未付账单"},
		{"its balance is %s", "余额为 %s"},
		{"its balance is %s, its threshold %s", "余额为 %s，阈值为 %s"},
	}
}

// heardOfChanges has what happens at the moments of the calendar, and the names of
// their kinds (internal/calendar).
func heardOfChanges() []saying {
	out := []saying{
		{"term ends", "到期"},
		{"bill overdue", "欠费"},
		{"suspended", "停服"},
		{"recycle bin", "进回收站"},
		{"released for good", "释放"},
		{"converted", "转为按量付费"},
		{"not known", "未知"},
		{"its bill is overdue; it stays usable", "账单欠费，仍可使用"},
		{"what follows is not known", "之后如何未知"},
		{"%v, at the latest", "%v（最迟）"},
		{"%v, or was converted to pay-as-you-go already", "%v，或已转为按量付费"},
		{"expires; it stays usable for a grace", "到期，宽限期内仍可使用"},
		{"expires; no policy says what follows", "到期，没有规则说明之后如何"},
		{"expires; it is suspended, or converted to pay-as-you-go at once", "到期，随即停服或转为按量付费"},
		{"expires and %v", "到期并%v"},
		{"ends", "到期"},
	}
	for _, s := range []fleet.LifecycleState{
		fleet.LifecycleActive, fleet.LifecycleGrace, fleet.LifecycleSuspended, fleet.LifecycleRecycled, fleet.LifecycleReleased,
	} {
		out = append(out, saying{words.Begins(s, words.EN), words.Begins(s, words.ZH)})
	}
	return out
}

// heardOfReadings has why a course of usage has no trend, and why an alarm stands as it does
// (fleet, alarm, internal/advice). Why a figure is not known is in fleet/heard: recipients read
// it, too.
func heardOfReadings() []saying {
	return []saying{
		{"%d of %d instances tell nothing", "%[2]d 个实例中有 %[1]d 个无数据"},
		{"the balance is not known", "余额未知"},
		{"there is too little history", "历史数据太少"},
		{"%s will reach its threshold about %s", "%s 预计在 %s 左右达到阈值"},
		{"%s does not grow any more", "%s 不再增长"},
		{"the instance or this alarm is no longer in the configuration", "该实例或该告警已不在配置中"},
		{"withdrawn: %v", "已撤销：%v"},
		{"goes up and down: raised %d times within %v", "反复触发：%[2]v内触发 %[1]d 次"},
		{"%d d", "%d天"}, {"%d h", "%d小时"}, {"%d min", "%d分钟"}, {"%d s", "%d秒"}, {"%d d %d h", "%d天%d小时"}, {"%d h %d min", "%d小时%d分钟"},
		{"its date is not known any more", "其日期不再已知"},
		{"Brimwatch was stopped", "Brimwatch 曾停止运行"},
		{"not enough history: %d of %d full days", "历史数据不足：%[2]d 个整天中只有 %[1]d 个"},
		{"no trend: it falls", "无趋势：在下降"},
		{"no trend", "无趋势"},
		{"it grows, and its capacity is not known", "在增长，但容量未知"},
		{"no trend soon: it grows, and does not reach its threshold within a year", "近期无趋势：在增长，但一年内达不到阈值"},
	}
}

// heardOfNotices has why a notice waits, was not sent, or stands alone (notifier,
// notifier/outbox).
func heardOfNotices() []saying {
	return []saying{
		{"quiet hours", "免打扰时段"},
		{"told at %d:%d (calendar_at)", "于 %d:%d 通知（calendar_at）"},
		{"mute time %s", "静音时段 %s"},
		{"silenced by %s", "被静默 %s 暂缓"},
		{"escalation: until somebody acknowledges %s", "升级通知：等待有人确认 %s"},
		{"escalation: until somebody acknowledges %s, then %v", "升级通知：等待有人确认 %s，其后%v"},
		{"turn: until %s has delivered %s", "顺序通知：等待 %s 送达 %s"},
		{"turn: until %s has delivered %s, then %v", "顺序通知：等待 %s 送达 %s，其后%v"},
		{"%s has it", "%s 已送达"},
		{"%s refuses it, so the next provider is asked: %v", "%s 拒绝发送，改用下一服务商：%v"},
		{"%s does not take it now, so the next provider is asked: %v", "%s 暂不可用，改用下一服务商：%v"},
		{"no receipt came from %s in time; sent again by the next provider", "未按时收到 %s 的回执；已由下一服务商重发"},
		{"no receipt came from %s in time", "未按时收到 %s 的回执"},
		{"%s accepted it, and did not deliver it: %v; sent again by the next provider", "%s 已接受但未送达：%v；已由下一服务商重发"},
		{"%s accepted it, and did not deliver it: %v", "%s 已接受但未送达：%v"},
		{"over the cap of this contact: %d text messages", "超过该联系人的上限：%d 条短信"},
		{"over the cap on money of a month: %s", "超过每月费用上限：%s"},
		{"over the cap of a day: %d text messages", "超过每天的上限：%d 条短信"},
		{"over the cap of a month: %d text messages", "超过每月的上限：%d 条短信"},
		{"over the cap of a hour: %d text messages", "超过每小时的上限：%d 条短信"},
		{"over the cap of this contact: %d calls", "超过该联系人的上限：%d 次呼叫"},
		{"over the cap of a day: %d calls", "超过每天的上限：%d 次呼叫"},
		{"over the cap of a month: %d calls", "超过每月的上限：%d 次呼叫"},
		{"told with %s", "已随 %s 一并通知"},
		{"may have come twice: whether an attempt before this one arrived is not known", "可能收到两次：之前一次发送是否到达无法确定"},
		{"told with %s; %v", "已随 %s 一并通知；%v"},
		{"told with %s, who has the same number", "已随 %s 一并通知（号码相同）"},
		{"sent without the secrets that this URL may have had: it left the configuration", "发送时未带该 URL 原有的密钥：它已不在配置中"},
		{"the files of the configuration do not have this instance any more, and are not loaded yet", "配置文件中已没有该实例，但尚未重新加载"},
		{"the files of the configuration have changed since they were loaded: what follows is as they are now", "配置文件在加载后有改动：以下为文件当前内容"},
		{"the files of the configuration have faults now, so nobody can say which line has set what; what was loaded before stays in force: %s", "配置文件现在有误，无法判断各项来自哪一行；此前加载的配置仍然有效：%s"},
		{"told while it could not be stored", "无法存储时已通知"},
		{"nobody is on call in %s; %v", "%s 无人值班；%v"},
		{"the others of the receiver %s are told", "改为通知接收组 %s 的其他人"},
		{"told instead: %s", "改为通知：%s"},
		{"nobody else is there, so all of its people are told", "没有其他人，因此通知其所有人员"},
		{"the recipient is no longer in the configuration", "接收人已不在配置中"},
		{"a newer notice of the same alarm takes its place", "已由同一告警的更新通知取代"},
		{"the alarm ended while this was held (%v)", "暂缓期间告警已结束（%v）"},
		{"the alarm ended before this could be sent", "发送前告警已结束"},
		{"nobody heard of the beginning: it could not be sent", "告警开始的通知未能发出"},
		{"cut off while it was being sent", "发送时中断"},
		{"what was stored last is lost: it may have been sent", "最近存储的内容已丢失：可能已经发送"},
		{"no answer in time, and the far side does not have it yet; it is looked up again before it is sent again", "未及时应答，对方尚未收到；重新发送前会再次查询"},
		{"given up after %d attempts: %v", "尝试 %d 次后放弃：%v"},
		{"refused together with others: %v", "与其他通知一起被拒绝：%v"},
		{"accepted, and then not delivered: %v", "已受理，但未送达：%v"},
		{"%v; it is tried once more", "%v；将再试一次"},
		{"the disk of storage.dir is full: make room there", "storage.dir 所在磁盘已满：请清理空间"},
		{"It fits nothing now: no instance, account or open alarm has these labels. It holds what is raised with them before it ends.", "目前无匹配：没有实例、账号或未结束的告警带有这些标签。在其结束前触发的匹配告警会被暂缓。"},
		{"It fits nothing now: no instance, account or open alarm has these labels. It holds what is raised with them before it ends. Nothing at all has %s.", "目前无匹配：没有实例、账号或未结束的告警带有这些标签。在其结束前触发的匹配告警会被暂缓。没有任何对象带有 %s。"},
	}
}

// heardOfPeople has the states of numbers, the turns of rotas and what a name may not
// hold (internal/web, notifier/rota, fleet).
func heardOfPeople() []saying {
	return []saying{
		{"nobody sends to this contact", "没有接收组向其发送"},
		{"Is the number right, and are its messages read?", "号码是否正确？短信是否有人看？"},
		{"daily", "每天轮换"},
		{"weekly", "每周轮换"},
		{"%dy", "%d 年"},
		{"%dM", "%d 个月"},
		{"%dd", "%d 天"},
		{"every %d weeks", "每 %d 周轮换"},
		{"every %d days", "每 %d 天轮换"},
		{"%d:%d", "%d:%d"},
		{"Mon", "周一"}, {"Tue", "周二"}, {"Wed", "周三"}, {"Thu", "周四"}, {"Fri", "周五"}, {"Sat", "周六"}, {"Sun", "周日"},
		{"Mon %s", "周一 %s"}, {"Tue %s", "周二 %s"}, {"Wed %s", "周三 %s"}, {"Thu %s", "周四 %s"}, {"Fri %s", "周五 %s"}, {"Sat %s", "周六 %s"}, {"Sun %s", "周日 %s"},
		{"character %d is U+%s, %v", "第 %d 个字符是 U+%s，%v"},
		{"character %d is the byte 0x%s, which is no UTF-8", "第 %d 个字符是字节 0x%s，不是 UTF-8"},
		{"a line break", "即换行符"},
		{"a control sign", "即控制字符"},
		{"which turns the direction of the text", "会改变文字方向"},
		{"which stands for what could not be read", "表示无法识别的内容"},
		{"which is not seen", "不可见"},
	}
}

// heardOfCommands has what the command line's parser says (kong), what the client says of a
// Brimwatch that does not answer, and notes of what is read once (internal/client, internal/check).
func heardOfCommands() []saying {
	return []saying{
		{"Usage: %s", "用法：%s"},
		{"Flags:", "选项："},
		{"Commands:", "命令："},
		{"Arguments:", "参数："},
		{`Run "%s <command> --help" for more information on a command.`, "运行“%s <command> --help”查看某个命令的详细说明。"},
		{`Run "%s --help" for more information.`, "运行“%s --help”查看详细说明。"},
		{"expected one of %s", "应为以下之一：%s"},
		{"expected %s", "缺少：%s"},
		{"unexpected argument %s", "多余的参数 %s"},
		{"unexpected argument %s, did you mean %s?", "多余的参数 %s，是否指 %s？"},
		{"unexpected argument %s, did you mean one of %s?", "多余的参数 %s，是否指以下之一：%s？"},
		{"unknown flag %s", "未知选项 %s"},
		{"unknown flag %s, did you mean %s?", "未知选项 %s，是否指 %s？"},
		{"unknown flag %s, did you mean one of %s?", "未知选项 %s，是否指以下之一：%s？"},
		{"missing flags: %s", "缺少选项：%s"},
		{"missing positional arguments %s", "缺少参数 %s"},
		{"%s must be one of %s but got %s", "%s 应为 %s 之一，而不是 %s"},
		{"%s: expected a valid %d bit int but got %s", "%[1]s：应为整数，而不是 %[3]s（%[2]d 位）"},
		{"%s: expected string value but got %s", "%s：应为文本，而不是 %s"},
		{"no Brimwatch answers at %s: is it running? (%v)", "%s 没有 Brimwatch 应答：是否在运行？（%v）"},
		{"connect: connection refused", "连接被拒绝"},
		{"the Brimwatch at %s did not answer in time", "%s 的 Brimwatch 未及时应答"},
		{"the Brimwatch at %s could not be asked: %v", "无法询问 %s 的 Brimwatch：%v"},
		{"the Brimwatch at %s asks for a user and password: write them into --url, http://user:password@host:9740", "%s 的 Brimwatch 需要用户名和密码：请写入 --url，如 http://user:password@host:9740"},
		{"%s answered %d %s; is it a Brimwatch, or a proxy before it?", "%s 应答 %d %s；它是 Brimwatch，还是其前面的代理？"},
		{"what answers at %s is not a Brimwatch of this version: it has no calendar", "%s 应答的不是此版本的 Brimwatch：它没有日历"},
		{"what answers at %s has no %s: is it a Brimwatch, and of this version?", "%s 应答的服务没有 %s：它是此版本的 Brimwatch 吗？"},
		{"the Brimwatch at %s refuses: %s", "%s 的 Brimwatch 拒绝：%s"},
		{"speak to the assistant: %s", "与助手通信：%s"},
		{"what answers at %s is not a Brimwatch of this version: %s", "%s 应答的不是此版本的 Brimwatch：%s"},
		{"the address of a Brimwatch looks like http://127.0.0.1:9740", "Brimwatch 的地址应类似 http://127.0.0.1:9740"},
		{"there is no rota %s; known are %s", "没有值班表 %s；已有：%s"},
		{"there is no instance %s", "没有实例 %s"},
		{"there is no silence %s", "没有静默 %s"},
		{"there is no contact or receiver called %s; known are %s", "没有名为 %s 的联系人或接收组；已有：%s"},
		{"contact %s is in no receiver, so nothing would ever be sent to it", "联系人 %s 不在任何接收组中，因此不会收到任何通知"},
		{"overdue", "欠费"},
		{"built in", "内置"},
		{"the catalogue", "规格目录"},
		{"the cloud", "云"},
		{"none: only its calendar is watched", "无：仅监控到期日历"},
		{"below its threshold", "低于阈值"},
		{"accepted", "已受理"},
		{"accepted: %v", "已受理：%v"},
		{"accepted as %s", "已受理（%s）"},
		{"accepted as %s: %v", "已受理（%s）：%v"},
		{"delivered", "已送达"},
		{"delivered: %v", "已送达：%v"},
		{"delivered as %s", "已送达（%s）"},
		{"delivered as %s: %v", "已送达（%s）：%v"},
		{"failed as %s: %v", "未送达（%s）：%v"},
		{"a total of %s so far; the rate needs two readings", "目前总数 %s；计算速率需要两次读数"},
		{"%s: a share is wanted here, such as 70%%, not %s", "%s：此处应为百分比，如 70%%，而不是 %s"},
		{"a share is wanted here, such as 70%%, not %s", "此处应为百分比，如 70%%，而不是 %s"},
		{"%s is read as a percentage; write %s if that is what you mean", "%s 会被当作百分数；若是此意请写 %s"},
		{"%s: %s is read as a percentage; write %s if that is what you mean", "%s：%s 会被当作百分数；若是此意请写 %s"},
		{"a share lies between 0%% and 1000%%, not at %s", "百分比应在 0%% 与 1000%% 之间，而不是 %s"},
		{"%s: a share lies between 0%% and 1000%%, not at %s", "%s：百分比应在 0%% 与 1000%% 之间，而不是 %s"},
		{"storage.query_url: %v; charts and advice will be without a history until it does", "storage.query_url：%v；在此之前图表和建议没有历史数据"},
	}
}
