package inventory

import (
	"context"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// billingAnswer is a page of what QueryAvailableInstances answers.
type billingAnswer struct {
	success
	Data struct {
		TotalCount figure `json:"TotalCount"`
		Rows       []bill `json:"InstanceList"`
	} `json:"Data"`
}

type bill struct {
	ID        text   `json:"InstanceID"`
	Code      text   `json:"ProductCode"`
	Region    text   `json:"Region"`
	Method    text   `json:"SubscriptionType"`
	Status    text   `json:"Status"`
	SubStatus text   `json:"SubStatus"`
	Ends      moment `json:"EndTime"`
	Stops     moment `json:"StopTime"`
	Releases  moment `json:"ReleaseTime"`
	Expected  moment `json:"ExpectedReleaseTime"`
	Renew     text   `json:"RenewStatus"`
	Duration  text   `json:"RenewalDuration"`
	Unit      text   `json:"RenewalDurationUnit"`
}

// readBilling asks for everything that an account pays for, of whatever product
// and region, and keeps the bills of instances that are known, and of those of
// IoT. The names that billing gives to products are not all documented, so it is
// not asked by them.
func readBilling(ctx context.Context, ask asker, abroad bool, zone *time.Location, known func(id string) bool) (listing, error) {
	const size = 300 // the most that it tells at once
	rows, whole, calls, err := pages(
		func(b *bill) string { return string(b.ID) },
		func(number int) (page[bill], error) {
			var a billingAnswer
			q := question{operation: queryBilling, abroad: abroad, query: paged(number, size, "PageNum", "PageSize")}
			if err := ask(ctx, q, &a); err != nil {
				return page[bill]{}, err
			}
			return page[bill]{a.Data.Rows, int(a.Data.TotalCount.value)}, a.failed()
		})
	if err != nil {
		return listing{}, err
	}
	c := clock{zone: zone}
	out := listing{whole: whole, calls: calls}
	for i := range rows {
		if isIoT(&rows[i]) || known(string(rows[i].ID)) {
			out.records = append(out.records, rows[i].record(&c))
		}
	}
	out.odd = c.odd
	return out, nil
}

// isIoT tells whether a bill is one of an IoT instance, which no other API lists.
func isIoT(b *bill) bool {
	id, code := string(b.ID), strings.ToLower(string(b.Code))
	return strings.HasPrefix(id, "iot-") || strings.HasPrefix(id, "iot_") || code == "iot" || strings.HasPrefix(code, "iot_")
}

func (b *bill) record(c *clock) *record {
	id := string(b.ID)
	r := &record{
		ID: id, Region: string(b.Region), Status: string(b.Status),
		Overdue: b.SubStatus == "WaitForLimit" || b.SubStatus == "BandwidthLimited",
		Term: term{
			Expires: c.read(id, "EndTime", b.Ends), Suspends: c.read(id, "StopTime", b.Stops), Releases: c.read(id, "ReleaseTime", b.Releases),
		},
	}
	if r.Term.Releases.IsZero() {
		r.Term.Releases = c.read(id, "ExpectedReleaseTime", b.Expected)
	}
	if b.SubStatus != "" && b.SubStatus != "Normal" {
		r.Status += ", " + string(b.SubStatus)
	}
	switch b.Method {
	case "Subscription":
		r.Method = fleet.Subscription
	case "PayAsYouGo":
		r.Method = fleet.PayAsYouGo
	}
	if b.Renew != "" {
		auto := b.Renew == "AutoRenewal"
		r.AutoRenew = &auto
	}
	if period, err := fleet.ParsePeriod(string(b.Duration + b.Unit)); err == nil {
		r.RenewPeriod = period.String()
	}
	if isIoT(b) {
		r.Product, r.Edition = productIoT, iotEdition(r.Method)
	}
	return r
}

// iotEdition tells the edition from how it is paid for: Enterprise instances are
// sold for a term, and the legacy public one is the only one that is paid for as
// it goes. A new public instance is free and has no bill.
func iotEdition(method fleet.Method) string {
	switch method {
	case fleet.Subscription:
		return "enterprise"
	case fleet.PayAsYouGo:
		return "public-legacy"
	case fleet.Free:
	}
	return ""
}
