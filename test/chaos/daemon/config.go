package daemon

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/test/chaos/farside"
	"github.com/brimwatch/brimwatch/test/chaos/pages"
)

// Contact is a person with a telephone.
type Contact struct{ Name, Phone string }

// Receiver is a group of people and URLs.
type Receiver struct {
	Name     string
	SMS      []string // names of contacts
	Webhooks []string // URLs
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
	Contacts  []Contact
	Receivers []Receiver
	Without   int // how many of the last instances are left out
}

// Write puts the configuration into a folder.
func (c *Config) Write(dir string) error {
	if err := replace(filepath.Join(dir, "fleet.yml"), c.instances()); err != nil {
		return err
	}
	return replace(filepath.Join(dir, "brimwatch.yml"), c.main())
}

func (c *Config) main() []byte {
	data := c.Data
	if data == "" {
		data = "data"
	}
	b := fmt.Appendf(nil, `include: [fleet.yml]
server: {listen: %q}
storage: {dir: %q}
collect: {interval: %s, timeout: %[3]s}
alarms:
  notify: [%s]
  capacity: {threshold: 70%%, for: 0s, clear_for: 0s, levels: [{severity: critical, threshold: 90%%}]}
  no_data: {for: 1h}
  flapping: {enabled: false}
contacts:
`, c.Listen, data, c.Interval, strings.Join(c.receiverNames(), ", "))
	for _, p := range c.Contacts {
		b = fmt.Appendf(b, "  - {name: %s, phone: %q}\n", p.Name, p.Phone)
	}
	b = append(b, "receivers:\n"...)
	for _, r := range c.Receivers {
		b = fmt.Appendf(b, "  - name: %s\n    sms: [%s]\n", r.Name, strings.Join(r.SMS, ", "))
		if len(r.Webhooks) > 0 {
			b = append(b, "    webhooks:\n"...)
		}
		for _, url := range r.Webhooks {
			b = fmt.Appendf(b, "      - {url: %q, timeout: 5s}\n", url)
		}
	}
	b = append(b, "sms:\n  providers:\n"...)
	b = provider(b, "twilio", farside.AccountSID, c.Provider)
	if c.Backup != "" {
		b = provider(b, "backup", farside.BackupSID, c.Backup)
	}
	return b
}

func provider(b []byte, name, account, url string) []byte {
	return fmt.Appendf(b, "    - {name: %s, type: twilio, account_sid: %s, auth_token: %q, from: %q, base_url: %q}\n", name, account, farside.AuthToken, farside.From, url)
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
