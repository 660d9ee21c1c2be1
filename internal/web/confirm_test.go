package web_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// inDoubt is a fleet of which one instance was paid for after its deletion was due, and somebody
// said something of it before.
func inDoubt() *fake {
	f := realistic()
	st := &f.standings[0]
	c := st.Instance.Term.Course(fleet.Policy{Name: "mqtt"}, &fleet.Account{Name: "acme", Zone: time.UTC})
	c = c.Told(fleet.Existence{Due: now().Add(-30 * time.Hour)})
	st.Course, st.Lifecycle = &c, c.At(now())
	f.said = []alarm.Said{
		{Instance: st.Instance.ID, At: now().Add(-time.Hour), What: alarm.TakenBack, By: "alice", Reason: "it has another term"},
		{Instance: st.Instance.ID, At: now().Add(-2 * time.Hour), What: alarm.SaidGone, By: "alice"},
	}
	return f
}

// TestConfirmOnThePage: who knows presses a button, and the page and the list say so.
func TestConfirmOnThePage(t *testing.T) {
	f := inDoubt()
	page := get(t, f, orders())
	wants(t, text(t, page), "Does it still exist?", "what alice said does not hold any more (it has another term)", "alice said that it is gone", "It still exists It is gone",
		"paid; it was due for deletion on 2026-11-21 21:12 UTC: check whether it still exists")
	wants(t, page.Body.String(), `action="/instances/mqtt-cn-0pp1abc/confirm"`, `name="says" value="exists"`, `name="says" value="gone"`)

	w := post(t, f, orders()+"/confirm", url.Values{"says": {"gone"}, "by": {"  wei   Zhang "}})
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != orders()+"?confirmed=gone" {
		t.Fatal(w.Code, w.Header())
	}
	page = get(t, f, orders()+"?confirmed=gone")
	wants(t, text(t, page), "Taken down: it is gone.", "wei Zhang said that it is gone", "gone: wei Zhang said so on 2026-11-23 03:12 UTC", "a person")
	if strings.Contains(page.Body.String(), `value="gone">`) || !strings.Contains(page.Body.String(), `value="exists">`) {
		t.Error("the wrong buttons are there")
	}
	wants(t, text(t, get(t, f, "/")), "released")

	if w := post(t, f, orders()+"/confirm", url.Values{"says": {"exists"}, "by": {"li"}}); w.Code != http.StatusSeeOther {
		t.Fatal(w.Code)
	}
	page = get(t, f, orders()+"?confirmed=exists")
	wants(t, text(t, page), "Taken down: it still exists.", "li said that it still exists")
	if strings.Contains(page.Body.String(), `value="exists">`) || !strings.Contains(page.Body.String(), `value="gone">`) {
		t.Error("the wrong buttons are there")
	}
	if page := get(t, realistic(), orders()).Body.String(); strings.Contains(page, "/confirm") {
		t.Error("it is asked of an instance that is paid")
	}
}

// TestConfirmIsRefused: nothing is taken down, and the page says why, in both languages.
func TestConfirmIsRefused(t *testing.T) {
	for _, tt := range []struct {
		name, path string
		form       url.Values
		header     []string
		refuse     error
		status     int
		want       string
	}{
		{"no name", orders(), url.Values{"says": {"gone"}}, nil, nil, http.StatusUnprocessableEntity, "Who says so?"},
		{"a name that is none", orders(), url.Values{"says": {"gone"}, "by": {"a\nb"}}, nil, nil, http.StatusBadRequest, "This name cannot be taken"},
		{"no button", orders(), url.Values{"by": {"wei"}}, nil, nil, http.StatusUnprocessableEntity, "press one of the two buttons"},
		{"no such instance", "/instances/none", url.Values{"says": {"gone"}, "by": {"wei"}}, nil, nil, http.StatusNotFound, "No instance has the ID none"},
		{"not asked", orders(), url.Values{"says": {"gone"}, "by": {"wei"}}, nil, alarm.ErrNotAsked, http.StatusUnprocessableEntity, "its deletion was not due"},
		{"it answers", orders(), url.Values{"says": {"gone"}, "by": {"wei"}}, nil, alarm.ErrAnswers, http.StatusUnprocessableEntity, "its source answers"},
		{"not stored", orders(), url.Values{"says": {"gone"}, "by": {"wei"}}, nil, errors.New("the disk is full"), http.StatusInternalServerError, "the disk is full"},
		{"from another site", orders(), url.Values{"says": {"gone"}, "by": {"wei"}}, []string{"Sec-Fetch-Site", "cross-site"}, nil, http.StatusForbidden, "The form came from another site"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := inDoubt()
			f.refuse = tt.refuse
			w := post(t, f, tt.path+"/confirm", tt.form, tt.header...)
			if w.Code != tt.status || len(f.said) != 2 {
				t.Errorf("%d, said %v", w.Code, f.said)
			}
			wants(t, text(t, w), tt.want)
			w = post(t, f, tt.path+"/confirm", tt.form, append([]string{"Accept-Language", chineseBrowser}, tt.header...)...)
			for _, word := range englishIn(w.Body.String(), append(f.named(), "none")) {
				t.Errorf("in Chinese it says %s", word)
			}
		})
	}
	f := inDoubt()
	f.broken = errors.New("the disk is gone")
	if w := get(t, f, orders()); w.Code != http.StatusInternalServerError {
		t.Errorf("answered %d though nothing can be read", w.Code)
	}
}
