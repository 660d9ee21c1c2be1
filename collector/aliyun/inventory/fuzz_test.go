package inventory

import (
	"context"
	"encoding/json"
	"testing"
	"time"
)

// canned asks for nothing: every answer has the same body.
func canned(body []byte) asker {
	return func(_ context.Context, _ question, into any) error { return json.Unmarshal(body, into) }
}

// Whatever the answers are, a sweep neither breaks nor invents: instances have an
// id and a product, times are from this age, and what is told is one line.
func FuzzSweep(f *testing.F) {
	f.Add(`{"Success":"true","Instances":[{"InstanceId":"mqtt-cn-a","InstanceStatus":5,"InstanceType":1,"ExpireTime":1741795200000,"MqttTags":[{"TagKey":"a","TagValue":"b"}]}]}`)
	f.Add(`{"TotalCount":1,"Instances":{"KVStoreInstance":[{"InstanceId":"r-1","Capacity":1024,"EndTime":"2026-12-30T16:00:00Z","ChargeType":"PrePaid"}]}}`)
	f.Add(`{"success":true,"data":{"totalCount":1,"list":[{"instanceId":"rmq-cn-a","seriesCode":"ultimate","expireTime":"2022-09-01 00:00:00"}],"productInfo":{"msgProcessSpec":"rmq.u2.10xlarge"},"autoRenew":true}}`)
	f.Add(`{"Data":{"InstanceVO":[{"InstanceId":"MQ_INST_1","InstanceType":2,"ReleaseTime":1741795200000}]},"InstanceBaseInfo":{"MaxTps":10000}}`)
	f.Add(`{"Success":true,"Data":{"TotalCount":2,"InstanceList":[{"InstanceID":"iot-a","SubscriptionType":"Subscription","EndTime":"2019-09-08T16:00:00Z","StopTime":"soon"},{"InstanceID":"iot-a"}]}}`)
	f.Add(`{"Success":false,"Code":"\u0000","Message":"\n"}`)
	f.Fuzz(func(t *testing.T, body string) {
		i, err := newInventory(Options{Name: "acme", Regions: []string{region}, Zone: time.UTC}, canned([]byte(body)))
		if err != nil {
			t.Fatal(err)
		}
		now := time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
		for range 2 {
			_, _ = i.Sweep(t.Context(), now) // what fails is no failure here
			now = now.Add(2 * time.Hour)
		}
		for _, found := range i.Found() {
			if found.ID == "" || found.Product == "" || found.At.IsZero() {
				t.Errorf("found %+v", found)
			}
			for _, at := range []time.Time{found.Expires, found.SuspendsAt, found.ReleasesAt} {
				if !at.IsZero() && (at.Year() < 2008 || at.Year() > 2090) {
					t.Errorf("a time of %v", at)
				}
			}
			for _, v := range found.Capacity {
				if v < 0 {
					t.Errorf("capacity %v", found.Capacity)
				}
			}
		}
	})
}

// Whatever the file holds, it is refused or used, and what is used can be merged.
func FuzzCache(f *testing.F) {
	f.Add(`{"version":1,"account":"acme","lists":{"MQTT/cn-hangzhou":[{"id":"mqtt-cn-a","product":"mqtt","term":{"expires":"2026-12-30T16:00:00Z"},"at":"2026-11-22T14:00:00Z","detail":{"at":"2026-11-22T14:00:00Z"}}],"billing/":[{"id":"iot-a","product":"iot"}]}}`)
	f.Add(`{"version":1,"account":"acme","lists":{"billing/":[null]}}`)
	f.Fuzz(func(t *testing.T, body string) {
		lists, err := readCache([]byte(body), "acme")
		if err != nil {
			return
		}
		for _, records := range lists {
			for _, r := range records {
				if merged := merge("acme", r, r); merged.ID == "" {
					t.Errorf("merged %+v", merged)
				}
			}
		}
	})
}
