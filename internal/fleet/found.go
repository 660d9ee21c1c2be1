package fleet

import "time"

// Found is an instance as a cloud's API describes it. What the API does not tell
// has its zero value, which is "not known" and never "none" or "expired".
type Found struct {
	ID, Name, Account, Region, Product, Edition, Spec string

	// Kind is which kind of source reads the instance, as rocketmq5 or
	// redis_cluster; "" where the product says it.
	Kind   string
	Labels []Label // its tags, sorted by name

	Capacity Amounts  // what the cloud told; zero where it tells nothing
	Missing  []Metric // metrics of this product whose capacity the cloud does not tell: the operator has to

	Method         Method
	Expires        time.Time // first moment after the paid term
	SuspendsAt     time.Time // when service stops, as the cloud itself says
	ReleasesAt     time.Time // when it is deleted, as the cloud itself says
	OverdueSince   time.Time // when its bill was first seen unpaid
	AutoRenew      bool
	PostExpiration string // release or downgrade
	Frozen         bool

	Status string    // the cloud's own word, for people
	At     time.Time // when it was told
}
