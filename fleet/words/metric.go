package words

import "github.com/brimwatch/brimwatch/fleet"

// Metric is what people call a metric inside a sentence.
func Metric(m fleet.Metric, l Language) string {
	switch m {
	case fleet.MessageTPS:
		return l.Choose("message TPS", "消息TPS")
	case fleet.SendTPS:
		return l.Choose("send TPS", "发送TPS")
	case fleet.ReceiveTPS:
		return l.Choose("receive TPS", "接收TPS")
	case fleet.Subscriptions:
		return l.Choose("subscriptions", "订阅数")
	case fleet.Connections:
		return l.Choose("connections", "连接数")
	case fleet.CommandsTPS:
		return l.Choose("command TPS", "命令TPS")
	case fleet.MemoryBytes:
		return l.Choose("memory", "内存")
	}
	return m.String()
}

// Heading names a metric as a row or a table begins.
func Heading(m fleet.Metric, l Language) string { return Capital(Metric(m, l)) }
