package inventory

import (
	"context"
	"strconv"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

const (
	kindRocketMQ4    = "rocketmq4"
	editionStandard4 = "standard-4"
	editionPlatinum4 = "platinum-4"
)

// rocketMQ4Answer is what OnsInstanceInServiceList answers. It has no pages.
type rocketMQ4Answer struct {
	success
	Data struct {
		Rows []rocketMQ4Row `json:"InstanceVO"`
	} `json:"Data"`
}

type rocketMQ4Row struct {
	ID      text    `json:"InstanceId"`
	Name    text    `json:"InstanceName"`
	Status  figure  `json:"InstanceStatus"`
	Type    figure  `json:"InstanceType"`
	Expires moment  `json:"ReleaseTime"` // of a Platinum instance: when its term ends
	Tags    tagList `json:"Tags"`
}

func readRocketMQ4(ctx context.Context, ask asker, region string, zone *time.Location) (listing, error) {
	var a rocketMQ4Answer
	if err := ask(ctx, question{operation: listRocketMQ4, region: region}, &a); err != nil {
		return listing{}, err
	}
	if err := a.failed(); err != nil {
		return listing{}, err
	}
	return a.listing(region, zone), nil
}

// told makes records of the rows, which do not tell their region.
func (a *rocketMQ4Answer) listing(region string, zone *time.Location) listing {
	c := clock{zone: zone}
	out := listing{whole: true, calls: 1}
	for i := range a.Data.Rows {
		if row := &a.Data.Rows[i]; row.ID != "" {
			r := row.record(&c)
			r.Region = region
			out.records = append(out.records, r)
		}
	}
	out.odd = c.odd
	return out
}

func (row *rocketMQ4Row) record(c *clock) *record {
	const standard, platinum, overdue = 1, 2, 2
	id := string(row.ID)
	r := &record{
		ID: id, Name: string(row.Name), Product: productRocketMQ, Kind: kindRocketMQ4,
		Tags: row.Tags.tags(), Overdue: row.Status.value == overdue, Status: rocketMQ4Status(row.Status),
	}
	switch row.Type.value {
	case standard:
		r.Edition, r.Method = editionStandard4, fleet.PayAsYouGo
	case platinum:
		r.Edition, r.Method = editionPlatinum4, fleet.Subscription
		r.Term.Expires = c.read(id, "ReleaseTime", row.Expires)
	}
	return r
}

// rocketMQ4Status puts the cloud's word beside its number.
func rocketMQ4Status(s figure) string {
	if !s.known {
		return ""
	}
	word := "unknown status"
	switch s.value {
	case 0:
		word = "deploying"
	case 2:
		word = "overdue"
	case 5:
		word = "running"
	case 7:
		word = "upgrading"
	}
	return word + " (" + strconv.FormatInt(s.value, 10) + ")"
}

// rocketMQ4Detail is what OnsInstanceBaseInfo answers.
type rocketMQ4Detail struct {
	success
	Info *struct {
		MaxTPS figure `json:"MaxTps"`
	} `json:"InstanceBaseInfo"`
}

func detailRocketMQ4(ctx context.Context, ask asker, r *record) (*detail, error) {
	var a rocketMQ4Detail
	q := question{operation: getRocketMQ4, region: r.Region, query: map[string]string{"InstanceId": r.ID}}
	if err := ask(ctx, q, &a); err != nil {
		return nil, err
	}
	if err := a.failed(); err != nil {
		return nil, err
	}
	return a.detail(r.Edition)
}

// detail returns what a Platinum instance may carry. A Standard one has a limit
// of its edition, which the catalogue knows.
func (a *rocketMQ4Detail) detail(edition string) (*detail, error) {
	if a.Info == nil {
		return nil, errNothing
	}
	d := &detail{}
	if tps := a.Info.MaxTPS.value; tps > 0 && edition == editionPlatinum4 {
		d.Capacity = map[string]float64{fleet.MessageTPS.String(): float64(tps)}
		d.Spec = rocketMQ4Spec(tps)
	}
	return d, nil
}

// rocketMQ4Spec names a step of MaxTps as the catalogue does, and "" when it is
// none of those that are sold.
func rocketMQ4Spec(tps int64) string {
	switch tps {
	case 1_000_000:
		return "tps-1m"
	case 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 300_000, 500_000, 800_000:
		return "tps-" + strconv.FormatInt(tps/1000, 10) + "k"
	}
	return ""
}
