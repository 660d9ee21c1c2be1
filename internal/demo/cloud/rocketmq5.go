package cloud

import (
	"net/http"
	"path"
)

// RocketMQ5Instance is an instance as the two operations of rocketmq tell it. The
// list leaves out what it may carry (ProductInfo).
type RocketMQ5Instance struct {
	InstanceID      string            `json:"instanceId"`
	InstanceName    string            `json:"instanceName"`
	RegionID        string            `json:"regionId"`
	Status          string            `json:"status"`        // RUNNING, STOPPED, CHANGING, CREATING, RELEASED
	SeriesCode      string            `json:"seriesCode"`    // standard, professional, ultimate
	SubSeriesCode   string            `json:"subSeriesCode"` // cluster_ha, single_node
	PaymentType     string            `json:"paymentType"`   // Subscription, PayAsYouGo
	CommodityCode   string            `json:"commodityCode,omitempty"`
	CreateTime      string            `json:"createTime"`            // 2022-09-01 00:00:00, without a zone, as the three below
	StartTime       string            `json:"startTime,omitempty"`   //
	ExpireTime      string            `json:"expireTime,omitempty"`  //
	ReleaseTime     string            `json:"releaseTime,omitempty"` //
	TopicCount      int               `json:"topicCount"`
	GroupCount      int               `json:"groupCount"`
	Tags            []RocketMQ5Tag    `json:"tags"`
	AutoRenew       *bool             `json:"autoRenew,omitempty"`
	AutoRenewPeriod int               `json:"autoRenewPeriod,omitempty"`
	ProductInfo     *RocketMQ5Product `json:"productInfo,omitempty"`
}

// RocketMQ5Tag is a tag of an instance.
type RocketMQ5Tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// RocketMQ5Product is what was bought.
type RocketMQ5Product struct {
	MsgProcessSpec       string  `json:"msgProcessSpec,omitempty"`
	SendReceiveRatio     float64 `json:"sendReceiveRatio,omitempty"`
	AutoScaling          bool    `json:"autoScaling"`
	SupportAutoScaling   bool    `json:"supportAutoScaling"`
	MessageRetentionTime int     `json:"messageRetentionTime,omitempty"`
	ProvisionedCapacity  int     `json:"provisionedCapacity,omitempty"`
	CapacityType         string  `json:"capacityType,omitempty"`
}

// envelope is what answers of this product stand in.
type envelope struct {
	RequestID      string `json:"requestId"`
	Success        bool   `json:"success"`
	Code           string `json:"code"`
	Message        string `json:"message"`
	HTTPStatusCode int    `json:"httpStatusCode"`
	Data           any    `json:"data"`
}

// listRocketMQ5 answers with a page of the instances of a region. A size out of
// bounds is brought back into them without a word, as the cloud does.
func (s *Server) listRocketMQ5(a *Account, c *call) (any, *Refusal) {
	const defaultPage, minPage, maxPage = 10, 10, 200
	var found []RocketMQ5Instance
	for _, in := range a.RocketMQ5 {
		if in.RegionID == c.region {
			in.ProductInfo, in.AutoRenew, in.AutoRenewPeriod = nil, nil, 0
			found = append(found, in)
		}
	}
	number, bad := c.number("pageNumber", 1, 1, 1e8)
	if bad != nil {
		return nil, bad
	}
	size, bad := c.number("pageSize", defaultPage, -1e9, 1e9)
	if bad != nil {
		return nil, bad
	}
	size = min(max(size, minPage), maxPage)
	page := cut(found, number, size)
	return s.envelope(struct {
		PageNumber int                 `json:"pageNumber"`
		PageSize   int                 `json:"pageSize"`
		TotalCount int                 `json:"totalCount"`
		List       []RocketMQ5Instance `json:"list"`
	}{number, size, len(found), append([]RocketMQ5Instance{}, page...)}), nil
}

// getRocketMQ5 answers with one instance and what was bought.
func (s *Server) getRocketMQ5(a *Account, c *call) (any, *Refusal) {
	id := path.Base(c.request.URL.Path)
	for _, in := range a.RocketMQ5 {
		if in.InstanceID == id && in.RegionID == c.region {
			return s.envelope(in), nil
		}
	}
	return nil, &Refusal{Status: http.StatusNotFound, Code: "Instance.NotFound", Message: "The instance cannot be found."}
}

func (s *Server) envelope(data any) envelope {
	return envelope{s.nextRequestID(), true, "200", "Successful!", http.StatusOK, data}
}
