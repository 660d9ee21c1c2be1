package contract_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/internal/demo/phone/contract"
)

const (
	account = "AC0123456789abcdef0123456789abcdef"
	sid     = "SM0123456789abcdef0123456789abcdef"
	path    = "/2010-04-01/Accounts/" + account + "/Messages"
)

func load(t *testing.T) *contract.Spec {
	t.Helper()
	spec, err := contract.Load(contract.Twilio(t))
	if err != nil {
		t.Fatalf("load the contract: %v", err)
	}
	return spec
}

func TestRequests(t *testing.T) {
	spec := load(t)
	good := "To=%2B8613800138000&From=%2B15005550006&Body=K7Q2&ValidityPeriod=900"
	tests := []struct {
		name         string
		method, path string
		form         string
		change       func(*http.Request)
		fault        string // "" is none
	}{
		{"in order", "POST", path + ".json", good, nil, ""},
		{"two addresses of media", "POST", path + ".json", good + "&MediaUrl=https%3A%2F%2Fa&MediaUrl=https%3A%2F%2Fb", nil, ""},
		{"no credentials", "POST", path + ".json", good, func(r *http.Request) { r.Header.Del("Authorization") }, "authentication"},
		{"JSON", "POST", path + ".json", good, func(r *http.Request) { r.Header.Set("Content-Type", "application/json") }, "instead of a form"},
		{"unknown field", "POST", path + ".json", good + "&Colour=red", nil, "Colour is not described"},
		{"field given twice", "POST", path + ".json", good + "&Body=again", nil, "Body: given 2 times"},
		{"not a number", "POST", path + ".json", good + "&Attempt=soon", nil, "Attempt"},
		{"fraction for an integer", "POST", path + ".json", strings.Replace(good, "900", "900.5", 1), nil, "ValidityPeriod"},
		{"not a truth value", "POST", path + ".json", good + "&SmartEncoded=yes", nil, "SmartEncoded"},
		{"value that is not listed", "POST", path + ".json", good + "&RiskCheck=perhaps", nil, "RiskCheck"},
		{"malformed service", "POST", path + ".json", good + "&MessagingServiceSid=MG1", nil, "MessagingServiceSid"},
		{"malformed account", "POST", "/2010-04-01/Accounts/AC1/Messages.json", good, nil, "AccountSid"},
		{"list", "GET", path + ".json?PageSize=100&To=%2B8613800138000", "", nil, ""},
		{"page that is too large", "GET", path + ".json?PageSize=1001", "", nil, "PageSize"},
		{"unknown parameter", "GET", path + ".json?Size=1", "", nil, "Size is not described"},
		{"fetch", "GET", path + "/" + sid + ".json", "", nil, ""},
		{"malformed message", "GET", path + "/SM1.json", "", nil, "Sid"},
		{"method", "PUT", path + ".json", "", nil, "PUT"},
		{"path", "GET", "/2010-04-01/Accounts/" + account + "/Calls.json", "", nil, "not described"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), tt.method, tt.path, strings.NewReader(tt.form))
			r.SetBasicAuth(account, "token")
			if tt.method == "POST" {
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			}
			if tt.change != nil {
				tt.change(r)
			}
			err := spec.CheckRequest(r, []byte(tt.form))
			switch {
			case tt.fault == "" && err != nil:
				t.Errorf("refused: %v", err)
			case tt.fault != "" && (err == nil || !strings.Contains(err.Error(), tt.fault)):
				t.Errorf("error %v, want one about %q", err, tt.fault)
			}
		})
	}
}

func TestAnswers(t *testing.T) {
	spec := load(t)
	good := `{"sid": "` + sid + `", "status": "queued", "num_segments": "1", "error_code": null, "price": null, "to": "+8613800138000"}`
	tests := []struct {
		name         string
		method, path string
		status       int
		kind         string
		body         string
		fault        string
	}{
		{"in order", "POST", path + ".json", 201, "application/json", good, ""},
		{"not the described status", "POST", path + ".json", 200, "application/json", good, "status 200"},
		{"not JSON", "POST", path + ".json", 201, "text/html", "<html>", "content type"},
		{"broken JSON", "POST", path + ".json", 201, "application/json", "{", "answer to POST"},
		{"unknown status", "POST", path + ".json", 201, "application/json", strings.Replace(good, "queued", "sendd", 1), "status"},
		{"number for text", "POST", path + ".json", 201, "application/json", strings.Replace(good, `"1"`, "1", 1), "num_segments"},
		{"unknown property", "POST", path + ".json", 201, "application/json", strings.Replace(good, "price", "prize", 1), "prize"},
		{"malformed SID", "POST", path + ".json", 201, "application/json", strings.Replace(good, sid, "SM1", 1), "sid"},
		{"null where none may be", "GET", path + ".json", 200, "application/json", `{"messages": null}`, "messages"},
		{"list", "GET", path + ".json", 200, "application/json", `{"messages": [` + good + `], "next_page_uri": null}`, ""},
		{"list with a bad message", "GET", path + ".json", 200, "application/json", `{"messages": [{"status": 7}]}`, "status"},
		{"an error is not described", "POST", path + ".json", 400, "application/json", `{"code": 21211}`, ""},
		{"deleted", "DELETE", path + "/" + sid + ".json", 204, "", "", ""},
		{"deleted, with a body", "DELETE", path + "/" + sid + ".json", 204, "", "gone", "a body"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), tt.method, tt.path, nil)
			err := spec.CheckAnswer(r, tt.status, http.Header{"Content-Type": {tt.kind}}, []byte(tt.body))
			switch {
			case tt.fault == "" && err != nil:
				t.Errorf("refused: %v", err)
			case tt.fault != "" && (err == nil || !strings.Contains(err.Error(), tt.fault)):
				t.Errorf("error %v, want one about %q", err, tt.fault)
			}
		})
	}
}

// judge is a test that keeps what it is told.
type judge struct {
	testing.TB
	faults []string
}

func (j *judge) Helper() {}

func (j *judge) Errorf(format string, args ...any) {
	j.faults = append(j.faults, format)
}

func TestCheckFailsTheTest(t *testing.T) {
	file := contract.Twilio(t)
	answers := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write([]byte(`{"status": "sendd"}`))
	})
	j := &judge{TB: t}
	h := contract.Check(j, file)(answers)
	ask := func(target, form string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, target, strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.SetBasicAuth(account, "token")
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	ask("/page", "")
	if len(j.faults) != 0 {
		t.Fatalf("a path that is not Twilio's was held against its contract: %v", j.faults)
	}
	ask(path+".json", url.Values{"To": {"+1"}, "Colour": {"red"}}.Encode())
	if len(j.faults) != 2 {
		t.Errorf("%d faults, want one of the request and one of the answer", len(j.faults))
	}
}
