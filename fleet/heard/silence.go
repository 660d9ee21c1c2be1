package heard

import (
	"slices"
	"strconv"
	"strings"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// OfSilence has why no data arrives, or a figure is not known: what the Collectors say, and
// those who judge what they read. A test holds it against their code.
func OfSilence() []Saying {
	placed := slices.Concat(ofNetwork(), ofAnswers(), ofPages(), ofPrometheus(), ofBrokers(), ofRocketMQ(), ofRabbitMQ(), ofRedis(), ofCloud())
	out := append(ofReadings(), ofRefusals()...)
	for _, s := range placed {
		out = append(out, s, Saying{"%p: " + s.English, before(s.Chinese)})
		if strings.HasSuffix(s.English, "%s") || strings.HasSuffix(s.English, "%v") {
			continue // what caused it is in it
		}
		out = append(out, Saying{s.English + ": %s", behind(s)}, Saying{"%p: " + s.English + ": %s", before(behind(s))})
	}
	for _, m := range fleet.Metrics() {
		zh := words.Metric(m, words.ZH)
		out = append(out, Saying{m.String() + ": %v", zh + "：%v"}, Saying{m.String() + ": %v; %v", zh + "：%v；%v"})
	}
	return out
}

// before writes a place before what is said, whose own places it moves by one.
func before(chinese string) string {
	if !strings.Contains(chinese, "%[") {
		return "%p：" + chinese
	}
	for n := 9; n > 0; n-- {
		chinese = strings.ReplaceAll(chinese, "%["+strconv.Itoa(n)+"]", "%["+strconv.Itoa(n+1)+"]")
	}
	return "%[1]p：" + chinese
}

// behind writes what caused it behind what is said.
func behind(s Saying) string {
	if !strings.Contains(s.Chinese, "%[") {
		return s.Chinese + "（%s）"
	}
	return s.Chinese + "（%[" + strconv.Itoa(len(patternOf(s).kinds)+1) + "]s）"
}

// ofReadings has what is said of readings, whatever the source (fleet, collector, alarm).
func ofReadings() []Saying {
	return []Saying{
		{"nothing was read yet", "尚未读取"},
		{"the source does not answer", "数据源无应答"},
		{"the source does not tell", "数据源未提供"},
		{"the source does not tell it", "数据源未提供"},
		{"not told by the source", "数据源未提供"},
		{"no capacity is known", "容量未知"},
		{"the alarm is switched off", "告警已关闭"},
		{"the source told a figure that is not a number or is below zero", "数据源给出的数值不是数字或小于零"},
		{"the source told a total that is not a number or is below zero", "数据源给出的总数不是数字或小于零"},
		{"not every node tells it", "并非每个节点都提供"},
		{"%d of %d nodes could not be read: %v; a sum without them would be too low", "%[2]d 个节点中有 %[1]d 个无法读取：%[3]v；缺少它们的合计会偏低"},
		{"the server refuses new connections because it is full, but its limit is not known: set the instance's edition or capacity", "服务器已满，拒绝新连接，但其上限未知：请填写实例的版本或容量"},
		{"first reading: a rate needs two", "首次读取：计算速率需要两次读数"},
		{"the first two readings are too close together for a rate", "前两次读数间隔太短，无法计算速率"},
		{"the server was restarted or its counters were reset: a rate needs two readings since then", "服务器重启或计数器清零：计算速率需要此后的两次读数"},
		{"the server's clock went back or stood still: a rate needs two readings with a running clock", "服务器时钟回拨或停走：计算速率需要时钟正常时的两次读数"},
		{"the clock of the machine that runs Brimwatch was set, or the machine slept: a rate needs two readings since then", "运行 Brimwatch 的机器改过时间或休眠过：计算速率需要此后的两次读数"},
		{"the counter jumped beyond any real figure", "计数器跳变到不可能的数值"},
		{"the server has not renewed the counter for too long", "服务器太久没有更新计数器"},
		{"connection refused", "连接被拒绝"},
		{"no answer in time", "未及时应答"},
		{"%p: no answer in time", "%p：未及时应答"},
		{"%p: connection refused", "%p：连接被拒绝"},
		{"no reading since %s", "自 %s 起未收到读数"},
		{"nothing told yet", "尚无数据"},
		{"the source could not be read", "数据源无法读取"},
		{"a fault in Brimwatch stopped the visit (the log says where); please report it", "Brimwatch 自身出错，读取中断（见日志）；请反馈"},
		{"no answer within %s", "%s 内无应答"},
		{"no answer within %s: %v", "%s 内无应答：%v"},
		{"no answer within %s, and the visit does not end", "%s 内无应答，且读取未能结束"},
		{"connected, but nothing was told", "已连接，但没有数据"},
		{"connected, but nothing was told, for %s now", "已连接，但没有数据，已 %s"},
		{"%v, for %s now", "%v，已 %s"},
		{"begin the visit: %v", "开始读取：%v"},
		{"context deadline exceeded", "超时"},
		{"context canceled", "已取消"},
		{"i/o timeout", "超时"},
		{"timeout", "超时"},
		{"no such host", "主机名无法解析"},
	}
}

// ofNetwork has why a connection did not come about (collector/neterror).
func ofNetwork() []Saying {
	return []Saying{
		{"connection refused, nothing listens there", "连接被拒绝，该地址没有服务"},
		{"the host name cannot be resolved", "主机名无法解析"},
		{"Brimwatch has no file descriptor left, raise its limit (LimitNOFILE, ulimit -n)", "Brimwatch 的文件描述符已用完，请提高上限（LimitNOFILE、ulimit -n）"},
		{"there is no way to the host", "无法到达主机"},
		{"the server's certificate is signed by an authority that is not known here, give its ca_file", "服务器证书由未知机构签发，请提供其 ca_file"},
		{"the server's certificate is for another host name, give that as server_name", "服务器证书属于其他主机名，请在 server_name 中填写"},
		{"the server's certificate is not valid", "服务器证书无效"},
		{"the server broke TLS off; it may want a client certificate (cert_file and key_file)", "服务器中断了 TLS；它可能需要客户端证书（cert_file 和 key_file）"},
	}
}
