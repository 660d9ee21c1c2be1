package config

import "github.com/brimwatch/brimwatch/internal/fleet"

// resolveAccounts reads who pays.
func (d *decoder) resolveAccounts(doc *document) map[string]fleet.Account {
	out := make(map[string]fleet.Account, len(doc.Accounts))
	seen := make(map[string]place)
	for i := range doc.Accounts {
		a := &doc.Accounts[i]
		if a.node == nil || !d.named(a.place, a.Name, seen) {
			continue
		}
		if a.Provider != "" && a.Provider != "aliyun" {
			d.fault(d.under(a.place, "provider"), "the provider is aliyun, or is left out; %q is not known", clip(a.Provider))
		}
		if a.Discover != nil {
			d.fault(d.find(a.place, "discover"), "this version does not find instances by itself; list them under instances and remove the key")
		}
		d.secretOf(a.place, "access_key_id", a.AccessKeyID, a.AccessKeyIDFile, a.AccessKeyIDEnv)
		d.secretOf(a.place, "access_key_secret", a.AccessKeySecret, a.AccessKeySecretFile, a.AccessKeySecretEnv)
		if a.Endpoint != "" {
			d.checkURL(d.under(a.place, "endpoint"), a.Endpoint, "https", "http")
		}
		if a.LowBalance < 0 {
			d.fault(d.under(a.place, "low_balance"), "a mark for the balance lies above 0")
		}
		if a.LowBalance != 0 || a.Balance != nil {
			d.warn(a.place, "this version keeps the balance of %s and sends no notices about it", a.Name)
		}
		account := fleet.Account{Name: a.Name, Provider: a.Provider, Zone: d.loadZone(a.place, a.TimeZone)}
		if b := a.Balance; b != nil {
			account.Balance = &fleet.Balance{Amount: b.Amount, Currency: b.Currency}
		}
		out[a.Name] = account
	}
	return out
}
