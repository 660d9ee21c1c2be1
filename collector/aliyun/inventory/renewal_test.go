package inventory

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// TestRenewPeriod: what billing tells of the length of a renewal, however it is written;
// what cannot be read is not told, and makes nothing else unknown.
func TestRenewPeriod(t *testing.T) {
	for _, tt := range []struct {
		name, row string
		want      fleet.Period
	}{
		{"months", `"RenewalDuration":1,"RenewalDurationUnit":"M"`, fleet.Period{Months: 1}},
		{"as text", `"RenewalDuration":"3","RenewalDurationUnit":"M"`, fleet.Period{Months: 3}},
		{"years", `"RenewalDuration":1,"RenewalDurationUnit":"Y"`, fleet.Period{Months: 12}},
		{"none", `"RenewalDuration":0,"RenewalDurationUnit":"M"`, fleet.Period{}},
		{"negative", `"RenewalDuration":-1,"RenewalDurationUnit":"M"`, fleet.Period{}},
		{"absent", `"Region":"cn-hangzhou"`, fleet.Period{}},
		{"null", `"RenewalDuration":null,"RenewalDurationUnit":null`, fleet.Period{}},
		{"without a unit", `"RenewalDuration":1`, fleet.Period{}},
		{"another unit", `"RenewalDuration":1,"RenewalDurationUnit":"fortnight"`, fleet.Period{}},
		{"a small m", `"RenewalDuration":1,"RenewalDurationUnit":"m"`, fleet.Period{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b bill
			if err := json.Unmarshal([]byte(`{"InstanceID":"a","SubscriptionType":"Subscription",`+tt.row+`}`), &b); err != nil {
				t.Fatal(err)
			}
			r := b.record(&clock{zone: time.UTC})
			if got := merge("acme", r, r); got.RenewPeriod != tt.want || got.Method != fleet.Subscription {
				t.Errorf("got %+v", got)
			}
		})
	}
}
