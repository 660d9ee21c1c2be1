package aliyun

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/internal/demo/cloud"
)

// TestAgainstTheCloud reads from the stand-in that all parts of Brimwatch are
// tested with: it knows the operations' parameters, regions and rates, and
// computes signatures by itself.
func TestAgainstTheCloud(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var series []cloud.Series
		for node := range 8 {
			for metric, value := range map[string]float64{"ShardingProxyUsedConnection": 100, "ShardingUsedQPS": 2000.5, "ShardingUsedMemory": 1 << 30} {
				one := cloud.Measure("acs_kvstore", metric, "r-1", value, "Average", "Maximum")
				one.Dimensions["nodeId"], one.Region = fmt.Sprintf("r-1-%d", node), "cn-beijing"
				series = append(series, one)
			}
		}
		s, err := cloud.New(cloud.Options{PageLength: 3, Accounts: []cloud.Account{{
			UID: "1234567890123456", Keys: []cloud.Key{{ID: testKey, Secret: testSecret}}, Series: series,
		}}})
		if err != nil {
			t.Fatal(err)
		}
		a := newTestAccount(t, "http://cloud.test")
		inProcess(a, s)
		collect := func(region string) (map[string]float64, error) {
			c, err := New(CollectorOptions{Account: a, Region: region, Kind: RedisCluster, Instances: []string{"r-1"}})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = c.Close() }()
			v, err := visit(t.Context(), c)
			if err == nil {
				err = v[0].Err()
			}
			return gauges(&v[0]), err
		}
		got, err := collect("cn-beijing")
		if diff := cmp.Diff(map[string]float64{"connections": 800, "commands_tps": 16004, "memory_bytes": 8 << 30}, got); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
		if b := a.Budget(time.Now()); b.Calls != int64(s.Count(cloud.DescribeMetricLast).Calls) || b.Calls != 9 {
			t.Errorf("%d calls were counted here and %d there, want 9", b.Calls, s.Count(cloud.DescribeMetricLast).Calls)
		}
		if _, err := collect("cn-hangzhou"); err == nil || !strings.Contains(err.Error(), "no figures of r-1") {
			t.Errorf("in a region where it is not: %v", err)
		}
		s.SetRate(1)
		if _, err := collect("cn-beijing"); err == nil || !strings.Contains(err.Error(), "Throttling.User") {
			t.Errorf("throttled: %v", err)
		}
	})
}
