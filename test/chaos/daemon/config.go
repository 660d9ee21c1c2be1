package daemon

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/brimwatch/brimwatch/test/chaos/farside"
	"github.com/brimwatch/brimwatch/test/chaos/pages"
)

// Contact is a person with a telephone, or an address for mail.
type Contact struct {
	Name  string `yaml:"name"`
	Phone string `yaml:"phone,omitempty"`
	Email string `yaml:"email,omitempty"`
}

// Receiver is a group of people and URLs, or has ways in order.
type Receiver struct {
	Name      string `yaml:"name"`
	Way       `yaml:",inline"`
	Ways      []Way         `yaml:"ways,omitempty"`
	Within    time.Duration `yaml:"within,omitempty"`
	CallAfter time.Duration `yaml:"call_after,omitempty"`
}

// Way is whom a receiver, or one of its ways, tells.
type Way struct {
	SMS           []string  `yaml:"sms,omitempty"` // names of contacts
	Voice         []string  `yaml:"voice,omitempty"`
	Email         []string  `yaml:"email,omitempty"`
	Webhooks      []Webhook `yaml:"webhooks,omitempty"`
	Alertmanagers []Webhook `yaml:"alertmanagers,omitempty"`
}

// Webhook is a URL that is posted to.
type Webhook struct {
	URL        string        `yaml:"url"`
	Format     string        `yaml:"format,omitempty"`
	Secret     string        `yaml:"secret,omitempty"`
	RoutingKey string        `yaml:"routing_key,omitempty"`
	Timeout    time.Duration `yaml:"timeout,omitempty"`
}

// Provider is who sends text messages, or makes calls: the keys of its configuration.
type Provider map[string]any

// SMTP is the mail server.
type SMTP struct {
	Host    string            `yaml:"host"`
	Port    int               `yaml:"port"`
	From    string            `yaml:"from"`
	Hello   string            `yaml:"hello"`
	Timeout time.Duration     `yaml:"timeout"`
	TLS     map[string]string `yaml:"tls"`
}

// Config is the part of the configuration that the scenarios vary.
type Config struct {
	Listen    string
	Data      string // folder of the data; "" is data beside the configuration
	Interval  time.Duration
	Fleet     *pages.Fleet
	Pages     string // URL of the pages
	Provider  string // URL of the Twilio server
	Backup    string // URL of a second one, which is asked after it; "" is none
	Others    []Provider
	Callers   []Provider
	SMTP      *SMTP
	Contacts  []Contact
	Receivers []Receiver
	Without   int // how many of the last instances are left out
}

// Write puts the configuration into a folder.
func (c *Config) Write(dir string) error {
	if err := replace(filepath.Join(dir, "fleet.yml"), c.instances()); err != nil {
		return err
	}
	text, err := c.main()
	if err != nil {
		return err
	}
	return replace(filepath.Join(dir, "brimwatch.yml"), text)
}

// document is the main file.
type document struct {
	Include   []string       `yaml:"include"`
	Server    map[string]any `yaml:"server"`
	Storage   map[string]any `yaml:"storage"`
	Collect   map[string]any `yaml:"collect"`
	Alarms    map[string]any `yaml:"alarms"`
	Contacts  []Contact      `yaml:"contacts"`
	Receivers []Receiver     `yaml:"receivers"`
	SMS       providers      `yaml:"sms"`
	Voice     *providers     `yaml:"voice,omitempty"`
	SMTP      *SMTP          `yaml:"smtp,omitempty"`
}

type providers struct {
	Providers []Provider `yaml:"providers"`
}

func (c *Config) main() ([]byte, error) {
	d := document{
		Include: []string{"fleet.yml"}, Server: map[string]any{"listen": c.Listen}, Storage: map[string]any{"dir": cmp.Or(c.Data, "data")},
		Collect: map[string]any{"interval": c.Interval, "timeout": c.Interval},
		Alarms: map[string]any{
			"notify": c.receiverNames(),
			"capacity": map[string]any{
				"threshold": "70%", "for": "0s", "clear_for": "0s", "levels": []any{map[string]any{"severity": "critical", "threshold": "90%"}},
			},
			"no_data": map[string]any{"for": "1h"}, "flapping": map[string]any{"enabled": false},
		},
		Contacts: c.Contacts, Receivers: c.Receivers, SMTP: c.SMTP,
	}
	first := Twilio("twilio", farside.AccountSID, c.Provider)
	if len(c.Others) > 0 {
		first["prefixes"] = []string{"+49"} // each number has one provider
	}
	d.SMS.Providers = append(d.SMS.Providers, first)
	if c.Backup != "" {
		d.SMS.Providers = append(d.SMS.Providers, Twilio("backup", farside.BackupSID, c.Backup))
	}
	d.SMS.Providers = append(d.SMS.Providers, c.Others...)
	if len(c.Callers) > 0 {
		d.Voice = &providers{c.Callers}
	}
	out, err := yaml.Marshal(&d)
	if err != nil {
		return nil, fmt.Errorf("write the configuration: %w", err)
	}
	return out, nil
}

// Twilio is a provider of that type.
func Twilio(name, account, url string) Provider {
	return Provider{"name": name, "type": "twilio", "account_sid": account, "auth_token": farside.AuthToken, "from": farside.From, "base_url": url}
}

func (c *Config) receiverNames() []string {
	var out []string
	for _, r := range c.Receivers {
		out = append(out, r.Name)
	}
	return out
}

func (c *Config) instances() []byte {
	b := []byte("instances:\n")
	for i := range c.Fleet.Instances() - c.Without {
		b = fmt.Appendf(b, "  - id: %s\n    product: mqtt\n    edition: basic\n    capacity: {", pages.ID(i))
		for m, name := range c.Fleet.Metrics() {
			b = fmt.Appendf(b, "%s%s: %d", separator(m), name, pages.Capacity)
		}
		b = fmt.Appendf(b, "}\n    source: {type: exposition, url: \"%s/i/%d/metrics\", mapping: {", c.Pages, i)
		for m, name := range c.Fleet.Metrics() {
			b = fmt.Appendf(b, "%s%s: {series: %s, kind: gauge}", separator(m), name, pages.Series(name))
		}
		b = append(b, "}}\n"...)
	}
	return b
}

func separator(i int) string {
	if i == 0 {
		return ""
	}
	return ", "
}

// replace writes a file as an editor does: the new one takes the old one's place at
// once.
func replace(path string, text []byte) error {
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	return nil
}
