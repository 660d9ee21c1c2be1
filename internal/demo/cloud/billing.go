package cloud

// Bill is an instance as QueryAvailableInstances tells it, of any product. Times
// are written as 2016-05-23T12:00:00Z.
type Bill struct {
	InstanceID          string `json:"InstanceID"`
	OwnerID             int64  `json:"OwnerId,omitempty"`
	ProductCode         string `json:"ProductCode"`
	ProductType         string `json:"ProductType,omitempty"`
	Region              string `json:"Region"`
	SubscriptionType    string `json:"SubscriptionType"`    // Subscription, PayAsYouGo
	Status              string `json:"Status"`              // Creating, WaitForExpire, Normal, Expired
	SubStatus           string `json:"SubStatus,omitempty"` // Normal, WaitForLimit, BandwidthLimited
	CreateTime          string `json:"CreateTime,omitempty"`
	EndTime             string `json:"EndTime,omitempty"`
	StopTime            string `json:"StopTime,omitempty"`
	ReleaseTime         string `json:"ReleaseTime,omitempty"`
	ExpectedReleaseTime string `json:"ExpectedReleaseTime,omitempty"`
	RenewStatus         string `json:"RenewStatus,omitempty"` // AutoRenewal, ManualRenewal, NotRenewal
	RenewalDuration     int    `json:"RenewalDuration,omitempty"`
	RenewalDurationUnit string `json:"RenewalDurationUnit,omitempty"`
}

// queryAvailableInstances answers with a page of what the account pays for, in
// all regions unless one is asked for.
func (s *Server) queryAvailableInstances(a *Account, c *call) (any, *Refusal) {
	const defaultPage, maxPage, maxIDs = 20, 300, 100
	p := c.params
	if p.Get("Region") != "" && p.Get("ProductCode") == "" {
		return nil, missing("ProductCode")
	}
	ids, bad := c.list("InstanceIDs", maxIDs)
	if bad != nil {
		return nil, bad
	}
	asked := func(name, value string) bool { return p.Get(name) == "" || p.Get(name) == value }
	found := []Bill{}
	for i := range a.Bills {
		b := &a.Bills[i]
		if asked("Region", b.Region) && asked("ProductCode", b.ProductCode) && asked("SubscriptionType", b.SubscriptionType) && wanted(ids, b.InstanceID) {
			found = append(found, *b)
		}
	}
	page, number, size, bad := pageOf(c, found, "PageNum", "PageSize", defaultPage, 1, maxPage)
	if bad != nil {
		return nil, bad
	}
	return s.billing("Success", "Successful!", struct {
		PageNum      int    `json:"PageNum"`
		PageSize     int    `json:"PageSize"`
		TotalCount   int    `json:"TotalCount"`
		InstanceList []Bill `json:"InstanceList"`
	}{number, size, len(found), page}), nil
}

// queryAccountBalance answers with what the account has left.
func (s *Server) queryAccountBalance(a *Account, _ *call) (any, *Refusal) {
	return s.billing("200", "success", a.Balance), nil
}

// billing is what answers of this product stand in; the code of success differs
// from operation to operation.
func (s *Server) billing(code, message string, data any) any {
	return struct {
		Code      string `json:"Code"`
		Message   string `json:"Message"`
		RequestID string `json:"RequestId"`
		Success   bool   `json:"Success"`
		Data      any    `json:"Data"`
	}{code, message, s.nextRequestID(), true, data}
}
