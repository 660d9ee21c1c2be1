package fleet

import "time"

// Found is an instance as a cloud's API describes it.
type Found struct {
	ID, Name, Account, Region, Product, Edition, Spec string

	// Kind is the kind of source that reads it, such as rocketmq5 or redis_cluster;
	// "" where Product says it.
	Kind     string
	Labels   []Label  // its tags
	Capacity Amounts  // 0 where the cloud gives none
	Missing  []Metric // metrics whose capacity the cloud does not give: the operator has to

	Method                                        Method
	Expires, SuspendsAt, ReleasesAt, OverdueSince time.Time // zero is unknown
	AutoRenew                                     bool
	PostExpiration                                string // release or downgrade; "" is unknown
	Frozen                                        bool
	RenewPeriod                                   Period // for how long automatic renewal renews; not known where the cloud does not tell

	Status string    // the cloud's own word, for people
	Word   Word      // what of it counts for the calendar
	At     time.Time // when the cloud was asked
}
