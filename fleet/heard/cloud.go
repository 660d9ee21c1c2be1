package heard

// ofCloud has what the cloud does not tell (collector/aliyun, and its balance).
func ofCloud() []Saying {
	return []Saying{
		{"the request to the cloud could not be built: does the environment (HTTP_PROXY, HTTPS_PROXY) name a proxy that is no URL?", "无法构造对云的请求：环境变量（HTTP_PROXY、HTTPS_PROXY）中的代理是否不是 URL？"},
		{"wait for the answer to %s: %v", "等待 %s 的应答：%v"},
		{"begin to call %s: %v", "开始调用 %s：%v"},
		{"wait for a turn to call %s, which is called %d times a second at most", "等待调用 %s：每秒最多 %d 次"},
		{"the server redirects (status %d), which is not followed: put the right address into endpoint", "服务器重定向（状态 %d），不予跟随：请在 endpoint 中填写正确地址"},
		{"the server answered with a web page or XML, not with JSON: is endpoint right, or does a login page stand in front?", "服务器应答的是网页或 XML，不是 JSON：endpoint 是否正确，前面是否有登录页？"},
		{"the answer has not the form of the cloud's answers: is this the right address?", "应答不是云的格式：地址是否正确？"},
		{"the answer to %s has another form than was expected", "%s 的应答格式不符"},
		{"no keys: set access_key_id and access_key_secret of the account, or give the process keys by the default credential chain (environment, OIDC, profile, role of the machine, URI)", "没有密钥：请设置账号的 access_key_id 和 access_key_secret，或通过默认凭据链（环境变量、OIDC、配置文件、机器角色、URI）提供"},
		{"look for keys along the default credential chain: %v", "沿默认凭据链查找密钥：%v"},
		{"CloudMonitor tells sent and received messages of an instance only together", "云监控只提供实例收发消息的合计"},
		{"CloudMonitor tells no subscriptions of this product", "云监控不提供此产品的订阅数"},
		{"CloudMonitor tells no published messages of Redis", "云监控不提供 Redis 的发布消息数"},
		{"CloudMonitor has told nothing of %s for %s", "云监控已 %[2]s 没有提供 %[1]s"},
		{"CloudMonitor has no figures of %s (%s) in %s for the last %s: is the id right, and the region, and does the instance exist?", "云监控最近 %[4]s 在 %[3]s 没有 %[1]s（%[2]s）的数值：标识和地域是否正确，实例是否存在？"},
		{"the account's calls of this month allow a sweep every %s only", "账号本月的调用次数只够每 %s 读取一次"},
		{"the cloud tells it only in per cent of what was bought, which is %s %% now: set the instance's capacity of %s", "云只提供占所购规格的百分比，目前为 %s %%：请设置实例的 %s 容量"},
		{"the newest figure of %s of %s is from %s, %s ago, and without it the figure would be too low", "%[2]s 的 %[1]s 最新数值为 %[3]s（%[4]s 前），缺少它数值会偏低"},
		{"the newest figure of %s is from %s, %s ago", "%s 的最新数值为 %s（%s 前）"},
		{"the newest figure of %s of %s is from %s, %s ago, and without it the figure would be too low; %v", "%[2]s 的 %[1]s 最新数值为 %[3]s（%[4]s 前），缺少它数值会偏低；%[5]v"},
		{"the newest figure of %s is from %s, %s ago; %v", "%s 的最新数值为 %s（%s 前）；%v"},
		{"the newest figure of %s is from %s, which is still to come: set the clock of the machine that runs Brimwatch", "%s 的最新数值为 %s，尚在未来：请校准运行 Brimwatch 的机器的时钟"},
		{"the cloud told figures in a form that cannot be read", "云提供的数值格式无法识别"},
		{"the cloud told %s without %s", "云提供的 %s 缺少 %s"},
		{"the cloud's answer has no end: it goes on page after page", "云的应答没有尽头：一页接一页"},
		{"the account has used its %d calls of this month: the count begins anew at %s; raise the number of calls if more are paid for", "账号本月的 %d 次调用已用完：于 %s 重新计数；如已购买更多，请提高调用次数"},
		{"billing answers without a balance (AvailableAmount)", "费用接口的应答没有余额（AvailableAmount）"},
		{"billing tells a balance that cannot be read: %s", "费用接口的余额无法识别：%s"},
		{"billing tells a balance in no currency that is known: %s", "费用接口的余额币种未知：%s"},
	}
}

// ofRefusals has what the cloud refuses: what happened, the code that it gives in brackets, and
// what to do.
func ofRefusals() []Saying {
	whats := []Saying{
		{"the cloud cannot answer for the moment", "云暂时无法应答"},
		{"the cloud is asked for %s too often", "对云的 %s 请求过于频繁"},
		{"the access key is disabled", "AccessKey 已禁用"},
		{"the cloud does not know the access key", "云不认识该 AccessKey"},
		{"the cloud does not accept the signature", "云不接受签名"},
		{"the temporary keys are not valid any more", "临时密钥已失效"},
		{"the cloud finds the request too old or too new", "云认为请求的时间过早或过晚"},
		{"the proxy wants a login", "代理要求登录"},
		{"these keys may not call %s", "该密钥无权调用 %s"},
		{"the cloud has a fault of its own", "云自身出错"},
		{"the server refuses %s", "服务器拒绝 %s"},
		{"the cloud refuses %s", "云拒绝 %s"},
	}
	out := []Saying{
		{"enable it in RAM, or give another one", "请在 RAM 中启用，或换用其他密钥"},
		{"is access_key_id right, and was the key not deleted?", "access_key_id 是否正确，密钥是否已删除？"},
		{"access_key_secret does not belong to access_key_id", "access_key_secret 与 access_key_id 不匹配"},
		{"see to what provides them", "请检查密钥的提供方"},
		{"set the clock of the machine that runs Brimwatch", "请校准运行 Brimwatch 的机器的时钟"},
		{"put it into the environment variable that names the proxy", "请写入指定代理的环境变量"},
		{"is endpoint, with http:// or https://, the right address of the cloud?", "endpoint（含 http:// 或 https://）是否为云的正确地址？"},
		{"it is left alone for a while", "暂停请求一段时间"},
		{"it is left alone until %s (all users of the account share the cloud's limits)", "在 %s 之前暂停请求（账号的所有用户共用云的限额）"},
		{"allow it to them in RAM", "请在 RAM 中授权"},
		{"allow cms:QueryMetricLast (the policy AliyunCloudMonitorReadOnlyAccess holds it) to them in RAM", "请在 RAM 中授权 cms:QueryMetricLast（策略 AliyunCloudMonitorReadOnlyAccess 包含它）"},
		{"allow cms:QueryMetricList (the policy AliyunCloudMonitorReadOnlyAccess holds it) to them in RAM", "请在 RAM 中授权 cms:QueryMetricList（策略 AliyunCloudMonitorReadOnlyAccess 包含它）"},
		{"allow bss:DescribeAcccount (with three c) to them in RAM", "请在 RAM 中授权 bss:DescribeAcccount（三个 c）"},
		{"allow %s to them in RAM", "请在 RAM 中授权 %s"},
	}
	for _, s := range whats {
		for _, s := range []Saying{s, {s.English + " (%s)", s.Chinese + "（%s）"}, {s.English + ": %v", s.Chinese + "：%v"}, {s.English + " (%s): %v", s.Chinese + "（%s）：%v"}} {
			out = append(out, s, Saying{"%p: " + s.English, before(s.Chinese)})
		}
	}
	return out
}
