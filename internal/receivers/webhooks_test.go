package receivers

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/test/robots"
)

// formats are the formats with an address and a stand-in of their far side.
func formats() map[string]struct {
	path string
	far  *robots.Robot
} {
	const key = "R0123456789abcdef0123456789abcde"
	type side = struct {
		path string
		far  *robots.Robot
	}
	return map[string]side{
		"slack":     {"/services/" + key, robots.Slack(robots.Options{Key: key})},
		"pagerduty": {"/v2/enqueue", robots.PagerDuty(robots.Options{Key: key})},
		"dingtalk":  {"/robot/send?access_token=" + key, robots.DingTalk(robots.Options{Key: key, Secret: "SECx"})},
		"feishu":    {"/open-apis/bot/v2/hook/" + key, robots.Feishu(robots.Options{Key: key, Secret: "SECx"})},
		"wecom":     {"/cgi-bin/webhook/send?key=" + key, robots.WeCom(robots.Options{Key: key})},
	}
}

// TestEachFormatReachesItsFarSide: a configured webhook is a channel that the far side takes
// a test notice of; and the far side is told of an end in its own format, though the webhook
// has left the configuration.
func TestEachFormatReachesItsFarSide(t *testing.T) {
	for name, side := range formats() {
		t.Run(name, func(t *testing.T) {
			srv := httptest.NewServer(side.far)
			defer srv.Close()
			w := &config.Webhook{URL: config.Secret(srv.URL + side.path), Format: name, Timeout: time.Second, Language: words.ZH}
			if name == "dingtalk" || name == "feishu" {
				w.Secrets = []config.Secret{"SECx"}
			}
			if name == "pagerduty" {
				w.RoutingKey = "R0123456789abcdef0123456789abcde"
			}
			target, err := newWebhook(w, "oncall", "https://brimwatch.example.com", "test")
			if err != nil {
				t.Fatal(err)
			}
			defer closeIdle(target.Channel)
			d := notifier.NewDirectory(notifier.Entries{})
			n := notifier.TestNotice(d, target, time.Now())
			m := notifier.Message{ID: "msg_test", Recipient: target.Recipient, Notices: []notifier.Notice{n}, Attempt: 1}
			if receipt, err := target.Channel.Send(t.Context(), m); err != nil || receipt.Status != notifier.Accepted {
				t.Fatalf("receipt %+v, error %v", receipt, err)
			}
			if len(side.far.Taken()) == 0 || !strings.Contains(string(side.far.Taken()[0]), "测试") {
				t.Errorf("the far side took %s", side.far.Taken())
			}
			if strings.Contains(target.Recipient.Display+target.Recipient.Name+target.Way, "0123456789") {
				t.Errorf("the key is shown: %+v", target.Recipient)
			}
			s := &config.Snapshot{}
			former, ok := stranger(s, nil, "test")("oncall", "webhook", target.Recipient.Address)
			if !ok || !former.Bare || former.Recipient.Address != target.Recipient.Address && name != "pagerduty" {
				t.Fatalf("after it left the configuration: %+v", former.Recipient)
			}
			defer closeIdle(former.Channel)
			_, err = former.Channel.Send(t.Context(), m)
			switch name {
			case "slack", "wecom": // the address is all that they need
				if err != nil {
					t.Errorf("after it left the configuration: %v", err)
				}
			default:
				if !notifier.IsAboutCredentials(err) {
					t.Errorf("after it left the configuration: %v", err)
				}
			}
		})
	}
}

func closeIdle(ch notifier.Channel) {
	if c, ok := ch.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// TestAcknowledgementsGoWhereTheyAreWanted: the target says what the configuration says.
func TestAcknowledgementsGoWhereTheyAreWanted(t *testing.T) {
	for _, wanted := range []bool{false, true} {
		target, err := newWebhook(&config.Webhook{URL: "http://127.0.0.1:1/hook", Format: "brimwatch", Acknowledgements: wanted}, "oncall", "", "test")
		if err != nil {
			t.Fatal(err)
		}
		closeIdle(target.Channel)
		if target.Acks != wanted {
			t.Errorf("acknowledgements %v, want %v", target.Acks, wanted)
		}
	}
}

// TestAddresses: an address tells formats and integrations apart, and holds no routing key;
// one of Alertmanager's format is what it always was.
func TestAddresses(t *testing.T) {
	const u = "https://h.example.com/x"
	seen := make(map[string]bool)
	for _, w := range []config.Webhook{
		{URL: u}, {URL: u, Format: "brimwatch"}, {URL: u, Format: "slack"},
		{URL: u, Format: "pagerduty", RoutingKey: "R0123456789"}, {URL: u, Format: "pagerduty", RoutingKey: "S0123456789"},
	} {
		address := addressOf(&w)
		if seen[address] || strings.Contains(address, "0123456789") {
			t.Errorf("%s: address %s", w.Format, address)
		}
		seen[address] = true
		if back := webhookAt(address); back.URL != w.URL || back.Format != w.Format {
			t.Errorf("%s: %s leads to %s as %q", w.Format, address, back.URL.Reveal(), back.Format)
		}
	}
	if addressOf(&config.Webhook{URL: u, Format: "alertmanager"}) != u {
		t.Error("Alertmanager's format has another address than before")
	}
	if _, err := newPoster(&config.Webhook{URL: u, Format: "teams"}, "", "", "", nil); err == nil {
		t.Error("a format that nobody knows was taken")
	}
}
