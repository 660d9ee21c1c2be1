package contract_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/notifier/httpcall"
	"github.com/brimwatch/brimwatch/notifier/sms/gateway/contract"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// terms are some that are in order.
func terms(change ...func(*contract.Terms)) contract.Terms {
	t := contract.Terms{
		Send:     contract.Call{URL: "https://gw.example.com/send", Body: `{"to": {{json .Number}}, "text": {{json .Text}}}`},
		Secrets:  map[string]string{"key": "a-key"},
		Accepted: []contract.Condition{{JSON: "code", Equals: []string{"0"}}},
	}
	for _, f := range change {
		f(&t)
	}
	return t
}

func TestTermsInOrder(t *testing.T) {
	for name, t2 := range map[string]contract.Terms{
		"JSON": terms(),
		"a form": terms(func(t *contract.Terms) {
			t.Send.Body, t.Send.Form = "", map[string]string{"to": "{{.Number}}", "text": "{{.Text}}"}
		}),
		"a form written by hand": terms(hand(`to={{urlquery .Number}}&text={{urlquery .Text}}&key={{urlquery .Secrets.key}}`, "application/x-www-form-urlencoded")),
		"XML":                    terms(hand(`<sms><to>{{.NumberDigits}}</to><text>{{xml .Text}}</text></sms>`, "text/xml; charset=utf-8")),
		"plain text":             terms(hand("{{.NumberDigits}}\n{{.Text}}", "text/plain")),
		"a GET": terms(func(t *contract.Terms) {
			t.Send = contract.Call{Method: "GET", URL: "http://10.0.0.7:8080/sms?to={{.NumberDigits}}&text={{urlquery .Text}}"}
		}),
		"UCS-2": terms(func(t *contract.Terms) {
			t.Send.Body = `{"to": "{{.NumberDigits}}", "hex": "{{ucs2 .Text}}", "coding": {{if .Unicode}}8{{else}}0{{end}}}`
		}),
		"a signature of the text": terms(func(t *contract.Terms) {
			t.Send.Body = `{"to": "{{.NumberDigits}}", "text": {{json .Text}}, "sign": "{{md5 (print .Secrets.key .Text)}}"}`
		}),
	} {
		if _, faults := contract.Read(t2); len(faults) > 0 {
			t.Errorf("%s: %v", name, faults[0])
		}
	}
}

func hand(body, kind string) func(*contract.Terms) {
	return func(t *contract.Terms) { t.Send.Body, t.Send.Headers = body, map[string]string{"Content-Type": kind} }
}

func url(s string) func(*contract.Terms) { return func(t *contract.Terms) { t.Send.URL = s } }

func body(s string) func(*contract.Terms) { return func(t *contract.Terms) { t.Send.Body = s } }

func header(name, value string) func(*contract.Terms) {
	return func(t *contract.Terms) { t.Headers = map[string]string{name: value} }
}

func accepted(c contract.Condition) func(*contract.Terms) {
	return func(t *contract.Terms) { t.Accepted = []contract.Condition{c} }
}

func look(change func(*contract.LookUp)) func(*contract.Terms) {
	return func(t *contract.Terms) {
		t.LookUp = &contract.LookUp{Call: contract.Call{URL: "https://gw.example.com/list"}, Found: []contract.Condition{{JSON: "id"}}}
		change(t.LookUp)
	}
}

// TestFaults: what is wrong is found when it is read, and said with the key and the way
// out.
func TestFaults(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*contract.Terms)
		key    string
		says   string
	}{
		{"no url", url(""), "", "url is missing"},
		{"no web address", url("gw.example.com/send"), "url", "begins with http:// or https://"},
		{"another scheme", url("ftp://gw.example.com/send"), "url", "begins with http:// or https://"},
		{"no host", url("https:///send"), "url", "begins with http:// or https://"},
		{"a host that a template chooses", url("https://{{.NumberDigits}}.example.com/"), "url", "no template chooses where messages go"},
		{"a host that goes on in a template", url("https://gw.example.com{{.Number}}"), "url", "no template chooses where messages go"},
		{"a user", url("https://u:p@gw.example.com/"), "url", "use username and password_file"},
		{"a fragment", url("https://gw.example.com/#x"), "url", "would not be sent"},
		{"metadata", url("http://100.100.100.200/"), "url", "metadata address"},
		{"a text in the path", url("https://gw.example.com/{{.Text}}"), "url", "pathescape"},
		{"a text in the query", url("https://gw.example.com/?t={{.Text}}"), "url", "urlquery"},
		{"a number in the query", url("https://gw.example.com/?to={{.Number}}"), "url", "the + of the number would be read as a blank"},
		{"another method", func(t *contract.Terms) { t.Send.Method = "DELETE" }, "method", "GET, POST or PUT"},
		{"a GET with a body", func(t *contract.Terms) { t.Send.Method = "GET" }, "method", "a GET carries no body"},
		{"a form and a body", func(t *contract.Terms) { t.Send.Form = map[string]string{"a": "b"} }, "body", "not both"},
		{"a body of no kind", body("to={{.NumberDigits}}"), "body", "Content-Type"},
		{"a field that is not there", body(`{"to": {{json .Nummer}}}`), "body", "line 1, column 15 of the template: there is no .Nummer; there are .Attempt, .Code"},
		{"a secret that is not there", body(`{"to": {{json .Secrets.pw}}}`), "body", "there is no pw in .Secrets"},
		{"no JSON", body(`{"to": {{.Number}, "text": {{json .Text}}}`), "body", "line 1 of the template"},
		{"a text in JSON that is not escaped", body(`{"to": {{json .Number}}, "text": "{{.Text}}"}`), "body", "this is no JSON; a text is written as {{json .Text}}"},
		{"a text in JSON that is escaped for Go", body(`{"to": {{json .Number}}, "text": {{printf "%q" .Text}}}`), "body", "this is no JSON"},
		{"a secret in JSON that is not escaped", body(`{"to": {{json .Number}}, "text": {{json .Text}}, "key": "{{.Secrets.key}}"}`), "body", "this is no JSON"},
		{"quotes around JSON", body(`{"to": "{{json .Number}}", "text": {{json .Text}}}`), "body", "without quotes around it"},
		{"a text in XML that is not escaped", hand(`<t to="{{.NumberDigits}}">{{.Text}}</t>`, "text/xml"), "body", "{{xml .Text}}"},
		{"a text in a form that is not escaped", hand(`to={{.NumberDigits}}&text={{.Text}}`, "application/x-www-form-urlencoded"), "body", "use form"},
		{"a number in a form that is not escaped", hand(`to={{.Number}}&text={{urlquery .Text}}`, "application/x-www-form-urlencoded"), "body", "read as a blank"},
		{"no text", body(`{"to": {{json .Number}}}`), "", "nothing of the call holds the text"},
		{"no number", body(`{"text": {{json .Text}}}`), "", "nothing of the call holds the number"},
		{"a text in a header", header("X-Text", "{{.Text}}"), "headers.X-Text", "a line break or another control character cannot be in a header"},
		{"no name of a header", header("X Text", "a"), "headers.X Text", "no name of a header"},
		{"a header of ours", header("host", "a"), "headers.host", "written by Brimwatch"},
		{"a header that is no template", header("X-A", "{{"), "headers.X-A", "line 1 of the template"},
		{"a condition of nothing", accepted(contract.Condition{}), "accepted", "names at least one of status, json, contains and matches"},
		{"a status", accepted(contract.Condition{Status: []string{"ok"}}), "accepted.status", "200, 2xx or 400-499"},
		{"a status of 100", accepted(contract.Condition{Status: []string{"1xx"}}), "accepted.status", "200, 2xx or 400-499"},
		{"statuses backwards", accepted(contract.Condition{Status: []string{"300-200"}}), "accepted.status", "200, 2xx or 400-499"},
		{"a path", accepted(contract.Condition{JSON: "a..b"}), "accepted.json", "names no value"},
		{"an item", accepted(contract.Condition{JSON: "a[x]"}), "accepted.json", "messages[0]"},
		{"equals of nothing", accepted(contract.Condition{Status: []string{"200"}, Equals: []string{"0"}}), "accepted.equals", "json says which value"},
		{"equals with an unknown field", accepted(contract.Condition{JSON: "id", Equals: []string{"{{.Id}}"}}), "accepted.equals", "there is no .Id"},
		{"an empty text", accepted(contract.Condition{Contains: []string{""}}), "accepted.contains", "stands in every answer"},
		{"no regular expression", accepted(contract.Condition{Matches: "("}), "accepted.matches", "cannot be read: missing closing )"},
		{"a wait of what is not later", accepted(contract.Condition{JSON: "code", After: time.Second}), "accepted", "after belongs to later"},
		{"a wait of a day", func(t *contract.Terms) {
			t.Later = []contract.Condition{{Status: []string{"503"}, After: 24 * time.Hour}}
		}, "later", "at most an hour"},
		{"the second of two", func(t *contract.Terms) { t.Refused = []contract.Condition{{JSON: "a"}, {JSON: "b["}} }, "refused[1].json", "cannot be read"},
		{"a status that hides refusals", func(t *contract.Terms) {
			t.Accepted = []contract.Condition{{Status: []string{"2xx"}}}
			t.Refused = []contract.Condition{{JSON: "code", Equals: []string{"7"}}}
		}, "accepted", "fits by its status alone"},
		{"nothing is found", look(func(l *contract.LookUp) { l.Found = nil }), "look_up", "found is missing"},
		{"a list that is none", look(func(l *contract.LookUp) { l.List = "data" }), "look_up.list", "ends in [*]"},
		{"a list and not_found", look(func(l *contract.LookUp) { l.List, l.NotFound = "[*]", []contract.Condition{{JSON: "x"}} }), "look_up.not_found", "not in the list is not found"},
		{"a look-up without a url", look(func(l *contract.LookUp) { l.URL = "" }), "look_up", "url is missing"},
		{"a look-up with a field that is not there", look(func(l *contract.LookUp) { l.Query = map[string]string{"id": "{{.Nope}}"} }), "look_up.query.id", "there is no .Nope"},
		{"a receipt of nothing", func(t *contract.Terms) {
			t.Receipt = &contract.Receipt{Call: contract.Call{URL: "https://gw.example.com/{{urlquery .ProviderID}}"}}
		}, "receipt", "delivered, failed and number_failed"},
		{"an id in the path of a receipt", func(t *contract.Terms) {
			t.Receipt = &contract.Receipt{Call: contract.Call{URL: "https://gw.example.com/{{.ProviderID}}"}, Becomes: contract.Becomes{Failed: []contract.Condition{{JSON: "x"}}}}
		}, "receipt.url", "pathescape"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, faults := contract.Read(terms(tt.change))
			for _, f := range faults {
				if said := f.String(); strings.HasPrefix(said, tt.key+": ") && strings.Contains(said, tt.says) {
					return
				}
			}
			t.Errorf("%v; want %s: …%s…", faults, tt.key, tt.says)
		})
	}
}

// TestWarnings: without accepted, a gateway that says no in the body of a 200 is believed.
func TestWarnings(t *testing.T) {
	_, faults := contract.Read(terms(func(t *contract.Terms) { t.Accepted = nil }))
	if len(faults) != 1 || !faults[0].Warning || !strings.Contains(faults[0].Text, "accepted is missing") {
		t.Errorf("%v", faults)
	}
}

func TestConditions(t *testing.T) {
	const body = `{"code": 0, "ok": true, "none": null, "list": [{"id": "a"}, {"id": "b"}], "deep": {"er": "x"}, "empty": []}`
	for _, tt := range []struct {
		name string
		c    contract.Condition
		want bool
	}{
		{"a status", contract.Condition{Status: []string{"404", "200"}}, true},
		{"another status", contract.Condition{Status: []string{"201-299"}}, false},
		{"a class", contract.Condition{Status: []string{"2xx"}}, true},
		{"a figure", contract.Condition{JSON: "code", Equals: []string{"1", "0"}}, true},
		{"another figure", contract.Condition{JSON: "code", Equals: []string{"00"}}, false},
		{"true", contract.Condition{JSON: "ok", Equals: []string{"true"}}, true},
		{"is there", contract.Condition{JSON: "deep"}, true},
		{"is null", contract.Condition{JSON: "none"}, false},
		{"is not there", contract.Condition{JSON: "nope.er"}, false},
		{"is no text", contract.Condition{JSON: "deep", Equals: []string{"x"}}, false},
		{"deeper", contract.Condition{JSON: "deep.er", Equals: []string{"x"}}, true},
		{"an item", contract.Condition{JSON: "list[1].id", Equals: []string{"b"}}, true},
		{"an item that is not there", contract.Condition{JSON: "list[2].id"}, false},
		{"any item", contract.Condition{JSON: "list[*].id", Equals: []string{"b"}}, true},
		{"no item", contract.Condition{JSON: "empty[*].id"}, false},
		{"a template", contract.Condition{JSON: "list[*].id", Equals: []string{"{{.ID}}"}}, true},
		{"a text", contract.Condition{Contains: []string{"nope", `"er": "x"`}}, true},
		{"no text", contract.Condition{Contains: []string{"nope"}}, false},
		{"an expression", contract.Condition{Matches: `"code":\s*0`}, true},
		{"all that is named", contract.Condition{Status: []string{"200"}, JSON: "code", Contains: []string{"deep"}, Matches: `b`}, true},
		{"not all that is named", contract.Condition{Status: []string{"201"}, JSON: "code", Contains: []string{"deep"}, Matches: `b`}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, faults := contract.Read(terms(accepted(tt.c)))
			if len(faults) > 0 {
				t.Fatal(faults[0])
			}
			a := contract.ReadAnswer(httpcall.Answer{Status: 200, Body: []byte(body)})
			if _, got := c.Accepted.Fits(a, &contract.Data{ID: "b"}); got != tt.want {
				t.Errorf("it fits: %v", got)
			}
		})
	}
}

// TestAnyBody: whatever a far side answers, reading it ends.
func TestAnyBody(t *testing.T) {
	c, _ := contract.Read(terms(func(t *contract.Terms) {
		t.Accepted = []contract.Condition{{JSON: "a[*].b[0].c", Equals: []string{"x"}}, {Contains: []string{"y"}}, {Matches: `(a|aa)+$`}}
		t.ID = "a[*].b"
	}))
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.OneOf(rapid.SliceOf(rapid.Byte()), rapid.Custom(func(t *rapid.T) []byte {
			return []byte(strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{"[", "]", "{", "}", `"a"`, `"b"`, ":", ",", "1", "null", "1e999", " "})).Draw(t, "parts"), ""))
		})).Draw(t, "body")
		a := contract.ReadAnswer(httpcall.Answer{Status: 200, Body: body})
		_, _ = c.Accepted.Fits(a, &contract.Data{})
		_ = c.ID.Text(a.Value)
		if a.IsJSON && !json.Valid(a.Body) {
			t.Fatalf("%q was taken for JSON", body)
		}
	})
}
