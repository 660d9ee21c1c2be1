package cloud

// MQTTInstance is an instance as ListInstances of onsmqtt tells it. The cloud
// tells no capacity.
type MQTTInstance struct {
	InstanceID     string    `json:"InstanceId"`
	InstanceName   string    `json:"InstanceName"`
	InstanceStatus int       `json:"InstanceStatus"` // 2 overdue, 3 expired, 5 in service, 10 released, 15 frozen
	InstanceType   int       `json:"InstanceType"`   // 0 Basic, 1 Platinum, 2 pay-as-you-go, 3 lightweight, 4 Professional, 5 Serverless
	Specific       string    `json:"Specific,omitempty"`
	RegionID       string    `json:"RegionId"`
	CreateTime     int64     `json:"CreateTime"`
	ExpireTime     int64     `json:"ExpireTime,omitempty"` // milliseconds
	KernelVersion  string    `json:"KernelVersion,omitempty"`
	MqttTags       []MQTTTag `json:"MqttTags"`
	OrderID        string    `json:"OrderId,omitempty"`
}

// MQTTTag is a tag of an instance.
type MQTTTag struct {
	TagKey   string `json:"TagKey"`
	TagValue string `json:"TagValue"`
}

// listMQTT answers with all instances of a region: this list has no pages.
func (s *Server) listMQTT(a *Account, c *call) (any, *Refusal) {
	found := []MQTTInstance{}
	for _, in := range a.MQTT {
		if in.RegionID == c.region {
			found = append(found, in)
		}
	}
	return struct {
		RequestID string         `json:"RequestId"`
		Code      string         `json:"Code"`
		Message   string         `json:"Message"`
		Success   string         `json:"Success"` // text in this product
		Instances []MQTTInstance `json:"Instances"`
	}{s.nextRequestID(), "200", "operation success.", "true", found}, nil
}
