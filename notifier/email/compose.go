package email

import (
	"bytes"
	"context"
	"fmt"
	"net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/card"
)

// mostSigns bounds how long the cards of a mail are in all, in signs. HTML takes some four
// times as much, and what is longer than 100 KB some mail programs cut off.
const mostSigns = 20_000

// compose writes a message as a mail. But for its date, for the word that it may be a
// repeat and for the chart it is the same for each attempt.
func (c *Channel) compose(ctx context.Context, m *notifier.Message) ([]byte, error) {
	reader := card.Reader{Language: c.opts.Language, Zone: c.opts.Zone, Links: c.opts.Links}
	if c.opts.ExternalURL != "" {
		reader.List = c.opts.ExternalURL + "/alarms"
	}
	deck := reader.Deal(m)
	l := letter{Deck: &deck, chart: c.draw(ctx, m, &deck), own: ownOf(m)}
	if l.own.Text == "" {
		l.Page = card.Fit(deck.Cards, fits)
	}
	html, err := l.html(c.page)
	if err != nil {
		return nil, err
	}
	msg := c.headed(m, &l)
	msg.SetBodyString(gomail.TypeTextPlain, l.plain())
	msg.AddAlternativeString(gomail.TypeTextHTML, html)
	if l.chart != nil {
		if err := msg.EmbedReader(chartName, bytes.NewReader(l.chart.PNG), gomail.WithFileContentType("image/png")); err != nil {
			return nil, fmt.Errorf("embed the chart: %w", err)
		}
	}
	var out bytes.Buffer
	if _, err := msg.WriteTo(&out); err != nil {
		return nil, fmt.Errorf("put the mail together: %w", err)
	}
	return out.Bytes(), nil
}

// fits tells whether a mail has room for a page of cards.
func fits(p card.Page) bool {
	signs := 0
	for i := range p.Full {
		c := &p.Full[i]
		signs += 300 + len([]rune(c.Title()+c.Summary+c.Advice+c.Footer()+strings.Join(c.Lines, " ")))
	}
	for i := range p.Brief {
		signs += 60 + len([]rune(p.Brief[i].OneLine()))
	}
	return signs <= mostSigns
}

// headed begins a mail with all that stands above its text.
func (c *Channel) headed(m *notifier.Message, l *letter) *gomail.Msg {
	encoding := gomail.EncodingQP
	if c.opts.Language == words.ZH {
		encoding = gomail.EncodingB64 // half as long
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithEncoding(encoding))
	t := threadOf(m, domainOf(c.opts.From))
	msg.FromMailAddress(&mail.Address{Name: clip(c.opts.FromName+" "+l.Cards[0].Word, 60), Address: c.opts.From})
	msg.ToMailAddress(&mail.Address{Address: m.Recipient.Address})
	msg.Subject(subject(m, l, t))
	msg.SetDateWithValue(c.now())
	msg.SetMessageIDWithValue(t.id)
	if len(t.roots) > 0 {
		to, references := t.answers()
		msg.SetGenHeaderPreformatted(gomail.HeaderInReplyTo, to)
		msg.SetGenHeaderPreformatted(gomail.HeaderReferences, references)
	}
	// No mail program answers by itself (RFC 3834), not even Exchange.
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader(gomail.HeaderXAutoResponseSuppress, "All")
	msg.SetGenHeader(gomail.HeaderXMailer, strings.TrimSuffix("Brimwatch/"+plainVersion(c.opts.Version), "/"))
	msg.SetGenHeader(gomail.HeaderContentLang, l.Language.Choose("en", "zh-CN"))
	msg.SetGenHeader("X-Brimwatch-Severity", string(m.Notices[0].Severity))
	if first := &m.Notices[0]; first.Severity == alarm.Critical && notifier.Begins(first.Kind) {
		msg.SetImportance(gomail.ImportanceHigh)
	}
	return msg
}

// plainVersion keeps of a version what may stand in a header.
func plainVersion(v string) string {
	return strings.Map(func(r rune) rune {
		if r == '.' || r == '+' || plainID(string(r)) != "" {
			return r
		}
		return -1
	}, v)
}

// chartName is the name of the chart within a mail, by which its HTML refers to it.
const chartName = "chart.png"

// drawTime is how long a chart may take: a notice does not wait for a picture.
const drawTime = 3 * time.Second

// draw draws the chart of the gravest alarm; nil when it has none.
func (c *Channel) draw(ctx context.Context, m *notifier.Message, deck *card.Deck) *Chart {
	if c.opts.Draw == nil || len(deck.Cards) == 0 || deck.Cards[0].Figures == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, drawTime)
	defer cancel()
	for i := range m.Notices {
		if m.Notices[i].Code != deck.Cards[0].Code {
			continue
		}
		if chart, ok := c.opts.Draw(ctx, &m.Notices[i], c.opts.Language, c.opts.Zone); ok && len(chart.PNG) > 0 {
			return &chart
		}
		return nil
	}
	return nil
}
