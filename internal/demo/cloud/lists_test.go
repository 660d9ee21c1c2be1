package cloud_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/internal/demo/cloud"
)

func TestListMQTT(t *testing.T) {
	r := newRig(t, cloud.Account{MQTT: []cloud.MQTTInstance{
		{InstanceID: "mqtt-cn-a", InstanceStatus: 5, InstanceType: 1, RegionID: "cn-hangzhou", ExpireTime: 1741795200000},
		{InstanceID: "mqtt-cn-b", RegionID: "cn-beijing"},
	}})
	type answer struct {
		Code, Success string
		Instances     []cloud.MQTTInstance
	}
	got := get[answer](r, asks(cloud.ListMQTT, nil))
	want := answer{"200", "true", []cloud.MQTTInstance{
		{InstanceID: "mqtt-cn-a", InstanceStatus: 5, InstanceType: 1, RegionID: "cn-hangzhou", ExpireTime: 1741795200000},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("without a region (-want +got):\n%s", diff)
	}
	if got := get[answer](r, asks(cloud.ListMQTT, map[string]string{"RegionId": "cn-beijing"})); len(got.Instances) != 1 || got.Instances[0].InstanceID != "mqtt-cn-b" {
		t.Errorf("by parameter: %+v", got)
	}
	byHost := asks(cloud.ListMQTT, map[string]string{"RegionId": "cn-hangzhou"})
	byHost.host = "onsmqtt.cn-beijing.aliyuncs.com"
	if got := get[answer](r, byHost); len(got.Instances) != 1 || got.Instances[0].InstanceID != "mqtt-cn-b" {
		t.Errorf("an endpoint serves its own region: %+v", got)
	}
	if got := get[answer](r, asks(cloud.ListMQTT, map[string]string{"RegionId": "cn-qingdao"})); got.Instances == nil || len(got.Instances) != 0 {
		t.Errorf("a region without instances: %+v", got)
	}
}

func TestListRocketMQ5(t *testing.T) {
	yes := true
	var all []cloud.RocketMQ5Instance
	for i := range 25 {
		all = append(all, cloud.RocketMQ5Instance{
			InstanceID: fmt.Sprintf("rmq-cn-%02d", i), RegionID: "cn-hangzhou", SeriesCode: "standard", AutoRenew: &yes,
			ProductInfo: &cloud.RocketMQ5Product{MsgProcessSpec: "rmq.s2.2xlarge", SendReceiveRatio: 0.5},
		})
	}
	r := newRig(t, cloud.Account{RocketMQ5: all})
	type answer struct {
		Success bool
		Data    struct {
			PageNumber, PageSize, TotalCount int
			List                             []cloud.RocketMQ5Instance
		}
	}
	for page, want := range map[int]int{1: 10, 2: 10, 3: 5, 4: 0} {
		got := get[answer](r, asks(cloud.ListRocketMQ5, map[string]string{"pageNumber": strconv.Itoa(page), "pageSize": "10"}))
		if !got.Success || got.Data.TotalCount != 25 || len(got.Data.List) != want {
			t.Errorf("page %d: %d of %d instances, want %d", page, len(got.Data.List), got.Data.TotalCount, want)
		}
		for _, in := range got.Data.List {
			if in.ProductInfo != nil || in.AutoRenew != nil {
				t.Errorf("the list tells what was bought: %+v", in)
			}
		}
	}
	one := get[struct{ Data cloud.RocketMQ5Instance }](r, asks(cloud.GetRocketMQ5, map[string]string{"id": "rmq-cn-07"}))
	if diff := cmp.Diff(all[7], one.Data); diff != "" {
		t.Errorf("one instance (-want +got):\n%s", diff)
	}
	if got := r.refused(r.signV3(asks(cloud.GetRocketMQ5, map[string]string{"id": "rmq-cn-99"}))); got != (refusal{404, "Instance.NotFound"}) {
		t.Errorf("an instance that is not: %+v", got)
	}
	for size, want := range map[string]int{"1": 10, "500": 200} {
		if got := get[answer](r, asks(cloud.ListRocketMQ5, map[string]string{"pageSize": size})); got.Data.PageSize != want {
			t.Errorf("pageSize %s is taken for %d, want %d", size, got.Data.PageSize, want)
		}
	}
	if got := r.refused(r.signV3(asks(cloud.ListRocketMQ5, map[string]string{"pageSize": "x"}))); got != (refusal{400, "InvalidParameter"}) {
		t.Errorf("pageSize x: %+v", got)
	}
	post := asks(cloud.ListRocketMQ5, nil)
	post.method = http.MethodPost
	if got := r.refused(r.signV3(post)); got.Status != http.StatusNotFound {
		t.Errorf("POST to a resource: %+v", got)
	}
}

func TestListRocketMQ4(t *testing.T) {
	r := newRig(t, cloud.Account{RocketMQ4: []cloud.RocketMQ4Instance{
		{InstanceID: "MQ_INST_1_BXa", RegionID: "cn-hangzhou", InstanceStatus: 5, InstanceType: 2, MaxTPS: 10000, TopicCapacity: 50, ReleaseTime: 1741795200000},
		{InstanceID: "MQ_INST_1_BXb", RegionID: "cn-beijing", InstanceStatus: 5, InstanceType: 1},
	}})
	list := get[struct {
		Data struct {
			InstanceVO []struct {
				InstanceID  string `json:"InstanceId"`
				ReleaseTime int64
				MaxTps      int64
			}
		}
	}](r, asks(cloud.ListRocketMQ4, nil))
	if rows := list.Data.InstanceVO; len(rows) != 1 || rows[0].InstanceID != "MQ_INST_1_BXa" || rows[0].ReleaseTime != 1741795200000 || rows[0].MaxTps != 0 {
		t.Errorf("list: %+v", rows)
	}
	one := get[struct {
		InstanceBaseInfo struct{ MaxTps, TopicCapacity int64 }
	}](r, asks(cloud.GetRocketMQ4, map[string]string{"InstanceId": "MQ_INST_1_BXa"}))
	if one.InstanceBaseInfo.MaxTps != 10000 || one.InstanceBaseInfo.TopicCapacity != 50 {
		t.Errorf("one: %+v", one)
	}
	for id, want := range map[string]refusal{"": {400, "MissingInstanceId"}, "MQ_INST_1_BXb": {404, "INSTANCE_NOT_FOUND"}} {
		if got := r.refused(r.signV3(asks(cloud.GetRocketMQ4, map[string]string{"InstanceId": id}))); got != want {
			t.Errorf("instance %q: %+v, want %+v", id, got, want)
		}
	}
}

func TestDescribeRedis(t *testing.T) {
	var all []cloud.RedisInstance
	for i := range 120 {
		all = append(all, cloud.RedisInstance{InstanceID: fmt.Sprintf("r-%03d", i), RegionID: "cn-hangzhou", Capacity: 1024})
	}
	r := newRig(t, cloud.Account{Redis: all})
	type answer struct {
		PageNumber, PageSize, TotalCount int
		Instances                        struct{ KVStoreInstance []cloud.RedisInstance }
	}
	var got []cloud.RedisInstance
	for page := 1; page <= 3; page++ {
		a := get[answer](r, asks(cloud.DescribeRedis, map[string]string{"PageSize": "50", "PageNumber": strconv.Itoa(page)}))
		if a.TotalCount != 120 || a.PageNumber != page || a.PageSize != 50 {
			t.Errorf("page %d says %+v", page, a)
		}
		got = append(got, a.Instances.KVStoreInstance...)
	}
	if diff := cmp.Diff(all, got); diff != "" {
		t.Errorf("all pages (-want +got):\n%s", diff)
	}
	some := get[answer](r, asks(cloud.DescribeRedis, map[string]string{"InstanceIds": "r-003,r-119"}))
	if rows := some.Instances.KVStoreInstance; len(rows) != 2 || rows[1].InstanceID != "r-119" {
		t.Errorf("two of them: %+v", rows)
	}
	if got := r.refused(r.signV3(asks(cloud.DescribeRedis, map[string]string{"PageSize": "51"}))); got.Status != http.StatusBadRequest {
		t.Errorf("51 a page: %+v", got)
	}
}

func TestBilling(t *testing.T) {
	var all []cloud.Bill
	for i := range 310 {
		all = append(all, cloud.Bill{InstanceID: strconv.Itoa(i), ProductCode: "ons", Region: "cn-hangzhou", SubscriptionType: "Subscription"})
	}
	all[309].Region, all[309].SubscriptionType = "cn-beijing", "PayAsYouGo"
	r := newRig(t, cloud.Account{Bills: all, Balance: cloud.Balance{AvailableAmount: "-11.19", Currency: "CNY"}})
	type answer struct {
		Code    string
		Success bool
		Data    struct {
			TotalCount   int
			InstanceList []cloud.Bill
		}
	}
	query := func(pairs ...string) answer {
		q := make(map[string]string)
		for pair := range slices.Chunk(pairs, 2) {
			q[pair[0]] = pair[1]
		}
		return get[answer](r, asks(cloud.QueryAvailableInstances, q))
	}
	for _, tt := range []struct {
		name string
		got  answer
		rows int
		of   int
	}{
		{"as many as fit", query("PageSize", "300"), 300, 310},
		{"the rest", query("PageSize", "300", "PageNum", "2"), 10, 310},
		{"twenty by default", query(), 20, 310},
		{"one region of a product", query("Region", "cn-beijing", "ProductCode", "ons"), 1, 1},
		{"one way to pay", query("SubscriptionType", "PayAsYouGo"), 1, 1},
		{"by id", query("InstanceIDs", "3,4"), 2, 2},
		{"another product", query("ProductCode", "rds"), 0, 0},
	} {
		if tt.got.Code != "Success" || !tt.got.Success || len(tt.got.Data.InstanceList) != tt.rows || tt.got.Data.TotalCount != tt.of {
			t.Errorf("%s: %d of %d rows, want %d of %d", tt.name, len(tt.got.Data.InstanceList), tt.got.Data.TotalCount, tt.rows, tt.of)
		}
	}
	for name, q := range map[string]map[string]string{"301 a page": {"PageSize": "301"}, "a region without a product": {"Region": "cn-beijing"}} {
		if got := r.refused(r.signV3(asks(cloud.QueryAvailableInstances, q))); got.Status != http.StatusBadRequest {
			t.Errorf("%s: %+v", name, got)
		}
	}
	balance := get[struct {
		Code string
		Data cloud.Balance
	}](r, asks(cloud.QueryAccountBalance, nil))
	if balance.Code != "200" || balance.Data.AvailableAmount != "-11.19" || balance.Data.Currency != "CNY" {
		t.Errorf("balance: %+v", balance)
	}
	r.Change(func(a []*cloud.Account) { a[0].Balance.AvailableAmount = "5.00" })
	if after := get[struct{ Data cloud.Balance }](r, asks(cloud.QueryAccountBalance, nil)); after.Data.AvailableAmount != "5.00" {
		t.Errorf("balance after a payment: %+v", after)
	}
}
