package cloud

// RedisInstance is an instance as DescribeInstances of r-kvstore tells it.
type RedisInstance struct {
	InstanceID          string `json:"InstanceId"`
	InstanceName        string `json:"InstanceName"`
	RegionID            string `json:"RegionId"`
	InstanceStatus      string `json:"InstanceStatus"` // Normal, Inactive, Released and others
	InstanceClass       string `json:"InstanceClass"`
	Capacity            int64  `json:"Capacity"` // MB
	QPS                 int64  `json:"QPS"`
	Connections         int64  `json:"Connections"`
	Bandwidth           int64  `json:"Bandwidth"`
	ArchitectureType    string `json:"ArchitectureType"` // cluster, standard, rwsplit
	EditionType         string `json:"EditionType"`      // Community, Enterprise
	NodeType            string `json:"NodeType,omitempty"`
	EngineVersion       string `json:"EngineVersion,omitempty"`
	ShardCount          int    `json:"ShardCount,omitempty"`
	ChargeType          string `json:"ChargeType"`  // PrePaid, PostPaid
	CreateTime          string `json:"CreateTime"`  // 2026-12-30T16:00:00Z, as the two below
	EndTime             string `json:"EndTime"`     // "" when it is paid for as it goes
	DestroyTime         string `json:"DestroyTime"` // "" before it was released
	HasRenewChangeOrder bool   `json:"HasRenewChangeOrder"`
	Tags                struct {
		Tag []Tag `json:"Tag"`
	} `json:"Tags"`
}

// Tag is a tag of an instance of Redis or RocketMQ 4.
type Tag struct {
	Key   string `json:"Key"`
	Value string `json:"Value"`
}

// describeRedis answers with a page of the instances of a region.
func (s *Server) describeRedis(a *Account, c *call) (any, *Refusal) {
	const defaultPage, maxPage, maxIDs = 10, 50, 30
	ids, bad := c.list("InstanceIds", maxIDs)
	if bad != nil {
		return nil, bad
	}
	found := []RedisInstance{}
	for i := range a.Redis {
		if a.Redis[i].RegionID == c.region && wanted(ids, a.Redis[i].InstanceID) {
			found = append(found, a.Redis[i])
		}
	}
	page, number, size, bad := pageOf(c, found, "PageNumber", "PageSize", defaultPage, 1, maxPage)
	if bad != nil {
		return nil, bad
	}
	type rows struct {
		KVStoreInstance []RedisInstance `json:"KVStoreInstance"`
	}
	return struct {
		RequestID  string `json:"RequestId"`
		PageNumber int    `json:"PageNumber"`
		PageSize   int    `json:"PageSize"`
		TotalCount int    `json:"TotalCount"`
		Instances  rows   `json:"Instances"`
	}{s.nextRequestID(), number, size, len(found), rows{page}}, nil
}
