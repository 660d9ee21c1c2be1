package email

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/channeltest"
	"github.com/brimwatch/brimwatch/test/server"
)

// script is a mail server that says what a test wants at one stage, and takes everything
// else. It is to SMTP what package channeltest is to HTTP.
type script struct {
	at    string // GREETING, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, END
	says  string // the reply there; "" cuts the connection, "-" says nothing more
	first func() // called there, before it says something; nil is nothing
	offer string // extensions
	tls   *tls.Config
}

// serve serves connections, one after the other, until the test ends.
func (s *script) serve(t *testing.T) (addr string) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.talk(conn)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-done
	})
	return l.Addr().String()
}

// talk leads one conversation.
func (s *script) talk(conn net.Conn) {
	in := bufio.NewReader(conn)
	// say gives the reply of a stage; false ends the conversation.
	say := func(at, reply string) bool {
		if at == s.at {
			if s.first != nil {
				s.first()
			}
			reply = s.says
		}
		switch reply {
		case "":
			return false
		case "-":
			_, _ = io.Copy(io.Discard, in) // until the other side has enough of it
			return false
		}
		_, err := io.WriteString(conn, strings.ReplaceAll(reply, "\n", "\r\n")+"\r\n")
		return err == nil
	}
	if !say("GREETING", "220 mail.test ready") {
		return
	}
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		verb, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		reply := map[string]string{"EHLO": "250-mail.test\n250-8BITMIME" + s.offer + "\n250 SIZE 10000000", "STARTTLS": "220 go ahead", "AUTH": "235 welcome", "DATA": "354 go ahead", "QUIT": "221 bye"}[verb]
		if reply == "" {
			reply = "250 fine"
		}
		if !say(verb, reply) {
			return
		}
		switch {
		case verb == "STARTTLS" && s.tls != nil:
			secured := tls.Server(conn, s.tls)
			conn, in = secured, bufio.NewReader(secured)
		case verb == "DATA" && s.at != "DATA":
			for line != ".\r\n" && err == nil {
				line, err = in.ReadString('\n')
			}
			if !say("END", "250 2.0.0 queued as 1") {
				return
			}
		}
	}
}

// send sends a mail through a script.
func (s *script) send(ctx context.Context, t *testing.T, change ...func(*Options)) (notifier.Receipt, error) {
	t.Helper()
	ch := channelTo(t, s.serve(t), change...)
	r, err := ch.Send(ctx, message("li@example.com", raised("K7Q2", "mqtt-1", words.EN)))
	if err != nil {
		text := err.Error()
		if r != (notifier.Receipt{}) || strings.ContainsAny(text, "\r\n\t\x00") || len(text) > 1000 || !strings.HasPrefix(text, "send mail") {
			t.Errorf("receipt %+v, and the error is not one short line: %q", r, text)
		}
		if strings.Contains(text, "hush-hush") || strings.Contains(text, "li@example.com") {
			t.Errorf("it shows what is not to be shown: %q", text)
		}
	}
	return r, err
}

func signedIn(o *Options) { o.Username, o.Password = "brim", "hush-hush" }

// TestEveryReply: what each class of replies means at each stage.
func TestEveryReply(t *testing.T) {
	const (
		later, notBefore, never, doubt, accepted = channeltest.Later, channeltest.NotBefore, channeltest.Never, channeltest.Doubt, channeltest.Accepted
	)
	type outcome struct {
		channeltest.Outcome

		recipient   bool // it is about the recipient
		credentials bool
	}
	for _, tt := range []struct {
		at    string
		reply string
		want  outcome
		says  string
	}{
		{"GREETING", "421 too busy", outcome{later, false, false}, "does not talk to us: 421 too busy"},
		{"GREETING", "450 later", outcome{later, false, false}, "450"},
		{"GREETING", "554 you are on a list", outcome{later, false, false}, "554 you are on a list"},
		{"GREETING", "HTTP/1.1 400 Bad Request", outcome{later, false, false}, ""},
		{"GREETING", "999 999", outcome{later, false, false}, ""},
		{"EHLO", "421 not now", outcome{accepted, false, false}, ""}, // then HELO will do
		{"EHLO", "550 who are you", outcome{accepted, false, false}, ""},
		{"AUTH", "235 welcome", outcome{accepted, false, false}, ""},
		{"AUTH", "421 not now", outcome{later, false, false}, ""},
		{"AUTH", "454 4.7.0 directory is away", outcome{later, false, false}, "454"},
		{"AUTH", "500 what", outcome{later, false, true}, ""},
		{"AUTH", "530 5.7.0 must issue STARTTLS first", outcome{later, false, true}, ""},
		{"AUTH", "534 5.7.9 mechanism is too weak", outcome{later, false, true}, ""},
		{"AUTH", "535 5.7.8 bad credentials", outcome{later, false, true}, "check smtp.username and its password"},
		{"AUTH", "538 5.7.11 encryption required", outcome{later, false, true}, ""},
		{"MAIL", "421 not now", outcome{later, false, false}, ""},
		{"MAIL", "451 4.3.0 trouble", outcome{later, false, false}, ""},
		{"MAIL", "452 4.3.1 full", outcome{later, false, false}, ""},
		{"MAIL", "501 5.1.7 bad sender", outcome{later, false, false}, "check smtp.from"},
		{"MAIL", "530 5.7.0 authentication required", outcome{later, false, true}, "check smtp.username"},
		{"MAIL", "550 5.7.1 not yours", outcome{later, false, false}, "takes no mail from our sender"},
		{"MAIL", "552 5.3.4 too big", outcome{later, false, false}, ""},
		{"RCPT", "251 forwarded", outcome{accepted, false, false}, ""},
		{"RCPT", "252 perhaps", outcome{accepted, false, false}, ""},
		{"RCPT", "421 not now", outcome{later, false, false}, ""},
		{"RCPT", "450 4.2.0 greylisted", outcome{notBefore, false, false}, "takes no mail for the recipient: 450"},
		{"RCPT", "451 4.7.1 greylisted", outcome{notBefore, false, false}, ""},
		{"RCPT", "452 4.2.2 mailbox is full", outcome{notBefore, false, false}, ""},
		{"RCPT", "499 odd", outcome{notBefore, false, false}, ""},
		{"RCPT", "500 what", outcome{never, true, false}, ""},
		{"RCPT", "530 5.7.0 authentication required", outcome{later, false, true}, ""},
		{"RCPT", "550 5.1.1 <li@example.com>: no such user", outcome{never, true, false}, "550 5.1.1 li: no such user; correct the email of li"},
		{"RCPT", "550-5.1.1 no\n550 5.1.1 such user", outcome{never, true, false}, "550"},
		{"RCPT", "551 moved", outcome{never, true, false}, ""},
		{"RCPT", "553 bad name", outcome{never, true, false}, ""},
		{"RCPT", "554 5.7.1 <li@example.com>: relay access denied", outcome{never, true, false}, "does not pass mail on for us"},
		{"DATA", "421 not now", outcome{later, false, false}, ""},
		{"DATA", "450 4.7.0 later", outcome{notBefore, false, false}, ""},
		{"DATA", "503 bad sequence", outcome{never, false, false}, "does not take the mail"},
		{"DATA", "554 5.5.1 no valid recipients", outcome{never, false, false}, ""},
		{"DATA", "250 what", outcome{never, false, false}, ""},
		{"END", "250 2.0.0 queued", outcome{accepted, false, false}, ""},
		{"END", "421 not now", outcome{later, false, false}, ""},
		{"END", "450 4.7.1 greylisted", outcome{notBefore, false, false}, ""},
		{"END", "451 4.3.0 trouble", outcome{notBefore, false, false}, ""},
		{"END", "452 4.3.1 full", outcome{notBefore, false, false}, ""},
		{"END", "550 5.1.1 no such user after all", outcome{never, true, false}, "correct the email of li"},
		{"END", "552 5.2.2 mailbox is full", outcome{never, true, false}, ""},
		{"END", "552 5.3.4 too big", outcome{never, false, false}, ""},
		{"END", "554 5.7.1 spam", outcome{never, false, false}, "its rules refuse this mail"},
		{"END", "354 what", outcome{doubt, false, false}, ""},
		{"END", "220 mail.test", outcome{doubt, false, false}, ""},
		{"END", "nonsense", outcome{doubt, false, false}, "may have arrived"},
	} {
		t.Run(tt.at+" "+tt.reply, func(t *testing.T) {
			s := script{at: tt.at, says: tt.reply}
			var change []func(*Options)
			if tt.at == "AUTH" {
				s.offer, change = "\n250-AUTH PLAIN", append(change, signedIn)
			}
			_, err := s.send(t.Context(), t, change...)
			got := outcome{channeltest.OutcomeOf(err), notifier.IsAboutRecipient(err), notifier.IsAboutCredentials(err)}
			if got != tt.want {
				t.Errorf("%+v, want %+v; error: %v", got, tt.want, err)
			}
			if err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error %v, want it to say %q", err, tt.says)
			}
		})
	}
}

// TestEveryCut: a connection that breaks, that hangs, and a context that ends, at each stage.
// Only after the end of the mail nobody knows.
func TestEveryCut(t *testing.T) {
	for _, at := range []string{"GREETING", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "END"} {
		want := channeltest.Later
		if at == "END" {
			want = channeltest.Doubt
		}
		offer := func(o *Options) {}
		if at == "AUTH" {
			offer = signedIn
		}
		script := func(says string, first func()) *script {
			s := &script{at: at, says: says, first: first}
			if at == "AUTH" {
				s.offer = "\n250-AUTH PLAIN LOGIN"
			}
			return s
		}
		check := func(t *testing.T, err error, cause error) {
			t.Helper()
			if got := channeltest.OutcomeOf(err); got != want {
				t.Errorf("%q, want %q; error: %v", got, want, err)
			}
			if cause != nil && !errors.Is(err, cause) {
				t.Errorf("error %v does not wrap %v", err, cause)
			}
		}
		t.Run(at+" cut", func(t *testing.T) {
			_, err := script("", nil).send(t.Context(), t, offer)
			check(t, err, nil)
		})
		t.Run(at+" hangs", func(t *testing.T) {
			_, err := script("-", nil).send(t.Context(), t, offer, func(o *Options) { o.Timeout = 100 * time.Millisecond })
			check(t, err, context.DeadlineExceeded)
			if err != nil && !strings.Contains(err.Error(), "not done within 100ms") {
				t.Errorf("error %v", err)
			}
		})
		t.Run(at+" cancelled", func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			_, err := script("-", cancel).send(ctx, t, offer)
			check(t, err, context.Canceled)
		})
		t.Run(at+" endless", func(t *testing.T) {
			_, err := script(strings.Repeat("x", 2<<20), nil).send(t.Context(), t, offer)
			check(t, err, nil)
		})
	}
	t.Run("ended before", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		s := script{at: "GREETING", says: "", first: func() { t.Error("the server was called") }}
		if _, err := s.send(ctx, t); channeltest.OutcomeOf(err) != channeltest.Later || !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("refused", func(t *testing.T) {
		_, err := channelTo(t, "127.0.0.1:1").Send(t.Context(), message("li@example.com", raised("K7Q2", "mqtt-1", words.EN)))
		if channeltest.OutcomeOf(err) != channeltest.Later || !strings.Contains(err.Error(), "connection refused, nothing listens there") {
			t.Errorf("error %v", err)
		}
	})
	t.Run("a cut of QUIT changes nothing", func(t *testing.T) {
		if _, err := (&script{at: "QUIT", says: ""}).send(t.Context(), t); err != nil {
			t.Errorf("error %v", err)
		}
	})
}

// TestAddressesWithOtherSigns: an address that a server does not know how to write is given up, and
// no mail is begun; one that knows it gets it.
func TestAddressesWithOtherSigns(t *testing.T) {
	for _, tt := range []struct {
		name, offer string
		want        channeltest.Outcome
	}{
		{"not known", "", channeltest.Never},
		{"known", "\n250-SMTPUTF8", channeltest.Accepted},
	} {
		t.Run(tt.name, func(t *testing.T) {
			asked := false
			s := script{at: "RCPT", says: "250 fine", offer: tt.offer, first: func() { asked = true }}
			ch := channelTo(t, s.serve(t))
			_, err := ch.Send(t.Context(), message("lí@example.com", raised("K7Q2", "mqtt-1", words.EN)))
			if got := channeltest.OutcomeOf(err); got != tt.want || asked != (tt.want == channeltest.Accepted) {
				t.Errorf("%q, asked %t, want %q; error: %v", got, asked, tt.want, err)
			}
			if err != nil && (!notifier.IsAboutRecipient(err) || !strings.Contains(err.Error(), "does not offer SMTPUTF8") || strings.Contains(err.Error(), "lí@")) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// TestNoLineIsTooLong: whatever a notice holds, no line of a mail is longer than a server has to
// take (RFC 5321, 4.5.3.1.6: 1,000 octets with its end).
func TestNoLineIsTooLong(t *testing.T) {
	for _, sign := range []string{"x", "x ", "满", "=", ".", "é\t"} {
		for _, l := range []words.Language{words.EN, words.ZH} {
			long := strings.Repeat(sign, 5000)
			var list []notifier.Notice
			for i := range 60 {
				n := raised(fmt.Sprintf("K%03d", i), fmt.Sprintf("mqtt-%d", i), l)
				n.Alert.Fingerprint = fmt.Sprintf("%016x", i)
				n.Alert.Labels["instance"], n.Alert.Labels["team"] = long, long
				n.Alert.Annotations["summary"], n.Alert.Annotations["advice"] = long, long
				n.Alert.Story.Subject, n.Alert.Story.Lines = long, []string{long}
				n.Alert.GeneratorURL = "https://brimwatch.example.com/" + strings.Repeat("x", 3000)
				list = append(list, n)
			}
			for _, m := range []notifier.Message{message("li@example.com", list[0]), message("li@example.com", list...)} {
				ch := channelTo(t, "127.0.0.1:1", func(o *Options) { o.Language = l })
				mail, err := ch.compose(t.Context(), &m)
				if err != nil {
					t.Fatal(err)
				}
				for line := range strings.SplitSeq(string(mail), "\r\n") {
					if len(line) > 998 || strings.ContainsAny(line, "\r\n") {
						t.Errorf("%q in %s, %d notices: a line of %d octets: %.100s", sign, l, len(m.Notices), len(line), line)
					}
				}
			}
		}
	}
}

// TestSecuring: nothing goes in the clear where it is to be secured, and nobody is trusted
// whose certificate is not in order.
func TestSecuring(t *testing.T) {
	authority := server.NewAuthority(t)
	expired := server.NewAuthority(t, server.Expired())
	elsewhere := server.NewAuthority(t, server.ForHost("mail.example.com"))
	trust := func(a server.Authority) func(*Options) {
		return func(o *Options) { o.TLS = trusting(a) }
	}
	with := func(s Security) func(*Options) { return func(o *Options) { o.Security = s } }
	for _, tt := range []struct {
		name   string
		script script
		change []func(*Options)
		says   string
	}{
		{"not offered", script{at: "MAIL", says: "-"}, []func(*Options){with(StartTLS)}, "does not offer STARTTLS, and nothing is sent in the clear"},
		{"not offered, signed in", script{offer: "\n250-AUTH PLAIN", at: "AUTH", says: "-"}, []func(*Options){with(StartTLS), signedIn}, "does not offer STARTTLS"},
		{"refused", script{offer: "\n250-STARTTLS", at: "STARTTLS", says: "454 4.7.0 no TLS now"}, []func(*Options){with(StartTLS)}, "does not begin TLS: 454"},
		{"an unknown authority", script{offer: "\n250-STARTTLS", tls: serving(authority)}, []func(*Options){with(StartTLS)}, "signed by an authority that is not known here, give its ca_file"},
		{"out of date", script{offer: "\n250-STARTTLS", tls: serving(expired)}, []func(*Options){with(StartTLS), trust(expired)}, "has expired, or is not valid yet; whoever runs it must renew it"},
		{"another name", script{offer: "\n250-STARTTLS", tls: serving(elsewhere)}, []func(*Options){with(StartTLS), trust(elsewhere)}, "is for another host name, give that as server_name"},
		{"no TLS at the port", script{}, []func(*Options){with(WholeTLS), trust(authority)}, "does not speak TLS at this port; use security: starttls"},
		{"no way to sign in", script{}, []func(*Options){signedIn}, "asks nobody to sign in"},
		{"no way to sign in that is known", script{offer: "\n250-AUTH GSSAPI X-Y"}, []func(*Options){signedIn}, "no way to sign in that is known here: GSSAPI, X-Y"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.script.first = func() {
				if tt.script.says == "-" {
					t.Errorf("it went on to %s in the clear", tt.script.at)
				}
			}
			_, err := tt.script.send(t.Context(), t, append(tt.change, func(o *Options) { o.Timeout = 10 * time.Second })...)
			if channeltest.OutcomeOf(err) != channeltest.Later || !strings.Contains(fmt.Sprint(err), tt.says) {
				t.Errorf("error %v, want one that says %q", err, tt.says)
			}
		})
	}
	t.Run("in order", func(t *testing.T) {
		s := script{offer: "\n250-STARTTLS", tls: serving(authority)}
		if _, err := s.send(t.Context(), t, with(StartTLS), trust(authority)); err != nil {
			t.Error(err)
		}
	})
}

func serving(a server.Authority) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{a.Pair}, MinVersion: tls.VersionTLS12}
}
