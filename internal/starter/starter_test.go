package starter

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/phrases"
	"github.com/brimwatch/brimwatch/test/golden"
	"github.com/brimwatch/brimwatch/test/server"
)

func TestMain(m *testing.M) {
	golden.Flag()
	goleak.VerifyTestMain(m)
}

// TestLookAtRealServers finds real servers, and those that want a login.
func TestLookAtRealServers(t *testing.T) {
	passwords := filepath.Join(t.TempDir(), "passwords")
	if err := os.WriteFile(passwords, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	open, closed := server.Mosquitto(t), server.Mosquitto(t, "allow_anonymous false", "password_file "+passwords)
	cache, locked := server.Redis(t), server.Redis(t, "requirepass geheim")
	_, monitor := server.NATS(t)
	found := Look(t.Context(), []Place{
		{"mqtt", open.Addr}, {"mqtt", closed.Addr}, {"redis", cache.Addr}, {"redis", locked.Addr}, {"http", monitor}, {"mqtt", server.FreeAddr(t)},
		{"redis", open.Addr}, {"mqtt", cache.Addr}, {"http", open.Addr}, // who speaks something else
	})
	var got []string
	for _, f := range found {
		name, _, _ := strings.Cut(f.What, " ") // without its version, which the machine has
		got = append(got, fmt.Sprintf("%s %s %s %v", f.Type, f.URL, name, f.Login))
	}
	want := []string{
		"mosquitto mqtt://" + open.Addr + " Mosquitto false", "mosquitto mqtt://" + closed.Addr + " MQTT true",
		"redis redis://" + cache.Addr + " Redis false", "redis redis://" + locked.Addr + " Redis true", "nats http://" + monitor + " NATS false",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// pageServer answers paths with texts, and all else with 404.
func pageServer(t *testing.T, pages map[string]string) (addr string) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" || r.Header.Get("Cookie") != "" {
			t.Errorf("something secret was sent: %v", r.Header)
		}
		text, ok := pages[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		_, _ = io.WriteString(w, text)
	}))
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://")
}

// TestPagesAreKnown: servers that are known by a page of theirs.
func TestPagesAreKnown(t *testing.T) {
	emqx := pageServer(t, map[string]string{"/status": "Node emqx@127.0.0.1 is started\nemqx is running"})
	rabbit := pageServer(t, map[string]string{"/metrics": "# TYPE erlang_mnesia_held_locks gauge\nerlang_mnesia_held_locks 0\nrabbitmq_build_info{} 1\n"})
	managed := pageServer(t, map[string]string{"/": "<title>RabbitMQ Management</title>"})
	verne := pageServer(t, map[string]string{"/metrics": "# HELP mqtt_connect_received The number of CONNECT packets.\nmqtt_connect_received{node=\"VerneMQ@127.0.0.1\"} 1\n"})
	hive := pageServer(t, map[string]string{"/metrics": "com_hivemq_messages_incoming_total_count 1\n"})
	other := pageServer(t, map[string]string{"/": "hello", "/metrics": "go_goroutines 7\n", "/varz": "{}"})
	found := Look(t.Context(), []Place{{"http", emqx}, {"http", managed}, {"http", rabbit}, {"http", verne}, {"http", hive}, {"http", other}})
	want := []Found{
		{Type: "emqx", URL: "http://" + emqx, What: "EMQX"}, {Type: "rabbitmq", URL: "http://" + rabbit, What: "RabbitMQ", Beside: "http://" + managed},
		{Type: "vernemq", URL: "http://" + verne, What: "VerneMQ"}, {Type: "hivemq", URL: "http://" + hive, What: "HiveMQ"},
	}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestOneServerIsFoundOnce: a broker's listener beside its page, and two listeners of one broker.
func TestOneServerIsFoundOnce(t *testing.T) {
	page, listener := Found{Type: "emqx", URL: "http://127.0.0.1:18083", What: "EMQX"}, Found{Type: "mosquitto", URL: "mqtt://127.0.0.1:1883", What: "MQTT broker", Login: true}
	plain, secure := Found{Type: "mosquitto", URL: "mqtt://127.0.0.1:1883", What: "Mosquitto 2.0.21"}, Found{Type: "mosquitto", URL: "mqtts://127.0.0.1:8883", What: "Mosquitto 2.0.21"}
	for _, tt := range []struct {
		name        string
		given, want []Found
	}{
		{"a listener beside a page", []Found{listener, page}, []Found{page}},
		{"Mosquitto beside another broker", []Found{plain, page}, []Found{plain, page}},
		{"two listeners", []Found{plain, secure}, []Found{plain}},
		{"management alone", []Found{{Type: management, URL: "http://127.0.0.1:15672"}}, nil},
	} {
		if diff := cmp.Diff(tt.want, joined(tt.given)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", tt.name, diff)
		}
	}
}

// TestLookIsBounded: what accepts and says nothing costs no more than its time, and what is not of
// this host is not asked at all.
func TestLookIsBounded(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	addr := silent.Addr().String()
	places := []Place{{"mqtt", addr}, {"mqtts", addr}, {"redis", addr}, {"http", addr}, {"mqtt", "192.0.2.1:1883"}, {"http", "example.com:80"}, {"mqtt", "nonsense"}}
	if found := Look(ctx, places); len(found) > 0 {
		t.Errorf("found %+v", found)
	}
	for _, p := range Places() {
		if !loopback(p.Addr) {
			t.Errorf("%s is not this host", p.Addr)
		}
	}
}

func TestParseWatch(t *testing.T) {
	found := []Found{{Type: "redis", URL: "redis://127.0.0.1:6379", What: "Redis 7"}, {Type: "emqx", URL: "http://127.0.0.1:18083", What: "EMQX"}}
	for _, tt := range []struct {
		given string
		want  string // types and addresses, or a part of the error
		fails bool
	}{
		{"", "redis redis://127.0.0.1:6379, emqx http://127.0.0.1:18083", false},
		{"all", "redis redis://127.0.0.1:6379, emqx http://127.0.0.1:18083", false},
		{"none", "", false},
		{"2", "emqx http://127.0.0.1:18083", false},
		{"2， 1", "emqx http://127.0.0.1:18083, redis redis://127.0.0.1:6379", false},
		{"http://127.0.0.1:18083", "emqx http://127.0.0.1:18083", false},
		{"mqtt://broker:1883 rediss://cache", "mosquitto mqtt://broker:1883, redis rediss://cache", false},
		{"rabbitmq=http://broker:15692", "rabbitmq http://broker:15692", false},
		{"3", "there is no number 3", true},
		{"http://broker:15692", "write its type before it, such as emqx=http://broker:15692", true},
		{"kafka=http://broker:1", `there is no type "kafka"`, true},
		{"prometheus=http://broker:1", `there is no type "prometheus"`, true},
		{"broker", "an address looks like mqtt://", true},
		{"mqtt://wei:geheim@broker", "user and password do not belong", true},
	} {
		got, err := ParseWatch(tt.given, found)
		if tt.fails {
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "geheim") {
				t.Errorf("%q: %v, want %s", tt.given, err, tt.want)
			}
			continue
		}
		var texts []string
		for _, f := range got {
			texts = append(texts, f.Type+" "+f.URL)
		}
		if err != nil || strings.Join(texts, ", ") != tt.want {
			t.Errorf("%q: %v, %v; want %s", tt.given, texts, err, tt.want)
		}
	}
}

func TestParseTellAndTerm(t *testing.T) {
	for given, want := range map[string]Teller{
		"": {}, "-": {}, "+86 138-0013 8000": {Phone: "+8613800138000"}, "https://hooks.example.com/x": {Webhook: "https://hooks.example.com/x", Format: "alertmanager"},
		"https://hooks.slack.com/services/T/B/x": {Webhook: "https://hooks.slack.com/services/T/B/x", Format: "slack"},
	} {
		if got, err := ParseTell(given); err != nil || got != want {
			t.Errorf("%q: %+v, %v", given, got, err)
		}
	}
	for given, want := range map[string]string{
		"13800138000": "begins with + and the country", "wei": "a telephone number such as", "https://u:geheim@h/": "a telephone number such as", "https://events.pagerduty.com/v2/enqueue": "routing key",
	} {
		if got, err := ParseTell(given); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %+v, %v", given, got, err)
		}
	}
	now := time.Date(2026, 11, 30, 23, 0, 0, 0, time.UTC)
	for given, want := range map[string]Term{
		"": {}, "none": {}, "payg": {Method: "payg"}, "2027-06-30": {Method: "subscription", Expires: "2027-06-30"}, "2026-11-30": {Method: "subscription", Expires: "2026-11-30"},
	} {
		if got, err := ParseTerm(given, now); err != nil || got != want {
			t.Errorf("%q: %+v, %v", given, got, err)
		}
	}
	for given, want := range map[string]string{"2026-11-29": "is over already", "June": "the last day such as", "2027-02-30": "the last day such as"} {
		if got, err := ParseTerm(given, now); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %+v, %v", given, got, err)
		}
	}
}

// everything is an answer to all questions.
func everything() *Answers {
	return &Answers{
		Watch: []Found{
			{Type: "mosquitto", URL: "mqtt://127.0.0.1:1883", What: "Mosquitto 2.0.21"}, {Type: "mosquitto", URL: "mqtts://broker.example.com:8883", What: "MQTT broker", Login: true},
			{Type: "redis", URL: "redis://127.0.0.1:6379", What: "Redis 7.2.4"}, {Type: "rabbitmq", URL: "http://127.0.0.1:15692", What: "RabbitMQ", Beside: "http://127.0.0.1:15672"},
		},
		Tell: Teller{Webhook: "https://hooks.example.com/x", Format: "alertmanager"}, Term: Term{Method: "subscription", Expires: "2099-06-30"},
	}
}

func loads(t *testing.T, text string) *config.Snapshot {
	t.Helper()
	path := filepath.Join(t.TempDir(), "brimwatch.yml")
	if err := Create(path, text); err != nil {
		t.Fatal(err)
	}
	s, err := config.Load(path)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return s
}

// TestTexts keeps what is written, in both languages; all of it is taken by the configuration's own
// decoder.
func TestTexts(t *testing.T) {
	for _, l := range []words.Language{words.EN, words.ZH} {
		say := phrases.New().In(l)
		var all strings.Builder
		for _, one := range []struct {
			name string
			a    *Answers
		}{
			{"everything", everything()}, {"nothing", &Answers{}}, {"a number, by use", &Answers{Watch: everything().Watch[2:3], Tell: Teller{Phone: "+8613800138000"}, Term: Term{Method: "payg"}}},
		} {
			text := Text(one.a, Host{Name: "web1", Day: "2026-11-30", File: "brimwatch.yml"}, say)
			s := loads(t, text)
			if len(s.Instances) != len(one.a.Watch) {
				t.Errorf("%s: %d instances", one.name, len(s.Instances))
			}
			all.WriteString("== " + one.name + "\n" + text)
		}
		golden.Equal(t, "starter."+l.Choose("en", "zh")+".txt", []byte(all.String()))
	}
}

// TestWhatIsInCommentsIsTaken: the lines behind # are written to be taken in, so they must be right.
func TestWhatIsInCommentsIsTaken(t *testing.T) {
	text := Text(&Answers{}, Host{Day: "2026-11-30", File: "brimwatch.yml"}, nil)
	var out []string
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		bare := strings.TrimPrefix(line, "# ")
		switch {
		case line == "instances: []", bare == "data:", strings.HasPrefix(line, "# ") && strings.Contains(bare, ". "), strings.HasPrefix(bare, "yaml-language-server"):
		case strings.HasPrefix(bare, " "), strings.HasSuffix(bare, ":") && !strings.Contains(bare, " "), strings.HasPrefix(bare, "alarms: "), strings.HasPrefix(bare, "server: "), strings.HasPrefix(bare, "storage: "):
			out = append(out, bare)
		}
	}
	s := loads(t, strings.Join(out, "\n"))
	if len(s.Instances) != 1 || len(s.Receivers) != 1 {
		t.Errorf("%d instances, %d receivers", len(s.Instances), len(s.Receivers))
	}
}

// TestAnyAnswersAreTaken: whatever a server says of itself and a machine is called.
func TestAnyAnswersAreTaken(t *testing.T) {
	dir := t.TempDir()
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		a := everything()
		a.Watch = a.Watch[:rapid.IntRange(0, 4).Draw(t, "watched")]
		for i := range a.Watch {
			a.Watch[i].What = clip(rapid.String().Draw(t, "what")) + "x"
		}
		text := Text(a, Host{Name: rapid.StringMatching(`[a-zA-Z0-9 :#"'\\{}\[\]-]{0,20}`).Draw(t, "host"), Day: "2026-11-30", File: "a.yml"}, nil)
		n++
		path := filepath.Join(dir, fmt.Sprintf("%d.yml", n))
		if err := Create(path, text); err != nil {
			t.Fatal(err)
		}
		if _, err := config.Load(path); err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
	})
}

// TestNothingIsReplaced: a file, a folder and a link that leads nowhere stay as they are.
func TestNothingIsReplaced(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "brimwatch.yml"), filepath.Join(dir, "link.yml")
	if err := os.WriteFile(file, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(dir, "nowhere"), link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, dir, link} {
		if err := Check(path); err == nil || !strings.Contains(err.Error(), "stays as it is") {
			t.Errorf("%s: %v", path, err)
		}
		if err := Create(path, "theirs"); err == nil || !strings.Contains(err.Error(), "stays as it is") {
			t.Errorf("%s: %v", path, err)
		}
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "mine" {
		t.Errorf("the file is %q, %v", text, err)
	}
	if err := Create(filepath.Join(dir, "no", "folder.yml"), "x"); err == nil {
		t.Error("a file was written into a folder that is not there")
	}
}
