package inventory

import (
	"net/http/httptest"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/collector/aliyun"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/demo/cloud"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	keyID  = "LTAI5tOfATestAndNothingElse"
	secret = "the-secret-of-a-test"
	region = "cn-hangzhou"
)

// rig is an account of the stand-in cloud and the inventory that looks at it.
type rig struct {
	*Inventory
	t     *testing.T
	cloud *cloud.Server
	now   time.Time
}

func newRig(t *testing.T, a cloud.Account, change ...func(*Options)) *rig {
	t.Helper()
	a.UID, a.Keys = "1234567890123456", []cloud.Key{{ID: keyID, Secret: secret}}
	server, err := cloud.New(cloud.Options{Accounts: []cloud.Account{a}, Rate: 100000})
	if err != nil {
		t.Fatalf("make the cloud: %v", err)
	}
	front := httptest.NewServer(server)
	t.Cleanup(front.Close)
	r := &rig{t: t, cloud: server, now: time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)}
	r.Inventory = r.start(front.URL, change...)
	return r
}

// start makes an inventory that asks at an address.
func (r *rig) start(address string, change ...func(*Options)) *Inventory {
	r.t.Helper()
	o := Options{Name: "acme", Regions: []string{region}, Zone: time.FixedZone("CST", 8*3600)}
	for _, f := range change {
		f(&o)
	}
	account, err := aliyun.NewAccount(aliyun.AccountOptions{Name: "acme", AccessKeyID: keyID, AccessKeySecret: secret, Endpoint: address})
	if err != nil {
		r.t.Fatalf("make the account: %v", err)
	}
	r.t.Cleanup(func() {
		if err := account.Close(); err != nil {
			r.t.Errorf("close the account: %v", err)
		}
	})
	o.Account = account
	i, err := New(o)
	if err != nil {
		r.t.Fatalf("make the inventory: %v", err)
	}
	return i
}

// sweep sweeps five minutes after the last sweep; an error is one of the test.
func (r *rig) sweep() (changed bool) {
	r.t.Helper()
	changed, err := r.trySweep()
	if err != nil {
		r.t.Fatalf("sweep: %v", err)
	}
	return changed
}

func (r *rig) trySweep() (changed bool, err error) {
	r.now = r.now.Add(5 * time.Minute)
	return r.Sweep(r.t.Context(), r.now)
}

// one returns what is known of an instance.
func (r *rig) one(id string) fleet.Found {
	r.t.Helper()
	for _, f := range r.Found() {
		if f.ID == id {
			return f
		}
	}
	r.t.Fatalf("%s is not found", id)
	return fleet.Found{}
}

func (r *rig) ids() []string {
	ids := []string{}
	for _, f := range r.Found() {
		ids = append(ids, f.ID)
	}
	return ids
}
