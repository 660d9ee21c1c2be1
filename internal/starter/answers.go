package starter

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
)

// Answers are what a configuration is written from.
type Answers struct {
	Watch []Found
	Tell  Teller
	Term  Term
}

// Teller is how somebody is told: by a number or a webhook; neither is nobody.
type Teller struct {
	Phone   string
	Webhook string
	Format  string // of the webhook
}

// Term is how long instances may be used.
type Term struct {
	Method  string // subscription, payg; "" is nobody bills them, or it is not known
	Expires string // 2027-06-30, of a subscription
}

// ParseWatch reads what to watch: all, none, numbers of what was found, addresses such as
// mqtt://broker:1883, or TYPE=URL. Nothing is all that was found.
func ParseWatch(text string, found []Found) ([]Found, error) {
	words := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '，' || r == '、' })
	if len(words) == 0 {
		return found, nil
	}
	var out []Found
	for _, word := range words {
		n, err := strconv.Atoi(word)
		switch {
		case word == "none" || word == "-":
		case word == "all":
			out = append(out, found...)
		case err == nil && n >= 1 && n <= len(found):
			out = append(out, found[n-1])
		case err == nil:
			return nil, fmt.Errorf("there is no number %d in the list", n)
		default:
			f, err := parseAddress(word, found)
			if err != nil {
				return nil, err
			}
			out = append(out, f)
		}
	}
	return out, nil
}

// parseAddress reads an address, with its type before it where it does not say so itself.
func parseAddress(word string, found []Found) (Found, error) {
	typed, address, given := strings.Cut(word, "=")
	if !given || strings.Contains(typed, "://") {
		typed, address = "", word
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return Found{}, errors.New("an address looks like mqtt://broker.example.com:1883, redis://cache.example.com:6379 or emqx=http://broker.example.com:18083")
	}
	if u.User != nil {
		return Found{}, errors.New("user and password do not belong into the address; write username and password_file into the configuration")
	}
	if i := slices.IndexFunc(found, func(f Found) bool { return f.URL == address }); i >= 0 && (typed == "" || typed == found[i].Type) {
		return found[i], nil
	}
	if typed == "" {
		typed = map[string]string{"mqtt": "mosquitto", "mqtts": "mosquitto", "ws": "mosquitto", "wss": "mosquitto", "redis": "redis", "rediss": "redis"}[u.Scheme]
	}
	if typed == "" {
		return Found{}, fmt.Errorf("what answers at %s is not known: write its type before it, such as emqx=%s; types are %s", address, address, strings.Join(plainTypes(), ", "))
	}
	if !slices.Contains(plainTypes(), typed) {
		return Found{}, fmt.Errorf("there is no type %q that needs nothing but an address; types are %s", typed, strings.Join(plainTypes(), ", "))
	}
	return Found{Type: typed, URL: address, What: title(typed)}, nil
}

// title is how people know the servers of a source.
func title(typed string) string {
	names := map[string]string{
		"mosquitto": "MQTT broker", "emqx": "EMQX", "rabbitmq": "RabbitMQ", "vernemq": "VerneMQ", "hivemq": "HiveMQ", "nanomq": "NanoMQ", "nats": "NATS", "rocketmq": "RocketMQ", "redis": "Redis",
	}
	return cmp.Or(names[typed], typed)
}

// plainTypes are the types of sources that need nothing but an address.
func plainTypes() []string {
	return slices.DeleteFunc(config.SourceTypes(), func(t string) bool { return slices.Contains([]string{"aliyun", "prometheus", "exposition"}, t) })
}

// PlaceOf is where an address may be asked who answers there; false for one that cannot be,
// or lies beyond this host.
func PlaceOf(address string) (Place, bool) {
	_, bare, typed := strings.Cut(address, "=")
	if typed && !strings.Contains(strings.SplitN(address, "=", 2)[0], "://") {
		address = bare
	}
	u, err := url.Parse(address)
	if err != nil || u.Port() == "" || !loopback(u.Host) || !slices.Contains([]string{"mqtt", "mqtts", "redis", "http"}, u.Scheme) {
		return Place{}, false
	}
	return Place{Kind: u.Scheme, Addr: u.Host}, true
}

// ParseTell reads who is told: a telephone number, the address of a webhook, or nobody.
func ParseTell(text string) (Teller, error) {
	text = strings.TrimSpace(text)
	bare := strings.NewReplacer(" ", "", "-", "", "(", "", ")", "").Replace(text)
	switch {
	case text == "" || text == "-" || text == "none":
		return Teller{}, nil
	case regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`).MatchString(bare):
		return Teller{Phone: bare}, nil
	case regexp.MustCompile(`^[0-9]{6,}$`).MatchString(bare):
		return Teller{}, errors.New("a telephone number begins with + and the country, such as +8613800138000")
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return Teller{}, errors.New("a telephone number such as +8613800138000, or the address of a webhook such as https://hooks.example.com/brimwatch, is wanted here")
	}
	format := config.FormatOf(text)
	if format == "pagerduty" {
		return Teller{}, errors.New("PagerDuty needs a routing key, too: begin with nobody, and write the receiver by hand (docs/receivers/pagerduty.md)")
	}
	return Teller{Webhook: text, Format: format}, nil
}

// ParseTerm reads until when something may be used: its last day, payg, or nothing.
func ParseTerm(text string, now time.Time) (Term, error) {
	text = strings.TrimSpace(text)
	switch text {
	case "", "-", "none", "free":
		return Term{}, nil
	case string(fleet.PayAsYouGo):
		return Term{Method: text}, nil
	}
	day, err := time.ParseInLocation(time.DateOnly, text, now.Location())
	if err != nil {
		return Term{}, errors.New("the last day such as 2027-06-30, or payg, is wanted here")
	}
	if !day.AddDate(0, 0, 1).After(now) {
		return Term{}, fmt.Errorf("%s is over already", text)
	}
	return Term{Method: string(fleet.Subscription), Expires: text}, nil
}
