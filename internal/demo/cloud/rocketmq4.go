package cloud

import "net/http"

// RocketMQ4Instance is an instance as the two operations of ons tell it.
type RocketMQ4Instance struct {
	InstanceID     string
	InstanceName   string
	RegionID       string
	InstanceStatus int   // 0 deploying, 2 overdue, 5 running, 7 upgrading
	InstanceType   int   // 1 Standard, 2 Platinum
	ReleaseTime    int64 // expiry of a Platinum instance in milliseconds; 0 is not told
	CreateTime     int64
	MaxTPS         int64
	TopicCapacity  int64
	Tags           []Tag
}

type rocketMQ4Row struct {
	InstanceID        string `json:"InstanceId"`
	InstanceName      string `json:"InstanceName"`
	InstanceStatus    int    `json:"InstanceStatus"`
	InstanceType      int    `json:"InstanceType"`
	ReleaseTime       int64  `json:"ReleaseTime,omitempty"`
	CreateTime        int64  `json:"CreateTime,omitempty"`
	IndependentNaming bool   `json:"IndependentNaming"`
	TopicCount        int    `json:"TopicCount"`
	GroupCount        int    `json:"GroupCount"`
	Tags              struct {
		Tag []Tag `json:"Tag"`
	} `json:"Tags"`
}

// listRocketMQ4 answers with all instances of a region: this list has no pages.
func (s *Server) listRocketMQ4(a *Account, c *call) (any, *Refusal) {
	type rows struct {
		InstanceVO []rocketMQ4Row `json:"InstanceVO"`
	}
	found := rows{[]rocketMQ4Row{}}
	for _, in := range a.RocketMQ4 {
		if in.RegionID != c.region {
			continue
		}
		row := rocketMQ4Row{
			InstanceID: in.InstanceID, InstanceName: in.InstanceName, InstanceStatus: in.InstanceStatus, InstanceType: in.InstanceType,
			ReleaseTime: in.ReleaseTime, CreateTime: in.CreateTime, IndependentNaming: true,
		}
		row.Tags.Tag = append([]Tag{}, in.Tags...)
		found.InstanceVO = append(found.InstanceVO, row)
	}
	return struct {
		RequestID string `json:"RequestId"`
		HelpURL   string `json:"HelpUrl"`
		Data      rows   `json:"Data"`
	}{s.nextRequestID(), "", found}, nil
}

// getRocketMQ4 answers with one instance and what it may carry.
func (s *Server) getRocketMQ4(a *Account, c *call) (any, *Refusal) {
	id := c.params.Get("InstanceId")
	if id == "" {
		return nil, missing("InstanceId")
	}
	type info struct {
		InstanceID     string `json:"InstanceId"`
		InstanceName   string `json:"InstanceName"`
		InstanceStatus int    `json:"InstanceStatus"`
		InstanceType   int    `json:"InstanceType"`
		MaxTPS         int64  `json:"MaxTps,omitempty"`
		TopicCapacity  int64  `json:"TopicCapacity,omitempty"`
		ReleaseTime    int64  `json:"ReleaseTime,omitempty"`
		Remark         string `json:"Remark"`
	}
	for _, in := range a.RocketMQ4 {
		if in.InstanceID != id || in.RegionID != c.region {
			continue
		}
		return struct {
			RequestID        string `json:"RequestId"`
			HelpURL          string `json:"HelpUrl"`
			InstanceBaseInfo info   `json:"InstanceBaseInfo"`
		}{s.nextRequestID(), "", info{
			in.InstanceID, in.InstanceName, in.InstanceStatus, in.InstanceType, in.MaxTPS, in.TopicCapacity, in.ReleaseTime, "",
		}}, nil
	}
	return nil, &Refusal{Status: http.StatusNotFound, Code: "INSTANCE_NOT_FOUND", Message: "The specified instance does not exist."}
}
