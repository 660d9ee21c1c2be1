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

	"github.com/brimwatch/brimwatch/fleet/words"
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
	NoCloud bool   // leave out the accounts of a small Alibaba Cloud, whose instances are found
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
	cloud            *served // nil with --no-cloud
	tel              *phone.Server
	dir              string
	chinese          bool // what people read is Chinese
}

// Run shows the demo until ctx ends.
func Run(ctx context.Context, o Options) (err error) {
	w, err := newWorld(!o.NoCloud, o.Say)
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
	began := time.Now()
	if err := recordPast(filepath.Join(w.dir, dataFolder, "history"), subjects(w.cloud != nil), began); err != nil {
		return err
	}
	d, err := daemon.New(ctx, daemon.Options{ConfigFile: file, Version: o.Version, Logger: o.Log})
	if err != nil {
		return err
	}
	w.welcome(o.Out, o.Say, d.Address().String())
	w.tel.SetInbound(ownURL(listen) + "/hooks/twilio/inbound")

	st := &stage{away: make(chan bool)}
	first := calm()
	st.orders.Store(&first)
	payments := w.payments
	w.payments = nil // the stage closes it, and starts another in its place
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return d.Run(ctx, nil) })
	group.Go(func() error { return w.callBack(ctx) })
	group.Go(func() error { return st.tell(ctx, o.Out, o.Say) })
	group.Go(func() error { return st.payments(ctx, payments) })
	group.Go(func() error {
		return (&crowd{address: w.orders.address, name: "orders"}).run(ctx, func() level { return *st.orders.Load() })
	})
	err = group.Wait()
	fmt.Fprintln(o.Out, "\n"+o.Say.T("The demo has ended; nothing of it is left."))
	return err
}

func newWorld(withCloud bool, say *phrases.Printer) (_ *world, err error) {
	w := &world{chinese: say.Language() == words.ZH}
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
	w.tel, err = phone.New(phone.Options{
		AccountSID: accountSID, AuthToken: authToken, Segments: sms.Segments, Callbacks: http.DefaultTransport, Say: say,
		Listens: 45 * time.Second, Names: map[string]string{numberAlice: "Alice", numberWei: "Wei"},
	})
	if err != nil {
		return nil, fmt.Errorf("make the telephone: %w", err)
	}
	if w.phone, err = serve(w.tel); err != nil {
		return nil, err
	}
	h, err := newHook(say)
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

// welcome says where the pages are.
func (w *world) welcome(out io.Writer, say *phrases.Printer, address string) {
	fmt.Fprintf(out, "\n%s\n\n", say.T("Brimwatch's demo is running. Open"))
	chosen := ""
	if w.chinese {
		chosen = "?lang=zh"
	}
	brimwatch := "http://" + address
	list := []struct{ address, shows string }{
		{brimwatch + "/" + chosen, say.T("Brimwatch: all instances, the fullest first")},
		{brimwatch + "/instances/" + idOrders + "?tab=statistics&last=30d", say.T("a month of Orders")},
		{brimwatch + "/alarms", say.T("alarms")},
		{brimwatch + "/calendar", say.T("what lies ahead")},
		{brimwatch + "/notices", say.T("who was told what")},
		{brimwatch + "/oncall", say.T("who is on call")},
		{brimwatch + "/silences", say.T("silences")},
		{brimwatch + "/people", say.T("people, and how well they can be reached")},
		{"http://" + w.phone.address + "/", say.T("the telephones that get the SMS; answer on them with ACK and a code")},
		{"http://" + w.hook.address + "/", say.T("the webhooks as they arrive")},
	}
	longest := 0
	for _, page := range list {
		longest = max(longest, len(page.address))
	}
	for _, page := range list {
		fmt.Fprintf(out, "  %-*s  %s\n", longest, page.address, page.shows)
	}
	fmt.Fprintf(out, "\n%s\n\n", say.T("Orders may have %d connections, %d subscriptions and %d messages a second from publishers. Ctrl-C ends it.",
		capacityConnections, capacitySubscriptions, capacitySendTPS))
	if w.cloud != nil {
		cloudWelcome(out, say)
	}
}

// callBack carries what the telephones report, until ctx ends.
func (w *world) callBack(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			_ = w.tel.Notify(ctx) // Brimwatch asks by itself for what did not come
		}
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
