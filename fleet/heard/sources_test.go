package heard

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// exempt are packages and files of Collectors that say nothing of why no data arrives.
func exempt() []string {
	return []string{
		"collectortest", "aliyun/inventory", // what is found in an account
		"metrics.go", "aliyun/meter.go", // metrics and files of Brimwatch's own
		"httpget/options.go", "redis/address.go", "mosquitto/address.go", "rabbitmq/options.go", "exposition/mapping.go", // faults of a configuration
	}
}

// notReasons are sentences in the code of Collectors that are faults of a configuration, notes for the log, or
// words that servers say.
func notReasons() []string {
	return []string{
		// faults of a configuration
		"url has a query (?…), which does not belong there", "url is missing, for example ", "url cannot be read; it is written like ",
		"url must end before /api/v1, which is added to it; it is written like http://prometheus.example.com:9090",
		"queries are missing: one PromQL query for each metric, for example connections: {usage: 'sum(app_clients)'}", "a query is for a metric that does not exist",
		"queries name % twice", "the usage query of % is empty", "a query of % is longer than 64 KiB",
		"tls is set, but the url is not rediss://", "subscriptions cannot be counted at an interval below zero", "the username holds a space or a NUL, which no user of Redis has",
		"api_url is given, but no login: EMQX tells its licence only to an API key, as username and password_file",
		"api_url is given, but the url reads one node (mode=node): the licence is that of the whole cluster", "the query of url (behind the question mark) cannot be read",
		"a password needs a username (MQTT 3.1.1, 3.1.2.9)", "tls is set, but the url is neither mqtts:// nor wss://", "the % is longer than MQTT allows (65535 bytes)",
		"the client id must not contain + # / or NUL", "a cluster needs at least one node", "api_url is given, but subscriptions are never counted",
		"subscriptions_every must not be below zero", "exporter_tps is %; it is second or minute", "series % has more than % different conditions",
		"a call needs API, Version and Action", "region % cannot be part of a host name; it is written like cn-hangzhou", "a call with a Path needs a Method",
		"a collector needs an account", "a collector needs a kind of instance", "region % is not one of the cloud's; it is written like cn-hangzhou",
		"a collector reads 1 to % instances, not %", "there must be as many capacities as instances", "each instance needs an id, and is named once",
		"an account needs a name", "give both access_key_id and access_key_secret, or neither to take the default credential chain",
		"the number of calls a month must not be negative", "endpoint cannot be read; it is written like https://proxy.example.com:8443",
		"endpoint must not hold a user name or password", "endpoint is a server only (http:// or https://, host and port), without path or query",
		"a runner needs a sink and a logger", "concurrency below 0", "the runner has run before", "write the calls of the month of account %: %",
		// notes for the log
		"connection lost", "close before stepping aside", "close the connection", "clock jumped, schedule goes on from here", "collector does not return although its time is over",
		"waiting for sources to end", "source left out: it has no collector", "source left out: its collector belongs to another one", "source left out: its name is taken",
		"collector panicked while it was closed", "collector was not closed cleanly", "collector panicked", "a total of % so far; the rate needs two readings",
		"aliyun: a list of strings cannot be written as JSON: %", "exposition: the pool holds something else than workspaces", "httpget: the pool holds something else than workspaces",
		// what servers say
		"mosquitto version", `invalid parameter "query": `, "error when executing query=", "virtual host", "syntax error", "wrong number of arguments",
		"max number of clients", "invalid password", "without any password configured", "no password is set", "remote error",
	}
}

// TestEverySilenceIsHeard reads the code of the Collectors and fails on a sentence that is neither
// in a saying nor known to be no reason: whoever writes a new one adds its Chinese.
func TestEverySilenceIsHeard(t *testing.T) {
	var known []string
	for _, s := range OfSilence() {
		known = append(known, bare(s.English))
	}
	all := strings.Join(known, "\n")
	not, used := make(map[string]bool), make(map[string]bool)
	for _, s := range notReasons() {
		not[s] = true
	}
	found := 0
	root := filepath.Join("..", "..", "collector")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		for _, part := range exempt() {
			if strings.Contains(filepath.ToSlash(path), part) {
				return nil
			}
		}
		for _, s := range sentencesIn(t, path) {
			switch {
			case not[s.text]:
				used[s.text] = true
			case !strings.Contains(all, strings.Trim(s.text, "%:; ")):
				t.Errorf("%s: no saying has %q: add it to fleet/heard in both languages", s.at, s.text)
			default:
				found++
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for s := range not {
		if !used[s] {
			t.Errorf("no Collector says %q any more: take it off the list", s)
		}
	}
	if found < 200 {
		t.Errorf("only %d reasons were found: the test does not see the code", found)
	}
}

// sentence is a text in the code, with places for what is put into it.
type sentence struct{ text, at string }

// sentencesIn lists the texts of a file that are sentences or parts of one.
func sentencesIn(t *testing.T, path string) []sentence {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []sentence
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec, *ast.Field:
			return false
		case ast.Expr:
			text, ok := joined(n)
			if !ok {
				return true
			}
			if text = bare(text); isSentence(text) {
				out = append(out, sentence{text, files.Position(n.Pos()).String()})
			}
			return false
		}
		return true
	})
	return out
}

// joined is the value of a text in the code, or of several with signs of adding between them.
func joined(n ast.Expr) (string, bool) {
	switch n := n.(type) {
	case *ast.BasicLit:
		if n.Kind != token.STRING {
			return "", false
		}
		text, err := strconv.Unquote(n.Value)
		return text, err == nil
	case *ast.BinaryExpr:
		left, ok := joined(n.X)
		if !ok {
			return "", false
		}
		right, ok := joined(n.Y)
		return left + right, ok
	}
	return "", false
}

// bare writes all places alike, as the code and the sayings write them differently.
func bare(text string) string {
	return regexp.MustCompile(`%[-+#.0-9]*[a-z]`).ReplaceAllString(strings.ReplaceAll(text, "%%", "\x00"), "%")
}

func isSentence(text string) bool {
	return len(text) >= 12 && strings.Contains(strings.TrimSpace(text), " ") && regexp.MustCompile(`[a-z]{2,} [a-z]`).MatchString(text)
}
