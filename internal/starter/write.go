package starter

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/phrases"
)

// Host is where the configuration is written for.
type Host struct {
	Name string // of the machine
	Day  string // 2026-11-30
	File string // as the person calls it
}

// Text writes the configuration, with comments in the language of say.
func Text(a *Answers, h Host, say *phrases.Printer) string {
	w := &writer{say: say}
	w.line("# yaml-language-server: $schema=" + config.SchemaURL)
	w.comment("", say.T("Written by `brimwatch init` on %s. `brimwatch check %s` says what is wrong with it, and `brimwatch schema` what else may stand here.", h.Day, h.File))
	w.comment("", say.T("It may change at any time: a running Brimwatch takes a new content as a whole or not at all."))
	w.line("")
	w.instances(a, h)
	w.people(&a.Tell)
	w.rest()
	return w.b.String()
}

type writer struct {
	b   strings.Builder
	say *phrases.Printer
}

func (w *writer) line(text string) { w.b.WriteString(text + "\n") }

// comment writes sentences as comments, each on lines that are not too long.
func (w *writer) comment(indent, text string) {
	const most = 110
	line := ""
	for _, word := range strings.SplitAfter(text, " ") {
		if line != "" && phrases.Cells(line+strings.TrimRight(word, " ")) > most {
			w.line(indent + "# " + strings.TrimRight(line, " "))
			line = ""
		}
		line += word
	}
	w.line(indent + "# " + strings.TrimRight(line, " "))
}

func (w *writer) instances(a *Answers, h Host) {
	say := w.say
	w.comment("", say.T("What is watched. Managed instances of a cloud are found by themselves: see `discover` of `accounts`."))
	if len(a.Watch) == 0 {
		w.line("instances: []")
		w.comment("", say.T("One looks like this:"))
		for _, line := range []string{
			"instances:", "  - id: orders", "    name: Orders", "    product: mqtt", "    capacity: {connections: 5000, subscriptions: 10000, message_tps: 1000}", "    billing: {expires: 2027-06-30}",
			"    source: {type: mosquitto, url: \"mqtt://127.0.0.1:1883\"}",
		} {
			w.line("# " + line)
		}
		return
	}
	w.line("instances:")
	taken := make(map[string]bool)
	for i := range a.Watch {
		w.instance(&a.Watch[i], &a.Term, h, taken)
	}
}

func (w *writer) instance(f *Found, t *Term, h Host, taken map[string]bool) {
	say := w.say
	id := f.Type
	for n := 2; taken[id]; n++ {
		id = f.Type + "-" + strconv.Itoa(n)
	}
	taken[id] = true
	name := f.What
	if on := hostOf(f.URL, h.Name); on != "" {
		name += " @ " + on
	}
	w.line("  - id: " + id)
	w.line("    name: " + quoted(name))
	w.line("    product: " + Product(f.Type))
	if TellsLimits(f.Type) {
		w.comment("    ", say.T("Its own limits are read from the server; what is written here wins over them."))
	} else {
		w.comment("    ", say.T("What it carries. Without a capacity a metric is recorded and charted, and is no alarm: put in your figures, and take the # away."))
	}
	example := "capacity: {connections: 5000, subscriptions: 10000, message_tps: 1000}"
	if f.Type == "redis" {
		example = "capacity: {connections: 10000, memory_bytes: 4294967296}"
	}
	w.line("    # " + example)
	switch {
	case t.Expires != "":
		w.comment("    ", say.T("The last day. An edition of the catalogue (edition: basic) says what follows it."))
		w.line("    billing: {expires: " + t.Expires + "}")
	case t.Method != "":
		w.line("    billing: {method: " + t.Method + "}")
	default:
		w.comment("    ", say.T("Nobody bills it, or it is not known until when it may be used: billing: {expires: 2027-06-30}"))
	}
	w.line("    source:")
	w.line("      type: " + f.Type)
	w.line("      url: " + quoted(f.URL))
	if f.Beside != "" {
		w.comment("      ", say.T("The management API has its limits and MQTT subscriptions; it wants a login."))
		w.line("      # management_url: " + quoted(f.Beside))
	}
	if strings.HasPrefix(f.URL, "mqtts:") || strings.HasPrefix(f.URL, "rediss:") {
		w.comment("      ", say.T("Where its certificate is not one that this system trusts:"))
		w.line("      # tls: {ca_file: ca.pem}")
	}
	switch {
	case f.Login:
		w.comment("      ", say.T("It tells nothing without a login. Put the password into a file beside this one:"))
		fallthrough
	case f.Beside != "":
		w.line("      # username: monitor")
		w.line("      # password_file: " + id + ".password")
	}
}

// hostOf is the machine that an address leads to; this one for loopback.
func hostOf(address, here string) string {
	u, err := url.Parse(address)
	if err != nil || loopback(net.JoinHostPort(u.Hostname(), "0")) {
		return here
	}
	return u.Hostname()
}

func (w *writer) people(t *Teller) {
	say := w.say
	w.line("")
	switch {
	case t.Webhook != "":
		w.comment("", say.T("Who is told. `brimwatch notify test --to oncall` sends one notice for real."))
		w.line("receivers:")
		w.line("  - name: oncall")
		w.line("    webhooks:")
		w.line("      - url: " + quoted(t.Webhook))
		w.line("        format: " + t.Format)
	case t.Phone != "":
		w.comment("", say.T("Who is told. A text message needs an account with a provider: fill in the lines below, put its token into a file beside this one, and take the # away. `brimwatch notify test --to oncall` sends one notice for real."))
		w.line("contacts:")
		w.line("  - name: oncall-person")
		w.line("    phone: " + quoted(t.Phone))
		w.line("    language: " + say.Language().Choose("en", "zh"))
		if strings.HasPrefix(t.Phone, "+86") {
			w.line("    time_zone: Asia/Shanghai") // all of that country has it
		} else {
			w.line("    # time_zone: Europe/Berlin")
		}
		for _, line := range []string{
			"receivers:", "  - name: oncall", "    sms: [oncall-person]", "sms:", "  providers:", "    - name: twilio", "      type: twilio", "      account_sid: AC00000000000000000000000000000000", "      auth_token_file: twilio.token", "      from: \"+15005550006\"",
		} {
			w.line("# " + line)
		}
	default:
		w.comment("", say.T("Nobody is told yet. A webhook looks like this; text messages, chats, mail and calls are in the documentation:"))
		for _, line := range []string{"receivers:", "  - name: oncall", "    webhooks: [{url: \"https://hooks.example.com/brimwatch\"}]"} {
			w.line("# " + line)
		}
	}
}

// rest names what has a good default.
func (w *writer) rest() {
	say := w.say
	w.line("")
	w.comment("", say.T("All else has a default. An alarm is raised at 70% of the capacity after a minute, and ends below 65%:"))
	w.line("# alarms: {capacity: {threshold: 70%, levels: [{severity: critical, threshold: 90%}]}}")
	w.comment("", say.T("Pages, API and metrics are on this machine only, at http://127.0.0.1:9740; history and notices in the folder data:"))
	w.line("# server: {listen: \"127.0.0.1:9740\"}")
	w.line("# storage: {dir: data, retention: 400d}")
}

// quoted writes a text as YAML in quotes, which JSON is, too.
func quoted(text string) string {
	out, err := json.Marshal(text)
	if err != nil {
		panic(err) // a text can be written
	}
	return string(out)
}

// exists says that there is a file of that name, which is left as it is.
func exists(path string) error {
	return fmt.Errorf("%s is there already, and stays as it is: name another file", path)
}

// Check tells whether a file of that name may be written.
func Check(path string) error {
	_, err := os.Lstat(path)
	switch {
	case err == nil:
		return exists(path)
	case errors.Is(err, fs.ErrNotExist):
		return nil
	}
	return fmt.Errorf("look for %s: %w", path, err)
}

// Create writes a file that was not there. It is for its owner alone: the address of a
// webhook may be a secret.
func Create(path, text string) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		return exists(path)
	case err != nil:
		return fmt.Errorf("create %s: %w", path, err)
	}
	_, err = f.WriteString(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", path, err), os.Remove(path)) // half a file is none
	}
	return nil
}
