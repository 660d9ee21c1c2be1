package phrases

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/calendar"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/rota"
)

// TestWhatTheCalendarSaysIsHeard: each kind of moment, whatever state begins with it.
func TestWhatTheCalendarSaysIsHeard(t *testing.T) {
	zh := New().In(words.ZH)
	for _, kind := range calendar.Kinds() {
		hears(t, zh, kind.Words())
		for _, state := range []fleet.LifecycleState{
			fleet.LifecycleActive, fleet.LifecycleExpiring, fleet.LifecycleGrace, fleet.LifecycleSuspended, fleet.LifecycleRecycled, fleet.LifecycleReleased, fleet.LifecycleFrozen, fleet.LifecycleUnknown,
		} {
			for _, perhaps := range []bool{false, true} {
				c := calendar.Change{Kind: kind, Moment: fleet.Moment{State: state, Perhaps: perhaps}}
				if said := c.Words(); said != "" && !strings.HasPrefix(said, ",") { // with a state that such a moment cannot have
					hears(t, zh, said)
				}
			}
		}
	}
}

// TestRotasAreHeard: how turns go, and when they are handed over on each day of the week.
func TestRotasAreHeard(t *testing.T) {
	zh := New().In(words.ZH)
	for day := range 14 {
		r := rota.Rota{Days: day + 1, First: time.Date(2026, 11, 23+day, 0, 0, 0, 0, time.UTC), Minute: 9 * 60}
		hears(t, zh, r.Rotation())
		hears(t, zh, r.HandOver())
		r.Days = 7
		hears(t, zh, r.HandOver())
	}
}

// TestNamesThatCannotBeTakenAreHeard: why not.
func TestNamesThatCannotBeTakenAreHeard(t *testing.T) {
	for _, name := range []string{"a\nb", "a\x07b", "a\u202eb", "a\ufffdb", "a\u200bb", "a\xffb"} {
		err := fleet.CheckName(name)
		if err == nil {
			t.Errorf("%q is taken", name)
			continue
		}
		hears(t, New().In(words.ZH), err.Error())
	}
}

// TestFixedSetsHaveTheirWords: every state, severity and kind that a page or command writes.
func TestFixedSetsHaveTheirWords(t *testing.T) {
	zh := New()
	has := func(kind, value string) {
		t.Helper()
		if _, ok := zh.chinese[kind+"|"+value]; !ok {
			t.Errorf("there is no word for %s %s", kind, value)
		}
	}
	for _, s := range []alarm.Severity{alarm.Info, alarm.Warning, alarm.Critical} {
		has("severity", string(s))
	}
	for _, s := range []notifier.NoticeState{notifier.Pending, notifier.Sending, notifier.Sent, notifier.NoticeDelivered, notifier.Held, notifier.Dropped, notifier.Dead} {
		has("notice", string(s))
	}
	for _, s := range []notifier.ReachState{notifier.Unused, notifier.Unsubscribed, notifier.Failing, notifier.Unanswered, notifier.Unproved, notifier.IsProved} {
		has("state of a number", string(s))
	}
	for _, s := range []string{"sms", "email", "webhook", "alertmanager"} {
		has("channel", s)
	}
	for _, s := range notifier.SelfRules() {
		has("alarmname", string(s))
	}
	for _, s := range []fleet.MetricState{fleet.MetricOK, fleet.MetricRaised, fleet.MetricUnknown, fleet.MetricUnwatched} {
		has("state of a metric", string(s))
	}
	for _, s := range []alarm.EpisodeState{alarm.EpisodeRaised, alarm.EpisodeUnknown, alarm.EpisodeCleared} {
		has("state of an alarm", string(s))
	}
	for o := fleet.OriginNone; o <= fleet.OriginCatalogue; o++ {
		has("capacity from", o.String())
	}
	for _, kind := range calendar.Kinds() {
		has("kind", string(kind))
	}
	for _, c := range []struct{ file, typed, kind string }{
		{"alarm/alarm.go", "EventKind", "kind of notice"}, {"alarm/alarm.go", "RuleName", "alarmname"}, {"fleet/term.go", "LifecycleState", "lifecycle"}, {"internal/advice/advice.go", "Verdict", "verdict"},
	} {
		values := constants(t, filepath.Join(root, c.file), c.typed)
		if len(values) < 4 {
			t.Errorf("%s has only %d constants of %s", c.file, len(values), c.typed)
		}
		for _, v := range values {
			has(c.kind, v)
		}
	}
}

// constants lists the values of the constants of a type in a file.
func constants(t *testing.T, path, typed string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	ast.Inspect(file, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok && len(v.Values) == 1 {
			if id, ok := v.Type.(*ast.Ident); ok && id.Name == typed {
				if text := literal(v.Values[0]); text != "" {
					out = append(out, text)
				}
			}
		}
		return true
	})
	return out
}

// TestReasonsAreHeard reads the code that gives reasons, and puts each of them, with
// something in its places, to the sayings.
func TestReasonsAreHeard(t *testing.T) {
	zh := New().In(words.ZH)
	found := 0
	for _, pattern := range []string{"notifier/*.go", "notifier/outbox/*.go", "alarm/*.go", "fleet/*.go", "collector/*.go", "internal/advice/*.go"} {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		for _, path := range files {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			for _, reason := range reasonsIn(t, path) {
				found++
				if _, known := zh.Heard(reason); !known {
					t.Errorf("%s: no saying for %q", path, reason)
				}
			}
		}
	}
	if found < 50 {
		t.Errorf("only %d reasons were found", found)
	}
}

// reasonsIn lists the reasons that a file gives: what is put into a field or variable for one, and
// what functions return that say one.
func reasonsIn(t *testing.T, path string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	fields := []string{"Hold", "Drop", "Reason", "reason", "LostReason"}
	var out []string
	add := func(e ast.Expr) {
		if text, ok := sample(e); ok {
			out = append(out, text)
		}
	}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Body == nil {
			continue
		}
		says := slices.Contains([]string{"because", "sinceWhen", "reason", "endReason", "attempts", "Unknown", "heldBy", "Silence", "excuse", "shortfallReason"}, f.Name.Name)
		ast.Inspect(f.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for i, left := range n.Lhs {
					if s, ok := left.(*ast.SelectorExpr); ok && slices.Contains(fields, s.Sel.Name) && len(n.Rhs) == len(n.Lhs) {
						add(n.Rhs[i])
					}
				}
			case *ast.KeyValueExpr:
				if id, ok := n.Key.(*ast.Ident); ok && slices.Contains(fields, id.Name) {
					add(n.Value)
				}
			case *ast.ReturnStmt:
				if says && len(n.Results) == 1 {
					add(n.Results[0])
				}
			}
			return true
		})
	}
	return out
}

// sample is a text with something in the places where the code puts something; false where the code
// hands on what another said.
func sample(e ast.Expr) (string, bool) {
	switch x := e.(type) {
	case *ast.BasicLit:
		text := literal(x)
		return text, strings.ContainsAny(text, "abcdefghijklmnopqrstuvwxyz")
	case *ast.BinaryExpr:
		if x.Op != token.ADD {
			return "", false
		}
		a, okA := sample(x.X)
		b, okB := sample(x.Y)
		if !okA && !okB {
			return "", false
		}
		if !okA && a == "" {
			a = "x"
		}
		if !okB && b == "" {
			b = "x"
		}
		return a + b, true
	case *ast.CallExpr:
		if fun, ok := x.Fun.(*ast.SelectorExpr); ok && fun.Sel.Name == "Sprintf" && len(x.Args) > 0 {
			text, ok := sample(x.Args[0])
			text = regexp.MustCompile(`%[.0-9]*d`).ReplaceAllString(text, "7")
			return strings.ReplaceAll(regexp.MustCompile(`%[.0-9]*[a-z]`).ReplaceAllString(text, "x"), "%%", "%"), ok
		}
	}
	return "", false
}

// TestWhatCannotBeTriedIsHeard reads the code behind `rehearse` and `backtest`, and puts each
// refusal, each note, and why nobody hears of something, to the sayings.
func TestWhatCannotBeTriedIsHeard(t *testing.T) {
	zh := New().In(words.ZH)
	for _, c := range []struct {
		file  string
		least int
	}{
		{"internal/rehearsal/act.go", 9}, {"internal/rehearsal/rehearse.go", 1}, {"internal/rehearsal/load.go", 2}, {"internal/rehearsal/fates.go", 6},
		{"internal/backtest/backtest.go", 5},
	} {
		said := toldIn(t, filepath.Join(root, c.file))
		if len(said) < c.least {
			t.Errorf("%s says only %d things", c.file, len(said))
		}
		for _, text := range said {
			hears(t, zh, text)
		}
	}
	for _, text := range []string{
		"--threshold: a threshold lies above 0%", "the receiver a reaches nobody", "the receivers a, b reach nobody", "the instance a has no receiver", "the account a has no receiver",
		"name one under notify of the instance a, or under alarms.notify for all", "name one under notify of the account a, or under alarms.notify for all",
		"give a a contact under sms, a rota under oncall, or a webhook",
		"nothing was recorded of 12 instances from 2026-01-01 00:00:00 to 2026-01-02 00:00:00: choose other days with --from and --to; Brimwatch records while it runs, and keeps what storage.retention says",
		"there is no history in data/history: nothing was recorded there yet; storage.dir of the configuration says where Brimwatch records",
	} {
		hears(t, zh, text)
	}
}

// toldIn lists what a file puts into errors and notes, and what its function remedy returns. Errors
// that wrap another, and flags that the command refuses itself, are not in it.
func toldIn(t *testing.T, path string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	add := func(e ast.Expr) {
		call := &ast.CallExpr{Fun: &ast.SelectorExpr{X: ast.NewIdent("fmt"), Sel: ast.NewIdent("Sprintf")}, Args: []ast.Expr{e}}
		if text, ok := sample(call); ok && !strings.Contains(literal(e), "%w") && !strings.HasPrefix(text, "--days ") {
			out = append(out, text)
		}
	}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Body == nil {
			continue
		}
		ast.Inspect(f.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if fun, ok := n.Fun.(*ast.SelectorExpr); ok && (fun.Sel.Name == "Errorf" || fun.Sel.Name == "note") {
					add(n.Args[0])
				}
			case *ast.ReturnStmt:
				if f.Name.Name == "remedy" {
					add(n.Results[len(n.Results)-1])
				}
			}
			return true
		})
	}
	return out
}

// hears fails when there is no saying for what was said.
func hears(t *testing.T, zh *Printer, english string) {
	t.Helper()
	if text, known := zh.Heard(english); !known || text == english && regexp.MustCompile("[a-z]{2}").MatchString(english) {
		t.Errorf("no saying for %s", strconv.Quote(english))
	}
}
