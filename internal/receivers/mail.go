package receivers

import (
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/email"
)

// newMails makes the targets of those who get e-mail by a receiver.
func newMails(r *config.Receiver, mute []notifier.MuteTime, s *config.Snapshot, version string) ([]notifier.Target, error) {
	worded, err := mailTemplateOf(&r.MailTemplate)
	if err != nil {
		return nil, err
	}
	var out []notifier.Target
	for _, c := range s.MailedBy(r) {
		t, err := newMail(s, c, version)
		if err != nil {
			return nil, err
		}
		t.Mute, t.Turn = append(muteTimes(c.Mute), mute...), r.TurnOfMail(c.Name)
		t.Mail = worded
		out = append(out, t)
	}
	return out, nil
}

// newMail makes the target of one contact, who gets e-mail. It wakes nobody, so quiet
// hours do not hold it; the hour of the calendar does.
func newMail(s *config.Snapshot, c *config.Contact, version string) (notifier.Target, error) {
	if s.SMTP == nil {
		return notifier.Target{}, fmt.Errorf("there is no mail server for e-mail to %s", c.Name)
	}
	tlsConfig, err := s.SMTP.TLS.Load()
	if err != nil {
		return notifier.Target{}, fmt.Errorf("smtp.tls: %w", err)
	}
	m := s.SMTP
	ch, err := email.New(email.Options{
		Host: m.Host, Port: m.Port, Security: email.Security(m.Security), TLS: tlsConfig, Username: m.Username, Password: m.Password.Reveal(),
		From: m.From, FromName: m.FromName, Hello: m.Hello, Timeout: m.Timeout, Language: c.Language, Zone: c.Zone, ExternalURL: s.Server.ExternalURL, Version: version,
	})
	if err != nil {
		return notifier.Target{}, fmt.Errorf("smtp: %w", err)
	}
	return notifier.Target{
		Recipient: notifier.Recipient{Channel: "email", Name: "email/" + c.Name, Address: c.Email, Display: c.Name},
		Channel:   ch, Way: "email " + m.Host, Language: c.Language, Zone: c.Zone, Hour: s.CalendarAt,
	}, nil
}

// mailStranger makes the target of an address that is in no receiver any more.
func mailStranger(s *config.Snapshot, address, version string) (notifier.Target, bool) {
	t, err := newMail(s, &config.Contact{Email: address, Language: words.EN, Zone: time.UTC}, version)
	t.Recipient.Name, t.Recipient.Display = "", "a former e-mail address"
	return t, err == nil
}

// Draw has all mails of a directory, which is not in force yet, show charts.
func Draw(d *notifier.Directory, draw email.Draw) {
	for t := range d.Targets() {
		if ch, ok := t.Channel.(*email.Channel); ok {
			ch.SetDraw(draw)
		}
	}
}
