package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/test/golden"
)

func TestMain(m *testing.M) {
	golden.Flag()
	m.Run()
}

// shipped are some of the shipped policies.
func shipped() map[string]fleet.Policy {
	days := func(s fleet.LifecycleState, n int) fleet.Phase { return fleet.Phase{State: s, Days: n} }
	policies := map[string]fleet.Policy{
		"mqtt":               {Source: "ApsaraMQ for MQTT, overdue payments and expiration", Renewal: fleet.Renewal{First: 9, Last: 1}, Phases: []fleet.Phase{days(fleet.LifecycleGrace, 15), days(fleet.LifecycleSuspended, 15), days(fleet.LifecycleReleased, 0)}},
		"redis":              {Renewal: fleet.Renewal{First: 7, Last: 7}, Phases: []fleet.Phase{days(fleet.LifecycleGrace, 15), days(fleet.LifecycleSuspended, 15), days(fleet.LifecycleRecycled, 7), days(fleet.LifecycleReleased, 0)}},
		"rocketmq4-platinum": {Downgrades: true, Phases: []fleet.Phase{days(fleet.LifecycleSuspended, 7), days(fleet.LifecycleReleased, 0)}},
		"rocketmq4-standard": {Phases: []fleet.Phase{days(fleet.LifecycleSuspended, 15), days(fleet.LifecycleReleased, 0)}},
		"iot-public-new":     {},
	}
	for name, p := range policies {
		p.Name = name
		policies[name] = p
	}
	return policies
}

func shanghai() *time.Location { return time.FixedZone("CST", 8*3600) }

// pays gives an instance a term, and the calendar that follows from it.
func pays(st *fleet.Standing, term fleet.Term, payer *fleet.Account) {
	if payer != nil {
		st.Instance.Account = payer.Name
	}
	st.Instance.Term = term
	course := term.Course(shipped()[term.Policy], payer)
	st.Course, st.Lifecycle = &course, course.At(now())
}

// withCalendar gives the realistic fleet its bills, one of each kind: about to
// expire, on automatic renewal, overdue, to be converted, free and frozen, unknown.
func (f *fake) withCalendar() {
	midnight := func(month time.Month, day int) time.Time {
		return time.Date(2027, month, day, 0, 0, 0, 0, shanghai()).UTC()
	}
	f.accounts = []fleet.Account{
		{Name: "acme", Zone: shanghai(), Balance: &fleet.Balance{Currency: "CNY"}},
		{Name: "late", Zone: shanghai(), OverdueSince: now().Add(-50 * time.Hour)},
	}
	acme, late := &f.accounts[0], &f.accounts[1]
	terms := map[string]fleet.Term{
		"mqtt-cn-0pp1abc":       {Method: fleet.Subscription, Policy: "mqtt", Expires: now().Add(4*24*time.Hour + 5*time.Hour), PostExpiration: fleet.Release},
		"mqtt-cn-7hk2telemetry": {Method: fleet.Subscription, Policy: "mqtt", Expires: midnight(1, 1), AutoRenew: true},
		"r-bp1zxszhcgatnx":      {Method: fleet.Subscription, Policy: "redis", Expires: midnight(2, 1), SuspendsAt: midnight(2, 10), AutoRenew: true},
		"mqtt-cn-5over":         {Method: fleet.Subscription, Policy: "rocketmq4-platinum", Expires: midnight(1, 16), PostExpiration: fleet.Downgrade},
	}
	for i := range f.standings {
		st := &f.standings[i]
		if term, ok := terms[st.Instance.ID]; ok {
			pays(st, term, acme)
		}
		switch st.Instance.ID {
		case "rmq-cn-9old":
			pays(st, fleet.Term{Method: fleet.PayAsYouGo, Policy: "rocketmq4-standard"}, late)
		case "iot-060a0nk0":
			pays(st, fleet.Term{Method: fleet.Free, Policy: "iot-public-new"}, nil)
		case "broker-lab":
			pays(st, fleet.Term{}, nil)
		case "mqtt-cn-3silent":
			pays(st, fleet.Term{Method: fleet.Subscription, Policy: "mqtt"}, acme)
		}
	}
	f.guides = map[string]fleet.Guide{"mqtt": {
		Renew: "1. Open the console.\n2. Choose Instances, then Renew.", Upgrade: "Choose Upgrade on the page of the instance.",
		Lost: "all groups and topics", RenewURL: "https://console.example.com/renew?id=1",
	}}
}

func (f *fake) Accounts() []fleet.Account {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.accounts)
}

func (f *fake) Guide(in *fleet.Instance, l words.Language) fleet.Guide {
	if l != words.EN {
		return fleet.Guide{}
	}
	return f.guides[in.Product]
}

// lines is what the main part of a page says, a row or sentence a line.
func lines(w *httptest.ResponseRecorder) string {
	_, body, _ := strings.Cut(w.Body.String(), `<main id="main"`)
	_, body, _ = strings.Cut(body, ">")
	body, _, _ = strings.Cut(body, "</main>")
	body = regexp.MustCompile(`(?s)<svg class="timeline.*?</svg>`).ReplaceAllString(body, "")
	body = regexp.MustCompile(`</(tr|p|h1|h2|h3|li|dd|caption|figcaption|form)>`).ReplaceAllString(body, "$0\v")
	body = strings.NewReplacer("&gt;", ">", "&lt;", "<", "&amp;", "&").Replace(regexp.MustCompile(`(?s)<[^>]*>`).ReplaceAllString(body, " "))
	var out strings.Builder
	for line := range strings.SplitSeq(body, "\v") {
		if words := strings.Join(strings.Fields(line), " "); words != "" {
			out.WriteString(words + "\n")
		}
	}
	return out.String()
}

func TestCalendarPage(t *testing.T) {
	w := get(t, realistic(), "/calendar")
	if w.Code != http.StatusOK {
		t.Fatal(w.Code)
	}
	golden.Equal(t, "calendar.txt", []byte(lines(w)))
}

func TestBillingPanel(t *testing.T) {
	for name, id := range map[string]string{
		"billing-expiring": "mqtt-cn-0pp1abc", "billing-auto-renewal": "r-bp1zxszhcgatnx", "billing-downgrade": "mqtt-cn-5over", "billing-overdue": "rmq-cn-9old",
		"billing-free": "iot-060a0nk0", "billing-unknown": "broker-lab",
	} {
		t.Run(name, func(t *testing.T) {
			said := lines(get(t, realistic(), "/instances/"+id))
			_, said, _ = strings.Cut(said, "Billing\n")
			golden.Equal(t, name+".txt", []byte(said))
		})
	}
}

func TestListSaysWhatMattersNext(t *testing.T) {
	wants(t, text(t, get(t, realistic(), "/?sort=name")),
		"active last day 2026-12-31 , 38 d left", // not that it is expiring from the 25th
		"active last day 2027-01-31 , 69 d left", // the last day in the zone of its account
		"suspended is released for good 2026-12-06 , in 12 d 22 h",
		"its calendar is watched. active Legacy billing", // nothing lies ahead of the one before
	)
}

func TestActions(t *testing.T) {
	body := get(t, realistic(), orders()).Body.String()
	wants(t, body, `href="https://console.example.com/renew?id=1" rel="noopener noreferrer">Renew ↗</a>`, `href="`+orders()+`?tab=alarms">Monitoring Alarms</a>`, `id="upgrade"`)
	if strings.Contains(body, ">Upgrade") || strings.Contains(body, `class="button"`) {
		t.Error("a link where none is known, or a button that is a link")
	}

	hostile := realistic()
	hostile.guides["mqtt"] = fleet.Guide{RenewURL: "javascript:alert(1)", Renew: "<script>"}
	if body := get(t, hostile, orders()).Body.String(); strings.Contains(body, "javascript:alert") || strings.Contains(body, "<script>\n") || strings.Contains(body, "<p><script>") {
		t.Error("a guide is not escaped")
	}
	bare := realistic()
	bare.guides = nil
	if body := get(t, bare, orders()).Body.String(); strings.Contains(body, ">Renew") || strings.Contains(body, ">Upgrade") || !strings.Contains(body, ">Monitoring Alarms</a>") {
		t.Error("without a guide there is nothing to link to but the alarms")
	}
}

// ahead returns the rows of what lies ahead: the ID and what happens.
func ahead(w *httptest.ResponseRecorder) []string {
	_, body, _ := strings.Cut(w.Body.String(), `<table class="cards ahead">`)
	body, _, _ = strings.Cut(body, "</table>")
	var out []string
	for _, m := range regexp.MustCompile(`(?s)<tr class="([a-z]+)"><td>.*?href="/instances/([^"]*)"`).FindAllStringSubmatch(body, -1) {
		out = append(out, m[2]+" "+m[1])
	}
	return out
}

func TestCalendarSortsAndFilters(t *testing.T) {
	f := &fake{accounts: []fleet.Account{{Name: "b-account", Zone: time.UTC}, {Name: "a-account", Zone: time.UTC}}}
	add := func(id, product string, payer *fleet.Account, term fleet.Term) {
		st := fleet.Standing{Instance: &fleet.Instance{ID: id, Product: product}}
		pays(&st, term, payer)
		f.standings = append(f.standings, st)
	}
	in := func(days int) time.Time { return now().AddDate(0, 0, days) }
	add("one", "mqtt", &f.accounts[0], fleet.Term{Method: fleet.Subscription, Policy: "rocketmq4-standard", Expires: in(10)})
	add("two", "mqtt", &f.accounts[1], fleet.Term{Method: fleet.Subscription, Policy: "rocketmq4-standard", Expires: in(20)})
	add("six", "redis", nil, fleet.Term{Method: fleet.Subscription, Policy: "rocketmq4-standard", Expires: in(12)})
	for query, want := range map[string][]string{
		"":                            {"one expires", "one released", "six expires", "six released", "two expires", "two released"},
		"?dir=desc":                   {"two released", "two expires", "six released", "six expires", "one released", "one expires"},
		"?sort=account":               {"six expires", "six released", "two expires", "two released", "one expires", "one released"},
		"?sort=account&dir=desc":      {"one expires", "one released", "two expires", "two released", "six expires", "six released"},
		"?sort=what":                  {"six released", "six expires", "two released", "two expires", "one released", "one expires"},
		"?sort=what&dir=desc":         {"six expires", "six released", "two expires", "two released", "one expires", "one released"},
		"?sort=instance":              {"six expires", "six released", "two expires", "two released", "one expires", "one released"},
		"?days=30":                    {"one expires", "one released", "six expires", "six released", "two expires"},
		"?account=a-account":          {"two expires", "two released"},
		"?account=-":                  {"six expires", "six released"},
		"?product=redis":              {"six expires", "six released"},
		"?product=redis&account=none": nil,
		"?days=9999&sort=nonsense":    {"one expires", "one released", "six expires", "six released", "two expires", "two released"},
	} {
		w := get(t, f, "/calendar"+query)
		if diff := cmp.Diff(want, ahead(w)); diff != "" || w.Code != http.StatusOK {
			t.Errorf("%s: %d, -want +got:\n%s", query, w.Code, diff)
		}
	}
	wants(t, get(t, f, "/calendar?account=a-account&days=30").Body.String(),
		`<th scope="col" aria-sort="ascending"><a href="/calendar?account=a-account&amp;days=30&amp;dir=desc">When ▲</a>`,
		`<a href="/calendar?account=a-account&amp;days=30&amp;sort=what">What happens</a>`, `href="/calendar.ics?account=a-account&amp;days=30"`)
}

func TestEmptyCalendars(t *testing.T) {
	free := &fake{standings: []fleet.Standing{instance("a", "A", "mqtt", "", nil, nil, nil)}}
	pays(&free.standings[0], fleet.Term{Method: fleet.Free}, nil)
	wants(t, text(t, get(t, &fake{}, "/calendar")), "Nothing is watched yet")
	wants(t, text(t, get(t, free, "/calendar")), "Nothing happens in the next 90 days No term ends, and no instance is suspended, released or converted.",
		"None: every instance whose term is known is within it.", "None: of every instance it is known")
	wants(t, text(t, get(t, free, "/calendar?product=redis")), "No instance matches The only instance does not pass")
	bare := &fake{standings: []fleet.Standing{{Instance: &fleet.Instance{ID: "x"}}}}
	wants(t, text(t, get(t, bare, "/calendar")), "as far as is known", "nothing is known about its term")
}

func TestLargeCalendarIsCut(t *testing.T) {
	f := &fake{}
	for i := range 10_000 {
		st := fleet.Standing{Instance: &fleet.Instance{ID: fmt.Sprintf("broker-%05d", i), Product: "mqtt"}}
		switch i % 3 {
		case 0:
			pays(&st, fleet.Term{Method: fleet.Subscription, Policy: "mqtt", Expires: now().Add(time.Duration(i+1) * time.Minute)}, &fleet.Account{Name: fmt.Sprintf("account-%03d", i%300), Zone: time.UTC})
		case 1:
			pays(&st, fleet.Term{Method: fleet.Subscription, Policy: "mqtt", Expires: now().Add(-time.Duration(i) * time.Second)}, nil)
		default:
			pays(&st, fleet.Term{}, nil)
		}
		f.standings = append(f.standings, st)
	}
	w := get(t, f, "/calendar")
	said := text(t, w)
	wants(t, said, "16668 moments ahead", "16168 more follow", "3333 past the term or frozen", "3133 more follow", "3333 not known")
	if n := len(ahead(w)); n != 500 {
		t.Errorf("%d rows ahead, want 500", n)
	}
	if w.Body.Len() > 1<<20 {
		t.Errorf("the page has %d bytes", w.Body.Len())
	}
	wants(t, w.Body.String(), "89 other accounts")
}
