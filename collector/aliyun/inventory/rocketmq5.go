package inventory

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

const kindRocketMQ5 = "rocketmq5"

// errNothing says that an answer about one instance has no instance in it.
var errNothing = errors.New("the answer says nothing of the instance")

// rocketMQ5Success is how this product's answers say that they are none.
type rocketMQ5Success struct {
	Success *text `json:"success"`
	Code    text  `json:"code"`
	Message text  `json:"message"`
}

func (s *rocketMQ5Success) failed() error {
	return (&success{s.Success, s.Code, s.Message}).failed()
}

// rocketMQ5Answer is a page of what ListInstances of rocketmq answers.
type rocketMQ5Answer struct {
	rocketMQ5Success
	Data struct {
		TotalCount figure         `json:"totalCount"`
		Rows       []rocketMQ5Row `json:"list"`
	} `json:"data"`
}

type rocketMQ5Row struct {
	ID       text   `json:"instanceId"`
	Name     text   `json:"instanceName"`
	Region   text   `json:"regionId"`
	Status   text   `json:"status"`
	Series   text   `json:"seriesCode"`
	Payment  text   `json:"paymentType"`
	Expires  moment `json:"expireTime"`
	Releases moment `json:"releaseTime"`
	Tags     []struct {
		Key   text `json:"key"`
		Value text `json:"value"`
	} `json:"tags"`
}

func readRocketMQ5(ctx context.Context, ask asker, region string, zone *time.Location) (listing, error) {
	const size = 200 // the most that it tells at once
	rows, whole, calls, err := pages(
		func(r *rocketMQ5Row) string { return string(r.ID) },
		func(number int) (page[rocketMQ5Row], error) {
			var a rocketMQ5Answer
			q := question{operation: listRocketMQ5, region: region, query: paged(number, size, "pageNumber", "pageSize")}
			if err := ask(ctx, q, &a); err != nil {
				return page[rocketMQ5Row]{}, err
			}
			return page[rocketMQ5Row]{a.Data.Rows, int(a.Data.TotalCount.value)}, a.failed()
		})
	if err != nil {
		return listing{}, err
	}
	c := clock{zone: zone}
	out := listing{whole: whole, calls: calls}
	for i := range rows {
		out.records = append(out.records, rows[i].record(&c))
	}
	out.odd = c.odd
	return out, nil
}

func (row *rocketMQ5Row) record(c *clock) *record {
	id := string(row.ID)
	r := &record{
		ID: id, Name: string(row.Name), Region: string(row.Region), Product: productRocketMQ, Kind: kindRocketMQ5,
		Edition: rocketMQ5Edition(row.Series), Tags: make(map[string]string), Status: string(row.Status),
		Term: term{Expires: c.read(id, "expireTime", row.Expires), Releases: c.read(id, "releaseTime", row.Releases)},
	}
	switch row.Status {
	case "STOPPED":
		r.Stands = fleet.LifecycleSuspended
	case "RELEASED":
		r.Stands = fleet.LifecycleReleased
	}
	switch row.Payment {
	case "Subscription":
		r.Method = fleet.Subscription
	case "PayAsYouGo":
		r.Method = fleet.PayAsYouGo
	}
	for _, tag := range row.Tags {
		r.Tags[string(tag.Key)] = string(tag.Value)
	}
	return r
}

// rocketMQ5Edition returns the catalogue's name of a series.
func rocketMQ5Edition(series text) string {
	switch series {
	case "standard":
		return "standard"
	case "professional":
		return "professional"
	case "ultimate":
		return "platinum"
	}
	return ""
}

// rocketMQ5Detail is what GetInstance answers.
type rocketMQ5Detail struct {
	rocketMQ5Success
	Data *struct {
		ID        text  `json:"instanceId"`
		AutoRenew *text `json:"autoRenew"`
		Product   struct {
			Spec text `json:"msgProcessSpec"`
		} `json:"productInfo"`
	} `json:"data"`
}

func detailRocketMQ5(ctx context.Context, ask asker, r *record) (*detail, error) {
	var a rocketMQ5Detail
	if err := ask(ctx, question{operation: getRocketMQ5, region: r.Region, id: r.ID}, &a); err != nil {
		return nil, err
	}
	if err := a.failed(); err != nil {
		return nil, err
	}
	return a.detail(r.ID)
}

func (a *rocketMQ5Detail) detail(id string) (*detail, error) {
	if a.Data == nil {
		return nil, errNothing
	}
	if a.Data.ID != "" && string(a.Data.ID) != id {
		return nil, fmt.Errorf("the answer is about %s", clip(string(a.Data.ID)))
	}
	d := &detail{Spec: string(a.Data.Product.Spec)}
	if renew := a.Data.AutoRenew; renew != nil && *renew != "" {
		yes := renew.yes()
		d.AutoRenew = &yes
	}
	return d, nil
}
