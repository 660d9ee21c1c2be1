package aliyun

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

func FuzzPoints(f *testing.F) {
	for _, seed := range []string{
		`[{"timestamp":1548777660000,"userId":"123456789876****","instanceId":"i-1","Minimum":93.1,"Average":99.52,"Maximum":100}]`,
		`[]`, ``, `null`, `{}`, `[{"timestamp":"x"}]`, `[{"timestamp":-9223372036854775808,"instanceId":"a","nodeId":"n","Sum":1e308}]`, `[null]`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		points, err := (&lastAnswer{Datapoints: text}).points()
		if err != nil {
			return
		}
		for k := Kind(1); k <= numKinds; k++ {
			for _, q := range tableOf(k).quantities {
				for i := range q.from {
					for id := range latest(points, &q.from[i], []string{"i-1", "a"}) {
						if id != "i-1" && id != "a" {
							t.Fatalf("a sample of %q, which nobody asked for", id)
						}
					}
				}
			}
		}
		if !json.Valid([]byte(text)) && strings.TrimSpace(text) != "" {
			t.Fatal("not JSON, and no error")
		}
	})
}

// FuzzAnswer lets the cloud say anything: there is an answer, or an error that is
// fit for people.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{
		`{"Code":"200","Success":true,"Period":"60","NextToken":"1","Datapoints":"[]"}`, `{"Code":"Throttling.User","Message":"x"}`,
		`{"Code":{},"Success":[]}`, `<html>`, ``, `[]`, `{"message":"\u0000\n` + testSecret + `"}`, `{"Success":"false","Code":null}`, `{"Period":60}`,
	} {
		f.Add(http.StatusOK, []byte(seed))
		f.Add(http.StatusForbidden, []byte(seed))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		e := &exchange{status: status, header: http.Header{}, data: body}
		var into lastAnswer
		err := e.decode(&Call{API: "metrics", Version: "2019-01-01", Action: "DescribeMetricLast"}, keys{id: testKey, secret: testSecret}, &into)
		if err != nil {
			if wrong := unfit(err.Error()); wrong != "" && !strings.Contains(wrong, "signed") {
				t.Errorf("not fit for people (%s): %q", wrong, err)
			}
			return
		}
		if status != http.StatusOK || !json.Valid(body) {
			t.Errorf("status %d, %q is taken for an answer", status, body)
		}
		if into.period() < 0 {
			t.Error("a period below zero")
		}
	})
}
