package inventory

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/internal/demo/cloud"
)

// calls returns how often each operation was called by f.
func (r *rig) calls(f func()) map[cloud.Operation]int {
	out := make(map[cloud.Operation]int)
	for _, op := range cloud.Operations() {
		out[op] = -r.cloud.Count(op).Calls
	}
	f()
	for _, op := range cloud.Operations() {
		if out[op] += r.cloud.Count(op).Calls; out[op] == 0 {
			delete(out, op)
		}
	}
	return out
}

// What a sweep over a thousand instances costs, in calls.
func TestCalls(t *testing.T) {
	const n = 1000
	var a cloud.Account
	for i := range n {
		a.MQTT = append(a.MQTT, cloud.MQTTInstance{InstanceID: fmt.Sprintf("mqtt-cn-%03d", i), RegionID: region})
		a.Redis = append(a.Redis, cloud.RedisInstance{InstanceID: fmt.Sprintf("r-%03d", i), RegionID: region})
		a.Bills = append(a.Bills, cloud.Bill{InstanceID: fmt.Sprintf("r-%03d", i)}, cloud.Bill{InstanceID: fmt.Sprintf("i-%03d", i)})
	}
	want := map[cloud.Operation]int{
		cloud.ListMQTT: 1, cloud.DescribeRedis: 20, cloud.ListRocketMQ4: 1, cloud.ListRocketMQ5: 1, cloud.QueryAvailableInstances: 7,
	}
	r := newRig(t, a)
	for range 2 {
		if diff := cmp.Diff(want, r.calls(func() { r.sweep() })); diff != "" {
			t.Errorf("calls (-want +got):\n%s", diff)
		}
	}
	if len(r.Found()) != 2*n {
		t.Errorf("%d instances found", len(r.Found()))
	}
}

// Details are asked for once, then again after an hour, and not all together.
func TestDetailsAreSpread(t *testing.T) {
	const n = 90
	var a cloud.Account
	for i := range n {
		a.RocketMQ5 = append(a.RocketMQ5, cloud.RocketMQ5Instance{InstanceID: fmt.Sprintf("rmq-cn-%03d", i), RegionID: region, Status: "RUNNING"})
	}
	r := newRig(t, a)
	details := func() int { return r.calls(func() { r.sweep() })[cloud.GetRocketMQ5] }
	if got := details(); got != n {
		t.Errorf("the first sweep asks for %d details", got)
	}
	for range 11 { // up to 55 minutes later
		if got := details(); got != 0 {
			t.Errorf("within the hour %d details are asked for", got)
		}
	}
	total := 0
	for range 7 { // up to an hour and a half later
		got := details()
		if total += got; got > n/3 {
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
