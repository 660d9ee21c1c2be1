package mcp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/brimwatch/brimwatch/test/golden"
)

// list lists the tools that there are.
func list(t *testing.T, s *sdk.ClientSession) []*sdk.Tool {
	t.Helper()
	got, err := s.ListTools(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return got.Tools
}

// call calls a tool with arguments in JSON.
func call(t *testing.T, s *sdk.ClientSession, name, arguments string) *sdk.CallToolResult {
	t.Helper()
	got, err := s.CallTool(t.Context(), &sdk.CallToolParams{Name: name, Arguments: json.RawMessage(arguments)})
	if err != nil {
		t.Fatalf("%s %s: %v", name, arguments, err)
	}
	return got
}

// text is the plain words of an answer.
func text(t *testing.T, r *sdk.CallToolResult) string {
	t.Helper()
	if len(r.Content) != 1 {
		t.Fatalf("there are %d pieces of content", len(r.Content))
	}
	words, ok := r.Content[0].(*sdk.TextContent)
	if !ok {
		t.Fatalf("the content is %T", r.Content[0])
	}
	return words.Text
}

// TestToolList keeps what assistants are told of the tools.
func TestToolList(t *testing.T) {
	f := newFakes(t)
	f.mayWrite = true
	tools := list(t, connect(t, serve(t, f.handler(t)), ""))
	for _, tool := range tools {
		if tool.Title == "" || len(tool.Description) < 60 || tool.Annotations.DestructiveHint == nil || tool.Annotations.OpenWorldHint == nil {
			t.Errorf("%s does not say all of itself", tool.Name)
		}
		if writes := tool.Name == "acknowledge_alarm" || tool.Name == "add_silence"; tool.Annotations.ReadOnlyHint == writes {
			t.Errorf("%s says of itself that it only reads: %v", tool.Name, tool.Annotations.ReadOnlyHint)
		}
	}
	got, err := json.MarshalIndent(tools, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden.Equal(t, "tools.json", append(got, '\n'))
}

// TestPage: the page for people names every tool, and no other.
func TestPage(t *testing.T) {
	f := newFakes(t)
	f.mayWrite = true
	page, err := os.ReadFile("../../docs/mcp.md")
	if err != nil {
		t.Fatal(err)
	}
	var named, known []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\|").FindAllStringSubmatch(string(page), -1) {
		named = append(named, m[1])
	}
	for _, tool := range list(t, connect(t, serve(t, f.handler(t)), "")) {
		known = append(known, tool.Name)
	}
	slices.Sort(named)
	slices.Sort(known)
	if diff := cmp.Diff(known, named); diff != "" {
		t.Errorf("docs/mcp.md (-want +got)\n%s", diff)
	}
}

// TestMayWrite: tools that change something are there only while the configuration
// allows it, and can be called at no other time.
func TestMayWrite(t *testing.T) {
	f := newFakes(t)
	s := connect(t, serve(t, f.handler(t)), "2025-06-18")
	writes := func() bool {
		return slices.ContainsFunc(list(t, s), func(tool *sdk.Tool) bool { return !tool.Annotations.ReadOnlyHint })
	}
	if writes() {
		t.Error("tools that write are listed before it is allowed")
	}
	for _, name := range []string{"acknowledge_alarm", "add_silence"} {
		if _, err := s.CallTool(t.Context(), &sdk.CallToolParams{Name: name, Arguments: json.RawMessage(`{"codes":["K7Q2"],"matchers":{"a":"b"},"for":"1h"}`)}); err == nil || !strings.Contains(err.Error(), "unknown tool") {
			t.Errorf("%s answers %v", name, err)
		}
	}
	if f.episodes[0].AckedBy != "" || len(f.silences) != 1 {
		t.Error("something was changed")
	}
	f.mayWrite = true
	if !writes() {
		t.Error("tools that write are not listed when it is allowed")
	}
	f.mayWrite = false
	if writes() {
		t.Error("tools that write are listed when it is not allowed any more")
	}
}

// TestAnswers keeps what each tool answers, in words and as a structure.
func TestAnswers(t *testing.T) {
	f := newFakes(t)
	f.mayWrite = true
	s := connect(t, serve(t, f.handler(t)), "")
	for _, tt := range []struct{ name, tool, arguments string }{
		{"instances", "list_instances", `{}`},
		{"instances by term", "list_instances", `{"sort":"expires","limit":1}`},
		{"instances that fit", "list_instances", `{"search":"ORD","label":"team=orders","state":"raised","account":"acme","product":"mqtt","lifecycle":"active"}`},
		{"no instance", "list_instances", `{"product":"iot"}`},
		{"instance", "get_instance", `{"id":"mqtt-1"}`},
		{"silent instance", "get_instance", `{"id":"a/b c?ü"}`},
		{"instance without source", "get_instance", `{"id":"rmq-2"}`},
		{"statistics", "get_statistics", `{"id":"mqtt-1","points":3}`},
		{"statistics of a metric", "get_statistics", `{"id":"mqtt-1","metric":"subscriptions","from":"-7d","to":"-1d","points":0}`},
		{"statistics of what is gone", "get_statistics", `{"id":"gone","points":0}`},
		{"alarms", "list_alarms", `{}`},
		{"alarms that were", "list_alarms", `{"state":"cleared"}`},
		{"alarms that nobody has", "list_alarms", `{"state":"all","unacknowledged":true,"severity":"warning","rule":"capacity"}`},
		{"alarm", "explain_alarm", `{"code":"k7q2"}`},
		{"alarm of an account", "explain_alarm", `{"code":"L1AB"}`},
		{"alarm of what is gone", "explain_alarm", `{"code":"P2BC"}`},
		{"explanation", "explain_instance", `{"id":"mqtt-1"}`},
		{"explanation of a metric", "explain_instance", `{"id":"mqtt-1","of":"expiry"}`},
		{"calendar", "calendar_ahead", `{"days":365}`},
		{"calendar of an account", "calendar_ahead", `{"days":365,"account":"acme","limit":1}`},
		{"advice", "advice", `{}`},
		{"notices", "list_notices", `{}`},
		{"notices that wait", "list_notices", `{"state":"pending","code":"k7q2","from":"-1d"}`},
		{"on call", "who_is_on_call", `{}`},
		{"on call then", "who_is_on_call", `{"name":"primary","at":"+8d","days":2}`},
		{"on call for long", "who_is_on_call", `{"name":"secondary","days":366}`},
		{"accounts", "accounts", `{}`},
		{"silences", "list_silences", `{}`},
		{"preview of a silence", "add_silence", `{"matchers":{"team":"orders"},"for":"2h","comment":"a move","preview":true}`},
		{"silence", "add_silence", `{"matchers":{"instance_id":"nobody"},"until":"2026-11-24T08:00:00+08:00"}`},
		{"acknowledgement", "acknowledge_alarm", `{"codes":["k7q2","M3XA","P2BC","K7Q2"]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := call(t, s, tt.tool, tt.arguments)
			if got.IsError {
				t.Fatalf("it is an error: %s", text(t, got))
			}
			structure, err := json.MarshalIndent(got.StructuredContent, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			fmt.Fprintf(&out, "%s %s\n\n%s\n\n%s\n", tt.tool, tt.arguments, text(t, got), structure)
			golden.Equal(t, "answers/"+strings.ReplaceAll(tt.name, " ", "_")+".txt", out.Bytes())
		})
	}
}

// TestRefused: what cannot be answered is refused in words that say how to ask.
func TestRefused(t *testing.T) {
	f := newFakes(t)
	f.mayWrite = true
	s := connect(t, serve(t, f.handler(t)), "")
	for _, tt := range []struct{ name, tool, arguments, want string }{
		{"an id that nothing has", "get_instance", `{"id":"nobody"}`, `no instance has the id "nobody"; list_instances with search finds it`},
		{"an empty id", "get_instance", `{"id":""}`, `no instance has the id ""`},
		{"an id with HTML", "get_instance", `{"id":"<script>alert(1)</script>"}`, `no instance has the id "<script>alert(1)</script>"`},
		{"an id with steps through folders", "get_statistics", `{"id":"../../etc/passwd"}`, `no instance has the id "../../etc/passwd"`},
		{"an id with control signs", "explain_instance", "{\"id\":\"a\\u0000\\n\\u202eb\"}", `no instance has the id "a\x00\n\u202eb"`},
		{"an id that is too long", "get_instance", `{"id":"` + strings.Repeat("x", 501) + `"}`, "maxLength"},
		{"no id", "get_instance", `{}`, `missing properties: ["id"]`},
		{"an id that is a number", "get_instance", `{"id":7}`, "has type"},
		{"what the tool does not know", "get_instance", `{"id":"mqtt-1","x":1}`, "unexpected additional properties"},
		{"a limit of a thousand million", "list_instances", `{"limit":1e9}`, "maximum"},
		{"a limit of none", "list_alarms", `{"limit":0}`, "minimum"},
		{"a limit below", "list_notices", `{"limit":-1}`, "minimum"},
		{"a limit that is not whole", "list_notices", `{"limit":1.5}`, "limit"},
		{"a label without a value", "list_instances", `{"label":"team"}`, `label "team": a name, = and a value are wanted`},
		{"a state that is none", "list_instances", `{"state":"bad"}`, "enum"},
		{"a metric that is none", "get_statistics", `{"id":"mqtt-1","metric":"cpu"}`, "enum"},
		{"a range backwards", "get_statistics", `{"id":"mqtt-1","from":"-1h","to":"-2h"}`, "from (2026-11-23T02:12:04Z) must lie before to (2026-11-23T01:12:04Z)"},
		{"a range without length", "get_statistics", `{"id":"mqtt-1","from":"now","to":"now"}`, "must lie before"},
		{"a range that is too long", "get_statistics", `{"id":"mqtt-1","from":"-20000d"}`, "the range is longer than ten years"},
		{"a moment that is none", "get_statistics", `{"id":"mqtt-1","from":"yesterday"}`, `from "yesterday": a moment is wanted here`},
		{"points without end", "get_statistics", `{"id":"mqtt-1","points":1000000000}`, "maximum"},
		{"notices backwards", "list_notices", `{"from":"-1h","to":"-2h"}`, "must lie before"},
		{"notices from no moment", "list_notices", `{"from":"x"}`, `from "x": a moment is wanted here`},
		{"notices to no moment", "list_notices", `{"to":"x"}`, `to "x": a moment is wanted here`},
		{"a code that no alarm has", "explain_alarm", `{"code":"ZZZZ"}`, `no alarm has the code "ZZZZ"; list_alarms has those that are open`},
		{"an empty code", "explain_alarm", `{"code":" "}`, `no alarm has the code ""`},
		{"an explanation of nothing", "explain_instance", `{"id":"mqtt-1","of":"cpu"}`, `the instance has no metric or rule "cpu"; it has connections, send_tps, expiry`},
		{"days without end", "calendar_ahead", `{"days":100000}`, "maximum"},
		{"advice for nobody", "advice", `{"id":"nobody"}`, `no instance has the id "nobody"`},
		{"a rota that is none", "who_is_on_call", `{"name":"third"}`, `there is no rota "third"; known are primary, secondary`},
		{"a moment of a rota that is none", "who_is_on_call", `{"at":"soon"}`, `at "soon": a moment is wanted here`},
		{"an account that is none", "accounts", `{"name":"none"}`, `there is no account "none"`},
		{"no code to acknowledge", "acknowledge_alarm", `{"codes":[]}`, "minItems"},
		{"null to acknowledge", "acknowledge_alarm", `{"codes":null}`, "type"},
		{"blanks to acknowledge", "acknowledge_alarm", `{"codes":[" "]}`, "nothing was acknowledged: name the codes"},
		{"too many to acknowledge", "acknowledge_alarm", `{"codes":[` + strings.Repeat(`"A",`, 100) + `"A"]}`, "maxItems"},
		{"a silence of everything", "add_silence", `{"matchers":{},"for":"1h"}`, "no silence was added: matchers is empty"},
		{"a silence without an end", "add_silence", `{"matchers":{"a":"b"}}`, "until or for is missing"},
		{"a silence until no moment", "add_silence", `{"matchers":{"a":"b"},"until":"tomorrow"}`, "no silence was added: until: a moment is wanted here"},
		{"a silence with a garbled comment", "add_silence", "{\"matchers\":{\"a\":\"b\"},\"for\":\"1h\",\"comment\":\"a\\nb\"}", "comment must be one line of plain text"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := call(t, s, tt.tool, tt.arguments)
			if said := text(t, got); !got.IsError || !strings.Contains(said, tt.want) {
				t.Errorf("it says (error: %v)\n%s\nand not\n%s", got.IsError, said, tt.want)
			}
			if got.StructuredContent != nil {
				t.Errorf("it has a structure: %v", got.StructuredContent)
			}
		})
	}
	if f.episodes[0].AckedBy != "" || len(f.silences) != 1 {
		t.Error("something was changed")
	}
	if f.logged() != "" {
		t.Errorf("what others did wrong is logged:\n%s", f.logged())
	}
}
