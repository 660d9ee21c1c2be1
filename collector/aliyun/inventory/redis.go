package inventory

import (
	"context"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// redisAnswer is a page of what DescribeInstances of r-kvstore answers.
type redisAnswer struct {
	success
	TotalCount figure `json:"TotalCount"`
	Instances  struct {
		Rows []redisRow `json:"KVStoreInstance"`
	} `json:"Instances"`
}

type redisRow struct {
	ID           text    `json:"InstanceId"`
	Name         text    `json:"InstanceName"`
	Region       text    `json:"RegionId"`
	Status       text    `json:"InstanceStatus"`
	Engine       text    `json:"InstanceType"` // Redis, Memcache
	Class        text    `json:"InstanceClass"`
	Megabytes    figure  `json:"Capacity"`
	QPS          figure  `json:"QPS"`
	Connections  figure  `json:"Connections"`
	Architecture text    `json:"ArchitectureType"`
	Edition      text    `json:"EditionType"`
	Charge       text    `json:"ChargeType"`
	Ends         moment  `json:"EndTime"`
	Tags         tagList `json:"Tags"`
}

// tagList is how the RPC style writes tags.
type tagList struct {
	Tag []struct {
		Key   text `json:"Key"`
		Value text `json:"Value"`
	} `json:"Tag"`
}

func (l *tagList) tags() map[string]string {
	out := make(map[string]string)
	for _, t := range l.Tag {
		out[string(t.Key)] = string(t.Value)
	}
	return out
}

func readRedis(ctx context.Context, ask asker, region string, zone *time.Location) (listing, error) {
	const size = 50 // the most that it tells at once
	rows, whole, calls, err := pages(
		func(r *redisRow) string { return string(r.ID) },
		func(number int) (page[redisRow], error) {
			var a redisAnswer
			q := question{operation: describeRedis, region: region, query: paged(number, size, "PageNumber", "PageSize")}
			if err := ask(ctx, q, &a); err != nil {
				return page[redisRow]{}, err
			}
			return page[redisRow]{a.Instances.Rows, int(a.TotalCount.value)}, a.failed()
		})
	if err != nil {
		return listing{}, err
	}
	c := clock{zone: zone}
	out := listing{whole: whole, calls: calls}
	for i := range rows {
		if rows[i].Engine == "" || strings.EqualFold(string(rows[i].Engine), "redis") || strings.EqualFold(string(rows[i].Engine), "tair") {
			out.records = append(out.records, rows[i].record(&c))
		}
	}
	out.odd = c.odd
	return out, nil
}

func (row *redisRow) record(c *clock) *record {
	id := string(row.ID)
	edition, kind := redisEdition(row)
	r := &record{
		ID: id, Name: string(row.Name), Region: string(row.Region), Product: productRedis, Edition: edition, Kind: kind,
		Spec: string(row.Class), Tags: row.Tags.tags(), Capacity: make(map[string]float64),
		Term: term{Expires: c.read(id, "EndTime", row.Ends)}, Status: string(row.Status),
	}
	switch row.Status {
	case "Inactive":
		r.Stands = fleet.LifecycleSuspended
	case "Released": // into the recycle bin, where it is for seven days before it is destroyed
		r.Stands = fleet.LifecycleRecycled
	}
	switch row.Charge {
	case "PrePaid":
		r.Method = fleet.Subscription
	case "PostPaid":
		r.Method = fleet.PayAsYouGo
		r.Overdue = row.Status == "Inactive" // the only reason to stop one that has no term
	}
	const megabyte = 1 << 20
	for m, amount := range map[fleet.Metric]int64{
		fleet.MemoryBytes: row.Megabytes.value * megabyte, fleet.CommandsTPS: row.QPS.value, fleet.Connections: row.Connections.value,
	} {
		if amount > 0 {
			r.Capacity[m.String()] = float64(amount)
		}
	}
	return r
}

// redisEdition returns the catalogue's name of an edition, and the kind of source
// that reads it: a cluster's metrics come by node, under names of their own.
func redisEdition(row *redisRow) (edition, kind string) {
	switch row.Architecture {
	case "cluster":
		return "cluster", "redis_cluster"
	case "rwsplit":
		return "splitrw", "redis_rwsplit"
	}
	switch row.Edition {
	case "Community":
		return "community", ""
	case "Enterprise":
		return "tair", ""
	}
	return "", ""
}
