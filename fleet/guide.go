package fleet

// Guide tells a person how an instance is renewed and changed, where, and what is
// lost when nobody does. Texts are whole sentences in one language; "" is not
// known. Links are complete; "" is none.
type Guide struct {
	Renew   string
	Upgrade string
	Lost    string

	RenewURL   string
	UpgradeURL string
	MonitorURL string
}
