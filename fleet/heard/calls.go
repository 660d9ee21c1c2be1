package heard

// OfCalls has why a telephone call was not made, or was not taken: what the channels of calls
// compose (notifier/sms/twilio, notifier/voice/aliyun, notifier/alicom). What the far side
// answered stands behind it, and stays as it is. The first clause alone goes into what others
// are told.
func OfCalls() []Saying {
	var out []Saying
	for _, s := range refusedCalls() {
		out = append(out, s, Saying{s.English + ": %s", s.Chinese + "：%s"}, Saying{"%p: " + s.English + ": %s", "%p：" + s.Chinese + "：%s"})
	}
	return append(out, endedCalls()...)
}

// refusedCalls has why a call was not made.
func refusedCalls() []Saying {
	return []Saying{
		// By either.
		{"asked too often", "请求过于频繁"},
		// By Twilio.
		{"the number of %s is not a phone number; correct phone of this contact", "%s 的号码不是电话号码；请更正该联系人的 phone"},
		{"the number of %s cannot be reached by telephone; correct phone of this contact", "%s 的号码无法拨通；请更正该联系人的 phone"},
		{"calls to the country of %s are switched off for the account; switch them on in the Twilio console under Voice, Settings, Geo permissions", "该账号未开启拨打 %s 所在国家；请在 Twilio 控制台 Voice, Settings, Geo permissions 中开启"},
		{"Twilio does not let this account call the number of %s", "Twilio 不允许该账号拨打 %s 的号码"},
		{"this is a trial account, and the number of %s is not verified; verify it in the Twilio console, or upgrade the account", "这是试用账号，且 %s 的号码未验证；请在 Twilio 控制台验证，或升级账号"},
		{"the account has as many calls under way as Twilio lets it have", "该账号同时进行的呼叫已达 Twilio 上限"},
		{"asked too often, so Twilio did not take the call", "请求过于频繁，Twilio 未受理呼叫"},
		{"the call may have been accepted by Twilio and is looked up before it is sent again", "Twilio 可能已受理该呼叫；再次呼叫前会先查询"},
		{"Twilio refused the credentials; check account_sid with auth_token or the API key, and that the account is not suspended", "Twilio 拒绝该凭据；请检查 account_sid 与 auth_token 或 API 密钥，以及账号是否被停用"},
		{"Twilio does not let this account send from this sender; check from", "Twilio 不允许该账号使用此主叫号码；请检查 from"},
		{"refused by Twilio", "被 Twilio 拒绝"},
		{"refused by Twilio %d times", "被 Twilio 拒绝 %d 次"},
		{"reach Twilio", "无法连接 Twilio"},
		// By Alibaba Cloud.
		{"Alibaba Cloud calls numbers in mainland China only, and that of %s is elsewhere; call it through another provider", "阿里云仅呼叫中国内地号码，而 %s 的号码不在内地；请改用其他服务商"},
		{"too many calls to this number: it gets one in a minute, 5 in an hour and 20 in 24 hours; with a number of your own (from), apply for more in the console (General Settings, call settings)",
			"该号码呼叫过于频繁：每分钟 1 次、每小时 5 次、24 小时 20 次；使用自有号码（from）时可在控制台“通用设置、呼叫设置”申请调整"},
		{"the account has no money left for calls; add funds, or buy a package", "账户余额不足，无法呼叫；请充值或购买套餐包"},
		{"the template is not one that was approved for this account and this way of calling: one for the cloud's numbers (public mode) goes without from, one for your own with it; correct templates or from",
			"该模板未在此账号下审核通过，或与外呼模式不符：公共模式模板不填 from，专属模式模板须填；请更正 templates 或 from"},
		{"the template has variables that are not filled; name all of them in variables", "模板中有未赋值的变量；请在 variables 中列出全部变量"},
		{"all variables together are too long for the template; have fewer words in it, or fewer variables", "变量总长度超限；请减少模板中的变量"},
		{"from is not a number or a service instance of this account; the console shows those that you bought, and without from the cloud's own numbers call", "from 不是此账号的号码或服务实例；请在控制台查看已购号码，不填 from 则使用公共号码"},
		{"the cloud makes no calls at this time of day; ask it for calls around the clock, which take a number of your own (from)", "当前时段不允许呼叫；如需全天呼叫请向阿里云申请，须使用自有号码（from）"},
		{"a parameter is not what the Voice Service takes; is from right?", "参数不被语音服务接受；请检查 from"},
		{"the number is not one that the cloud calls; correct phone of this contact", "该号码无法呼叫；请更正该联系人的 phone"},
		{"the call is blocked as a nuisance; take the number that calls off the lists of the carriers, or call from another one", "呼叫被防骚扰拦截；请解除主叫号码的拦截，或更换主叫号码"},
		{"the cloud does not read this text: a word or a link in it is not allowed in a variable, most often in the name of an instance; give that another name", "文本中有变量不允许的词或链接，多见于实例名称；请更改名称"},
		{"the Voice Service is not activated for this account; activate it in the console", "该账号未开通语音服务；请在控制台开通"},
		{"something is wrong with the account; ask Alibaba Cloud", "账号异常；请联系阿里云"},
		{"base_url is not the address of the Voice Service; correct it", "base_url 不是语音服务的地址；请更正"},
		{"the clock of this machine is off; set it", "本机时钟不准；请校准"},
		{"the cloud does not accept the signature: access_key_secret does not belong to access_key_id", "签名不被接受：access_key_secret 与 access_key_id 不匹配"},
		{"the access key is disabled; enable it in RAM, or give another one", "AccessKey 已禁用；请在 RAM 中启用或更换"},
		{"the cloud does not know the access key; correct access_key_id", "AccessKey 不存在；请更正 access_key_id"},
		{"these are temporary keys, which need a token; give keys that last", "这是临时密钥，需要 token；请改用长期密钥"},
		{"the account of these keys is not one of the Voice Service; correct access_key_id", "该密钥的账号没有语音服务；请更正 access_key_id"},
		{"these keys may not make calls; allow dyvms:SingleCallByTts and dyvms:QueryCallDetailByCallId to their RAM user", "该密钥无权呼叫；请为其 RAM 用户授权 dyvms:SingleCallByTts 和 dyvms:QueryCallDetailByCallId"},
		{"Alibaba Cloud may have made the call, and cannot be asked about one that it gave no id", "阿里云可能已呼叫；没有呼叫 ID 则无法查询"},
		{"refused by Alibaba Cloud", "被阿里云拒绝"},
		{"refused by Alibaba Cloud %d times", "被阿里云拒绝 %d 次"},
		{"reach Alibaba Cloud", "无法连接阿里云"},
	}
}

// endedCalls has how a call ended.
func endedCalls() []Saying {
	return []Saying{
		{"nobody took the call", "无人接听"},
		{"the line was busy, or the call was declined", "占线或被拒接"},
		{"an answering machine took the call", "由语音信箱接听"},
		{"the call was canceled at Twilio", "呼叫已在 Twilio 取消"},
		{"Twilio could not put the call through; is the number right, and may the account call it?", "Twilio 未能接通；请检查号码，以及账号是否允许呼叫"},
		{"the call was taken and heard to its end", "已接听并听完"},
		{"the call was taken, and hung up before its end", "已接听，未听完即挂断"},
		{"the line was busy", "占线"},
		{"the call was declined, or blocked on the phone as a nuisance", "被拒接，或被手机拦截"},
		{"the phone has no signal", "不在服务区"},
		{"the phone is off", "关机"},
		{"nobody has this number; correct phone of this contact", "空号；请更正该联系人的 phone"},
		{"the carrier has stopped this number; correct phone of this contact", "停机；请更正该联系人的 phone"},
		{"the carrier puts no calls through to this number; give this contact another one", "该号码限制呼入；请为该联系人更换号码"},
		{"the number that calls may not; see to it in the console, or give another one as from", "主叫号码受限；请在控制台处理，或更换 from"},
		{"the carrier puts no calls through at this time of day", "运营商在当前时段限制呼叫"},
		{"Alibaba Cloud could not read the text of the template", "阿里云未能播放模板语音"},
		{"the carrier did not put the call through", "运营商未接通"},
		{"Alibaba Cloud does not know yet how the call ended", "阿里云尚无通话结果"},
		{"Alibaba Cloud took it (OutId %s)", "阿里云已受理（OutId %s）"},
		{"Alibaba Cloud says %s", "阿里云返回 %s"},
		{"Alibaba Cloud does not tell of a call that it gave no id", "没有呼叫 ID，阿里云无法查询该呼叫"},
		// The first clauses of those that have several, which others are told.
		{"the number of %s is not a phone number", "%s 的号码不是电话号码"},
		{"the number of %s cannot be reached by telephone", "%s 的号码无法拨通"},
		{"calls to the country of %s are switched off for the account", "该账号未开启拨打 %s 所在国家"},
		{"this is a trial account, and the number of %s is not verified", "这是试用账号，且 %s 的号码未验证"},
		{"Alibaba Cloud calls numbers in mainland China only, and that of %s is elsewhere", "阿里云仅呼叫中国内地号码，而 %s 的号码不在内地"},
		{"%p: the number is not one that the cloud calls", "%p：该号码无法呼叫"},
		{"%p: the call is blocked as a nuisance", "%p：呼叫被防骚扰拦截"},
		{"nobody has this number", "空号"},
		{"the carrier has stopped this number", "停机"},
		{"the carrier puts no calls through to this number", "该号码限制呼入"},
		{"the number that calls may not", "主叫号码受限"},
		{"Twilio could not put the call through", "Twilio 未能接通"},
	}
}
