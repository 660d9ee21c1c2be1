package inventory

import (
	"context"
	"strconv"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// mqttAnswer is what ListInstances of onsmqtt answers. It has no pages.
type mqttAnswer struct {
	success
	Instances []mqttRow `json:"Instances"`
}

type mqttRow struct {
	ID       text      `json:"InstanceId"`
	Name     text      `json:"InstanceName"`
	Status   figure    `json:"InstanceStatus"`
	Type     figure    `json:"InstanceType"`
	Specific text      `json:"Specific"`
	Region   text      `json:"RegionId"`
	Expires  moment    `json:"ExpireTime"`
	Tags     []mqttTag `json:"MqttTags"`
}

type mqttTag struct {
	Key   text `json:"TagKey"`
	Value text `json:"TagValue"`
}

func readMQTT(ctx context.Context, ask asker, region string, zone *time.Location) (listing, error) {
	var a mqttAnswer
	if err := ask(ctx, question{operation: listMQTT, region: region}, &a); err != nil {
		return listing{}, err
	}
	if err := a.failed(); err != nil {
		return listing{}, err
	}
	return a.listing(zone), nil
}

// told makes records of the rows.
func (a *mqttAnswer) listing(zone *time.Location) listing {
	c := clock{zone: zone}
	out := listing{whole: true, calls: 1}
	for i := range a.Instances {
		if row := &a.Instances[i]; row.ID != "" {
			out.records = append(out.records, row.record(&c))
		}
	}
	out.odd = c.odd
	return out
}

// The values of InstanceStatus that mean something for the calendar.
const (
	mqttOverdue  = 2
	mqttExpired  = 3 // or overdue for too long
	mqttReleased = 10
	mqttFrozen   = 15
)

func (row *mqttRow) record(c *clock) *record {
	id := string(row.ID)
	r := &record{
		ID: id, Name: string(row.Name), Region: string(row.Region), Product: productMQTT,
		Edition: mqttEdition(row.Type), Spec: string(row.Specific), Tags: make(map[string]string),
		Method: fleet.Subscription, Term: term{Expires: c.read(id, "ExpireTime", row.Expires)}, Status: mqttStatus(row.Status),
	}
	if !row.Type.known {
		r.Method = ""
	}
	if row.Type.value == mqttPayAsYouGo || row.Type.value == mqttServerless {
		r.Method = fleet.PayAsYouGo
	}
	if row.Status.known {
		r.Frozen = row.Status.value == mqttFrozen
		r.Stands = mqttStands(row.Status.value, r.Method)
		r.Overdue = row.Status.value == mqttOverdue || row.Status.value == mqttExpired && r.Method == fleet.PayAsYouGo
	}
	for _, tag := range row.Tags {
		r.Tags[string(tag.Key)] = string(tag.Value)
	}
	return r
}

// mqttStands tells what a status says for the calendar. A subscription that has expired is served
// on for 15 days; what is paid for as it goes is overdue past its deadline then, and stopped.
func mqttStands(status int64, method fleet.Method) fleet.LifecycleState {
	switch {
	case status == mqttReleased:
		return fleet.LifecycleReleased
	case status == mqttExpired && method == fleet.PayAsYouGo:
		return fleet.LifecycleSuspended
	}
	return ""
}

// The values of InstanceType that are paid for as they go.
const (
	mqttPayAsYouGo = 2
	mqttServerless = 5
)

// mqttEdition returns the catalogue's name of an edition, and "" for the types
// that no row of the catalogue describes.
func mqttEdition(t figure) string {
	if !t.known {
		return ""
	}
	switch t.value {
	case 0:
		return "basic"
	case 1:
		return "platinum"
	case 4:
		return "professional"
	}
	return ""
}

// mqttStatus puts the cloud's word beside its number.
func mqttStatus(s figure) string {
	if !s.known {
		return ""
	}
	word := "unknown status"
	switch s.value {
	case 0:
		word = "preparing"
	case 1:
		word = "not activated"
	case mqttOverdue:
		word = "overdue"
	case mqttExpired:
		word = "expired"
	case 5:
		word = "in service"
	case 7:
		word = "upgrading"
	case mqttReleased:
		word = "released"
	case mqttFrozen:
		word = "frozen"
	}
	return word + " (" + strconv.FormatInt(s.value, 10) + ")"
}
