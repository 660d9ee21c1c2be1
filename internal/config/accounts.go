package config

import (
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// resolveAccounts reads the accounts, which pay for instances.
func (d *decoder) resolveAccounts(doc *document) (map[string]fleet.Account, map[string]Cloud) {
	clouds := make(map[string]Cloud)
	out := make(map[string]fleet.Account, len(doc.Accounts))
	seen := make(map[string]place)
	for i := range doc.Accounts {
		a := &doc.Accounts[i]
		if a.node == nil {
			continue
		}
		d.named(a.place, a.Name, seen)
		if a.Provider != "" && a.Provider != "aliyun" {
			d.fault(d.under(a.place, "provider"), "the provider is aliyun, or is left out; %q is not known", clip(a.Provider))
		}
		d.resolveCloud(a, clouds)
		if a.LowBalance.v < 0 {
			d.fault(d.under(a.place, "low_balance"), "a threshold for the balance lies above 0")
		}
		account := fleet.Account{Name: a.Name, Provider: a.Provider, Zone: d.loadZone(a.place, a.TimeZone), LowBalance: a.LowBalance.v}
		account.OverdueSince = a.OverdueSince.begin(account.Zone)
		account.Balance = d.resolveBalance(a.Balance)
		d.resolveMeans(a, &account)
		if a.LowBalance.v > 0 && account.Balance == nil && a.Provider == "" {
			d.warn(d.under(a.place, "low_balance"), "nobody tells the balance of %s, so no threshold can be reached: give balance, or keep it up to date from elsewhere", a.Name)
		}
		out[a.Name] = account
	}
	return out, clouds
}

// resolveBalance reads a balance that the operator gives by hand.
func (d *decoder) resolveBalance(b *balanceDoc) *fleet.Balance {
	if b == nil || b.node == nil {
		return nil
	}
	if !b.Amount.set {
		d.fault(b.place, "amount is missing: {amount: 1200, currency: CNY}")
	}
	if !isCurrency(b.Currency) {
		d.fault(d.under(b.place, "currency"), "a currency has three capital letters, such as CNY, USD or EUR, not %q", clip(b.Currency))
	}
	return &fleet.Balance{Amount: b.Amount.v, Currency: b.Currency}
}

// longestDelay is how long a suspension may be put off.
const longestDelay = 366 * day

// resolveMeans reads what an account can pay with besides its balance.
func (d *decoder) resolveMeans(a *accountDoc, out *fleet.Account) {
	out.Credit, out.Coupons, out.SuspensionDelay = a.Credit.v, a.Coupons.v, a.SuspensionDelay.Duration
	if a.Credit.v < 0 {
		d.fault(d.under(a.place, "credit"), "a line of credit lies above 0: give it without the minus")
	}
	if a.Coupons.v < 0 {
		d.fault(d.under(a.place, "coupons"), "coupons are worth something above 0")
	}
	if out.SuspensionDelay < 0 || out.SuspensionDelay > longestDelay || out.SuspensionDelay%time.Hour != 0 {
		d.fault(d.under(a.place, "suspension_delay"), "a delay has whole hours (24h) or days (7d), up to a year")
	}
	if a.Credit.v > 0 && out.Balance == nil && a.Provider != "" {
		d.warn(d.under(a.place, "credit"), "the balance of %s is asked of the cloud, and what it reports holds its line of credit already: credit counts for a balance that is given by hand", a.Name)
	}
}

// resolveAccountNotify finds the receivers of each account.
func (d *decoder) resolveAccountNotify(doc *document, s *Snapshot) {
	s.AccountNotify = make(map[string][]string, len(doc.Accounts))
	for i := range doc.Accounts {
		a := &doc.Accounts[i]
		if a.node == nil || a.Name == "" {
			continue
		}
		s.AccountNotify[a.Name] = s.NoData.Notify
		if a.Notify != nil {
			d.checkReceivers(d.under(a.place, "notify"), a.Notify, s)
			s.AccountNotify[a.Name] = a.Notify
		}
	}
}

// shortestDiscovery keeps discovery from using up the calls of an account.
const shortestDiscovery = time.Minute

// resolveCloud reads the access key and the limits for the API of an account's
// provider.
func (d *decoder) resolveCloud(a *accountDoc, clouds map[string]Cloud) {
	c := Cloud{
		AccessKeyID:     d.secretOf(a.place, "access_key_id", a.AccessKeyID, a.AccessKeyIDFile, a.AccessKeyIDEnv),
		AccessKeySecret: d.secretOf(a.place, "access_key_secret", a.AccessKeySecret, a.AccessKeySecretFile, a.AccessKeySecretEnv),
		Endpoint:        a.Endpoint, MonthlyCalls: a.MonthlyCalls,
	}
	given := func(ways ...string) bool { return slices.ContainsFunc(ways, func(s string) bool { return s != "" }) }
	if given(a.AccessKeyID, a.AccessKeyIDFile, a.AccessKeyIDEnv) != given(a.AccessKeySecret, a.AccessKeySecretFile, a.AccessKeySecretEnv) {
		d.fault(a.place, "access_key_id and access_key_secret belong together; leave both out for the default credential chain")
	}
	if a.Endpoint != "" {
		d.checkURL(d.under(a.place, "endpoint"), a.Endpoint, "https", "http")
	}
	if a.MonthlyCalls < 0 {
		d.fault(d.under(a.place, "monthly_calls"), "a number of calls lies above 0")
	}
	if a.Provider == "" && (a.Discover != nil || c.AccessKeyID != "") {
		d.fault(a.place, "provider is missing: aliyun")
		return
	}
	if a.Discover != nil && a.Discover.node != nil {
		c.Discover = d.resolveDiscover(a.Discover)
	}
	if a.Provider == "aliyun" {
		clouds[a.Name] = c
	}
}

func (d *decoder) resolveDiscover(doc *discoverDoc) *Discover {
	known := []string{"mqtt", "rocketmq", "iot", "redis"}
	out := &Discover{Regions: doc.Regions, Products: doc.Products, Every: doc.Every.or(5 * time.Minute)}
	if len(doc.Regions) == 0 {
		d.fault(doc.place, "regions is missing: [cn-hangzhou]")
	}
	for i, region := range doc.Regions {
		d.plain(d.nth(d.under(doc.place, "regions"), i), region)
	}
	for i, p := range doc.Products {
		if !slices.Contains(known, p) {
			d.fault(d.nth(d.under(doc.place, "products"), i), "%q cannot be looked for%s", clip(p), suggest(p, known))
		}
	}
	if len(doc.Products) == 0 {
		out.Products = known
	}
	if out.Every < shortestDiscovery {
		d.fault(d.under(doc.place, "every"), "an account is asked once a minute at most")
	}
	return out
}
