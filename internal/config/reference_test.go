package config

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/test/golden"
)

// TestReference holds docs/configuration.md against the schema; -update writes
// it anew.
func TestReference(t *testing.T) {
	const page = "../../docs/configuration.md"
	got := reference()
	if golden.Updating() {
		if err := os.WriteFile(page, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Error("docs/configuration.md is not what the schema says; run make docs")
	}
}

// TestSchemaIsDocumented makes sure that every key says what it means.
func TestSchemaIsDocumented(t *testing.T) {
	walkSchema(reflect.TypeFor[document](), "", func(path string, f reflect.StructField) {
		if f.Tag.Get("doc") == "" {
			t.Errorf("%s has no doc", path)
		}
	})
}

// reference writes the reference of all keys.
func reference() string {
	var b strings.Builder
	b.WriteString(`# Configuration

One file, ` + "`--config.file brimwatch.yml`" + `, and those it includes. It is strict: an unknown key is a fault, and all faults are listed at once, each as
` + "`file:line:column: path: reason`" + `. ` + "`brimwatch check`" + ` lists them without starting anything. Everything but ` + "`server.listen`, `server.web_config_file`" + ` and ` + "`storage`" + `
takes effect on reload.

- **Lengths of time**: ` + "`30s` `5m` `2h` `7d` `1d12h`" + `. **Shares** of a capacity: ` + "`70%` or `70`; `0.7`" + ` is refused, because it was most probably meant to be 70 %.
- **Periods** of a term: ` + "`1M` `3M` `1y` `30d`" + `; a month has a capital M. **Money**: ` + "`1200`, `-11.19`, `\"1,000.00\"`" + `.
- **Secrets** are given by a file (` + "`…_file`" + `, relative to the YAML file it stands in), a variable of the environment (` + "`…_env`" + `), or inline, which draws a warning.
  They are never printed, logged or returned. A new content of the file counts as a change of the configuration.
- **Metrics**: ` + "`message_tps`" + ` (sent and received), ` + "`send_tps`" + ` (what the instance gets from publishers), ` + "`receive_tps`" + ` (what it delivers), ` + "`subscriptions`, `connections`" + `; for caches also
  ` + "`commands_tps`, `memory_bytes`" + `. One without a known capacity is recorded and charted, and is no alarm.
- **Precedence of alarm rules**: built-in, then ` + "`alarms`" + `, then ` + "`alarms.overrides`" + ` in order, then the instance's own ` + "`alarms`" + `. A stage that sets a threshold sets its clear threshold
  five points below it, unless it gives one too.
- **Capacity**: the instance's own ` + "`capacity`" + ` wins over the limits that the server gives, and those over the catalogue's edition and specification.

This page is written from the schema by ` + "`make docs`" + `.

`)
	walkSections(&b, reflect.TypeFor[document](), "")
	return b.String()
}

// walkSections writes a table for a mapping, and then one for each below it.
func walkSections(b *strings.Builder, t reflect.Type, path string) {
	title := path
	if title == "" {
		title = "Top level"
	}
	fmt.Fprintf(b, "## %s\n\n| key | type | default | meaning |\n|---|---|---|---|\n", title)
	type below struct {
		t    reflect.Type
		path string
	}
	var next []below
	for _, f := range schemaFields(t) {
		name := f.Tag.Get("yaml")
		inner, step := elementOf(f.Type)
		doc := f.Tag.Get("doc")
		if e := f.Tag.Get("example"); e != "" {
			doc += " Example: `" + e + "`"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", name, typeWord(f.Type), f.Tag.Get("default"), strings.ReplaceAll(doc, "|", "\\|"))
		if inner == reflect.TypeFor[answerDoc]() && name != "accepted" {
			continue // "written as accepted"
		}
		if inner != nil {
			next = append(next, below{inner, strings.TrimPrefix(path+"."+name, ".") + step})
		}
	}
	b.WriteString("\n")
	for _, n := range next {
		walkSections(b, n.t, n.path)
	}
}

func walkSchema(t reflect.Type, path string, f func(string, reflect.StructField)) {
	for _, field := range schemaFields(t) {
		at := path + "." + field.Tag.Get("yaml")
		f(at, field)
		if inner, step := elementOf(field.Type); inner != nil {
			walkSchema(inner, at+step, f)
		}
	}
}

func schemaFields(t reflect.Type) []reflect.StructField {
	var out []reflect.StructField
	for _, f := range reflect.VisibleFields(t) {
		if f.Tag.Get("yaml") != "" && f.Tag.Get("doc") != "-" {
			out = append(out, f)
		}
	}
	return out
}

// elementOf returns the mapping that a field holds, and how it is reached.
func elementOf(t reflect.Type) (reflect.Type, string) {
	step := ""
	for {
		switch t.Kind() {
		case reflect.Pointer:
			t = t.Elem()
			continue
		case reflect.Slice:
			t, step = t.Elem(), step+"[]"
			continue
		case reflect.Map:
			t, step = t.Elem(), step+".NAME"
			continue
		}
		break
	}
	if t == reflect.TypeFor[queryURLDoc]() {
		return reflect.TypeFor[databaseDoc](), step
	}
	if t == reflect.TypeFor[price]() {
		return reflect.TypeFor[priceDoc](), step
	}
	if t == reflect.TypeFor[muteDoc]() {
		return reflect.TypeFor[muteMapping](), step
	}
	if t == reflect.TypeFor[answersDoc]() {
		return reflect.TypeFor[answerDoc](), step
	}
	if t == reflect.TypeFor[managerDoc]() {
		return reflect.TypeFor[managerMapping](), step
	}
	if t.Kind() != reflect.Struct || reflect.PointerTo(t).Implements(reflect.TypeFor[custom]()) {
		return nil, ""
	}
	return t, step
}

func typeWord(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[span]():
		return "length of time"
	case reflect.TypeFor[share]():
		return "share"
	case reflect.TypeFor[moment]():
		return "date or time"
	case reflect.TypeFor[hour]():
		return "time of day or off"
	case reflect.TypeFor[clock]():
		return "time of day"
	case reflect.TypeFor[money]():
		return "amount of money"
	case reflect.TypeFor[ownAlarmsDoc]():
		return "mapping"
	case reflect.TypeFor[perTime]():
		return "number/time"
	case reflect.TypeFor[price]():
		return "amount of money or mapping"
	case reflect.TypeFor[period]():
		return "period"
	case reflect.TypeFor[variablesDoc]():
		return "mapping or list of text"
	case reflect.TypeFor[answersDoc]():
		return "mapping or list of mappings"
	case reflect.TypeFor[textsDoc]():
		return "text or list of text"
	case reflect.TypeFor[queryURLDoc](), reflect.TypeFor[muteDoc](), reflect.TypeFor[managerDoc]():
		return "text or mapping"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return typeWord(t.Elem())
	case reflect.Slice:
		return "list of " + typeWord(t.Elem())
	case reflect.Map:
		return "mapping of " + typeWord(t.Elem())
	case reflect.Struct:
		return "mapping"
	case reflect.Float64, reflect.Int:
		return "number"
	case reflect.Bool:
		return "true or false"
	}
	return "text"
}

// TestReferenceOfTests holds the keys in docs/testing.md against the schema of files of
// tests; -update writes them anew.
func TestReferenceOfTests(t *testing.T) {
	const page, mark = "../../docs/testing.md", "<!-- keys: written from the schema by make docs -->\n"
	old, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	prose, _, ok := strings.Cut(string(old), mark)
	if !ok {
		t.Fatalf("%s has no line %q", page, mark)
	}
	var b strings.Builder
	b.WriteString(prose + mark + "\n")
	walkSections(&b, reflect.TypeFor[testFileDoc](), "")
	want := strings.TrimRight(b.String(), "\n") + "\n"
	if golden.Updating() {
		if err := os.WriteFile(page, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	} else if string(old) != want {
		t.Error("docs/testing.md is not what the schema says; run make docs")
	}
	walkSchema(reflect.TypeFor[testFileDoc](), "", func(path string, f reflect.StructField) {
		if f.Tag.Get("doc") == "" {
			t.Errorf("%s has no doc", path)
		}
	})
}
