package cloud

import "slices"

// Account is one account of the cloud with all it has. The instances are rows as
// the API writes them, so that a test can also write one that the cloud never
// would.
type Account struct {
	UID     string
	Keys    []Key
	Balance Balance

	MQTT      []MQTTInstance
	RocketMQ4 []RocketMQ4Instance
	RocketMQ5 []RocketMQ5Instance
	Redis     []RedisInstance
	Bills     []Bill   // what the billing API tells of instances of every product
	Series    []Series // what CloudMonitor measures, also of instances that are gone
	SMS       SMS      // what it has of the Short Message Service
	Voice     Voice    // what it has of the Voice Service
}

// Key is an access key: of the account itself, or of one of its RAM users.
type Key struct {
	ID, Secret string
	// Token is the security token that has to come with a temporary key; "" is
	// none.
	Token string
	// Inactive is a key that was disabled.
	Inactive bool
	// Denied are the operations that the key's user has no right to.
	Denied []Operation
}

// denies tells whether the key's user has no right to an operation.
func (k *Key) denies(op Operation) bool { return slices.Contains(k.Denied, op) }

// Balance is the Data of QueryAccountBalance. Amounts are text, and the available
// one is negative when the account is overdue.
type Balance struct {
	AvailableAmount     string `json:"AvailableAmount"`
	AvailableCashAmount string `json:"AvailableCashAmount"`
	CreditAmount        string `json:"CreditAmount"`
	MybankCreditAmount  string `json:"MybankCreditAmount"`
	Currency            string `json:"Currency"`
	QuotaLimit          string `json:"QuotaLimit"`
}
