package inventory

import (
	"fmt"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/internal/cloud"
)

// What a sweep over a thousand instances of each kind costs, in calls.
func TestCalls(t *testing.T) {
	const n = 1000
	var a cloud.Account
	for i := range n {
		a.MQTT = append(a.MQTT, cloud.MQTTInstance{InstanceID: fmt.Sprintf("mqtt-cn-%03d", i), RegionID: region})
		a.Redis = append(a.Redis, cloud.RedisInstance{InstanceID: fmt.Sprintf("r-%03d", i), RegionID: region})
		a.RocketMQ5 = append(a.RocketMQ5, cloud.RocketMQ5Instance{InstanceID: fmt.Sprintf("rmq-cn-%03d", i), RegionID: region, Status: "RUNNING"})
		a.Bills = append(a.Bills, cloud.Bill{InstanceID: fmt.Sprintf("r-%03d", i)}, cloud.Bill{InstanceID: fmt.Sprintf("i-%03d", i)})
	}
	r := newRig(t, a)
	counts := func() map[cloud.Operation]int {
		out := make(map[cloud.Operation]int)
		for _, op := range cloud.Operations() {
			out[op] = r.cloud.Count(op).Calls
		}
		return out
	}
	cost := func() map[cloud.Operation]int {
		before := counts()
		r.sweep()
		after := counts()
		for op := range after {
			after[op] -= before[op]
		}
		return after
	}
	want := map[cloud.Operation]int{
		cloud.ListMQTT: 1, cloud.DescribeRedis: 20, cloud.ListRocketMQ4: 1, cloud.ListRocketMQ5: 5, cloud.QueryAvailableInstances: 7,
	}
	first := cost()
	if first[cloud.GetRocketMQ5] != n {
		t.Errorf("the first sweep asks for %d details", first[cloud.GetRocketMQ5])
	}
	if len(r.Found()) != 3*n {
		t.Fatalf("%d instances found", len(r.Found()))
	}
	for range 11 { // up to 55 minutes later
		got := cost()
		for _, op := range cloud.Operations() {
			if got[op] != want[op] {
				t.Errorf("%s: %d calls, want %d", op, got[op], want[op])
			}
		}
	}
	total := 0
	for range 7 { // up to an hour and a half later
		got := cost()[cloud.GetRocketMQ5]
		total += got
		if got > n/4 {
			t.Errorf("%d details are due in one sweep", got)
		}
	}
	if total != n {
		t.Errorf("%d details were asked for again, want %d", total, n)
	}
}

// An account that pays for very much is asked once an hour.
func TestManyBills(t *testing.T) {
	var a cloud.Account
	for i := range 3300 {
		a.Bills = append(a.Bills, cloud.Bill{InstanceID: fmt.Sprintf("i-%04d", i)})
	}
	r := newRig(t, a)
	for range 12 {
		r.sweep()
	}
	if got := r.cloud.Count(cloud.QueryAvailableInstances).Calls; got != 11 {
		t.Errorf("%d calls in the first hour, want 11", got)
	}
	r.now = r.now.Add(time.Minute)
	r.sweep()
	if got := r.cloud.Count(cloud.QueryAvailableInstances).Calls; got != 22 {
		t.Errorf("%d calls after an hour, want 22", got)
	}
}
