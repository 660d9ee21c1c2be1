package inventory

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// merge joins what the API of a product told about an instance with what billing
// told; bill may be nil.
func merge(account string, r, bill *record) fleet.Found {
	f := fleet.Found{
		ID: r.ID, Name: r.Name, Account: account, Region: r.Region, Product: r.Product, Edition: r.Edition, Spec: r.Spec, Kind: r.Kind,
		Labels: labels(r.Tags), Method: r.Method, Frozen: r.Frozen, Status: r.Status, At: r.At,
	}
	capacity, renew, since := r.Capacity, r.AutoRenew, r.Since
	if d := r.Detail; d != nil {
		f.Spec, capacity = d.Spec, d.Capacity
		renew = cmp.Or(renew, d.AutoRenew)
		f.At = earlier(f.At, d.At)
	}
	if bill != nil && bill != r {
		f.Method = cmp.Or(bill.Method, f.Method)
		renew = cmp.Or(bill.AutoRenew, renew)
		since = earlier(since, bill.Since)
		f.Status = cmp.Or(f.Status, bill.Status)
	}
	if bill != nil {
		f.RenewPeriod, _ = fleet.ParsePeriod(bill.RenewPeriod) // what cannot be read is not told
	}
	f.AutoRenew = renew != nil && *renew
	if r.Stands != "" {
		f.Word = fleet.Word{State: r.Stands, Since: r.StoodSince, Text: r.Status}
	}
	f.OverdueSince = since
	for name, value := range capacity {
		if m, ok := fleet.ParseMetric(name); ok && value > 0 {
			f.Capacity[m] = value
		}
	}
	t := termOf(f.Method, r, bill)
	f.Expires, f.SuspendsAt, f.ReleasesAt = t.Expires, t.Suspends, t.Releases
	f.Missing = missing(&f)
	return f
}

// termOf chooses whose word about the end counts: that of billing, which has the
// moments of suspension and release too, else that of the product. What is paid
// for as it goes has no end of term, and is suspended only when its bill is not
// paid.
func termOf(method fleet.Method, r, bill *record) term {
	if method == fleet.PayAsYouGo {
		if bill == nil || !bill.Overdue {
			return term{}
		}
		t := bill.Term
		t.Expires = time.Time{}
		return t.plausible()
	}
	if bill == nil || bill.Term.Expires.IsZero() {
		return r.Term.plausible()
	}
	t := bill.Term
	if t.Releases.IsZero() && t.Expires.Equal(r.Term.Expires) {
		t.Releases = r.Term.Releases
	}
	return t.plausible()
}

// missing lists the metrics that are sold with the product and of which neither
// the cloud nor a row of the catalogue for this specification tells the capacity.
func missing(f *fleet.Found) []fleet.Metric {
	var sold []fleet.Metric
	switch {
	case f.Product == productMQTT:
		sold = []fleet.Metric{fleet.MessageTPS, fleet.Subscriptions, fleet.Connections}
	case f.Product == productIoT:
		sold = []fleet.Metric{fleet.MessageTPS, fleet.Connections}
	case f.Product == productRedis:
		sold = []fleet.Metric{fleet.Connections, fleet.CommandsTPS, fleet.MemoryBytes}
	case f.Kind == kindRocketMQ5 && f.Spec == "":
		sold = []fleet.Metric{fleet.MessageTPS, fleet.Connections}
	case f.Kind == kindRocketMQ4 && f.Edition == editionPlatinum4:
		sold = []fleet.Metric{fleet.MessageTPS}
	}
	var missing []fleet.Metric
	for _, m := range sold {
		if f.Capacity[m] <= 0 {
			missing = append(missing, m)
		}
	}
	return missing
}

// labels makes labels of tags. A tag may be called anything; a label's name has
// letters, digits and _ only, so that it can stand in metrics.
func labels(tags map[string]string) []fleet.Label {
	byName := make(map[string]string, len(tags))
	for _, tag := range slices.Sorted(maps.Keys(tags)) {
		name := labelName(tag)
		if _, taken := byName[name]; !taken && name != "" {
			byName[name] = tags[tag]
		}
	}
	if len(byName) == 0 {
		return nil
	}
	return fleet.SortLabels(byName)
}

// labelName returns the label for a tag, and "" for tags that the cloud sets
// itself and for those without a single letter or digit.
func labelName(tag string) string {
	if strings.HasPrefix(tag, "acs:") || strings.HasPrefix(tag, "aliyun") {
		return ""
	}
	name := strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' {
			return c
		}
		return '_'
	}, tag)
	if strings.Trim(name, "_") == "" {
		return ""
	}
	if name[0] >= '0' && name[0] <= '9' {
		name = "_" + name
	}
	return name
}

// earlier returns the earlier of two moments, of which zero is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// same tells whether two descriptions differ in nothing but their age.
func same(a, b *fleet.Found) bool { return sameInstance(a, b) && sameOffer(a, b) && sameTerm(a, b) }

// sameInstance compares which instance it is, and what it is called.
func sameInstance(a, b *fleet.Found) bool {
	return a.ID == b.ID && a.Name == b.Name && a.Account == b.Account && a.Region == b.Region &&
		a.Product == b.Product && a.Kind == b.Kind && slices.Equal(a.Labels, b.Labels)
}

// sameOffer compares what was bought.
func sameOffer(a, b *fleet.Found) bool {
	return a.Edition == b.Edition && a.Spec == b.Spec && a.Capacity == b.Capacity && slices.Equal(a.Missing, b.Missing)
}

// sameTerm compares until when it runs, and what it does then.
func sameTerm(a, b *fleet.Found) bool {
	return a.Method == b.Method && a.AutoRenew == b.AutoRenew && a.RenewPeriod == b.RenewPeriod && a.PostExpiration == b.PostExpiration &&
		a.Frozen == b.Frozen && a.Status == b.Status && a.Word.Equal(b.Word) && a.Expires.Equal(b.Expires) &&
		a.SuspendsAt.Equal(b.SuspendsAt) && a.ReleasesAt.Equal(b.ReleasesAt) && a.OverdueSince.Equal(b.OverdueSince)
}
