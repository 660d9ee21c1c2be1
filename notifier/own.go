package notifier

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/sms"
)

// TemplateData is what the templates of a receiver read of a notice; docs/templates.md
// describes it. What is written for people is in the recipient's language, with times of
// its zone. What a notice does not have is empty, or 0.
type TemplateData struct {
	Text     string // the text message as Brimwatch writes it; "" for others
	Code     string
	Kind     string // raised, escalated, reminded, flapping, settled, cleared, withdrawn
	Rule     string // capacity, no_data, expiry …
	Severity string // info, warning, critical
	Word     string // WARNING, STILL CRITICAL, ENDED; 警告
	Ended    bool
	Reminder bool

	Subject     string   // what it is about: Orders, Orders and 2 more of acme
	About       string   // product and edition, as people call them
	Summary     string   // one line
	Description string   // all of it
	Lines       []string // what happened and what follows, in sentences
	Advice      string   // what to do, in sentences
	Why         string   // why it is told to somebody who is not told first

	Instance, InstanceID, Account, Product, Edition string
	Metric                                          string // connections
	MetricName                                      string // connections; 连接数

	Usage, Capacity, Utilization, Threshold                     string // 3,612; 5,000; 72%; 70%
	UsageValue, CapacityValue, UtilizationValue, ThresholdValue float64

	Began, At, EndedAt             string // when the episode began, when this was decided, when it ended
	BeganUnix, AtUnix, EndedAtUnix int64  // the same in seconds since 1970
	Expires, Suspends, Releases    string // the dates of the instance's calendar

	Labels      map[string]string
	Annotations map[string]string
	Link        string // the page that shows more
	Fingerprint string // of the alarm: the same from its beginning to its end
	Language    string // en, zh
	Receiver    string
	Recipient   string // wei; a webhook's name
}

// templateData is what templates read of a notice, whose alert is in the language of its
// recipient.
func templateData(n *Notice, a *Alert, to *Target) TemplateData {
	said := a.Annotations
	d := TemplateData{
		Text: n.Text, Code: n.Code, Kind: string(n.Kind), Rule: string(n.Rule), Severity: string(n.Severity), Word: a.Story.Word,
		Ended: Ends(n.Kind), Reminder: n.Kind == alarm.Reminded,
		Subject: a.Story.Subject, About: a.Story.About, Summary: said["summary"], Description: said["description"], Lines: a.Story.Lines, Advice: said["advice"],
		Why:      firstOf(said["escalation"], said["failover"]),
		Instance: a.Labels[labelInstance], InstanceID: a.Labels[labelID], Account: a.Labels[labelAccount],
		Product: a.Labels[labelProduct], Edition: a.Labels[labelEdition], Metric: a.Labels[labelMetric],
		Labels: a.Labels, Annotations: said, Link: a.GeneratorURL, Fingerprint: a.Fingerprint,
		Language: to.Language.String(), Receiver: n.Receiver, Recipient: to.Recipient.Display,
	}
	d.figures(said, to.Language)
	d.moments(n, a, to.Zone)
	return d
}

// figures fills in what a metric is like.
func (d *TemplateData) figures(said map[string]string, l words.Language) {
	m, known := fleet.ParseMetric(d.Metric)
	if !known {
		return
	}
	d.MetricName = words.Metric(m, l)
	d.Utilization, d.Threshold = said["utilization"], said["threshold"]
	d.UsageValue, _ = strconv.ParseFloat(said["usage"], 64) // what is not there is 0
	d.CapacityValue, _ = strconv.ParseFloat(said["capacity"], 64)
	percent, _ := strconv.ParseFloat(strings.TrimSuffix(d.Threshold, "%"), 64)
	d.ThresholdValue = percent / 100
	if said["usage"] != "" {
		d.Usage = words.Figure(m, d.UsageValue)
	}
	if d.CapacityValue > 0 {
		d.Capacity, d.UtilizationValue = words.Figure(m, d.CapacityValue), d.UsageValue/d.CapacityValue
	}
}

// moments fills in when what happens.
func (d *TemplateData) moments(n *Notice, a *Alert, zone *time.Location) {
	if zone == nil {
		zone = time.UTC
	}
	written := func(at time.Time) (string, int64) {
		if at.IsZero() {
			return "", 0
		}
		return words.Moment(at, zone), at.Unix()
	}
	d.Began, d.BeganUnix = written(a.StartsAt)
	d.At, d.AtUnix = written(n.CreatedAt)
	d.EndedAt, d.EndedAtUnix = written(a.EndsAt)
	for name, field := range map[string]*string{"expires_at": &d.Expires, "suspends_at": &d.Suspends, "releases_at": &d.Releases} {
		if at, err := time.Parse(time.RFC3339, a.Annotations[name]); err == nil {
			*field, _ = written(at)
		}
	}
}

func firstOf(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}

// mostSegments is how many segments a text message in somebody's own words may take.
const mostSegments = 4

// inOwnWords writes a notice by the template of its target, if that has one. Where the
// template fails the notice keeps the words that are shipped, and says why.
func (n *Notice) inOwnWords(a *Alert, to *Target) {
	n.Own, n.TemplateFault = "", ""
	if to.Template == nil {
		return
	}
	text, err := to.Template.Execute(templateData(n, a, to))
	if err == nil && n.Channel == "sms" {
		text = strings.Join(strings.Fields(words.Clean(text)), " ")
	}
	switch segments, _ := sms.Segments(text); {
	case err != nil:
		n.TemplateFault = err.Error()
	case strings.TrimSpace(text) == "":
		n.TemplateFault = "it prints nothing"
	case to.TemplateJSON && !json.Valid([]byte(text)):
		n.TemplateFault = "what it prints is no JSON; a text is written as {{json .Summary}}, without quotes around it"
	case n.Channel == "sms" && segments > mostSegments:
		n.TemplateFault = "what it prints is longer than " + strconv.Itoa(mostSegments) + " segments"
	default:
		n.Own = text
	}
}

// TemplateKey names the template of a target: its receiver, its channel, and what stands in
// it. It is "" where there is none.
func (t *Target) TemplateKey(receiver string) string {
	var source string
	switch {
	case t.Mail != nil:
		source = t.Mail.source()
	case t.Template != nil:
		source = t.Template.Source()
	default:
		return ""
	}
	return "template " + receiver + " " + t.Recipient.Channel + " " + fingerprintOf(source)
}

// Try writes the notice of an event to one target of a receiver as it would be told, without
// asking who is told at all: so that templates can be tried.
func (d *Directory) Try(ev *alarm.Event, receiver string, to Target, now time.Time) Notice {
	return newTelling(d, ev, now).notice(receiver, to)
}

// TemplateFails is what the fallback is told of a template that fails.
func TemplateFails(d *Directory, n *Notice) Self {
	what, fault := fleet.Text{EN: "text messages", ZH: "短信"}, n.TemplateFault
	switch n.Channel {
	case "sms":
	case "email":
		what, fault = fleet.Text{EN: "mails", ZH: "邮件"}, n.TemplatePart+": "+fault
	default:
		what = fleet.Text{EN: "webhook", ZH: "Webhook"}
	}
	return Self{
		Rule: TemplateRule, Subject: n.Receiver + " " + n.Channel, Severity: alarm.Warning, Page: "/notices", To: d.standIns(),
		Text: fleet.Text{
			EN: "the template for " + what.EN + " of " + n.Receiver + " fails. Notices go out in Brimwatch's own words. Run brimwatch check.",
			ZH: n.Receiver + "的" + what.ZH + "模板出错，通知改用默认文本。请运行 brimwatch check。",
		},
		Advice: "The template failed for " + n.Code + ": " + fault + ". Run brimwatch check, and correct the template.",
	}
}
