package families

import (
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/money"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// moneyDays is how far the money of an account is looked ahead: as far as pages, commands and
// API do where nobody says otherwise.
const moneyDays = 90

// outlook is what lies ahead of the money of an account. Several families are made of it.
func (c *Content) outlook(a *fleet.Account) *money.Outlook {
	if c.money == nil {
		terms := c.renewed()
		c.money = make(map[string]*money.Outlook, len(c.accounts))
		for i := range c.accounts {
			one := &c.accounts[i]
			ahead := money.Ahead(one, terms[one.Name], c.now, c.now.AddDate(0, 0, moneyDays))
			c.money[one.Name] = &ahead
		}
	}
	return c.money[a.Name]
}

// renewed lists what renews itself out of each account that is asked for.
func (c *Content) renewed() map[string][]money.Term {
	out := make(map[string][]money.Term, len(c.accounts))
	for i := range c.accounts {
		out[c.accounts[i].Name] = nil
	}
	for i := range c.fleet {
		st := &c.fleet[i]
		if list, known := out[st.Instance.Account]; known && st.Course != nil && st.Course.Term.AutoRenew && c.of(st.Instance.Account) {
			out[st.Instance.Account] = append(list, money.Term{Instance: st.Instance, Course: st.Course})
		}
	}
	return out
}

// shortfalls hands out what is missing at the first moment at which renewals of an account cannot
// be paid: nothing while there is enough, and no point while the balance is not known.
func (c *Content) shortfalls(f *series.Family, visit Visit) {
	perAccount(func(a *fleet.Account) (float64, bool) {
		if !c.of(a.Name) {
			return 0, false
		}
		o := c.outlook(a)
		if s := o.First(); s != nil {
			return s.Missing.Float(), true
		}
		return 0, o.Known
	})(c, f, visit)
}

// shortfallMoments hands out when that is.
func (c *Content) shortfallMoments(f *series.Family, visit Visit) {
	perAccount(func(a *fleet.Account) (float64, bool) {
		if !c.of(a.Name) {
			return 0, false
		}
		s := c.outlook(a).First()
		if s == nil {
			return 0, false
		}
		return float64(s.At.Unix()), true
	})(c, f, visit)
}
