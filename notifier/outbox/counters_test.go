package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/notifier"
)

// series returns the series of a family as on a page, those at zero too; of a
// histogram the number and the sum of what was observed.
func (r *rig) series(family string) []string {
	r.t.Helper()
	families, err := r.registry.Gather()
	if err != nil {
		r.t.Fatal(err)
	}
	var out []string
	for _, f := range families {
		if f.GetName() != family {
			continue
		}
		for _, m := range f.GetMetric() {
			var values []string
			for _, l := range m.GetLabel() {
				values = append(values, l.GetName()+"="+l.GetValue())
			}
			line := strings.Join(values, " ")
			if h := m.GetHistogram(); h != nil {
				out = append(out, fmt.Sprintf("%s: %d in %gs", line, h.GetSampleCount(), h.GetSampleSum()))
				continue
			}
			out = append(out, fmt.Sprintf("%s: %g", line, m.GetCounter().GetValue()))
		}
	}
	return out
}

// through names the provider of text messages.
func through(provider string) func(*notifier.Entries) {
	return func(e *notifier.Entries) {
		for _, r := range e.Receivers {
			for i := range r.Targets {
				if r.Targets[i].Recipient.Channel == "sms" {
					r.Targets[i].Provider = provider
				}
			}
		}
	}
}

// renamed gives the receiver another name.
func renamed(name string) func(*notifier.Entries) {
	return func(e *notifier.Entries) {
		r := e.Receivers["oncall"]
		r.Name = name
		e.Receivers, e.Default = map[string]notifier.Receiver{name: r}, []string{name}
	}
}

// pricedChannel says what became of a message, and what it cost: first when it takes
// it, and then each time it is asked. It repeats the last.
type pricedChannel struct {
	fakeChannel
	says  []notifier.Receipt
	fails bool // it gives no answer when it is asked
	asked atomic.Int32
}

func (c *pricedChannel) say(n int) notifier.Receipt {
	r := c.says[min(n, len(c.says)-1)]
	r.ProviderID = "SM1"
	return r
}

func (c *pricedChannel) Send(ctx context.Context, m notifier.Message) (notifier.Receipt, error) {
	if _, err := c.fakeChannel.Send(ctx, m); err != nil {
		return notifier.Receipt{}, err
	}
	return c.say(0), nil
}

func (c *pricedChannel) Track(context.Context, notifier.SentMessage) (notifier.Receipt, error) {
	r := c.say(int(c.asked.Add(1)))
	if c.fails {
		return r, errors.New("no answer")
	}
	return r, nil
}

// receipt is one with a price in dollars; below zero is not known yet.
func receipt(status notifier.ReceiptStatus, millionths int) notifier.Receipt {
	r := notifier.Receipt{Status: status, Price: notifier.Price{Currency: "USD"}}
	if millionths >= 0 {
		r.Price.Amount, r.Price.Known = fleet.Amount(millionths), true
	}
	return r
}

// TestCountersBeginAtZero: what the configuration has is there before anything
// happens, and what leaves it keeps its count.
func TestCountersBeginAtZero(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		channels := map[string]notifier.Channel{"sms/wei": &fakeChannel{}, "webhook/oncall/1": &fakeChannel{}}
		r := open(t, path, directoryOf(channels, through("east"))).start()
		defer r.stop()
		var zero []string
		for _, channel := range []string{"sms", "webhook"} {
			for _, state := range []string{"dead", "delivered", "dropped", "held", "pending", "sent"} {
				zero = append(zero, fmt.Sprintf("channel=%s receiver=oncall state=%s: 0", channel, state))
			}
		}
		want(t, "notices", r.series("brimwatch_receiver_notices_total"), zero...)
		if n := len(r.series("brimwatch_notices_total")); n != 12 {
			t.Errorf("%d series of brimwatch_notices_total, want 12", n)
		}
		want(t, "segments", r.series("brimwatch_sms_segments_total"), "provider=east receiver=oncall: 0")
		want(t, "accepted", r.series("brimwatch_notice_acceptance_seconds"), "channel=sms: 0 in 0s", "channel=webhook: 0 in 0s")
		want(t, "delivered", r.series("brimwatch_notice_delivery_seconds"), "channel=sms: 0 in 0s", "channel=webhook: 0 in 0s")

		r.happen(alarm.Raised, "A2BC")
		pass(time.Second)
		r.SetDirectory(directoryOf(channels, through("west"), renamed("night")))
		if n := len(r.series("brimwatch_receiver_notices_total")); n != 24 {
			t.Errorf("%d series with another receiver, want 24", n)
		}
		want(t, "segments", r.series("brimwatch_sms_segments_total"), "provider=east receiver=oncall: 1", "provider=west receiver=night: 0")
	})
}

// TestNoticesOfAReceiver: each notice is counted for the receiver it goes to, with
// every state that it comes to.
func TestNoticesOfAReceiver(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		hook := &fakeChannel{answer: func(notifier.Message) (notifier.Receipt, error) {
			return notifier.Receipt{}, notifier.Permanent(errors.New("410"))
		}}
		two := func(e *notifier.Entries) {
			night := e.Receivers["oncall"]
			night.Name, night.Targets = "night", night.Targets[1:]
			day := e.Receivers["oncall"]
			day.Targets = day.Targets[:1]
			e.Receivers, e.Default = map[string]notifier.Receiver{"oncall": day, "night": night}, []string{"oncall", "night"}
		}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": &fakeChannel{}, "webhook/oncall/1": hook}, two)).start()
		defer r.stop()
		r.happen(alarm.Raised, "A2BC")
		pass(time.Second)
		var got []string
		for _, line := range r.series("brimwatch_receiver_notices_total") {
			if !strings.HasSuffix(line, ": 0") {
				got = append(got, line)
			}
		}
		want(t, "notices", got, "channel=sms receiver=oncall state=pending: 1", "channel=sms receiver=oncall state=sent: 1",
			"channel=webhook receiver=night state=dead: 1", "channel=webhook receiver=night state=pending: 1")
	})
}

// TestDroppedIsCounted: whatever becomes of a notice is counted, also when it is
// dropped without having waited in a queue.
func TestDroppedIsCounted(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": &fakeChannel{bundle: 1000}})).start()
		defer r.stop()
		if err := r.Commit(t.Context(), alarm.Commit{Events: []alarm.Event{
			dated(alarm.Raised, alarm.Expiry, "A2AA", "instance/a"), dated(alarm.Raised, alarm.Suspension, "B2BB", "instance/a"),
		}}); err != nil {
			t.Fatal(err)
		}
		pass(time.Second)
		want(t, "told with another", r.measured(), "brimwatch_notices_total sms pending 2", "brimwatch_notices_total sms sent 2",
			"brimwatch_outbox_attempts_total sms sent 1", "brimwatch_outbox_healthy 1")

		if _, err := r.AddSilence(t.Context(), notifier.Silence{Matchers: map[string]string{"instance_id": "mqtt-C2CC"}, Until: time.Now().Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		r.happen(alarm.Raised, "C2CC")
		r.happen(alarm.Cleared, "C2CC")
		want(t, "over before its hold was", r.measured(), "brimwatch_notices_total sms dropped 1", "brimwatch_notices_total sms held 1", "brimwatch_notices_total sms pending 2", "brimwatch_notices_total sms sent 2",
			"brimwatch_outbox_attempts_total sms sent 1", "brimwatch_outbox_healthy 1")

		r.SetDirectory(directoryOf(nil))
		r.happen(alarm.Cleared, "A2AA")
		pass(2 * time.Hour)
		want(t, "nobody there", r.measured(), "brimwatch_notices_total sms dropped 2", "brimwatch_notices_total sms held 1", "brimwatch_notices_total sms pending 2", "brimwatch_notices_total sms sent 2",
			"brimwatch_outbox_attempts_total sms sent 1", "brimwatch_outbox_healthy 1")
	})
}

// TestHowLongNoticesTake: from the decision, so that what a notice waits for counts; a
// webhook that answers has arrived, a text message has when its provider says so.
func TestHowLongNoticesTake(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		sms := &pricedChannel{says: []notifier.Receipt{{Status: notifier.Accepted}, {Status: notifier.Accepted}, {Status: notifier.Delivered}}}
		hook := &fakeChannel{bundle: 2}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms, "webhook/oncall/1": hook}, groupWait(10*time.Second))).start()
		defer r.stop()
		r.happen(alarm.Raised, "A2BC")
		pass(11 * time.Second)
		want(t, "accepted", r.series("brimwatch_notice_acceptance_seconds"), "channel=sms: 1 in 10s", "channel=webhook: 1 in 10s")
		want(t, "delivered", r.series("brimwatch_notice_delivery_seconds"), "channel=sms: 0 in 0s", "channel=webhook: 1 in 10s")
		pass(time.Hour)
		// It was asked after 5 and after 20 seconds.
		want(t, "delivered", r.series("brimwatch_notice_delivery_seconds"), "channel=sms: 1 in 30s", "channel=webhook: 1 in 10s")
		for _, code := range []string{"B2BB", "C2CC"} {
			r.happen(alarm.Raised, code)
		}
		pass(11 * time.Second)
		if n := len(hook.lines()); n != 2 {
			t.Fatalf("%d webhooks, want 2", n)
		}
		want(t, "two in one message", r.series("brimwatch_notice_delivery_seconds"), "channel=sms: 1 in 30s", "channel=webhook: 3 in 30s")
	})
}

// TestDeliveredWhenItIsFound: a text message in doubt is found to have arrived.
func TestDeliveredWhenItIsFound(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		sms := &findingChannel{find: func(notifier.Message) (notifier.Receipt, bool, error) {
			return notifier.Receipt{ProviderID: "SM1", Status: notifier.Delivered}, true, nil
		}}
		sms.answer = func(notifier.Message) (notifier.Receipt, error) {
			return notifier.Receipt{}, notifier.Unknown(errors.New("timeout"))
		}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms})).start()
		defer r.stop()
		r.happen(alarm.Raised, "A2BC")
		pass(time.Minute)
		for _, family := range []string{"brimwatch_notice_acceptance_seconds", "brimwatch_notice_delivery_seconds"} {
			if got := r.series(family); len(got) != 1 || !strings.HasPrefix(got[0], "channel=sms: 1 in 5.") {
				t.Errorf("%s: %q, want one after five seconds and up to a fifth more", family, got)
			}
		}
	})
}

// TestDeliveryOfWhatFailed: what was taken over and not delivered was accepted, and
// never arrived.
func TestDeliveryOfWhatFailed(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		sms := &pricedChannel{says: []notifier.Receipt{{Status: notifier.Accepted}, {Status: notifier.Failed}}}
		failed := &fakeChannel{answer: func(notifier.Message) (notifier.Receipt, error) {
			return notifier.Receipt{Status: notifier.Failed}, nil
		}}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms, "webhook/oncall/1": failed})).start()
		defer r.stop()
		r.happen(alarm.Raised, "A2BC")
		pass(time.Hour)
		// Each is told of the other, too, and that does not arrive either.
		want(t, "accepted", r.series("brimwatch_notice_acceptance_seconds"), "channel=sms: 2 in 0s", "channel=webhook: 2 in 0s")
		want(t, "delivered", r.series("brimwatch_notice_delivery_seconds"), "channel=sms: 0 in 0s", "channel=webhook: 0 in 0s")
	})
}

// TestReceiptsAreCountedOnce: the provider calls, calls again, and is asked.
func TestReceiptsAreCountedOnce(t *testing.T) {
	for status, state := range map[notifier.ReceiptStatus]string{notifier.Delivered: "delivered", notifier.Failed: "dead"} {
		t.Run(state, func(t *testing.T) {
			path := dbPath(t)
			synctest.Test(t, func(t *testing.T) {
				sms := &pricedChannel{says: []notifier.Receipt{{Status: notifier.Accepted}, {Status: status}}}
				r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms})).start()
				defer r.stop()
				r.happen(alarm.Raised, "A2BC")
				pass(2 * time.Second)
				for range 3 {
					if err := r.Receipt(t.Context(), notifier.Receipt{ProviderID: "SM1", Status: status}); err != nil {
						t.Fatal(err)
					}
				}
				pass(time.Hour)
				want(t, "metrics", slices.Sorted(slices.Values(r.measured())), slices.Sorted(slices.Values([]string{"brimwatch_notices_total sms " + state + " 1", "brimwatch_notices_total sms pending 1", "brimwatch_notices_total sms sent 1",
					"brimwatch_outbox_attempts_total sms sent 1", "brimwatch_outbox_healthy 1"}))...)
				delivered := "channel=sms: 1 in 2s"
				if status == notifier.Failed {
					delivered = "channel=sms: 0 in 0s"
				}
				want(t, "delivered", r.series("brimwatch_notice_delivery_seconds"), delivered)
				if sms.asked.Load() != 1 {
					t.Errorf("asked %d times, want 1", sms.asked.Load())
				}
			})
		})
	}
}

// TestReceiptOfABundle counts each of the notices that went out as one message.
func TestReceiptOfABundle(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		hook := &fakeChannel{bundle: 2, answer: func(notifier.Message) (notifier.Receipt, error) {
			return notifier.Receipt{ProviderID: "M1", Status: notifier.Accepted}, nil
		}}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"webhook/oncall/1": hook}, groupWait(time.Second))).start()
		defer r.stop()
		r.happen(alarm.Raised, "A2AA")
		r.happen(alarm.Raised, "B2BB")
		pass(2 * time.Second)
		if err := r.Receipt(t.Context(), notifier.Receipt{ProviderID: "M1", Status: notifier.Delivered}); err != nil {
			t.Fatal(err)
		}
		want(t, "metrics", r.measured(), "brimwatch_notices_total webhook delivered 2", "brimwatch_notices_total webhook pending 2", "brimwatch_notices_total webhook sent 2",
			"brimwatch_outbox_attempts_total webhook sent 1", "brimwatch_outbox_healthy 1")
	})
}

// TestSegments: what the provider counts, and where it does not say, what the text
// takes.
func TestSegments(t *testing.T) {
	for name, tt := range map[string]struct {
		says int
		want string
	}{"the provider counts": {3, "provider=east receiver=oncall: 3"}, "it does not": {0, "provider=east receiver=oncall: 1"}} {
		t.Run(name, func(t *testing.T) {
			path := dbPath(t)
			synctest.Test(t, func(t *testing.T) {
				sms := &pricedChannel{says: []notifier.Receipt{{Status: notifier.Accepted, Segments: tt.says}, {Status: notifier.Delivered, Segments: tt.says}}}
				r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms, "webhook/oncall/1": &fakeChannel{}}, through("east"))).start()
				defer r.stop()
				r.happen(alarm.Raised, "A2BC")
				pass(time.Hour)
				want(t, "segments", r.series("brimwatch_sms_segments_total"), tt.want)
			})
		})
	}
}

// TestPrice: what a message costs is counted when the provider first says it, however
// often it does, and the outbox asks until it knows.
func TestPrice(t *testing.T) {
	for _, tt := range []struct {
		name  string
		says  []notifier.Receipt
		asked int32
		want  string
		state string
	}{
		{"with the receipt", []notifier.Receipt{receipt(notifier.Accepted, -1), receipt(notifier.Delivered, 7900)}, 1, "currency=USD provider=east: 0.0079", "delivered"},
		{"before it arrives", []notifier.Receipt{receipt(notifier.Accepted, -1), receipt(notifier.Accepted, 7900), receipt(notifier.Delivered, 7900)}, 2, "currency=USD provider=east: 0.0079", "delivered"},
		{"at once, and again", []notifier.Receipt{receipt(notifier.Accepted, 7900), receipt(notifier.Accepted, 7900), receipt(notifier.Delivered, 7900)}, 2, "currency=USD provider=east: 0.0079", "delivered"},
		{"after it arrived", []notifier.Receipt{receipt(notifier.Accepted, -1), receipt(notifier.Delivered, -1), receipt(notifier.Delivered, -1), receipt(notifier.Delivered, 7900)}, 3, "currency=USD provider=east: 0.0079", "delivered"},
		{"of one that failed", []notifier.Receipt{receipt(notifier.Accepted, -1), receipt(notifier.Failed, -1), receipt(notifier.Failed, 7900)}, 2, "currency=USD provider=east: 0.0079", "dead"},
		{"never", []notifier.Receipt{receipt(notifier.Accepted, -1), receipt(notifier.Delivered, -1)}, 4, "currency=USD provider=east: 0", "delivered"},
		{"free", []notifier.Receipt{receipt(notifier.Accepted, -1), receipt(notifier.Delivered, 0)}, 1, "currency=USD provider=east: 0", "delivered"},
		{"another price later", []notifier.Receipt{receipt(notifier.Accepted, 0), receipt(notifier.Accepted, 7900)}, 4, "currency=USD provider=east: 0", "sent"},
		{"found only to have failed", []notifier.Receipt{receipt(notifier.Failed, 7900)}, 0, "currency=USD provider=east: 0.0079", "dead"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := dbPath(t)
			synctest.Test(t, func(t *testing.T) {
				sms := &pricedChannel{says: tt.says}
				r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms}, through("east"))).start()
				defer r.stop()
				r.happen(alarm.Raised, "A2BC")
				pass(time.Second)
				if n := len(r.series("brimwatch_sms_price_total")); n != 1 {
					t.Errorf("%d series before the price is known, want 1 at zero", n)
				}
				pass(24 * time.Hour)
				want(t, "price", r.series("brimwatch_sms_price_total"), tt.want)
				if sms.asked.Load() != tt.asked {
					t.Errorf("asked %d times, want %d", sms.asked.Load(), tt.asked)
				}
				records, err := r.Notices(t.Context(), notifier.Filter{})
				if err != nil || len(records) != 1 || string(records[0].State) != tt.state || !records[0].NextAt.IsZero() {
					t.Errorf("%+v, %v", records, err)
				}
			})
		})
	}
}

// TestPriceThatNobodySays: a far side without prices is not asked again, and has no
// series; nor has one that gives no answer.
func TestPriceThatNobodySays(t *testing.T) {
	for name, tt := range map[string]struct {
		channel *pricedChannel
		asked   int32
	}{
		"no prices": {&pricedChannel{says: []notifier.Receipt{{Status: notifier.Accepted}, {Status: notifier.Delivered}}}, 1},
		"no answer": {&pricedChannel{says: []notifier.Receipt{{Status: notifier.Accepted}, receipt(notifier.Delivered, 7900)}, fails: true}, 4},
	} {
		t.Run(name, func(t *testing.T) {
			path := dbPath(t)
			synctest.Test(t, func(t *testing.T) {
				r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": tt.channel}, through("east"))).start()
				defer r.stop()
				r.happen(alarm.Raised, "A2BC")
				pass(24 * time.Hour)
				want(t, "price", r.series("brimwatch_sms_price_total"))
				if tt.channel.asked.Load() != tt.asked {
					t.Errorf("asked %d times, want %d", tt.channel.asked.Load(), tt.asked)
				}
			})
		})
	}
}

// TestPriceAfterARestart: the price that was counted before is not counted again.
func TestPriceAfterARestart(t *testing.T) {
	path := dbPath(t)
	sms := &pricedChannel{says: []notifier.Receipt{receipt(notifier.Accepted, -1), receipt(notifier.Accepted, 7900), receipt(notifier.Delivered, 7900)}}
	dir := directoryOf(map[string]notifier.Channel{"sms/wei": sms}, through("east"))
	for i, price := range []string{"0.0079", "0"} {
		synctest.Test(t, func(t *testing.T) {
			r := open(t, path, dir).start()
			defer r.stop()
			if i == 0 {
				r.happen(alarm.Raised, "A2BC")
				pass(10 * time.Second)
			} else {
				pass(time.Hour)
			}
			want(t, "price", r.series("brimwatch_sms_price_total"), "currency=USD provider=east: "+price)
		})
	}
	if sms.asked.Load() != 2 {
		t.Errorf("asked %d times, want 2", sms.asked.Load())
	}
}

// TestCountersNeverFall: whatever a far side says, and however the clock is set.
func TestCountersNeverFall(t *testing.T) {
	registry := prometheus.NewRegistry()
	m, err := newMetrics(registry, &Outbox{queues: newQueues(), clock: clock{clocks: machineClocks()}})
	if err != nil {
		t.Fatal(err)
	}
	r := rig{t: t, registry: registry}
	m.charged("east", notifier.Price{Currency: "USD", Amount: -5_000_000, Known: true}, true)
	m.charged("east", notifier.Price{Currency: "USD", Amount: 2_000_000, Known: true}, true)
	want(t, "price", r.series("brimwatch_sms_price_total"), "currency=USD provider=east: 2")
	m.took("east", notifier.Notice{Receiver: "oncall", Text: "hello"}, -3)
	want(t, "segments", r.series("brimwatch_sms_segments_total"), "provider=east receiver=oncall: 1")
	m.delivered("sms", noon(), noon().Add(-time.Hour))
	want(t, "delivered", r.series("brimwatch_notice_delivery_seconds"), "channel=sms: 1 in 0s")
	m.charged("", notifier.Price{Currency: "USD", Amount: 2_000_000, Known: true}, true)
	want(t, "price", r.series("brimwatch_sms_price_total"), "currency=USD provider=east: 2")
}

// TestSeriesOfFormerNames: those of a name that left the configuration stay, but not
// those of ever so many; who comes back is where it was.
func TestSeriesOfFormerNames(t *testing.T) {
	vec := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "n"}, []string{"receiver", "state"})
	registry := prometheus.NewRegistry()
	if err := registry.Register(vec); err != nil {
		t.Fatal(err)
	}
	r := rig{t: t, registry: registry}
	s := names{label: "receiver", series: []*prometheus.CounterVec{vec}}
	count := func(name string) {
		s.see(name)
		vec.WithLabelValues(name, "sent").Inc()
		vec.WithLabelValues(name, "dead").Inc()
	}
	for i := range mostFormer + 2 {
		name := fmt.Sprintf("r%03d", i)
		configured := map[string]bool{"stays": true, name: true}
		if i%50 == 0 {
			configured["returns"] = true
		}
		s.set(configured)
		count("stays")
		count("returns")
		count(name)
	}
	have := func(name string) (n int) {
		for _, line := range r.series("n") {
			if strings.Contains(line, "="+name+" ") {
				n++
			}
		}
		return n
	}
	// The last is in the configuration, 100 are former: of the first and the second,
	// and of the one that returned and left again, one had to go.
	for name, series := range map[string]int{"stays": 2, "r000": 0, "r001": 0, "r002": 2, "returns": 2, "r101": 2} {
		if got := have(name); got != series {
			t.Errorf("%s has %d series, want %d", name, got, series)
		}
	}
	if n := len(r.series("n")); n != 2*(mostFormer+2) {
		t.Errorf("%d series, want %d", n, 2*(mostFormer+2))
	}
	// Notices of a receiver that is long gone.
	count("gone")
	count("gone")
	if have("gone") != 2 || have("r002") != 0 || len(s.former) != mostFormer {
		t.Errorf("gone %d, r002 %d, former %d", have("gone"), have("r002"), len(s.former))
	}
	s.set(map[string]bool{"gone": true})
	if have("gone") != 2 || have("stays") != 2 {
		t.Errorf("gone %d, stays %d", have("gone"), have("stays"))
	}
}
