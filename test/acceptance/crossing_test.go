package acceptance_test

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

func above(threshold float64) func(float64) bool {
	return func(u float64) bool { return u >= threshold }
}
func below(threshold float64) func(float64) bool {
	return func(u float64) bool { return u < threshold }
}

// TestCrossing follows each metric over its threshold and back.
func TestCrossing(t *testing.T) {
	tests := []struct {
		metric   string
		calm     func(*scene)
		busy     func(*scene)
		capacity float64
		text     *regexp.Regexp
	}{
		{
			metric: "connections", capacity: capConnections,
			calm: func(s *scene) { s.connected(8) },
			busy: func(s *scene) { s.connected(15) },
			text: regexp.MustCompile(`^([A-Z][2-9][A-Z2-9]{2}) WARNING Orders: connections 15 of 20 \(75%, threshold 70%\), MQTT Basic`),
		},
		{
			metric: "subscriptions", capacity: capSubscriptions,
			calm: func(s *scene) { s.connected(1); s.subscribed(10) },
			busy: func(s *scene) { s.subscribed(24) },
			text: regexp.MustCompile(`^([A-Z][2-9][A-Z2-9]{2}) WARNING Orders: subscriptions 24 of 30 \(80%, threshold 70%\), MQTT Basic`),
		},
		{
			metric: "send_tps", capacity: capSendTPS,
			calm: func(s *scene) { s.connected(1); s.publish(40) },
			busy: func(s *scene) { s.publish(180) },
			text: regexp.MustCompile(`^([A-Z][2-9][A-Z2-9]{2}) WARNING Orders: send TPS 1[4-9]\d of 200 \([789]\d%, threshold 70%\), MQTT Basic`),
		},
	}
	for _, tt := range tests {
		t.Run(tt.metric, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, settings{})
			s.start()

			// The instance is calm.
			tt.calm(s)
			s.sees(tt.metric, "is calm", func(u float64) bool { return u > 0.05*tt.capacity && u < 0.6*tt.capacity })
			s.quiet()

			// It passes 70 %: one SMS and one webhook.
			tt.busy(s)
			s.told("firing capacity " + tt.metric)
			text := s.phone.texts()[0]
			m := tt.text.FindStringSubmatch(text)
			if m == nil {
				t.Fatalf("the text does not fit %v: %s", tt.text, text)
			}
			a := s.hook.arrivals()[0]
			for label, want := range map[string]string{
				"instance_id": "mqtt-cn-0pp1abc", "instance": "Orders", "product": "mqtt", "edition": "basic",
				"severity": "warning", "team": "orders",
			} {
				if a.labels[label] != want {
					t.Errorf("label %s = %q, want %q", label, a.labels[label], want)
				}
			}
			if a.annotations["code"] != m[1] || a.annotations["capacity"] != strconv.Itoa(int(tt.capacity)) {
				t.Errorf("annotations %v", a.annotations)
			}

			// It stays there: nobody hears of it again.
			at := s.sees(tt.metric, "is high", above(0.65*tt.capacity))
			s.goesOnFor(tt.metric, at, 6*time.Second)
			s.quiet("firing capacity " + tt.metric)

			// It falls: one end notice, with the same code.
			tt.calm(s)
			s.told("firing capacity "+tt.metric, "resolved capacity "+tt.metric)
			if end := s.phone.texts()[1]; !strings.HasPrefix(end, m[1]+" ENDED Orders: ") {
				t.Errorf("the end is %q", end)
			}
		})
	}
}

// TestShortSpike passes the threshold for less than "for".
func TestShortSpike(t *testing.T) {
	t.Parallel()
	s := newScene(t, settings{hold: "15s"})
	s.start()
	s.connected(8)
	s.sees("connections", "is calm", below(14))

	s.connected(16)
	s.sees("connections", "is seen above the threshold", above(14))
	s.connected(8)
	at := s.sees("connections", "is calm again", below(13))

	s.goesOnFor("connections", at, 17*time.Second)
	s.quiet()
}

// TestBrokerKilled takes the broker away while an alarm is raised.
func TestBrokerKilled(t *testing.T) {
	t.Parallel()
	s := newScene(t, settings{noData: "4s"})
	s.start()
	s.connected(16)
	s.told("firing capacity connections")

	// The broker dies: one no-data notice, and no end of the other alarm.
	s.broker.Kill()
	s.gone()
	s.told("firing capacity connections", "firing no_data")
	s.eventually("the alarm is held as unknown", func() error {
		_, body, err := s.get("/api/v1/alarms?state=unknown")
		if err == nil && !strings.Contains(body, `"connections"`) {
			err = fmt.Errorf("alarms: %s", body)
		}
		return err
	})
	s.quiet("firing capacity connections", "firing no_data")

	// It comes back, empty: both end.
	s.broker.Start()
	s.told("firing capacity connections", "firing no_data", "resolved no_data", "resolved capacity connections")
}

// TestReload raises the threshold while an alarm is raised, then breaks the file.
func TestReload(t *testing.T) {
	t.Parallel()
	s := newScene(t, settings{})
	s.start()
	s.connected(16)
	s.told("firing capacity connections")

	// The same configuration again: nobody is told again.
	if code, body := s.reload(); code != http.StatusOK {
		t.Fatalf("reload: %d %s", code, body)
	}
	at := s.sees("connections", "is high", above(14))
	s.goesOnFor("connections", at, 5*time.Second)
	s.quiet("firing capacity connections")

	// A file with a fault changes nothing, and the answer says what is wrong.
	s.configure(settings{broken: true})
	code, body := s.reload()
	if code != http.StatusUnprocessableEntity || !strings.Contains(body, "0.7") || !strings.Contains(body, "70%") || !strings.Contains(body, "brimwatch.yml:") {
		t.Errorf("reload of a bad file: %d %s", code, body)
	}
	s.eventually("the metric says that the file was refused", func() error {
		_, metrics, err := s.get("/metrics")
		if err == nil && !strings.Contains(metrics, "\nbrimwatch_config_last_reload_successful 0\n") {
			err = errors.New("it does not")
		}
		return err
	})
	s.quiet("firing capacity connections")

	// A higher threshold, by the file alone: the alarm ends.
	s.configure(settings{threshold: "95%"})
	s.told("firing capacity connections", "resolved capacity connections")

	// The instance is taken out: there is nothing left to withdraw.
	s.configure(settings{without: true})
	s.eventually("the instance is gone", func() error {
		code, _, err := s.get("/api/v1/instances/mqtt-cn-0pp1abc")
		if err == nil && code != http.StatusNotFound {
			err = fmt.Errorf("it answers %d", code)
		}
		return err
	})
	s.quiet("firing capacity connections", "resolved capacity connections")
}

// TestInstanceRemoved takes an instance out while its alarm is raised.
func TestInstanceRemoved(t *testing.T) {
	t.Parallel()
	s := newScene(t, settings{})
	s.start()
	s.connected(16)
	s.told("firing capacity connections")
	s.configure(settings{without: true})
	s.told("firing capacity connections", "resolved capacity connections")
	if end := s.phone.texts()[1]; !strings.Contains(end, "WITHDRAWN") {
		t.Errorf("the end is %q", end)
	}
}
