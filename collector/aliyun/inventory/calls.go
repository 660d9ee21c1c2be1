package inventory

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"

	"github.com/brimwatch/brimwatch/collector/aliyun"
)

// operation is one of those that are called. All of them only read.
type operation int

const (
	listMQTT operation = iota
	listRocketMQ4
	getRocketMQ4
	listRocketMQ5
	getRocketMQ5
	describeRedis
	queryBilling
)

// call returns the call of an operation, without its query.
func (o operation) call() aliyun.Call {
	switch o {
	case listMQTT:
		return aliyun.Call{API: "onsmqtt", Version: "2020-04-20", Action: "ListInstances"}
	case listRocketMQ4:
		return aliyun.Call{API: "ons", Version: "2019-02-14", Action: "OnsInstanceInServiceList"}
	case getRocketMQ4:
		return aliyun.Call{API: "ons", Version: "2019-02-14", Action: "OnsInstanceBaseInfo"}
	case listRocketMQ5:
		return aliyun.Call{API: "rocketmq", Version: "2022-08-01", Action: "ListInstances", Method: http.MethodGet, Path: "/instances"}
	case getRocketMQ5:
		return aliyun.Call{API: "rocketmq", Version: "2022-08-01", Action: "GetInstance", Method: http.MethodGet, Path: "/instances/"}
	case describeRedis:
		return aliyun.Call{API: "r-kvstore", Version: "2015-01-01", Action: "DescribeInstances"}
	case queryBilling:
		return aliyun.Call{API: "business", Version: "2017-12-14", Action: "QueryAvailableInstances"}
	}
	return aliyun.Call{}
}

// call returns the call that a question is put by. The region stands in the query
// besides choosing the endpoint: where one address serves every region, as a
// proxy or a test server does, nothing else tells it.
func (q question) call() aliyun.Call {
	c := q.operation.call()
	c.Region = endpointRegion(q)
	c.Path += url.PathEscape(q.id)
	c.Query = make(map[string]string, len(q.query)+1)
	maps.Copy(c.Query, q.query)
	if q.region != "" {
		c.Query["RegionId"] = q.region
	}
	return c
}

// endpointRegion returns the region that an endpoint's name has, and "" for an
// endpoint that serves several regions.
//
// Source: the endpoints of r-kvstore in its help page (2024-11-13) and in the SDK,
// and those of BssOpenApi.
func endpointRegion(q question) string {
	if q.abroad {
		return "ap-southeast-1"
	}
	if q.operation != describeRedis {
		return q.region
	}
	switch q.region {
	case "cn-qingdao", "cn-beijing", "cn-wulanchabu", "cn-hangzhou", "cn-shanghai", "cn-shenzhen", "cn-heyuan",
		"cn-hangzhou-finance", "cn-shanghai-finance-1", "cn-shenzhen-finance-1", "cn-beijing-finance-1", "cn-north-2-gov-1":
		return ""
	}
	return q.region
}

// otherSite tells whether billing says that the account is not one of its site:
// the Chinese and the international one have an endpoint each.
func otherSite(err error) bool {
	refusal, ok := errors.AsType[*aliyun.CallError](err)
	return ok && refusal.Code == "NotApplicable"
}

// askerOf lets an account ask.
func askerOf(a *aliyun.Account) asker {
	return func(ctx context.Context, q question, into any) error { return a.Call(ctx, q.call(), into) }
}
