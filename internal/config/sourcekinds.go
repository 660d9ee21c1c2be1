package config

import "slices"

// sourceKind says what a source of one type may be given.
type sourceKind struct {
	name    string
	schemes []string // of its URL; nil: it has none
	nodes   bool     // a URL is one node of a cluster, so there may be several
	login   bool     // username and password
	bearer  bool     // a bearer token
	limits  bool     // it may have capacities itself
	slow    bool     // new figures come once a minute
	keys    []string // of specialKeys
}

// sourceKinds are all types of sources.
func sourceKinds() []sourceKind {
	page := []string{"http", "https"}
	return []sourceKind{
		{name: "mosquitto", schemes: []string{"mqtt", "mqtts", "tcp", "ssl", "tls", "ws", "wss"}, login: true},
		{name: "emqx", schemes: page, login: true, bearer: true, limits: true, keys: []string{"api_url"}},
		{name: "rabbitmq", schemes: page, nodes: true, login: true, bearer: true, limits: true, keys: []string{"management_url", "vhost", "mqtt_exchange", "subscriptions_every"}},
		{name: "vernemq", schemes: page, nodes: true, login: true, bearer: true, limits: true, keys: []string{"api_url", "prefix"}},
		{name: "hivemq", schemes: page, nodes: true, login: true, bearer: true},
		{name: "nanomq", schemes: page, nodes: true, login: true, bearer: true, keys: []string{"api_url", "subscriptions_every"}},
		{name: "nats", schemes: page, nodes: true, login: true, bearer: true, limits: true, keys: []string{"subscriptions_every"}},
		{name: "rocketmq", schemes: page, nodes: true, login: true, bearer: true, keys: []string{"exporter_tps"}},
		{name: "redis", schemes: []string{"redis", "rediss", "unix"}, nodes: true, login: true, limits: true, keys: []string{"subscriptions_every"}},
		{name: "aliyun", slow: true, keys: []string{"region", "kind"}},
		{name: "prometheus", schemes: page, login: true, bearer: true, keys: []string{"queries", "staleness"}},
		{name: "exposition", schemes: page, nodes: true, login: true, bearer: true, keys: []string{"mapping"}},
	}
}

// SourceTypes are the types that a source may have.
func SourceTypes() []string {
	kinds := sourceKinds()
	out := make([]string, len(kinds))
	for i, k := range kinds {
		out[i] = k.name
	}
	return out
}

// specialKeys are the keys of a source that only some types have.
func specialKeys() []string {
	return []string{"mapping", "queries", "staleness", "management_url", "vhost", "mqtt_exchange", "api_url", "prefix", "exporter_tps", "subscriptions_every", "region", "kind"}
}

func (k *sourceKind) has(key string) bool { return slices.Contains(k.keys, key) }

// instead says what takes the place of a bearer token.
func (k *sourceKind) instead() string {
	switch {
	case k.login:
		return ": it is known by username and password"
	case k.name == "aliyun":
		return ": it is known by the account's access key"
	}
	return ""
}

// givesLimits tells whether a source may have a capacity itself.
func givesLimits(s *Source) bool {
	for _, k := range sourceKinds() {
		if k.name == s.Type && k.limits {
			return true
		}
	}
	return slices.ContainsFunc(s.Mapping, func(m Mapping) bool { return m.Limit != nil }) ||
		slices.ContainsFunc(s.Queries, func(q Query) bool { return q.Limit != "" })
}
