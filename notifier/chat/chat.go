// Package chat posts notices into chats: Slack, DingTalk, Feishu, WeCom. What they have in
// common is here: cards in the language of the receiver, as many of them as the far side's
// limits hold, one POST, and an answer of success that counts only when the far side says
// so in its own words. Each far side is a package of its own below this one.
//
// No chat has a key by which it would know a message again. One that may have arrived is
// sent again, and says that it may be a repeat.
package chat

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/card"
	"github.com/brimwatch/brimwatch/notifier/httpcall"
	"github.com/brimwatch/brimwatch/notifier/post"
)

// Options say where the notices go, and for whom they are written.
type Options struct {
	URL      string   // holds the robot's key, and is a secret
	Receiver string   // name of the receiver, for errors
	List     string   // where all alarms are listed; "" is nowhere
	Secret   string   // signs the messages, where the far side checks that; "" is none
	At       []string // who is mentioned when something critical begins, where the far side can
	Language words.Language
	Zone     *time.Location // nil is UTC
	Links    card.Linker    // nil knows the page of the instance only
	// Username and Password, or Bearer, go into the Authorization header, for a proxy.
	Username, Password string
	Bearer             string
	TLS                *tls.Config
	Timeout            time.Duration // of one request; 0 is 15 seconds
	Version            string        // of Brimwatch, for User-Agent
	AllowLinkLocal     bool          // see post.Options
	Transport          http.RoundTripper
	Now                func() time.Time // nil is time.Now
}

// Side is a far side.
type Side interface {
	// Name is what people call it: DingTalk.
	Name() string
	// Pace is how many messages it takes from one robot.
	Pace() notifier.Pace
	// Write makes the body of a message.
	Write(d *card.Deck, now time.Time) Letter
	// Read tells what an answer means that came with a status of 2xx or 4xx.
	Read(a *Answer) Verdict
}

// Letter is the body of a message, and what goes with it.
type Letter struct {
	Body    any        // written as JSON
	Query   url.Values // added to the address: a signature
	Secrets []string   // in the body that nobody is shown
}

// Answer is what a far side answered.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	Now    time.Time // when it came, by our own clock
}

// Meaning is what may be done after an answer.
type Meaning uint8

// The meanings.
const (
	NotSaid     Meaning = iota // it is not the far side's own answer: the status counts
	Taken                      // the message is in the chat
	Later                      // not now; something has to be mended, or to pass
	NotBefore                  // not before Wait
	Credentials                // later, when a secret is mended
	Never                      // not this message
	Gone                       // no message ever: the robot is no more
)

// Verdict is what a far side says in the body of its answer.
type Verdict struct {
	Meaning Meaning
	Said    string // its code and its words
	WayOut  string // what a person can do
	Wait    time.Duration
	// Pictures: nothing of the message was taken, and that may be because of a picture that the
	// far side could not fetch.
	Pictures bool
}

// Channel posts to one robot. It is safe for use from several goroutines.
type Channel struct {
	side     Side
	opts     Options
	reader   card.Reader
	endpoint *post.Endpoint
	bare     atomic.Int64 // until when cards go without pictures, in Unix seconds
}

// unfetched is for how long cards go without pictures after the far side could not fetch one.
const unfetched = 10 * time.Minute

// mostCards is how many notices go into one message. It names as many of them as it has
// room for, the gravest first, and counts the others.
const mostCards = 200

// New checks the options, all at once, and returns the channel. It calls nobody.
func New(o Options, side Side) (*Channel, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	var secrets []string
	if o.Secret != "" {
		secrets = append(secrets, o.Secret)
	}
	endpoint, err := post.New(post.Options{
		URL: o.URL, Username: o.Username, Password: o.Password, Bearer: o.Bearer, Secrets: secrets,
		TLS: o.TLS, Timeout: o.Timeout, Version: o.Version, AllowLinkLocal: o.AllowLinkLocal, Transport: o.Transport,
		Texts: post.Texts{
			Again:   "it may have arrived, and is sent again as a possible repeat",
			Gone:    "the robot is no more, give receiver " + o.Receiver + " the url of another",
			Refused: "it does not take this message; check that url and format of the webhook belong together",
			Denied:  "check url and secret of the webhook",
			Path:    "check the webhook's url: it is copied whole from " + side.Name(),
		},
	})
	if err != nil {
		return nil, err
	}
	return &Channel{side: side, opts: o, endpoint: endpoint, reader: card.Reader{Language: o.Language, Zone: o.Zone, Links: o.Links, List: o.List}}, nil
}

// Bundle returns how many notices go into one message.
func (c *Channel) Bundle() int { return mostCards }

// Pace returns how many messages the far side takes from one robot.
func (c *Channel) Pace() notifier.Pace { return c.side.Pace() }

// CloseIdleConnections closes the connections that are kept for later calls.
func (c *Channel) CloseIdleConnections() { c.endpoint.CloseIdleConnections() }

// Send posts a message once. Where the far side refuses all of it for a picture, which it
// could not fetch, it gets the message without pictures: nobody waits for a chart.
func (c *Channel) Send(ctx context.Context, m notifier.Message) (notifier.Receipt, error) {
	if len(m.Notices) == 0 {
		return notifier.Receipt{}, notifier.Permanent(errors.New("post to " + c.side.Name() + ": the message has no notices"))
	}
	deck, now := c.reader.Deal(&m), c.opts.Now()
	if now.Unix() < c.bare.Load() {
		deck.WithoutPictures()
	}
	receipt, pictures, err := c.post(ctx, &deck)
	if !pictures || !deck.WithoutPictures() {
		return receipt, err
	}
	c.bare.Store(now.Add(unfetched).Unix())
	receipt, _, err = c.post(ctx, &deck)
	return receipt, err
}

// post posts a deck. pictures tells whether these may be why it was refused.
func (c *Channel) post(ctx context.Context, deck *card.Deck) (receipt notifier.Receipt, pictures bool, err error) {
	letter := c.side.Write(deck, c.opts.Now())
	body, err := post.JSON(letter.Body)
	if err != nil {
		return notifier.Receipt{}, false, notifier.Permanent(errors.New("post to " + c.side.Name() + ": the body cannot be written as JSON"))
	}
	reply, err := c.endpoint.Post(ctx, post.Letter{
		Body: body, Query: letter.Query, Secrets: letter.Secrets, Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}},
	})
	if err != nil {
		return notifier.Receipt{}, false, err
	}
	if pictures, err = c.judge(reply); err != nil {
		return notifier.Receipt{}, pictures, err
	}
	return reply.Took(), false, nil
}

// judge gives an answer its meaning; nil is accepted. What the far side says in its own
// words counts for more than the status, except where the status leaves it in doubt.
// pictures tells whether these may be why it is refused.
func (c *Channel) judge(r *post.Reply) (pictures bool, err error) {
	cut := r.Cut != nil && !errors.Is(r.Cut, httpcall.ErrTooLong)
	switch {
	case r.Status >= 500 || r.Status >= 300 && r.Status < 400:
		return false, r.Judge()
	case r.Fine() && cut:
		return false, r.Cutoff()
	case cut:
		return false, r.Judge()
	}
	v := c.side.Read(&Answer{Status: r.Status, Header: r.Header, Body: r.Body, Now: c.opts.Now()})
	switch {
	case v.Meaning == Taken && r.Fine():
		return false, nil
	case (v.Meaning == NotSaid || v.Meaning == Taken) && !r.Fine():
		return false, r.Judge()
	case v.Meaning == NotSaid || v.Meaning == Taken:
		return false, c.foreign(r)
	}
	return v.Pictures, c.refusal(r, v)
}

// foreign is the error of an answer of success that is not the far side's: a sign-in page,
// or a proxy that takes everything.
func (c *Channel) foreign(r *post.Reply) error {
	said := r.Line() + ", but not as " + c.side.Name() + " answers"
	if why := r.Says(); why != "" {
		said += " (" + why + ")"
	}
	err := errors.New(said + "; something else answers there, such as a sign-in page or a proxy: check the webhook's url and format")
	if wait, asked := httpcall.RetryAfter(r.Header, c.opts.Now()); asked {
		return notifier.After(err, wait)
	}
	return err
}

// refusal is the error of an answer in which the far side says no.
func (c *Channel) refusal(r *post.Reply, v Verdict) error {
	said := r.Line() + ", but " + c.side.Name() + " says " + r.Shown(v.Said, 200)
	if v.WayOut != "" {
		said += "; " + v.WayOut
	}
	err := errors.New(said)
	switch v.Meaning {
	case Never:
		return notifier.Permanent(err)
	case Gone:
		return notifier.Permanent(notifier.AboutRecipient(err))
	case Credentials:
		err = notifier.AboutCredentials(err)
	case NotSaid, Taken, Later, NotBefore:
	}
	wait, asked := httpcall.RetryAfter(r.Header, c.opts.Now())
	switch {
	case asked:
		err = notifier.After(err, wait)
	case v.Meaning == NotBefore:
		err = notifier.After(err, v.Wait)
	}
	return err
}

// SetLinks gives the cards links. It is called before the channel is used.
func (c *Channel) SetLinks(l card.Linker) { c.reader.Links = l }
