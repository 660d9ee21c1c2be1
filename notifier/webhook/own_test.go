package webhook_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/card/cardtest"
	"github.com/brimwatch/brimwatch/notifier/webhook"
	"github.com/brimwatch/brimwatch/test/golden"
)

// schema is that of the manual, made strict: to fields that are not in it, it is open for
// receivers alone.
func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "docs", "receivers", "brimwatch.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	strict(doc)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("brimwatch.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("brimwatch.schema.json")
	if err != nil {
		t.Fatalf("compile the schema: %v", err)
	}
	return s
}

// strict closes every object of a schema that names its fields.
func strict(v any) {
	switch v := v.(type) {
	case map[string]any:
		if _, named := v["properties"]; named && v["additionalProperties"] == nil {
			v["additionalProperties"] = false
		}
		for _, below := range v {
			strict(below)
		}
	case []any:
		for _, below := range v {
			strict(below)
		}
	}
}

func valid(t *testing.T, s *jsonschema.Schema, body []byte) error {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		t.Fatalf("the body is no JSON: %v", err)
	}
	return s.Validate(v)
}

// TestOwnBody holds Brimwatch's own body against golden files and its schema.
func TestOwnBody(t *testing.T) {
	s := schema(t)
	for _, l := range []words.Language{words.EN, words.ZH} {
		r := newReceiver(t)
		ch := newChannel(t, webhook.Options{URL: r.URL, Own: true, Language: l})
		for _, scene := range cardtest.Scenes(t, l) {
			t.Run(scene.Name+"-"+l.String(), func(t *testing.T) {
				send(t, ch, scene.Message)
				body := r.bodies[len(r.bodies)-1]
				if err := valid(t, s, body); err != nil {
					t.Errorf("the schema says: %v", err)
				}
				var pretty bytes.Buffer
				if err := json.Indent(&pretty, body, "", "  "); err != nil {
					t.Fatal(err)
				}
				golden.Equal(t, filepath.Join("own", scene.Name+"-"+l.String()+".json"), append(pretty.Bytes(), '\n'))
				again := scene.Message
				again.Attempt, again.InDoubt = 2, true
				send(t, ch, again)
				if !bytes.Equal(body, r.bodies[len(r.bodies)-1]) {
					t.Error("a second attempt has another body")
				}
			})
		}
	}
}

// TestOwnBodyOfOldNotices: what an older version decided, and what is hardly there, is in order, too.
func TestOwnBodyOfOldNotices(t *testing.T) {
	s := schema(t)
	r := newReceiver(t)
	ch := newChannel(t, webhook.Options{URL: r.URL, Own: true})
	endless := ended("mqtt-1")
	endless.Alert.EndsAt = time.Time{}
	endless.CreatedAt = endless.Alert.StartsAt.Add(time.Hour)
	send(t, ch, message(raised("mqtt-1"), ended("mqtt-1"), endless))
	if err := valid(t, s, r.bodies[0]); err != nil {
		t.Errorf("the schema says: %v", err)
	}
	var b struct {
		Timestamp time.Time
		Data      struct {
			Notices []struct {
				State   string
				EndedAt time.Time `json:"ended_at"`
				Figures struct{ Usage, Capacity, Utilization float64 }
			}
		}
	}
	if err := json.Unmarshal(r.bodies[0], &b); err != nil {
		t.Fatal(err)
	}
	if n := b.Data.Notices; n[0].State != "open" || n[1].State != "ended" || n[2].EndedAt != endless.CreatedAt || n[0].Figures.Utilization != 0.7224 || b.Timestamp != endless.CreatedAt {
		t.Errorf("%+v", b)
	}
}

// TestTheSchemaRefuses what is not such a body.
func TestTheSchemaRefuses(t *testing.T) {
	s := schema(t)
	good, err := os.ReadFile(filepath.Join("testdata", "own", "raised-en.json"))
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][2]string{
		"another version": {`"version": "1"`, `"version": "2"`}, "another state": {`"state": "open"`, `"state": "odd"`},
		"a figure as text": {`"usage": 3612`, `"usage": "3612"`}, "no code": {`"code": "K7Q2",`, ``}, "a fingerprint that is none": {`"fingerprint": "`, `"fingerprint": "x`},
		"a day that is none": {`"2026-11-22T04:00:00Z"`, `"yesterday"`}, "a field of nobody": {`"type": "brimwatch.notices",`, `"type": "brimwatch.notices", "odd": 1,`},
	} {
		bad := strings.Replace(string(good), change[0], change[1], 1)
		if bad == string(good) {
			t.Fatalf("%s: nothing was changed", name)
		}
		if valid(t, s, []byte(bad)) == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// TestOwnErrorsNameTheFormat: who refuses the body is told which it is.
func TestOwnErrorsNameTheFormat(t *testing.T) {
	r := newReceiver(t)
	r.status = 422
	_, err := newChannel(t, webhook.Options{URL: r.URL, Own: true}).Send(t.Context(), message(raised("mqtt-1")))
	if !notifier.IsPermanent(err) || !strings.Contains(err.Error(), "format: brimwatch") {
		t.Errorf("error %v", err)
	}
}

// TestManualShowsTheOwnBody: the manual shows the body as it is.
func TestManualShowsTheOwnBody(t *testing.T) {
	manual, err := os.ReadFile(filepath.Join("..", "..", "docs", "receivers", "brimwatch.md"))
	if err != nil {
		t.Fatal(err)
	}
	body, err := os.ReadFile(filepath.Join("testdata", "own", "raised-en.json"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(manual, body) {
		t.Error("docs/receivers/brimwatch.md does not show the body of testdata/own/raised-en.json")
	}
}
