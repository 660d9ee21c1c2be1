package api

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/notifier/rota"
)

// manned are two rotas around the moment of the tests.
func manned(t *testing.T) []rota.Rota {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	day := now().UTC().Truncate(24 * time.Hour)
	return []rota.Rota{
		{
			Name: "primary", Days: 7, Minute: 9 * 60, Zone: shanghai, People: []string{"wei", "li"}, First: day.AddDate(0, 0, -1),
			Overrides: []rota.Override{{From: day.AddDate(0, 0, 2), To: day.AddDate(0, 0, 3), Person: "tom"}, {From: day.AddDate(0, 0, 8), To: day.AddDate(0, 0, 9)}},
		},
		{Name: "secondary", Days: 1, Zone: time.UTC, People: []string{"ann"}, First: day},
	}
}

func TestOnCall(t *testing.T) {
	f := newFakes()
	f.rotas = manned(t)
	day := now().UTC().Truncate(24 * time.Hour)
	shift := func(person string, fromDay, fromHour, toDay, toHour int) string {
		at := func(d, h int) string { return day.AddDate(0, 0, d).Add(time.Duration(h) * time.Hour).Format("2 15:04") }
		return person + " " + at(fromDay, fromHour) + " to " + at(toDay, toHour)
	}
	for _, tt := range []struct {
		name, query string
		want        []string
	}{
		{"now and next", "?name=primary&days=10", []string{
			shift("wei", -1, 1, 2, 0), shift("tom!", 2, 0, 3, 0), shift("wei", 3, 0, 6, 1), shift("li", 6, 1, 8, 0), shift("!", 8, 0, 9, 0), shift("li", 9, 0, 13, 1),
		}},
		{"at another moment", "?name=primary&days=1&at=" + day.AddDate(0, 0, 8).Format(time.RFC3339), []string{shift("!", 8, 0, 9, 0)}},
		{"at a distance from now", "?name=secondary&days=1&at=%2B2d", []string{shift("ann", 2, 0, 3, 0), shift("ann", 3, 0, 4, 0)}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := decode[wire.OnCall](t, ask(t, f.handler(t), http.MethodGet, "/api/v1/oncall"+tt.query, ""))
			if len(v.Rotas) != 1 {
				t.Fatalf("rotas %+v", v.Rotas)
			}
			var got []string
			for _, s := range v.Rotas[0].Shifts {
				person := s.Person
				if s.Overridden {
					person += "!"
				}
				got = append(got, person+" "+s.From.Format("2 15:04")+" to "+s.To.Format("2 15:04"))
			}
			if strings.Join(got, "\n") != strings.Join(tt.want, "\n") {
				t.Errorf("shifts\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}

func TestOnCallListsAllRotas(t *testing.T) {
	f := newFakes()
	f.rotas = manned(t)
	v := decode[wire.OnCall](t, ask(t, f.handler(t), http.MethodGet, "/api/v1/oncall", ""))
	if len(v.Rotas) != 2 || !v.At.Equal(now().Truncate(time.Second)) {
		t.Fatalf("at %s: %+v", v.At, v.Rotas)
	}
	if r := v.Rotas[0]; r.Name != "primary" || r.Rotate != "weekly" || !strings.HasSuffix(r.HandOver, " 09:00") || r.TimeZone != "Asia/Shanghai" || len(r.People) != 2 {
		t.Errorf("the first rota is %+v", r)
	}
	if n := len(v.Rotas[1].Shifts); n != 29 {
		t.Errorf("%d shifts of a day within 28 days", n)
	}
	f.rotas = nil
	if w := ask(t, f.handler(t), http.MethodGet, "/api/v1/oncall", ""); !strings.Contains(w.Body.String(), `"rotas":[]`) {
		t.Errorf("without rotas: %s", w.Body)
	}
}

func TestOnCallRefuses(t *testing.T) {
	f := newFakes()
	for _, tt := range []struct {
		name, query string
		rotas       []rota.Rota
		status      int
		said        string
	}{
		{"an unknown rota", "?name=third", manned(t), http.StatusNotFound, `there is no rota \"third\"; known are primary, secondary`},
		{"a rota where there is none", "?name=third", nil, http.StatusNotFound, "the configuration has none under oncall"},
		{"no days", "?days=0", nil, http.StatusBadRequest, "days is a number from 1 to 366"},
		{"too many days", "?days=367", nil, http.StatusBadRequest, "days is a number from 1 to 366"},
		{"no moment", "?at=soon", nil, http.StatusBadRequest, "at: a moment is wanted here"},
	} {
		f.rotas = tt.rotas
		if w := ask(t, f.handler(t), http.MethodGet, "/api/v1/oncall"+tt.query, ""); w.Code != tt.status || !strings.Contains(w.Body.String(), tt.said) {
			t.Errorf("%s: %d %s", tt.name, w.Code, w.Body)
		}
	}
	f.rotas = manned(t)
	if v := decode[wire.OnCall](t, ask(t, f.handler(t), http.MethodGet, "/api/v1/oncall?at=253402300000", "")); len(v.Rotas) != 2 {
		t.Errorf("at the end of all times: %+v", v)
	}
}
