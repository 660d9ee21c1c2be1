package farside

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/test/chaos/ledger"
	"github.com/brimwatch/brimwatch/test/robots"
)

// Chat is the robot of a chat: it keeps its publisher's limits, and remembers.
type Chat struct {
	recipient string
	robot     *robots.Robot
	cards     *ledger.CardReader

	mu      sync.Mutex
	posts   []Post
	refused []string
}

// Post is one message that a chat took.
type Post struct {
	At time.Time
	ledger.Shown
}

// NewChat returns the chat of a robot, which the ledger knows by a name.
func NewChat(recipient string, robot *robots.Robot) *Chat {
	return &Chat{recipient: recipient, robot: robot, cards: ledger.NewCardReader()}
}

// ServeHTTP takes one message, or says why not.
func (c *Chat) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client went away while it spoke
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	before := len(c.robot.Taken())
	answer := httptest.NewRecorder()
	c.robot.ServeHTTP(answer, r)
	if len(c.robot.Taken()) > before {
		c.posts = append(c.posts, Post{At: time.Now(), Shown: c.cards.Read(textsOf(body))})
	} else {
		c.refused = append(c.refused, answer.Body.String())
	}
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes()) // the reader may be gone
}

// Posts returns the messages that were taken, oldest first.
func (c *Chat) Posts() []Post {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Post(nil), c.posts...)
}

// Refused returns what the robot answered to what it did not take, by its own rules.
func (c *Chat) Refused() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.refused...)
}

// Arrivals returns what the chat was told, oldest first.
func (c *Chat) Arrivals() []ledger.Arrival {
	var out []ledger.Arrival
	for i, p := range c.Posts() {
		out = append(out, arrivalsOf(p.Shown, ledger.Arrival{At: p.At, Recipient: c.recipient, Message: c.recipient + "#" + strconv.Itoa(i+1)})...)
	}
	return out
}

// arrivalsOf are the arrivals of one message.
func arrivalsOf(s ledger.Shown, base ledger.Arrival) []ledger.Arrival {
	var out []ledger.Arrival
	for _, said := range s.Said {
		a := base
		a.Key = ledger.Key{Instance: said.Instance, Metric: said.Metric}
		a.Code, a.Kind, a.Event, a.Value, a.Repeat, a.Instead = said.Code, said.Kind, said.Event, said.Value, s.Repeat, s.Instead
		out = append(out, a)
	}
	return out
}

// textsOf puts all that people read of a body in JSON into lines: what stands under text or
// content.
func textsOf(body []byte) string {
	d := json.NewDecoder(bytes.NewReader(body))
	var out []string
	var keys []string // of the mappings that are open; "" within a list
	key := ""         // the newest, whose value comes next
	for {
		token, err := d.Token()
		if err != nil {
			return strings.Join(out, "\n")
		}
		switch t := token.(type) {
		case json.Delim:
			if t == '{' || t == '[' {
				keys, key = append(keys, string(t)), ""
			} else {
				keys, key = keys[:len(keys)-1], ""
			}
		case string:
			if len(keys) > 0 && keys[len(keys)-1] == "{" && key == "" {
				key = t
				continue
			}
			if key == "text" || key == "content" {
				out = append(out, t)
			}
			key = ""
		default:
			key = ""
		}
	}
}
