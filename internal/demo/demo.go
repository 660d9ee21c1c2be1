// Package demo shows the whole story on one machine: two MQTT brokers inside
// the process with real clients, a telephone that keeps Twilio's HTTP contract,
// a webhook receiver, a small Alibaba Cloud where it is asked for, and the
// product itself, with its own collectors, engine, outbox and channels. Only the
// world around it is made up.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/brimwatch/brimwatch/internal/access"
	"github.com/brimwatch/brimwatch/internal/daemon"
	"github.com/brimwatch/brimwatch/internal/demo/phone"
	"github.com/brimwatch/brimwatch/notifier/sms"

	"github.com/brimwatch/brimwatch/internal/phrases"
)

// The account the demo's text messages are sent with, known to this process only.
const (
	accountSID = "AC00000000000000000000000000000de0"
	authToken  = "demodemodemodemodemodemodemodemo"
	hookKey    = "whsec_ZGVtb2RlbW9kZW1vZGVtb2RlbW9kZW1v"
)

// Options is what a demo is started with.
type Options struct {
	Listen  string // where the Brimwatch page is, 127.0.0.1:9740; a free port is taken when it is in use
	Cloud   bool   // also watch an account of a small Alibaba Cloud, whose instances are found
	Out     io.Writer
	Say     *phrases.Printer // what is printed, in a language; nil is English
	Version string
	Log     *slog.Logger
}

// world is everything around the product.
type world struct {
	orders, payments *broker
	phone            *served
	hook             *served
	cloud            *served // nil without --cloud
	dir              string
}

// Run shows the demo until ctx ends.
func Run(ctx context.Context, o Options) (err error) {
	w, err := newWorld(o.Cloud)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	listen, err := freeUnless(o.Listen)
	if err != nil {
		return err
	}
	file, err := w.writeConfig(listen)
	if err != nil {
		return err
	}
	d, err := daemon.New(ctx, daemon.Options{ConfigFile: file, Version: o.Version, Logger: o.Log})
	if err != nil {
		return err
	}
	w.welcome(o.Out, o.Say, d.Address().String())

	st := &stage{away: make(chan bool)}
	first := calm()
	st.orders.Store(&first)
	payments := w.payments
	w.payments = nil // the stage closes it, and starts another in its place
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return d.Run(ctx, nil) })
	group.Go(func() error { return st.tell(ctx, o.Out, o.Say) })
	group.Go(func() error { return st.payments(ctx, payments) })
	group.Go(func() error {
		return (&crowd{address: w.orders.address, name: "orders"}).run(ctx, func() level { return *st.orders.Load() })
	})
	err = group.Wait()
	fmt.Fprintln(o.Out, "\n"+o.Say.T("The demo has ended; nothing of it is left."))
	return err
}

func newWorld(withCloud bool) (_ *world, err error) {
	w := &world{}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	if w.dir, err = os.MkdirTemp("", "brimwatch-demo-"); err != nil {
		return nil, fmt.Errorf("make a folder for the demo: %w", err)
	}
	if w.orders, err = startBroker("127.0.0.1:0"); err != nil {
		return nil, err
	}
	if w.payments, err = startBroker("127.0.0.1:0"); err != nil {
		return nil, err
	}
	tel, err := phone.New(phone.Options{
		AccountSID: accountSID, AuthToken: authToken, Segments: sms.Segments,
		Names: map[string]string{"+14155550123": "Alice", "+8613800138000": "Wei"},
	})
	if err != nil {
		return nil, fmt.Errorf("make the telephone: %w", err)
	}
	if w.phone, err = serve(tel); err != nil {
		return nil, err
	}
	h, err := newHook()
	if err != nil {
		return nil, err
	}
	if w.hook, err = serve(h); err != nil || !withCloud {
		return w, err
	}
	c, err := newCloud(time.Now())
	if err != nil {
		return w, err
	}
	w.cloud, err = serve(c)
	return w, err
}

// welcome prints what there is to open.
func (w *world) welcome(out io.Writer, say *phrases.Printer, address string) {
	fmt.Fprintf(out, "\n%s\n\n", say.T("Brimwatch's demo is running. Open"))
	for _, page := range []struct{ address, shows string }{
		{address, say.T("Brimwatch: instances, alarms, notices")}, {w.phone.address, say.T("the telephones that get SMS and calls")}, {w.hook.address, say.T("the webhooks as they arrive")},
	} {
		fmt.Fprintf(out, "  http://%s/            %s\n", page.address, page.shows)
	}
	fmt.Fprintf(out, "\n%s\n\n", say.T("Orders may have %d connections, %d subscriptions and %d messages a second from publishers. Ctrl-C ends it.",
		capacityConnections, capacitySubscriptions, capacitySendTPS))
	if w.cloud != nil {
		cloudWelcome(out, say)
	}
}

func (w *world) close() error {
	var errs []error
	if w.phone != nil {
		errs = append(errs, w.phone.close())
	}
	if w.hook != nil {
		errs = append(errs, w.hook.close())
	}
	if w.cloud != nil {
		errs = append(errs, w.cloud.close())
	}
	if w.orders != nil {
		errs = append(errs, w.orders.Close())
	}
	if w.payments != nil {
		errs = append(errs, w.payments.Close())
	}
	if w.dir != "" {
		errs = append(errs, os.RemoveAll(w.dir))
	}
	return errors.Join(errs...)
}

// writeConfig writes a configuration as a user would, into the demo's folder.
func (w *world) writeConfig(listen string) (string, error) {
	accounts, found := "", ""
	if w.cloud != nil {
		accounts, found = accountConfig(w.cloud.address)
	}
	// Nothing in a demo needs a fence, and whoever gives another address wants it seen.
	open := !access.Loopback(listen)
	text := fmt.Sprintf(`server: {listen: %q, open: %t}
storage: {dir: %q, retention: 1d}
collect: {interval: 1s, timeout: 2s}

alarms:
  notify: [oncall]
  calendar_at: off # at once: nobody waits for nine o'clock here
  capacity: {threshold: 70%%, for: 4s, clear_for: 4s, levels: [{severity: critical, threshold: 90%%}]}
  no_data: {for: 8s, clear_for: 2s}
  flapping: {enabled: false} # the story is told again every two minutes
%s
instances:
  - id: mqtt-orders
    name: Orders
    product: mqtt
    edition: basic
    capacity: {connections: %d, subscriptions: %d, send_tps: %d}
    billing: {method: subscription, expires: %s}
    source: {type: mosquitto, url: "mqtt://%s"}
    labels: {team: orders, env: demo}
  - id: mqtt-payments
    name: Payments
    product: mqtt
    edition: basic
    capacity: {connections: 40, subscriptions: 100, send_tps: 200}
    billing: {method: subscription, expires: %s}
    source: {type: mosquitto, url: "mqtt://%s"}
    labels: {team: payments, env: demo}
  - id: redis-sessions
    name: Sessions
    product: redis
    edition: community
    billing: {method: subscription, expires: %s}
    labels: {team: web, env: demo}
%s
contacts:
  - {name: Alice, phone: "+14155550123"}
  - {name: Wei, phone: "+8613800138000", language: zh, time_zone: Asia/Shanghai}

receivers:
  - name: oncall
    sms: [Alice, Wei]
    voice: [Wei]
    call_after: 30s
    webhooks: [{url: "http://%s/hook", secret_file: hook.key}]

sms:
  providers:
    - {name: twilio, type: twilio, account_sid: %s, auth_token_file: twilio.token, from: "+15005550006", base_url: "http://%s"}
voice:
  providers:
    - {name: twilio, type: twilio, account_sid: %s, auth_token_file: twilio.token, from: "+15005550006", base_url: "http://%s"}
`, listen, open, filepath.Join(w.dir, "data"), accounts, capacityConnections, capacitySubscriptions, capacitySendTPS,
		day(200), w.orders.address, day(5), w.payments.address, day(40), found, w.hook.address, accountSID, w.phone.address, accountSID, w.phone.address)
	for name, content := range map[string]string{"brimwatch.yml": text, "twilio.token": authToken, "hook.key": hookKey, keyIDFile: cloudKeyID, keySecretFile: cloudKeySecret} {
		if err := os.WriteFile(filepath.Join(w.dir, name), []byte(content), 0o600); err != nil {
			return "", fmt.Errorf("write the demo's configuration: %w", err)
		}
	}
	return filepath.Join(w.dir, "brimwatch.yml"), nil
}

// day is a date some days from now.
func day(n int) string { return time.Now().AddDate(0, 0, n).Format(time.DateOnly) }

// freeUnless returns address when it is free, and else one that is.
func freeUnless(address string) (string, error) {
	l, err := net.Listen("tcp", address) //nolint:noctx // it is there at once, or not
	if err != nil {
		l, err = net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it is there at once
	}
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return l.Addr().String(), l.Close()
}

// served is a handler that is served on a free loopback address.
type served struct {
	address string
	server  *http.Server
	ended   chan error
}

func serve(h http.Handler) (*served, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a loopback listener is there at once
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	s := &served{address: l.Addr().String(), ended: make(chan error, 1), server: &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}}
	go func() { s.ended <- s.server.Serve(l) }()
	return s, nil
}

func (s *served) close() error {
	err := s.server.Close()
	if e := <-s.ended; !errors.Is(e, http.ErrServerClosed) {
		err = errors.Join(err, e)
	}
	return err
}
