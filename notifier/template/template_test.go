package template_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/notifier/template"
)

// data is what the templates of these tests read.
type data struct {
	Text, Number string
	Unix         int64
	Facts        []string
	Labels       map[string]string
	Long         string
}

func sample() data {
	return data{
		Text: `Orders "A" & 订单`, Number: "+8613800138000", Unix: 1796000000, Facts: []string{"one", "two"},
		Labels: map[string]string{"team": "orders"}, Long: strings.Repeat("x", 60<<10),
	}
}

func TestExecute(t *testing.T) {
	for _, tt := range []struct{ name, source, want string }{
		{"without anything to do", `{"a": 1}`, `{"a": 1}`},
		{"a comment", `{{/* nothing */}}`, ""},
		{"JSON", `{"text": {{json .Text}}}`, `{"text": "Orders \"A\" & 订单"}`},
		{"a list as JSON", `{{json .Facts}}`, `["one","two"]`},
		{"a query", `to={{urlquery .Number}}`, `to=%2B8613800138000`},
		{"a part of a path", `/{{pathescape "a/b c"}}`, `/a%2Fb%20c`},
		{"XML", `<t>{{xml .Text}}</t>`, `<t>Orders &#34;A&#34; &amp; 订单</t>`},
		{"UCS-2", `{{ucs2 "A订"}}`, `00418BA2`},
		{"base64", `{{base64 "user:pw"}}`, `dXNlcjpwdw==`},
		{"MD5", `{{md5 "abc"}}`, `900150983cd24fb0d6963f7d28e17f72`},
		{"SHA-1", `{{sha1 "abc"}}`, `a9993e364706816aba3e25717850c26c9cd0d89d`},
		{"a digest in base64", `{{sha256 "abc" | base64}}`, `ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=`},
		{"a digest in capital letters", `{{md5 "abc" | upper}}`, `900150983CD24FB0D6963F7D28E17F72`},
		{"a digest in JSON", `{{md5 "abc" | json}}`, `"900150983cd24fb0d6963f7d28e17f72"`},
		{"an HMAC (RFC 4231, 4.3)", `{{hmacSHA256 "Jefe" "what do ya want for nothing?"}}`, `5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843`},
		{"an HMAC (RFC 2202, 2)", `{{hmacMD5 "Jefe" "what do ya want for nothing?"}}`, `750c783e6ab0b503eaa86e310a5db738`},
		{"an HMAC (RFC 2202, 3)", `{{hmacSHA1 "Jefe" "what do ya want for nothing?"}}`, `effcdf6ae5eb2fa2d27416d5f184df9c259a7c79`},
		{"a date", `{{date "20060102150405" "Asia/Shanghai" .Unix}}`, `20261130085320`},
		{"another date", `{{date "2006-01-02" "UTC" .Unix}}`, `2026-11-30`},
		{"without a prefix", `{{trimPrefix "+86" .Number}}`, `13800138000`},
		{"shorter", `{{shorten 8 .Text}}`, `Orders..`},
		{"long enough", `{{shorten 80 .Text}}`, `Orders "A" & 订单`},
		{"replaced", `{{.Text | replace "Orders" "Bestellungen"}}`, `Bestellungen "A" & 订单`},
		{"joined", `{{join ", " .Facts}}`, `one, two`},
		{"a list", `{{range $i, $f := .Facts}}{{if $i}}; {{end}}{{$f}}{{end}}`, `one; two`},
		{"a label", `{{.Labels.team}}{{with $.Labels}}{{range $k, $v := $.Labels}} {{$k}}={{$v}}{{end}}{{end}}`, `orders team=orders`},
		{"padded", `{{printf "%08.3f|%-5s|" 3.14159 "ab"}}`, `0003.142|ab   |`},
		{"what is no UTF-8", `{{slice "订单" 1}}`, "\uFFFD单"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			made, err := template.Parse(tt.source)
			if err != nil {
				t.Fatal(err)
			}
			got, err := made.Execute(sample())
			if err != nil || got != tt.want {
				t.Errorf("%q, %v; want %q", got, err, tt.want)
			}
		})
	}
}

// TestFaults: what is wrong is said in plain words, with where and the way out.
func TestFaults(t *testing.T) {
	for _, tt := range []struct{ name, source, want string }{
		{"not closed", "a\n{{.Text", "line 2 of the template: unclosed action"},
		{"no function", `{{jsonn .Text}}`, "there is no function jsonn; known are base64, date"},
		{"no field", "a\nb {{.Txt}}", "line 2, column 5 of the template: there is no .Txt; did you mean .Text?"},
		{"no field that is like one", "{{.Qwerty}}", "there is no .Qwerty; there are .Facts, .Labels"},
		{"no field of a field", `{{.Text.Nope}}`, "there is no .Nope"},
		{"no entry", `{{.Labels.nobody}}`, "there is no nobody in .Labels"},
		{"no time zone", `{{date "2006" "Mars" .Unix}}`, `there is no time zone "Mars"; one looks like Asia/Shanghai`},
		{"the zone of the machine", `{{date "2006" "Local" .Unix}}`, `there is no time zone "Local"`},
		{"another template is defined", `{{define "x"}}{{end}}{{.Text}}`, "a template defines no others"},
		{"another template is called", `{{template "t"}}`, "a template calls no others"},
		{"a block", `{{block "x" .}}{{end}}`, "a template defines no others"},
		{"call", `{{call .Text}}`, "there is no function call"},
		{"call within another one", `{{json (call .Text)}}`, "there is no function call"},
		{"call in an else", `{{if .Text}}{{else}}{{html .Text}}{{end}}`, "there is no function html"},
		{"a range over a figure", `{{range 1000000000}}{{end}}`, "range goes through a list of the data"},
		{"a range over what was made", `{{range (len .Text)}}{{end}}`, "range goes through a list of the data"},
		{"a range over a variable", `{{$n := len .Long}}{{range $n}}{{end}}`, "range goes through a list of the data"},
		{"a range over a dot", `{{with len .Long}}{{range .}}{{end}}{{end}}`, "range goes through a list of the data"},
		{"three lists", `{{range .Facts}}{{range $.Facts}}{{range $.Facts}}{{end}}{{end}}{{end}}`, "no more than 2 lists"},
		{"too wide", `{{printf "%1000000d" 1}}`, "printf pads to 99 signs at the most"},
		{"too precise", `{{printf "%.500f" 1.0}}`, "printf pads to 99 signs at the most"},
		{"a width that is an argument", `{{printf "%*d" 1000000 1}}`, "printf pads to 99 signs at the most"},
		{"a text that doubles", `{{$a := .Long}}{{$a = print $a $a}}{{$a}}`, "what a function makes is longer than 64 kB"},
		{"a text that grows by replacing", `{{replace "x" "xxxxxxxx" .Long}}`, "what a function makes is longer than 64 kB"},
		{"a text that is too long", `{{.Long}}{{.Long}}`, "what it writes is longer than 64 kB"},
		{"too many texts", `{{range .Facts}}` + strings.Repeat(`{{$a := print $.Long}}`, 40) + `{{end}}`, "the template makes too much text"},
		{"a template that is too long", strings.Repeat("a", template.MaxSource+1), "longer than 16 kB"},
		{"too few arguments", `{{json}}`, "wrong number of args for json"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			made, err := template.Parse(tt.source)
			if err == nil {
				_, err = made.Execute(sample())
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v; want %q", err, tt.want)
			}
			if err != nil && strings.ContainsAny(err.Error(), "\n\r") {
				t.Errorf("the error is more than one line: %q", err)
			}
		})
	}
}

// TestHTML: what is printed of the data is escaped by where it stands; the bounds are the same.
func TestHTML(t *testing.T) {
	for _, tt := range []struct{ name, source, want, fault string }{
		{"a text", `<b>{{.Text}}</b>`, `<b>Orders &#34;A&#34; &amp; 订单</b>`, ""},
		{"an attribute", `<a title="{{.Text}}">x</a>`, `<a title="Orders &#34;A&#34; &amp; 订单">x</a>`, ""},
		{"an address", `<a href="{{print "javascript:alert(1)"}}">x</a>`, `<a href="#ZgotmplZ">x</a>`, ""},
		{"a list", `{{range .Facts}}<p>{{upper .}}</p>{{end}}`, `<p>ONE</p><p>TWO</p>`, ""},
		{"a label that is not there", `a{{.Labels.nobody}}b`, `ab`, ""},
		{"nothing to do", `<b>a & b</b>`, `<b>a & b</b>`, ""},
		{"a comment alone", `{{/* nothing */}}`, ``, ""},
		{"not closed", `<a href="{{.Text}}`, "", "is not closed at the end"},
		{"not closed, without data", `<a href="x`, "", "is not closed at the end"},
		{"different in an if", "a\n{{if .Text}}<a href='{{end}}x", "", "line 2, column 6 of the template: a tag or a quoted value is opened within if, with or range"},
		{"no field", "<p>\n{{.Txt}}</p>", "", "line 2, column 3 of the template: there is no .Txt; did you mean .Text?"},
		{"no function", `{{jsonn .Text}}`, "", "there is no function jsonn"},
		{"call", `{{call .Text}}`, "", "there is no function call"},
		{"too long a text", `{{.Long}}{{.Long}}`, "", "what it writes is longer than 64 kB"},
		{"a text that doubles", `{{$a := .Long}}{{$a = print $a $a}}{{$a}}`, "", "what a function makes is longer than 64 kB"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			made, err := template.ParseHTML(tt.source)
			got := ""
			for range 2 { // the second time is like the first
				if err == nil {
					got, err = made.Execute(sample())
				}
			}
			switch {
			case tt.fault == "" && (err != nil || got != tt.want):
				t.Errorf("%q, %v; want %q", got, err, tt.want)
			case tt.fault != "" && (err == nil || !strings.Contains(err.Error(), tt.fault) || strings.Contains(err.Error(), "\n")):
				t.Errorf("%v; want %q", err, tt.fault)
			}
		})
	}
}

// TestAnyTemplate: whatever a template is, it ends with a text within the bounds or an
// error, and without a panic.
func TestAnyTemplate(t *testing.T) {
	parts := []string{
		"{{", "}}", ".Text", ".Long", ".Facts", " ", "range", "end", "if", "else", "with", "json", "print", "printf", `"%d"`, "$a", ":=", "=", "|", "(", ")", "len", "1",
		"template", `"t"`, "define", "index", "slice", "eq", "x", "urlquery", "ucs2", "break", "continue", "date", ".Unix", `"UTC"`, "replace", "-", "/*", "*/", "<a href='", "'>",
	}
	rapid.Check(t, func(t *rapid.T) {
		source := strings.Join(rapid.SliceOfN(rapid.SampledFrom(parts), 0, 40).Draw(t, "parts"), "")
		for _, parse := range []func(string) (*template.Template, error){template.Parse, template.ParseHTML} {
			made, err := parse(source)
			if err != nil {
				continue
			}
			if text, err := made.Execute(sample()); err == nil && len(text) > 3*template.MaxText {
				t.Fatalf("%d bytes", len(text))
			}
		}
	})
}
