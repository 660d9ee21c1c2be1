package config

import "strings"

// What Brimwatch knows of how Alibaba Cloud calls its own kinds of instances. It is
// about sources, not about products: those of one's own have others.

// awaited tells whether the capacity of an instance is still to come: the cloud's
// list of instances, which is not here yet, will have it. No list has that of MQTT
// and IoT.
func (r *instanceResolver) awaited(in *Instance) bool {
	if f := r.d.found[in.ID]; f != nil && len(f.Missing) > 0 {
		return true // found has asked the operator for it
	}
	if s := in.Source; s.Type != "aliyun" || s.Kind == "mqtt" || s.Kind == "iot" {
		return false
	}
	return r.s.Clouds[in.Source.Account].Discover != nil
}

// cloudKinds are the kinds of instances of which Alibaba Cloud has figures.
func cloudKinds() []string {
	return []string{"mqtt", "rocketmq4", "rocketmq5", "iot", "redis_standard", "redis_cluster", "redis_rwsplit"}
}

// kindOfInstance tells by product, id and specification which figures of the
// cloud belong to an instance. Ids of RocketMQ 4.x begin with MQ_INST_, those of
// 5.x with rmq-; specifications of Redis name the architecture.
func kindOfInstance(in *Instance) string {
	switch in.Product {
	case "mqtt", "iot":
		return in.Product
	case "rocketmq":
		if strings.HasPrefix(in.ID, "MQ_INST_") {
			return "rocketmq4"
		}
		return "rocketmq5"
	case "redis":
		switch {
		case strings.Contains(in.Spec, "sharding"):
			return "redis_cluster"
		case strings.Contains(in.Spec, "splitrw"):
			return "redis_rwsplit"
		}
		return "redis_standard"
	}
	return ""
}
