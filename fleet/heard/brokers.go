package heard

// ofBrokers has what brokers do not tell (collector/mosquitto, emqx, nanomq, nats, vernemq).
func ofBrokers() []Saying {
	return append([]Saying{
		{"the licence counts sessions, and series emqx_cluster_sessions_count cannot be read", "许可证按会话计数，而指标 emqx_cluster_sessions_count 无法读取"},
		{"NanoMQ answered with its error code %d", "NanoMQ 应答错误码 %d"},
		{"NanoMQ tells 0 messages since its start although clients are connected: either none was published so far, or this build counts no messages (built without STATISTICS)", "NanoMQ 启动以来的消息数为 0，而已有客户端连接：可能尚无消息发布，或该版本不统计消息（编译时未启用 STATISTICS）"},
		{"the answer has not the form that NanoMQ gives a list of subscriptions: is this the right address?", "应答不是 NanoMQ 订阅列表的格式：地址是否正确？"},
		{"NanoMQ's page tells how many clients subscribe, not how many subscriptions there are, and counting them is turned off", "NanoMQ 的页面只有订阅的客户端数，没有订阅数，而订阅计数已关闭"},
		{"subscriptions could not be counted: %v", "无法统计订阅数：%v"},
		{"subscriptions could not be counted in time: give the source a longer timeout", "未能及时统计订阅数：请加长数据源的超时时间"},
		{"subscriptions are not counted beyond %d connections", "超过 %d 个连接时不统计订阅数"},
		{"subscriptions cannot be counted: %v", "无法统计订阅数：%v"},
		{"subscriptions cannot be counted: the server's list of connections (/connz) has more than %d pages", "无法统计订阅数：服务器的连接列表（/connz）超过 %d 页"},
		{"subscriptions cannot be counted: the server's list of connections (/connz) does not go on where it is asked to", "无法统计订阅数：服务器的连接列表（/connz）没有从指定位置继续"},
		{"subscriptions cannot be counted: the server's list of connections (/connz) ends before all of them were told", "无法统计订阅数：服务器的连接列表（/connz）提前结束"},
		{"the server's /connz tells no subscriptions", "服务器的 /connz 没有订阅数"},
		{"the server's /varz tells no connections", "服务器的 /varz 没有连接数"},
		{"the server's /varz tells no messages", "服务器的 /varz 没有消息数"},
		{"the answer is JSON, but not that of a NATS server's /varz: is the url right?", "应答是 JSON，但不是 NATS 服务器 /varz 的：url 是否正确？"},
		{"this version of NATS counts messages of other servers (cluster, gateway or leaf nodes) together with those of its clients: a newer one tells them apart (in_client_msgs)", "此版本的 NATS 将其他服务器（集群、网关或叶子节点）的消息与客户端的消息合计：较新的版本分别统计（in_client_msgs）"},
		{"MQTT is on, and NATS does not count what it delivers to MQTT clients", "已启用 MQTT，而 NATS 不统计投递给 MQTT 客户端的消息"},
		{"the status has not the form that VerneMQ gives it, a list with the nodes of the cluster: is this the right address?", "状态不是 VerneMQ 的格式（集群节点列表）：地址是否正确？"},
	}, ofMosquitto()...)
}

func ofMosquitto() []Saying {
	return []Saying{
		{"the server sent a malformed packet (type %d)", "服务器发送了格式错误的报文（类型 %d）"},
		{"the server sent a packet of %d bytes where figures were expected", "服务器发送了 %d 字节的报文，而此处应为数值"},
		{"the server sent a message of a quality of service that was not subscribed to", "服务器发送了未订阅的服务质量等级的消息"},
		{"the server sent a malformed message", "服务器发送了格式错误的消息"},
		{"the server sent a malformed SUBACK", "服务器发送了格式错误的 SUBACK"},
		{"the server sent SUBACK twice", "服务器发送了两次 SUBACK"},
		{"the server sent a packet of type %d, which a broker does not send here", "服务器发送了类型为 %d 的报文，服务端此时不应发送"},
		{"the server answered with a malformed CONNACK", "服务器应答了格式错误的 CONNACK"},
		{"the server answers %s, which is not MQTT: wrong port, or it wants TLS (mqtts://) or WebSocket (ws://)", "服务器应答 %s，不是 MQTT：端口不对，或需要 TLS（mqtts://）或 WebSocket（ws://）"},
		{"the connection was lost again: %v", "连接再次断开：%v"},
		{"the broker closed the connection", "服务端关闭了连接"},
		{"subscribe to $SYS: %v", "订阅 $SYS：%v"},
		{"the broker cut the connection when $SYS was subscribed to", "订阅 $SYS 时服务端断开了连接"},
		{"the broker did not answer to the subscription of $SYS", "服务端未应答对 $SYS 的订阅"},
		{"ping: %v", "心跳：%v"},
		{`the broker refuses the subscription to $SYS/broker/uptime: this user needs the right to subscribe to and read $SYS/# (acl_file: "topic read $SYS/#"; dynamic security: subscribePattern $SYS/#)`, "服务端拒绝订阅 $SYS/broker/uptime：该用户需要订阅和读取 $SYS/# 的权限（acl_file：topic read $SYS/#；dynamic security：subscribePattern $SYS/#）"},
		{"the broker cut the connection after $SYS was subscribed to", "订阅 $SYS 后服务端断开了连接"},
		{"the broker did not answer to a ping", "服务端未应答心跳"},
		{"%v: the broker did not tell all figures since connecting; left it for one refresh (%s), which makes it tell them", "%v：连接以来服务端未提供全部数值；断开一次刷新的时间（%s），以便其提供"},
		{"the broker tells $SYS/broker/uptime but none of its figures: it is neither Mosquitto nor mochi, or this user may not read all of $SYS/#", "服务端提供 $SYS/broker/uptime，但没有任何数值：它不是 Mosquitto 或 mochi，或该用户无权读取全部 $SYS/#"},
		{"connected, %v: the broker tells its figures with its next refresh", "已连接，%v：服务端下次刷新时提供数值"},
		{"connected, but the broker has been silent on $SYS/broker/uptime for %s (it told it every %s before): it hangs, or its sys_interval or the rights of this user were changed", "已连接，但服务端已 %s 没有更新 $SYS/broker/uptime（此前每 %s 更新）：它可能挂起，或其 sys_interval 或该用户的权限有改动"},
		{"connected for %s, but the broker has not refreshed $SYS/broker/uptime: it hangs, or its sys_interval is far above the default of 10 seconds", "已连接 %s，但服务端没有刷新 $SYS/broker/uptime：它可能挂起，或其 sys_interval 远大于默认的 10 秒"},
		{`connected for %s, but the broker tells nothing under $SYS: this user may not read it (acl_file needs "topic read $SYS/#"), or sys_interval is 0, or it is no Mosquitto`, "已连接 %s，但服务端在 $SYS 下没有数据：该用户无权读取（acl_file 需要 topic read $SYS/#），或 sys_interval 为 0，或它不是 Mosquitto"},
		{"connected; waits for the broker's next refresh of its figures", "已连接，等待服务端下次刷新数值"},
		{"the broker answers but does not tell this figure: grant read on $SYS/# to this user", "服务端有应答，但没有此数值：请授予该用户 $SYS/# 的读权限"},
		{"the broker refused the subscription to this figure: grant read on $SYS/# to this user", "服务端拒绝订阅此数值：请授予该用户 $SYS/# 的读权限"},
		{"the broker wants a user name and password (CONNACK %d)", "服务端要求用户名和密码（CONNACK %d）"},
		{"the broker refuses the login: wrong user name or password, or this user may not connect (CONNACK %d)", "服务端拒绝登录：用户名或密码不对，或该用户无权连接（CONNACK %d）"},
		{"the broker refuses the client id %s (CONNACK 2)", "服务端拒绝客户端标识 %s（CONNACK 2）"},
		{"the broker does not speak MQTT 3.1.1 (CONNACK 1)", "服务端不支持 MQTT 3.1.1（CONNACK 1）"},
		{"the broker refuses new connections (CONNACK 3, server unavailable)", "服务端拒绝新连接（CONNACK 3，服务不可用）"},
		{"the broker closes new connections at once, as Mosquitto does at its max_connections", "服务端立即关闭新连接，如同 Mosquitto 达到 max_connections 时"},
		{"the broker refuses the connection with the unknown code %d", "服务端拒绝连接，返回码 %d 未知"},
		{"the server closed the connection instead of answering to MQTT: wrong port, TLS wanted or not wanted (mqtts:// or mqtt://), or see the broker's log", "服务器没有应答 MQTT 就关闭了连接：端口不对，是否需要 TLS 设置有误（mqtts:// 或 mqtt://），或请看服务端日志"},
		{"the broker's certificate is signed by an authority that is not known here", "服务端证书由未知机构签发"},
		{"the broker's certificate is for another host name", "服务端证书属于其他主机名"},
		{"the server does not answer with TLS: wrong port, or mqtt:// is meant", "服务器不用 TLS 应答：端口不对，或应为 mqtt://"},
		{"the broker did not answer in time", "服务端未及时应答"},
		{"the broker told an empty figure", "服务端给出的数值为空"},
		{"the broker told an impossible figure: %s", "服务端给出的数值不可能：%s"},
		{"the broker told something that is not a count: %s", "服务端给出的内容不是计数：%s"},
		{"the broker told an impossible uptime: %s", "服务端给出的运行时间不可能：%s"},
	}
}

// ofRocketMQ has what the pages of RocketMQ do not tell (collector/rocketmq).
func ofRocketMQ() []Saying {
	return []Saying{
		{"the broker shows differences instead of totals (metricsInDelta=true): no rate can be made of them; set metricsInDelta=false in broker.conf", "Broker 给出增量而不是总数（metricsInDelta=true），无法计算速率；请在 broker.conf 中设置 metricsInDelta=false"},
		{"this page is of the older rocketmq-exporter, of which some releases count messages a second and others a minute under the same name: say which with exporter_tps, or read the brokers' own pages (RocketMQ 5.1 and later)", "该页面来自旧的 rocketmq-exporter，其不同版本以同一名称按每秒或每分钟计数：请用 exporter_tps 说明，或读取 Broker 自己的页面（RocketMQ 5.1 及以上）"},
		{"the broker shows no messages: either none has passed since its start, or enableRequestMetrics is off", "Broker 没有消息数：启动以来尚无消息，或 enableRequestMetrics 已关闭"},
		{"this page is of a RocketMQ proxy, which counts no messages: read the pages of the brokers", "该页面来自 RocketMQ Proxy，它不统计消息：请读取 Broker 的页面"},
		{"the page has neither rocketmq_messages_in_total (a broker) nor rocketmq_broker_tps (the older exporter): is it a page of RocketMQ, with metricsExporterType=PROM?", "页面既没有 rocketmq_messages_in_total（Broker），也没有 rocketmq_broker_tps（旧的 exporter）：它是 RocketMQ 的页面吗，metricsExporterType 是否为 PROM？"},
		{"RocketMQ counts a client once for each of its groups, and once more as a producer, and tells no connections", "RocketMQ 按每个消费组各计一次客户端，作为生产者再计一次，不提供连接数"},
		{"RocketMQ tells topics and consumer groups, and no subscriptions", "RocketMQ 只提供 Topic 和消费组，不提供订阅数"},
		{"a line of the series cannot be read, or is no figure: %s", "指标有一行无法识别或不是数值：%s"},
	}
}

// ofRabbitMQ has what RabbitMQ does not tell (collector/rabbitmq).
func ofRabbitMQ() []Saying {
	return []Saying{
		{"the page tells the messages of all virtual hosts together, and others than %s have connections: leave vhost out to watch the whole broker", "页面给出所有虚拟主机的消息合计，而除 %s 外还有其他虚拟主机有连接：如要监控整个 Broker，请去掉 vhost"},
		{"MQTT clients have logged in, and RabbitMQ's page counts a client and not its subscriptions: set management_url", "已有 MQTT 客户端登录，而 RabbitMQ 的页面只计客户端，不计其订阅：请设置 management_url"},
		{"the management statistics are disabled, so that RabbitMQ does not tell whose its consumers are, those of MQTT clients, of other virtual hosts or the rest: enable them", "管理统计已关闭，RabbitMQ 无法说明其消费者属于 MQTT 客户端、其他虚拟主机还是其余：请开启"},
		{"it is not known whether other virtual hosts have a share in the figures of the page: %v", "不确定页面的数值是否包含其他虚拟主机：%v"},
		{"the connections of this virtual host could not be counted: %v", "无法统计该虚拟主机的连接数：%v"},
		{"this user has no permission in that virtual host: give it one, an empty one will do (rabbitmqctl set_permissions -p VHOST USER '^$' '^$' '^$')", "该用户在此虚拟主机中没有权限：请授予，空权限即可（rabbitmqctl set_permissions）"},
		{"this user may not read it (RabbitMQ says: %s): give it the tag monitoring (rabbitmqctl set_user_tags USER monitoring)", "该用户无权读取（RabbitMQ 称：%s）：请赋予标签 monitoring（rabbitmqctl set_user_tags USER monitoring）"},
		{"the answer has not the form that the management API of RabbitMQ gives it: is this the right address?", "应答不是 RabbitMQ 管理接口的格式：地址是否正确？"},
		{"there is no virtual host %s in this RabbitMQ: check vhost", "该 RabbitMQ 中没有虚拟主机 %s：请检查 vhost"},
		{"RabbitMQ names no virtual host: this user sees none", "RabbitMQ 没有列出虚拟主机：该用户看不到任何一个"},
		{"the cluster has %d running nodes, of which %d is read, and the management API tells it for the whole cluster only: give all nodes as urls", "集群有 %d 个运行中的节点，只读取了 %d 个，而管理接口只提供整个集群的数值：请在 urls 中列出所有节点"},
		{"node %s: %v", "节点 %s：%v"},
	}
}
