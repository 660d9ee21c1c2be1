package email

import (
	"net/mail"
	"slices"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/test/server"
)

// TestARealServer takes a mail as it is, and says what became of others.
func TestARealServer(t *testing.T) {
	authority := server.NewAuthority(t)
	for _, tt := range []struct {
		name     string
		security Security
		tls      string
		user     string
	}{
		{"in the clear", NoTLS, "", ""},
		{"in the clear, signed in on loopback", NoTLS, "", "brim"},
		{"STARTTLS", StartTLS, "starttls", ""},
		{"STARTTLS, signed in", StartTLS, "starttls", "brim"},
		{"TLS", WholeTLS, "tls", "brim"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			const password = "pa55 wörd, long"
			s := server.SMTP(t, server.MailOptions{TLS: tt.tls, Cert: authority.CertFile, Key: authority.KeyFile, User: tt.user, Password: password})
			ch := channelTo(t, s.Addr, func(o *Options) {
				o.Security, o.TLS, o.Username = tt.security, trusting(authority), tt.user
				if tt.user != "" {
					o.Password = password
				}
			})
			r, err := ch.Send(t.Context(), message("li@example.com", raised("K7Q2", "mqtt-1", words.EN)))
			if err != nil || r.Status != notifier.Accepted || !strings.Contains(r.Detail, "queued as 000001") {
				t.Fatalf("receipt %+v, error %v", r, err)
			}
			mails := s.Mails()
			if len(mails) != 1 {
				t.Fatalf("%d mails arrived", len(mails))
			}
			m := mails[0]
			if m.From != "brimwatch@example.com" || strings.Join(m.To, " ") != "li@example.com" || m.Hello != "monitor.example.com" || m.User != tt.user || m.Encrypted != (tt.tls != "") {
				t.Errorf("it came from %s to %v, greeted by %s, as %q, encrypted %t", m.From, m.To, m.Hello, m.User, m.Encrypted)
			}
			if got := parse(t, m.Content); got.subject != "K7Q2 Orders: connections" || !strings.Contains(got.plain, "72%") || !strings.Contains(got.html, "Orders") {
				t.Errorf("subject %q, text %q", got.subject, got.plain)
			}
		})
	}
}

// TestWhatARealServerRefuses.
func TestWhatARealServerRefuses(t *testing.T) {
	s := server.SMTP(t, server.MailOptions{})
	ch := channelTo(t, s.Addr)
	one := raised("K7Q2", "mqtt-1", words.EN)

	_, err := ch.Send(t.Context(), message("grey@example.com", one))
	if wait, asked := notifier.RetryAfter(err); !asked || wait != greylisted || notifier.IsPermanent(err) || !strings.Contains(err.Error(), "451 4.7.1 Greylisted") {
		t.Errorf("greylisted: %v", err)
	}
	if _, err := ch.Send(t.Context(), message("grey@example.com", one)); err != nil {
		t.Errorf("when it came again: %v", err)
	}
	_, err = ch.Send(t.Context(), message("nobody@example.com", one))
	if !notifier.IsPermanent(err) || !notifier.IsAboutRecipient(err) || !strings.Contains(err.Error(), "correct the email of nobody") || strings.Contains(err.Error(), "@example.com") {
		t.Errorf("no such mailbox: %v", err)
	}
	_, err = ch.Send(t.Context(), message("spam@example.com", one))
	if !notifier.IsPermanent(err) || notifier.IsAboutRecipient(err) || !strings.Contains(err.Error(), "554 5.7.1") {
		t.Errorf("spam: %v", err)
	}
	before := len(s.Mails())
	_, err = ch.Send(t.Context(), message("cut@example.com", one))
	if !notifier.IsUnknown(err) || !strings.Contains(err.Error(), "it may have arrived, and is sent again as a possible repeat") {
		t.Errorf("cut after the end: %v", err)
	}
	again := message("cut@example.com", one)
	again.InDoubt, again.Attempt = true, 2
	if _, err := ch.Send(t.Context(), again); err != nil {
		t.Errorf("sent again: %v", err)
	}
	mails := s.Mails()[before:]
	if len(mails) != 2 {
		t.Fatalf("%d mails arrived", len(mails))
	}
	first, second := parse(t, mails[0].Content), parse(t, mails[1].Content)
	if first.header.Get("Message-ID") != second.header.Get("Message-ID") {
		t.Errorf("the repeat is %s, and it was %s", second.header.Get("Message-ID"), first.header.Get("Message-ID"))
	}
	if strings.Contains(first.plain, "may be a repeat") || !strings.Contains(second.plain, "may be a repeat") || !strings.Contains(second.html, "may be a repeat") {
		t.Errorf("the repeat says %q", second.plain)
	}
}

// TestOneEpisodeIsOneThread: all mails of an alarm refer to the first, under one subject.
func TestOneEpisodeIsOneThread(t *testing.T) {
	s := server.SMTP(t, server.MailOptions{})
	ch := channelTo(t, s.Addr)
	first := raised("K7Q2", "mqtt-1", words.EN)
	other := raised("M3XP", "mqtt-2", words.EN)
	other.Alert.Fingerprint = "0000000000000001"
	again := raised("Q4ZT", "mqtt-1", words.EN)
	again.Alert.StartsAt = again.Alert.StartsAt.Add(1)
	for i, notices := range [][]notifier.Notice{{first}, {critical(first)}, {ended(first)}, {other}, {again}, {critical(first), other}, {ended(other)}, {ended(other), ended(first)}} {
		m := message("li@example.com", notices...)
		m.ID += string(rune('a' + i))
		if _, err := ch.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	mails := s.Mails()
	seen := make(map[string]bool)
	var got []read
	for _, m := range mails {
		r := parse(t, m.Content)
		if id := r.header.Get("Message-ID"); seen[id] || !strings.HasSuffix(id, "@example.com>") {
			t.Errorf("Message-ID %s", id)
		} else {
			seen[id] = true
		}
		got = append(got, r)
	}
	root, otherRoot := got[0].header.Get("Message-ID"), got[3].header.Get("Message-ID")
	for i, want := range []struct {
		root, subject, from string
	}{
		{"", "K7Q2 Orders: connections", "Brimwatch WARNING"},
		{root, "Re: K7Q2 Orders: connections", "Brimwatch CRITICAL"},
		{root, "Re: K7Q2 Orders: connections", "Brimwatch ENDED"},
		{"", "M3XP Orders: connections", "Brimwatch WARNING"},
		{"", "Q4ZT Orders: connections", "Brimwatch WARNING"},
		// What is about several belongs to the threads of all, that of the gravest last.
		{otherRoot + " " + root, "Brimwatch: 2 alarms, 1 critical. K7Q2 CRITICAL Orders: connections 3,612 of 5,000 (72%, threshold 70%)", "Brimwatch CRITICAL"},
		{otherRoot, "Re: M3XP Orders: connections", "Brimwatch ENDED"},
		{root + " " + otherRoot, "Brimwatch: 2 ended. M3XP ENDED Orders: connections 3,612 of 5,000 (72%, threshold 70%)", "Brimwatch ENDED"},
	} {
		h := got[i].header
		from, err := mail.ParseAddress(h.Get("From"))
		if err != nil {
			t.Fatal(err)
		}
		answers := strings.Fields(want.root) // the gravest first
		slices.Reverse(answers)
		if h.Get("References") != want.root || h.Get("In-Reply-To") != strings.Join(answers, " ") || got[i].subject != want.subject || from.Name != want.from {
			t.Errorf("mail %d: refers to %q, subject %q, from %q; want %+v", i, h.Get("References"), got[i].subject, from.Name, want)
		}
	}
}
