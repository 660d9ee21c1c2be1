package cloud

import (
	"net/http"
	"strings"
)

// Operation names an operation: product and action, since two products have one
// called ListInstances.
type Operation string

// The operations.
const (
	DescribeMetricLast      Operation = "cms:DescribeMetricLast"
	ListMQTT                Operation = "onsmqtt:ListInstances"
	ListRocketMQ5           Operation = "rocketmq:ListInstances"
	GetRocketMQ5            Operation = "rocketmq:GetInstance"
	ListRocketMQ4           Operation = "ons:OnsInstanceInServiceList"
	GetRocketMQ4            Operation = "ons:OnsInstanceBaseInfo"
	DescribeRedis           Operation = "r-kvstore:DescribeInstances"
	QueryAvailableInstances Operation = "bss:QueryAvailableInstances"
	QueryAccountBalance     Operation = "bss:QueryAccountBalance"
	SendSms                 Operation = "dysms:SendSms"
	QuerySendDetails        Operation = "dysms:QuerySendDetails"
	GetSmsTemplate          Operation = "dysms:GetSmsTemplate"
	QuerySmsTemplate        Operation = "dysms:QuerySmsTemplate"
	SingleCallByTts         Operation = "dyvms:SingleCallByTts"
	QueryCallDetail         Operation = "dyvms:QueryCallDetailByCallId"
)

// Operations returns all operations that the server knows.
func Operations() []Operation {
	var names []Operation
	for _, op := range operations() {
		names = append(names, op.name)
	}
	return names
}

// operation is one row of the table of what can be asked.
type operation struct {
	name    Operation
	host    string // how names of its endpoints begin
	version string
	path    string // "" for the RPC style; a trailing slash is followed by an id
	takes   []string
	run     func(*Server, *Account, *call) (any, *Refusal)
}

// action is the operation's name on the wire.
func (o *operation) action() string {
	_, action, _ := strings.Cut(string(o.name), ":")
	return action
}

func operations() []operation {
	return []operation{
		{DescribeMetricLast, "metrics", "2019-01-01", "",
			[]string{"Namespace", "MetricName", "Period", "Dimensions", "NextToken", "Length", "StartTime", "EndTime"}, (*Server).describeMetricLast},
		{ListMQTT, "onsmqtt", "2020-04-20", "", nil, (*Server).listMQTT},
		{ListRocketMQ5, "rocketmq", "2022-08-01", "/instances", []string{"pageNumber", "pageSize"}, (*Server).listRocketMQ5},
		{GetRocketMQ5, "rocketmq", "2022-08-01", "/instances/", nil, (*Server).getRocketMQ5},
		{ListRocketMQ4, "ons", "2019-02-14", "", nil, (*Server).listRocketMQ4},
		{GetRocketMQ4, "ons", "2019-02-14", "", []string{"InstanceId"}, (*Server).getRocketMQ4},
		{DescribeRedis, "r-kvstore", "2015-01-01", "", []string{"PageNumber", "PageSize", "InstanceIds"}, (*Server).describeRedis},
		{QueryAvailableInstances, "business", "2017-12-14", "",
			[]string{"Region", "PageNum", "PageSize", "ProductCode", "SubscriptionType", "InstanceIDs"}, (*Server).queryAvailableInstances},
		{QueryAccountBalance, "business", "2017-12-14", "", nil, (*Server).queryAccountBalance},
		{SendSms, "dysmsapi", "2017-05-25", "", []string{"PhoneNumbers", "SignName", "TemplateCode", "TemplateParam", "OutId"}, (*Server).sendSms},
		{QuerySendDetails, "dysmsapi", "2017-05-25", "", []string{"PhoneNumber", "BizId", "SendDate", "PageSize", "CurrentPage"}, (*Server).querySendDetails},
		{GetSmsTemplate, "dysmsapi", "2017-05-25", "", []string{"TemplateCode"}, (*Server).getSmsTemplate},
		{QuerySmsTemplate, "dysmsapi", "2017-05-25", "", []string{"TemplateCode"}, (*Server).getSmsTemplate},
		{SingleCallByTts, "dyvmsapi", "2017-05-25", "",
			[]string{"CalledNumber", "CalledShowNumber", "TtsCode", "TtsParam", "PlayTimes", "Volume", "Speed", "OutId"}, (*Server).singleCallByTts},
		{QueryCallDetail, "dyvmsapi", "2017-05-25", "", []string{"CallId", "ProdId", "QueryDate"}, (*Server).queryCallDetailByCallID},
	}
}

// find returns the operation that a request asks for: by version and action, at
// an endpoint of that product, in the style of that product.
func (s *Server) find(r *http.Request, version, action string) (*operation, *Refusal) {
	known := false
	for i := range s.ops {
		op := &s.ops[i]
		if op.version != version || !op.servedAt(r.Host) {
			continue
		}
		known = true
		if op.action() == action && op.fits(r) {
			return op, nil
		}
	}
	if !known {
		return nil, &Refusal{Status: http.StatusBadRequest, Code: "InvalidVersion", Message: "Specified parameter Version is not valid."}
	}
	return nil, &Refusal{Status: http.StatusNotFound, Code: "InvalidAction.NotFound",
		Message: "Specified api is not found, please check your url and method."}
}

// servedAt tells whether a host serves the operation: one of the cloud serves its
// own product only, any other stands for all of them.
func (o *operation) servedAt(host string) bool {
	if !ofTheCloud(host) {
		return true
	}
	product, _, _ := strings.Cut(host, ".")
	return product == o.host
}

// fits tells whether method and path are those of the operation's style.
func (o *operation) fits(r *http.Request) bool {
	switch {
	case o.path == "":
		return r.URL.Path == "/" && (r.Method == http.MethodPost || r.Method == http.MethodGet)
	case r.Method != http.MethodGet:
		return false
	case strings.HasSuffix(o.path, "/"):
		id, ok := strings.CutPrefix(r.URL.Path, o.path)
		return ok && id != "" && !strings.Contains(id, "/")
	}
	return r.URL.Path == o.path
}

// ofTheCloud tells whether a host's name is one of the cloud's endpoints.
func ofTheCloud(host string) bool {
	name, _, _ := strings.Cut(host, ":")
	return strings.HasSuffix(name, ".aliyuncs.com")
}
