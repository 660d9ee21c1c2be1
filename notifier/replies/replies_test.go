package replies

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/sms"
)

// rig is all that Replies talk to, with what they did.
type rig struct {
	*Replies
	open     []notifier.Told // what is open; alice was told of all of it
	told     map[string]bool // unless this names the codes she was told of
	broken   error           // of everything that is read and stored
	full     error           // of everything that is stored
	did      []string
	ended    map[string]bool // codes of what ends just now
	silences []notifier.Silence
	contacts []notifier.Contact
	proved   []string // answers that were noted
	answered map[string]bool
	stopped  map[string]bool
	log      bytes.Buffer
}

func newRig(open ...notifier.Told) *rig {
	r := &rig{open: slices.Clone(open), answered: map[string]bool{}, stopped: map[string]bool{}}
	r.Replies = New(Options{Acker: r, Silencer: r, Journal: r, Directories: r, Logger: slog.New(slog.NewTextHandler(&r.log, nil))})
	return r
}

func (r *rig) Directory() *notifier.Directory {
	return notifier.NewDirectory(notifier.Entries{
		People: map[string]notifier.Person{
			"+1":  {Name: "alice", Language: words.EN, Zone: time.UTC},
			"+86": {Name: "wei", Language: words.ZH, Zone: time.FixedZone("CST", 8*3600)},
		},
		Contacts: r.contacts,
		Words:    notifier.Words{ExternalURL: "https://b.example.com"},
	})
}

func (r *rig) AckAll(_ context.Context, codes []string, by string) (missing []string, err error) {
	if err := firstOf(r.broken, r.full); err != nil {
		return nil, err
	}
	for _, code := range codes {
		i := slices.IndexFunc(r.open, func(t notifier.Told) bool { return t.Code == code })
		if i < 0 || r.ended[code] {
			missing = append(missing, code)
			continue
		}
		if r.open[i].AckedBy == "" {
			r.open[i].AckedBy = by
		}
		r.did = append(r.did, code+" by "+by)
	}
	return missing, nil
}

func (r *rig) AddSilence(_ context.Context, s notifier.Silence) (notifier.Silence, error) {
	if err := firstOf(r.broken, r.full); err != nil {
		return s, err
	}
	var labels []string
	for _, name := range slices.Sorted(maps.Keys(s.Matchers)) {
		labels = append(labels, name+"="+s.Matchers[name])
	}
	r.did = append(r.did, fmt.Sprintf("silence %s by %s for %s: %s", strings.Join(labels, ","), s.By, time.Until(s.Until), s.Comment))
	r.silences = append(r.silences, s)
	return s, nil
}

func (r *rig) Episodes(_ context.Context, f alarm.EpisodeFilter) (out []alarm.Episode, err error) {
	for i := range r.open {
		if r.open[i].Code == f.Code && f.Open {
			out = append(out, r.open[i].Episode)
		}
	}
	return out, r.broken
}

func (r *rig) Told(_ context.Context, recipient string) (out []notifier.Told, err error) {
	for _, t := range r.open {
		if recipient == "sms/alice" && (r.told == nil || r.told[t.Code]) || recipient == "sms/wei" && r.told["wei:"+t.Code] {
			out = append(out, t)
		}
	}
	return out, r.broken
}

func (r *rig) Answered(_ context.Context, id string) (before bool, err error) {
	if r.full != nil {
		return false, r.full
	}
	before = r.answered[id]
	r.answered[id] = true
	return before, nil
}

func (r *rig) Proved(_ context.Context, contact, code string) (bool, error) {
	r.proved = append(r.proved, strings.TrimSpace(contact+" "+code))
	return code == "4D7R" && r.full == nil, r.full
}

func (r *rig) Optout(_ context.Context, phone string, stopped bool) (changed bool, err error) {
	changed = r.stopped[phone] != stopped
	r.stopped[phone] = stopped
	return changed, r.broken
}

// firstOf returns the first error that is one.
func firstOf(list ...error) error {
	for _, err := range list {
		if err != nil {
			return err
		}
	}
	return nil
}

// text sends a message of a number, and returns the answer.
func (r *rig) text(t *testing.T, from, text string) string {
	t.Helper()
	return r.Answer(t.Context(), notifier.Inbound{From: from, Text: text})
}

// about is an open alarm of an instance.
func about(code, id, name string, s alarm.Severity, usage float64) notifier.Told {
	return notifier.Told{Name: name, Episode: alarm.Episode{
		Code: code, Key: alarm.Key{Rule: alarm.Capacity, Instance: id, Metric: fleet.Connections}, State: alarm.EpisodeRaised,
		Severity: s, Usage: usage, Capacity: 100, Threshold: 0.7, RaisedAt: time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC),
	}}
}

// night is a small fleet on a bad night.
func night() []notifier.Told {
	lost := about("H8TN", "mqtt-3", "Warehouse", alarm.Warning, 74)
	lost.State, lost.AckedBy = alarm.EpisodeUnknown, "wei"
	account := notifier.Told{Episode: alarm.Episode{Code: "W5BA", Key: alarm.Key{Rule: alarm.LowBalance, Account: "acme", Metric: alarm.NoMetric}, Severity: alarm.Info}}
	whole := notifier.Told{Episode: alarm.Episode{Code: "F2FF", Key: alarm.Key{Rule: alarm.NoData, Instance: alarm.FleetInstance, Metric: alarm.NoMetric}, Severity: alarm.Warning}}
	return []notifier.Told{
		about("K7Q2", "mqtt-1", "Orders", alarm.Warning, 97), about("M3B4", "mqtt-2", "支付", alarm.Critical, 104), lost, account, whole,
	}
}

func TestAnswers(t *testing.T) {
	one := []notifier.Told{about("K7Q2", "mqtt-1", "Orders", alarm.Warning, 97)}
	acked := slices.Clone(one)
	acked[0].AckedBy = "wei"
	for _, tt := range []struct {
		name  string
		open  []notifier.Told
		from  string
		text  string
		want  string
		did   []string
		stays bool // nothing is done
	}{
		{"the code", night(), "+1", "k7q2", "K7Q2 is acknowledged: no more reminders, unless it gets worse.", []string{"K7Q2 by alice"}, false},
		{"the code, in Chinese", night(), "+86", "确认K7Q2", "已确认告警 K7Q2，不再提醒。", []string{"K7Q2 by wei"}, false},
		{"two codes", night(), "+1", "ACK K7Q2 M3B4", "K7Q2, M3B4 are acknowledged: no more reminders, unless they get worse.", []string{"K7Q2 by alice", "M3B4 by alice"}, false},
		{"two codes, in Chinese", night(), "+86", "k7q2，m3b4", "已确认告警 K7Q2、M3B4，不再提醒。", []string{"K7Q2 by wei", "M3B4 by wei"}, false},
		{"one of two has ended", night(), "+1", "ACK K7Q2 Z9ZZ", "K7Q2 is acknowledged: no more reminders, unless it gets worse. Not open: Z9ZZ.", []string{"K7Q2 by alice"}, false},
		{"one of two has ended, in Chinese", night(), "+86", "K7Q2 Z9ZZ", "已确认告警 K7Q2，不再提醒。未找到：Z9ZZ。", []string{"K7Q2 by wei"}, false},
		{"many codes that have ended, and one", night(), "+1", "ACK K7Q2 " + many("A2", 40), "K7Q2 is acknowledged: no more reminders, unless it gets worse. 40 codes of no open alarm.", []string{"K7Q2 by alice"}, false},
		{"it has ended", night(), "+1", "Z9ZZ", "No open alarm has the code Z9ZZ. It may have ended.", nil, true},
		{"it has ended, in Chinese", night(), "+86", "Z9ZZ", "没有代码为 Z9ZZ 的未结束告警，可能已结束。", nil, true},
		{"a letter that looks like a digit", night(), "+1", "ACK K7O2", "No open alarm has the code K7O2. It may have ended. No code has 0, 1, I, L, O, U or V in it.", nil, true},
		{"codes that have ended", night(), "+1", many("A2", 40), "None of the 40 codes is of an open alarm. No code has 0, 1, I, L, O, U or V in it.", nil, true},
		{"all", night(), "+1", "ACK ALL", "M3B4, K7Q2, F2FF, W5BA are acknowledged: no more reminders, unless they get worse.",
			[]string{"M3B4 by alice", "K7Q2 by alice", "F2FF by alice", "W5BA by alice"}, false},
		{"all, of whom nobody told", night(), "+86", "全部确认", "您收到的告警均已结束。", nil, true},
		{"all, and all are", acked, "+1", "ack all", "All open alarms that you were told of are acknowledged already.", nil, true},
		{"ok, of one", one, "+1", "OK", "K7Q2 is acknowledged: no more reminders, unless it gets worse.", []string{"K7Q2 by alice"}, false},
		{"1, of one", one, "+1", "1", "K7Q2 is acknowledged: no more reminders, unless it gets worse.", []string{"K7Q2 by alice"}, false},
		{"ok, of several", night(), "+1", "ok", "5 alarms are open, nothing was acknowledged. Reply ACK and a code, such as ACK M3B4, or ACK ALL.", nil, true},
		{"ok, of none", nil, "+1", "ok", "No alarm that you were told of is open.", nil, true},
		{"ok, of one that is acknowledged", acked, "+1", "ok", "All open alarms that you were told of are acknowledged already.", nil, true},
		{"mute", night(), "+1", "MUTE K7Q2 3h", "K7Q2 is muted until today 23 Nov 06:12 UTC, even if worse.",
			[]string{"silence alertname=capacity,instance_id=mqtt-1,metric=connections by alice for 3h0m0s: by text message, for K7Q2"}, false},
		{"mute, in Chinese", night(), "+86", "静音 K7Q2 3小时", "K7Q2 已静音至今天11月23日14:12 UTC+8，恶化也不提醒。",
			[]string{"silence alertname=capacity,instance_id=mqtt-1,metric=connections by wei for 3h0m0s: by text message, for K7Q2"}, false},
		{"mute, and not said how long", night(), "+1", "MUTE K7Q2", "K7Q2 is muted until today 23 Nov 05:12 UTC, even if worse.",
			[]string{"silence alertname=capacity,instance_id=mqtt-1,metric=connections by alice for 2h0m0s: by text message, for K7Q2"}, false},
		{"mute for a year", night(), "+1", "MUTE K7Q2 52w", "K7Q2 is muted until 30 Nov 03:12 UTC, even if worse. 7 days is the most.",
			[]string{"silence alertname=capacity,instance_id=mqtt-1,metric=connections by alice for 168h0m0s: by text message, for K7Q2"}, false},
		{"mute of an account", night(), "+1", "MUTE W5BA 1d", "W5BA is muted until 24 Nov 03:12 UTC, even if worse.",
			[]string{"silence account=acme,alertname=low_balance by alice for 24h0m0s: by text message, for W5BA"}, false},
		{"mute of the whole fleet", night(), "+1", "MUTE F2FF 1d", "F2FF is about the whole fleet: acknowledge it instead.", nil, true},
		{"mute of several", night(), "+1", "MUTE K7Q2 F2FF Z9ZZ 1h", "K7Q2 is muted until today 23 Nov 04:12 UTC, even if worse. F2FF is about the whole fleet: acknowledge it instead. Not open: Z9ZZ.",
			[]string{"silence alertname=capacity,instance_id=mqtt-1,metric=connections by alice for 1h0m0s: by text message, for K7Q2"}, false},
		{"mute of what has ended", night(), "+1", "MUTE Z9ZZ 1h", "No open alarm has the code Z9ZZ. It may have ended.", nil, true},
		{"mute which", night(), "+1", "MUTE 1h", "Nothing was muted. Reply MUTE, one to 10 codes and how long: MUTE K7Q2 2h.", nil, true},
		{"mute of very many", night(), "+1", "MUTE K7Q2 " + many("A2", 10) + " 1h", "Nothing was muted. Reply MUTE, one to 10 codes and how long: MUTE K7Q2 2h.", nil, true},
		{"status", night(), "+1", "status", "5 open: 1 critical, 3 warning, 1 info; 1 acknowledged. Gravest: M3B4 critical mqtt-2: connections 104%", nil, true},
		{"status of nothing", nil, "+1", "status", "No alarm that you were told of is open.", nil, true},
		{"list", night(), "+1", "list",
			"M3B4 critical mqtt-2: connections 104%\nK7Q2 warning Orders: connections 97%\nF2FF warning whole fleet: no data\n" +
				"H8TN warning Warehouse: connections 74%, no data now, acknowledged\nW5BA info acme: low balance", nil, true},
		{"list of nothing", nil, "+1", "list", "No alarm that you were told of is open.", nil, true},
		{"help", nil, "+1", "help", "Reply a code such as K7Q2, several codes, ACK ALL, OK if only one is open, MUTE K7Q2 2h, STATUS or LIST. STOP ends all text messages.", nil, true},
		{"help, in Chinese", nil, "+86", "帮助", "可回复：代码（如K7Q2）、全部确认、好（仅一个时）、静音 K7Q2 2h、状态、列表。STOP停收短信。", nil, true},
		{"what is not understood", night(), "+1", "what <is> K7Q2?", "Not understood, nothing was changed. Reply a code such as K7Q2, ACK ALL, MUTE K7Q2 2h, STATUS, LIST or HELP.", nil, true},
		{"what is not understood, in Chinese", night(), "+86", "你好👍", "未能理解，未作更改。可回复：代码（如K7Q2）、全部确认、静音 K7Q2 2h、状态、列表、帮助。", nil, true},
		{"nothing at all", night(), "+1", "", "Not understood, nothing was changed. Reply a code such as K7Q2, ACK ALL, MUTE K7Q2 2h, STATUS, LIST or HELP.", nil, true},
		{"a novel", night(), "+1", strings.Repeat("K7Q2 ok ", 200), "K7Q2 is acknowledged: no more reminders, unless it gets worse.", []string{"K7Q2 by alice"}, false},
		{"a longer novel", night(), "+1", strings.Repeat("K7Q2 ok ", 201), "Not understood, nothing was changed. Reply a code such as K7Q2, ACK ALL, MUTE K7Q2 2h, STATUS, LIST or HELP.", nil, true},
		{"a stranger", night(), "+49", "K7Q2", "", nil, true},
		{"a forged number with more in it", night(), "whatsapp:+1", "K7Q2", "", nil, true},
		{"no number", night(), "", "K7Q2", "", nil, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				<-time.After(time.Until(time.Date(2026, 11, 23, 3, 12, 0, 0, time.UTC)))
				r := newRig(tt.open...)
				got := r.text(t, tt.from, tt.text)
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("answer (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(tt.did, r.did); diff != "" || tt.stays != (len(r.did) == 0) {
					t.Errorf("done (-want +got):\n%s", diff)
				}
				most := 1
				if verb := Parse(tt.text).Verb; verb == List || verb == Status {
					most = mostSegments
				}
				if n, _ := sms.Segments(got); n > most {
					t.Errorf("%d segments, want %d at most: %s", n, most, got)
				}
			})
		})
	}
}

// many makes so many codes that begin in the same way.
func many(begin string, n int) string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf("%s%c%c", begin, 'A'+i/10, '0'+i%10))
	}
	return strings.Join(out, " ")
}

func TestLongAnswersFit(t *testing.T) {
	var open []notifier.Told
	for i, code := range strings.Fields(many("A2", 100)) {
		open = append(open, about(code, fmt.Sprintf("mqtt-%d", i), "Orders of the north", alarm.Warning, 97))
	}
	endless := about("Z2ZZ", "mqtt", strings.Repeat("x", 600), alarm.Critical, 97)
	for _, tt := range []struct {
		name, from, text string
		open             []notifier.Told
		most             int
		want             []string
	}{
		{"list", "+1", "list", open, 3, []string{"A2AA", "and 92 more: https://b.example.com/alarms"}},
		{"list in Chinese", "+86", "列表", open, 3, []string{"另有96个：https://b.example.com/alarms"}},
		{"list of a name without end", "+1", "list", []notifier.Told{endless}, 3, []string{"Z2ZZ"}},
		{"status of a name without end", "+1", "status", []notifier.Told{endless}, 3, []string{"1 open: 1 critical; 0 acknowledged. Gravest: Z2ZZ"}},
		{"all", "+1", "ack all", open, 1, []string{"100 alarms are acknowledged"}},
		{"all in Chinese", "+86", "全部确认", open, 1, []string{"已确认100个告警"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(slices.Clone(tt.open)...)
			r.told = make(map[string]bool)
			for _, o := range tt.open {
				r.told[o.Code], r.told["wei:"+o.Code] = true, true
			}
			got := r.text(t, tt.from, tt.text)
			if n, _ := sms.Segments(got); n > tt.most || n < 1 {
				t.Errorf("%d segments: %s", n, got)
			}
			for _, want := range tt.want {
				if !strings.Contains(got, strings.Replace(want, "A2AA", "A2A0", 1)) {
					t.Errorf("answer %q, want %q in it", got, want)
				}
			}
		})
	}
}

func TestWhatCannotBeStored(t *testing.T) {
	for text, want := range map[string]string{
		"K7Q2":         "Not done: Brimwatch could not store it. Reminders go on. Please reply again in a few minutes.",
		"ACK ALL":      "Not done: Brimwatch could not look the alarms up. Please reply again in a few minutes.",
		"OK":           "Not done: Brimwatch could not look the alarms up. Please reply again in a few minutes.",
		"MUTE K7Q2 2h": "Not done: Brimwatch could not look the alarms up. Please reply again in a few minutes.",
		"STATUS":       "Not done: Brimwatch could not look the alarms up. Please reply again in a few minutes.",
		"LIST":         "Not done: Brimwatch could not look the alarms up. Please reply again in a few minutes.",
	} {
		t.Run(text, func(t *testing.T) {
			r := newRig(about("K7Q2", "mqtt-1", "Orders", alarm.Warning, 97))
			r.broken = errors.New("disk full")
			for range 2 { // whoever tries again at once is answered again
				if got := r.text(t, "+1", text); got != want {
					t.Errorf("answer %q", got)
				}
			}
			if !strings.Contains(r.log.String(), "disk full") || strings.Contains(r.log.String(), "+1") {
				t.Errorf("logged %s", r.log.String())
			}
			r.broken = nil
			if got := r.text(t, "+1", text); got == want || got == "" {
				t.Errorf("answer %q, want that it is done", got)
			}
		})
	}
}

// TestFullDisk: what is read can be read, and nothing can be stored.
func TestFullDisk(t *testing.T) {
	const want = "Not done: Brimwatch could not store it. Reminders go on. Please reply again in a few minutes."
	for _, text := range []string{"K7Q2", "ACK ALL", "OK", "MUTE K7Q2 2h"} {
		r := newRig(about("K7Q2", "mqtt-1", "Orders", alarm.Warning, 97))
		r.full = errors.New("disk full")
		for i := range 2 { // that the id cannot be stored is no reason to be silent
			if got := r.Answer(t.Context(), notifier.Inbound{ID: fmt.Sprint("SM", i), From: "+1", Text: text}); got != want {
				t.Errorf("%s: answer %q", text, got)
			}
		}
		if got := r.Answer(t.Context(), notifier.Inbound{ID: "SM1", From: "+1", Text: text}); got != "" {
			t.Errorf("%s: what came again was answered %q", text, got)
		}
		if got := r.text(t, "+1", "LIST"); !strings.HasPrefix(got, "K7Q2 warning Orders") {
			t.Errorf("%s: answer %q", text, got)
		}
	}
}

// TestAllHaveEnded: what ends between the look and the acknowledgement is not said to be
// acknowledged.
func TestAllHaveEnded(t *testing.T) {
	r := newRig(about("K7Q2", "mqtt-1", "Orders", alarm.Warning, 97), about("M3B4", "mqtt-2", "Cache", alarm.Warning, 97))
	r.ended = map[string]bool{"K7Q2": true, "M3B4": true}
	if got := r.text(t, "+1", "ACK ALL"); got != "No alarm that you were told of is open." || len(r.did) != 0 {
		t.Errorf("answer %q, done %q", got, r.did)
	}
	r.ended = map[string]bool{"K7Q2": true}
	if got := r.text(t, "+1", "all ack"); got != "M3B4 is acknowledged: no more reminders, unless it gets worse." {
		t.Errorf("answer %q", got)
	}
}

// TestOneNumberOfSeveral: what was told to another contact with the same number was told to
// whoever texts from it.
func TestOneNumberOfSeveral(t *testing.T) {
	r := newRig(about("K7Q2", "mqtt-1", "Orders", alarm.Warning, 97))
	r.told = map[string]bool{"wei:K7Q2": true}
	if got := r.text(t, "+1", "status"); got != "No alarm that you were told of is open." {
		t.Errorf("answer %q", got)
	}
	r.contacts = []notifier.Contact{{Name: "bob", Phone: "+49", Recipient: "sms/bob"}, {Name: "wei", Phone: "+1", Recipient: "sms/wei"}}
	if got := r.text(t, "+1", "list"); got != "K7Q2 warning Orders: connections 97%" {
		t.Errorf("answer %q", got)
	}
	r.told["K7Q2"] = true // both: it is one alarm all the same
	if got := r.text(t, "+1", "OK"); got != "K7Q2 is acknowledged: no more reminders, unless it gets worse." {
		t.Errorf("answer %q", got)
	}
}

// TestLines: each kind of alarm in a few words, in both languages.
func TestLines(t *testing.T) {
	one := func(rule alarm.RuleName, account, id string, m fleet.Metric) notifier.Told {
		return notifier.Told{Name: "Orders", Episode: alarm.Episode{
			Code: "K7Q2", Key: alarm.Key{Rule: rule, Account: account, Instance: id, Metric: m}, Severity: alarm.Critical, Usage: 45, Capacity: 50, Threshold: 0.7,
		}}
	}
	unknown := one(alarm.Capacity, "", "mqtt-1", fleet.MemoryBytes)
	unknown.State, unknown.Capacity, unknown.Name = alarm.EpisodeUnknown, 0, ""
	for _, tt := range []struct {
		told   notifier.Told
		en, zh string
	}{
		{one(alarm.Capacity, "", "mqtt-1", fleet.Connections), "K7Q2 critical Orders: connections 90%", "K7Q2 紧急 Orders：连接数 90%"},
		{unknown, "K7Q2 critical mqtt-1: memory, no data now", "K7Q2 紧急 mqtt-1：内存，现无数据"},
		{one(alarm.Forecast, "", "mqtt-1", fleet.Connections), "K7Q2 critical Orders: connections 90%, full soon", "K7Q2 紧急 Orders：连接数 90%，即将用满"},
		{one(alarm.NoData, "", "mqtt-1", alarm.NoMetric), "K7Q2 critical Orders: no data", "K7Q2 紧急 Orders：无数据"},
		{one(alarm.NoData, "", alarm.FleetInstance, alarm.NoMetric), "K7Q2 critical whole fleet: no data", "K7Q2 紧急 全部实例：无数据"},
		{one(alarm.Expiry, "", "mqtt-1", alarm.NoMetric), "K7Q2 critical Orders: expiry", "K7Q2 紧急 Orders：到期"},
		{one(alarm.Suspension, "", "mqtt-1", alarm.NoMetric), "K7Q2 critical Orders: service stop", "K7Q2 紧急 Orders：停服"},
		{one(alarm.Release, "", "mqtt-1", alarm.NoMetric), "K7Q2 critical Orders: deletion", "K7Q2 紧急 Orders：释放"},
		{one(alarm.Overdue, "acme", "", alarm.NoMetric), "K7Q2 critical acme: overdue payment", "K7Q2 紧急 acme：欠费"},
		{one(alarm.LowBalance, "acme", "", alarm.NoMetric), "K7Q2 critical acme: low balance", "K7Q2 紧急 acme：余额不足"},
		{one(alarm.AutoRenewal, "", "mqtt-1", alarm.NoMetric), "K7Q2 critical Orders: automatic renewal", "K7Q2 紧急 Orders：自动续费"},
		{one(alarm.CannotRenew, "", "mqtt-1", alarm.NoMetric), "K7Q2 critical Orders: cannot be renewed", "K7Q2 紧急 Orders：无法续费"},
		{one(alarm.FrozenRule, "", "mqtt-1", alarm.NoMetric), "K7Q2 critical Orders: frozen", "K7Q2 紧急 Orders：冻结"},
		{one("later", "", "mqtt-1", alarm.NoMetric), "K7Q2 critical Orders: later", "K7Q2 紧急 Orders：later"},
	} {
		if got := line(&tt.told, words.EN); got != tt.en {
			t.Errorf("%q, want %q", got, tt.en)
		}
		if got := line(&tt.told, words.ZH); got != tt.zh {
			t.Errorf("%q, want %q", got, tt.zh)
		}
	}
}

func TestFit(t *testing.T) {
	long := strings.Repeat("a", 161)
	for _, tt := range []struct {
		name  string
		most  int
		forms []string
		want  string
	}{
		{"the first fits", 1, []string{"abc", "a"}, "abc"},
		{"the second fits", 1, []string{long, "a"}, "a"},
		{"two segments", 2, []string{long, "a"}, long},
		{"none fits", 1, []string{long + long, long}, long[:160]},
		{"none fits, in Chinese", 1, []string{strings.Repeat("好", 80)}, strings.Repeat("好", 70)},
	} {
		if got := fit(tt.most, tt.forms...); got != tt.want {
			t.Errorf("%s: %q", tt.name, got)
		}
	}
}

// TestNoEndlessConversation: whoever answers our answers, as machines do, is not
// answered for ever.
func TestNoEndlessConversation(t *testing.T) {
	answers := func(t *testing.T, r *rig, n int, every time.Duration, text func(i int) string) (answered int) {
		for i := range n {
			if r.text(t, "+1", text(i)) != "" {
				answered++
			}
			<-time.After(every)
		}
		return answered
	}
	for _, tt := range []struct {
		name  string
		n     int
		every time.Duration
		text  func(i int) string
		want  int
	}{
		{"the same words at once", 5, time.Second, func(int) string { return "LIST" }, 1},
		{"the same words in other letters", 2, time.Second, func(i int) string { return []string{"list", " LIST! "}[i] }, 1},
		{"the same words after a while", 3, 11 * time.Second, func(int) string { return "LIST" }, 3},
		{"other words at once", 4, time.Second, func(i int) string { return []string{"LIST", "STATUS"}[i%2] }, 4},
		{"what is not understood", 5, time.Minute, func(i int) string { return fmt.Sprintf("I am away until %d", i) }, 1},
		{"what is not understood, an hour later", 3, time.Hour, func(i int) string { return fmt.Sprintf("I am away until %d", i) }, 3},
		{"what is understood between", 3, time.Minute, func(i int) string { return []string{"hm", "LIST", "hmm"}[i] }, 3},
		{"very much in an hour", 60, 30 * time.Second, func(i int) string { return []string{"LIST", "STATUS"}[i%2] }, perHour},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if got := answers(t, newRig(night()...), tt.n, tt.every, tt.text); got != tt.want {
					t.Errorf("%d of %d were answered, want %d", got, tt.n, tt.want)
				}
			})
		})
	}
	t.Run("who acknowledges much is heard all the same", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(night()...)
			answers(t, r, 30, time.Second, func(i int) string { return []string{"LIST", "STATUS"}[i%2] })
			if got := r.text(t, "+1", "K7Q2"); got != "" || !slices.Equal(r.did, []string{"K7Q2 by alice"}) {
				t.Errorf("answer %q, done %q", got, r.did)
			}
			if got := r.text(t, "+1", "MUTE K7Q2"); got != "" || len(r.did) != 1 {
				t.Errorf("answer %q, done %q", got, r.did)
			}
			if got := r.text(t, "+86", "K7Q2"); got == "" {
				t.Error("somebody else pays for it")
			}
			<-time.After(time.Hour)
			if got := r.text(t, "+1", "LIST"); got == "" {
				t.Error("an hour later there is no answer either")
			}
		})
	})
}

// TestMessageThatComesAgain: a message is answered once, however often the provider
// tells of it, and over a restart.
func TestMessageThatComesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(night()...)
		in := notifier.Inbound{ID: "SM1", From: "+1", Text: "MUTE K7Q2"}
		for i, want := range []bool{true, false, false} {
			if got := r.Answer(t.Context(), in); (got != "") != want {
				t.Errorf("time %d: answer %q", i, got)
			}
			<-time.After(time.Minute)
		}
		again := newRig(night()...)
		again.answered = r.answered
		if got := again.Answer(t.Context(), in); got != "" || len(again.did) != 0 {
			t.Errorf("after a restart: answer %q, done %q", got, again.did)
		}
		if len(r.silences) != 1 {
			t.Errorf("%d silences", len(r.silences))
		}
		in.ID = "SM2"
		if got := r.Answer(t.Context(), in); got == "" {
			t.Error("the same words a minute later are another message")
		}
	})
}

// TestStopAndStart: the provider answers them, so we do not; what they say is kept.
func TestStopAndStart(t *testing.T) {
	r := newRig(night()...)
	for _, tt := range []struct {
		text, optout string
		want         bool // stopped
		answered     bool
	}{
		{"YES", "", false, true}, // a word like any other
		{"stop", "", true, false},
		{"START", "", false, false},
		{"Quit", "STOP", true, false},
		{"退订", "STOP", true, false},
		{"yes", "", false, false},
		{"订阅", "START", false, false},
		{"info please", "HELP", false, true},
		{"STOP!", "", false, true},
	} {
		got := r.Answer(t.Context(), notifier.Inbound{From: "+1", Text: tt.text, OptOut: tt.optout})
		if (got != "") != tt.answered || r.stopped["+1"] != tt.want {
			t.Errorf("%q %s: answer %q, stopped %t", tt.text, tt.optout, got, r.stopped["+1"])
		}
	}
	if len(r.did) != 0 {
		t.Error(r.did)
	}
	if got := r.Answer(t.Context(), notifier.Inbound{From: "+49", Text: "STOP"}); got != "" || len(r.stopped) != 1 {
		t.Errorf("a stranger: answer %q, kept %v", got, r.stopped)
	}
	r.broken = errors.New("disk full")
	if got := r.Answer(t.Context(), notifier.Inbound{From: "+1", Text: "STOP"}); got != "" || !strings.Contains(r.log.String(), "disk full") {
		t.Errorf("answer %q, logged %s", got, r.log.String())
	}
}

// TestAnswersToDrills: each answer proves the number, and one with the code of a drill
// answers it.
func TestAnswersToDrills(t *testing.T) {
	const thanks, notNoted = "Thank you. It is noted that alarms reach you at this number.", "Not noted: Brimwatch could not store it. Please reply again in a few minutes."
	for _, tt := range []struct {
		name, from, text string
		full             error
		want             string
		proved           []string
		did              int
	}{
		{"the code", "+1", "ok 4d7r", nil, thanks, []string{"alice", "alice 4D7R"}, 0},
		{"the code of full width", "+1", "ＯＫ ４Ｄ７Ｒ", nil, thanks, []string{"alice", "alice 4D7R"}, 0},
		{"in Chinese", "+86", "4D7R", nil, "谢谢，已记录此号码可以收到告警。", []string{"wei", "wei 4D7R"}, 0},
		{"a code of an alarm proves the number too", "+1", "K7Q2", nil, "K7Q2 is acknowledged: no more reminders, unless it gets worse.", []string{"alice"}, 1},
		{"both", "+1", "K7Q2 4D7R", nil, "K7Q2 is acknowledged: no more reminders, unless it gets worse.", []string{"alice", "alice 4D7R"}, 1},
		{"the code of somebody else", "+1", "5B2B", nil, "No open alarm has the code 5B2B. It may have ended.", []string{"alice", "alice 5B2B"}, 0},
		{"it cannot be stored", "+1", "4D7R", errors.New("disk full"), notNoted, []string{"alice", "alice 4D7R"}, 0},
		{"what is not understood proves the number", "+1", "hello there", nil, "Not understood, nothing was changed. Reply a code such as K7Q2, ACK ALL, MUTE K7Q2 2h, STATUS, LIST or HELP.", []string{"alice"}, 0},
		{"a drill that is refused", "+1", "not 4D7R", nil, "Not understood, nothing was changed. Reply a code such as K7Q2, ACK ALL, MUTE K7Q2 2h, STATUS, LIST or HELP.", []string{"alice"}, 0},
		{"a stranger", "+49", "4D7R", nil, "", nil, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(night()...)
			r.full = tt.full
			if got := r.text(t, tt.from, tt.text); got != tt.want {
				t.Errorf("answer %q, want %q", got, tt.want)
			}
			if !slices.Equal(r.proved, tt.proved) || len(r.did) != tt.did {
				t.Errorf("proved %q, done %q", r.proved, r.did)
			}
			if tt.full != nil && !strings.Contains(r.log.String(), "disk full") {
				t.Errorf("logged %q", r.log.String())
			}
		})
	}
}

func TestRecentIsBounded(t *testing.T) {
	var r recent
	for i := range 3 * mostRecent {
		if r.note(strconv.Itoa(i)) {
			t.Fatal(i)
		}
	}
	if len(r.known) != mostRecent || len(r.order) != mostRecent || !r.note(strconv.Itoa(3*mostRecent-1)) {
		t.Errorf("%d known, %d in order", len(r.known), len(r.order))
	}
}
