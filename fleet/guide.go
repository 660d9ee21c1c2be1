package fleet

// Guide tells a person how an instance is renewed and changed, where, and what is
// lost when nobody does. All that is peculiar to a product stands here, from the
// catalogue. Texts are whole sentences in one language, but for Contents; "" is not
// known. Links are complete; "" is none.
type Guide struct {
	Renew   string
	Upgrade string
	Lost    string

	// Contents is what goes with the instance when it is deleted, in a few words that
	// stand within a sentence: "topics and groups".
	Contents string
	// Bulk is how several instances are renewed in one go.
	Bulk string
	// Funds is from what automatic renewal pays.
	Funds string
	// Return is how long the service takes to come back after a payment.
	Return string
	// LateRenewal is what somebody should know who renews it while it is stopped.
	LateRenewal string

	RenewURL   string
	UpgradeURL string
	MonitorURL string
}
