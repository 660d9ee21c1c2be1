package main

import (
	"bufio"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/demo/cloud"
	"github.com/brimwatch/brimwatch/internal/demo/phone"
	"github.com/brimwatch/brimwatch/internal/statistics"
	"github.com/brimwatch/brimwatch/test/golden"
	"github.com/brimwatch/brimwatch/test/server"
)

// patience bounds every wait of these tests; what is waited for comes much sooner.
const patience = 30 * time.Second

func TestMain(m *testing.M) {
	golden.Flag()
	testscript.Main(m, map[string]func(){"brimwatch": main})
}

// TestScripts runs the commands as a person types them. HOOK is a webhook
// receiver that takes everything, GRUMPY one that refuses everything, GONE an
// address where nobody listens, PAGE a page of metrics with 45 connections, and
// CLOUD a cloud that tells balances to the keys RICH and POOR, and not to SHY, and makes calls for
// the key VOICE. PHONE is a telephone that keeps Twilio's contract, and refuses numbers of more than 12 digits.
// CHATS is DingTalk, Feishu, WeCom, Slack and PagerDuty at once, with the key CHATKEY and, where
// they check signatures, the secret CHATSECRET. LASTDAY and DAY11 to DAY50 are dates that lie 19 and 11 to 50 days ahead.
func TestScripts(t *testing.T) {
	hook := serveText(t, http.StatusNoContent, "")
	grumpy := serveText(t, http.StatusForbidden, "not from you")
	page := serveText(t, http.StatusOK, "# TYPE app_clients gauge\napp_clients 45\n")
	clouded, chats, telephone := serveCloud(t), serveChats(t), serveTelephone(t)
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOOK", hook)
			e.Setenv("GRUMPY", grumpy)
			e.Setenv("PAGE", page)
			e.Setenv("CLOUD", clouded)
			e.Setenv("PHONE", telephone)
			e.Setenv("CHATS", chats)
			e.Setenv("CHATKEY", chatKey)
			e.Setenv("CHATSECRET", chatSecret)
			e.Setenv("GONE", server.FreeAddr(t))
			// The clock of the commands is this process's, at whatever moment it runs (test/clock).
			e.Setenv("BRIMWATCH_TEST_SHIFT", os.Getenv("BRIMWATCH_TEST_SHIFT"))
			today := time.Now().UTC()
			for name, days := range map[string]int{"DAY11": 11, "LASTDAY": 19, "DAY20": 20, "DAY27": 27, "DAY35": 35, "DAY50": 50} {
				e.Setenv(name, today.AddDate(0, 0, days).Format(time.DateOnly))
			}
			e.Setenv("TZ", "UTC")
			e.Setenv("USER", "wei")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"fill":       fill,
			"exits":      exits,
			"eventually": eventually,
			"daemon":     startDaemon,
			"record":     record,
			"page":       readPage,
			"assistant":  assistant,
		},
	})
}

func serveText(t *testing.T, code int, text string) (url string) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		_, _ = io.WriteString(w, text)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func serveCloud(t *testing.T) (url string) {
	t.Helper()
	account := func(uid, key, left string, denied ...cloud.Operation) cloud.Account {
		return cloud.Account{UID: uid, Keys: []cloud.Key{{ID: key, Secret: "very-secret", Denied: denied}}, Balance: cloud.Balance{AvailableAmount: left, Currency: "CNY"}}
	}
	calls := account("4", "VOICE", "5")
	calls.Voice.Templates = []cloud.VoiceTemplate{{Code: "TTS_1", Content: "您好，${t1}。详情，${t2}。请查看短信，并在网页上确认告警。", Approved: true}}
	s, err := cloud.New(cloud.Options{Accounts: []cloud.Account{
		account("1", "RICH", "12,000.50"), account("2", "POOR", "-11.19"), account("3", "SHY", "5", cloud.QueryAccountBalance), calls,
	}})
	if err != nil {
		t.Fatal(err)
	}
	far := httptest.NewServer(s)
	t.Cleanup(far.Close)
	return far.URL
}

// serveTelephone is a telephone that takes each call, but for numbers that are too long.
func serveTelephone(t *testing.T) (url string) {
	t.Helper()
	p, err := phone.New(phone.Options{AccountSID: "AC0123456789abcdef0123456789abcdef", AuthToken: "a-token-of-a-test"})
	if err != nil {
		t.Fatal(err)
	}
	p.SetTaken(func(q phone.CallRequest) phone.Taken {
		if len(q.To) > 13 {
			return phone.Taken{Refuse: &phone.Refusal{Status: http.StatusBadRequest, Code: 21211, Message: "The phone number you are attempting to call is not valid."}}
		}
		return phone.Taken{}
	})
	far := httptest.NewServer(p)
	t.Cleanup(far.Close)
	return far.URL
}

// fill FILE replaces the variables in a file by their values.
func fill(ts *testscript.TestScript, _ bool, args []string) {
	text := os.Expand(ts.ReadFile(args[0]), ts.Getenv)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

// exits CODE COMMAND... runs a command that must end with an exit code.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		failed, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("run %s: %v", args[1], err)
		}
		got = failed.ExitCode()
	}
	if got != want {
		ts.Fatalf("%s ended with exit code %d, want %d", strings.Join(args[1:], " "), got, want)
	}
}

// record DIR records 6 January 2025 of the instance mqtt-1 in the history under a storage.dir:
// connections at 60 % of 5,000, for an hour at 72 %, for half an hour at 82 %, then for ten
// minutes without an answer.
func record(ts *testscript.TestScript, _ bool, args []string) {
	const always = 100 * 365 * 24 * time.Hour
	store, err := statistics.Open(statistics.Options{Dir: filepath.Join(ts.MkAbs(args[0]), "history"), Retention: always})
	ts.Check(err)
	store.SetFleet([]*fleet.Instance{{ID: "mqtt-1", Product: "mqtt", Edition: "basic", Watched: true}})
	day := time.Date(2025, 1, 6, 0, 0, 0, 0, time.UTC)
	for at := time.Duration(0); at < 24*time.Hour; at += 15 * time.Second {
		r := &fleet.Reading{Instance: "mqtt-1", At: day.Add(at), Up: true}
		r.Known, r.Usage[fleet.Connections] = r.Known.With(fleet.Connections), 3000
		switch hour := at.Hours(); {
		case hour >= 6 && hour < 7:
			r.Usage[fleet.Connections] = 3600
		case hour >= 12 && hour < 12.5:
			r.Usage[fleet.Connections] = 4100
		case hour >= 15 && at < 15*time.Hour+10*time.Minute:
			r.Up, r.Known, r.Reason = false, 0, "refused"
		}
		store.Append([]*fleet.Reading{r})
	}
	ts.Check(store.Close())
}

// eventually PATTERN NAME COMMAND... runs a command until its output matches.
// What the first group of the pattern matched becomes the variable NAME.
func eventually(ts *testscript.TestScript, _ bool, args []string) {
	pattern, err := regexp.Compile("(?m)" + args[0])
	ts.Check(err)
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(patience)
	for {
		ts.Check(ts.Exec(args[2], args[3:]...))
		printed := ts.ReadFile("stdout")
		if m := pattern.FindStringSubmatch(printed); m != nil {
			ts.Setenv(args[1], m[1])
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			ts.Fatalf("%s never printed %s; the last time it was\n%s", strings.Join(args[2:], " "), args[0], printed)
		}
	}
}

// startDaemon FILE runs the daemon of a configuration that listens on port 0,
// waits until it is ready, and sets BRIMWATCH_URL. At the end of the script the
// daemon is told to end, and must end well.
func startDaemon(ts *testscript.TestScript, _ bool, args []string) {
	cmd := exec.Command(program(ts), "run", "--config.file", args[0])
	cmd.Dir, cmd.Args[0] = ts.MkAbs("."), "brimwatch"
	cmd.Env = append(os.Environ(), "TZ=UTC")
	logged, err := cmd.StderrPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	address, drained := make(chan string, 1), make(chan string, 1)
	go func() { drained <- followLog(logged, address) }()
	ts.Defer(func() {
		ts.Check(cmd.Process.Signal(os.Interrupt))
		whole := <-drained // before Wait, which closes the pipe
		if err := cmd.Wait(); err != nil || !strings.Contains(whole, "msg=stopped") {
			ts.Fatalf("the daemon ended with %v and logged\n%s", err, whole)
		}
	})
	select {
	case a := <-address:
		ts.Setenv("BRIMWATCH_URL", "http://"+a)
	case <-time.After(patience):
		ts.Fatalf("the daemon does not run")
	}
	ts.Check(untilReady(ts.Getenv("BRIMWATCH_URL") + "/-/ready"))
}

// readPage is the command page PATH FILE: it writes a page of the daemon into a file, as people read it: without tags, a line for each row.
func readPage(ts *testscript.TestScript, _ bool, args []string) {
	client := &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get(ts.Getenv("BRIMWATCH_URL") + args[0])
	ts.Check(err)
	body, err := io.ReadAll(response.Body)
	ts.Check(errors.Join(err, response.Body.Close()))
	text := regexp.MustCompile(`(?s)<(style|script|svg)\b.*?</(style|script|svg)>`).ReplaceAllString(string(body), " ")
	text = regexp.MustCompile(`\s+`).ReplaceAllString(text, " ")
	text = regexp.MustCompile(`</(tr|dd|li|p|h[1-6]|section|dl)>`).ReplaceAllString(text, "\n")
	text = regexp.MustCompile(`<[^>]*>`).ReplaceAllString(text, " ")
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, strings.Join(strings.Fields(html.UnescapeString(line)), " "))
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(strings.Join(lines, "\n")), 0o600))
}

// program is where the script's PATH has brimwatch.
func program(ts *testscript.TestScript) string {
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		path := filepath.Join(dir, "brimwatch")
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	ts.Fatalf("there is no brimwatch in PATH")
	return ""
}

// followLog reads a log to its end, and tells the address when it is in it.

func followLog(log io.Reader, address chan<- string) string {
	running := regexp.MustCompile(`msg=running .*address=(\S+)`)
	var whole strings.Builder
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		whole.WriteString(lines.Text() + "\n")
		if m := running.FindStringSubmatch(lines.Text()); m != nil {
			address <- m[1]
		}
	}
	return whole.String()
}

// untilReady asks until the answer is 200.
func untilReady(url string) error {
	client := &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(patience)
	for {
		resp, err := client.Get(url)
		if err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-tick.C:
		case <-deadline:
			return fmt.Errorf("%s never answered 200: %w", url, err)
		}
	}
}
