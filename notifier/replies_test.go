package notifier

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// fakeAcker has some open alarms, and notes what it is asked.
type fakeAcker struct {
	open  map[string]error // by code; nil is acknowledged
	asked []string
}

func (a *fakeAcker) Ack(_ context.Context, code, by string) error {
	a.asked = append(a.asked, code+" by "+by)
	if err, ok := a.open[code]; ok {
		return err
	}
	return alarm.ErrNoEpisode
}

type inForce struct{ d *Directory }

func (f inForce) Directory() *Directory { return f.d }

func TestReplies(t *testing.T) {
	const failedEN, failedZH = "Not acknowledged: Brimwatch could not store it. Reminders go on. Please reply again in a few minutes.", "未能确认:保存失败,将继续提醒。请几分钟后重新回复。"
	const unknownEN, unknownZH = "No open alarm has this code. Reply with the code of the message, such as K7Q2.", "没有此代码的未结束告警。请回复短信中的代码,例如 K7Q2。"
	const doneEN, doneZH = "K7Q2 is acknowledged: no more reminders, unless it gets worse.", "已确认告警 K7Q2,不再提醒。"
	for _, tt := range []struct {
		name, phone, text string
		want              string
		asked             []string
		logged            string
	}{
		{"the code", "+1", "K7Q2", doneEN, []string{"K7Q2 by alice"}, ""},
		{"in Chinese", "+86", "K7Q2", doneZH, []string{"K7Q2 by wei"}, ""},
		{"by hand, with manners", "+1", " Thanks! (k7q2) ", doneEN, []string{"THANKS by alice", "K7Q2 by alice"}, ""},
		{"all letters and digits belong to a word", "+1", "a.z/0-9:az09@[`{", unknownEN, []string{"A by alice", "Z by alice", "0 by alice", "9 by alice", "AZ09 by alice"}, ""},
		{"the first of two that are open", "+1", "K7Q2 M3XP", doneEN, []string{"K7Q2 by alice"}, ""},
		{"in the eighth word", "+1", "1 2 3 4 5 6 7 K7Q2", doneEN, []string{"1 by alice", "2 by alice", "3 by alice", "4 by alice", "5 by alice", "6 by alice", "7 by alice", "K7Q2 by alice"}, ""},
		{"in the ninth, which nobody reads", "+1", "1 2 3 4 5 6 7 8 K7Q2", unknownEN, []string{"1 by alice", "2 by alice", "3 by alice", "4 by alice", "5 by alice", "6 by alice", "7 by alice", "8 by alice"}, ""},
		{"none is open", "+1", "ZZZZ", unknownEN, []string{"ZZZZ by alice"}, ""},
		{"none is open, in Chinese", "+86", "确认", unknownZH, nil, ""},
		{"it cannot be stored", "+1", "FULL", failedEN, []string{"FULL by alice"}, "disk full"},
		{"it cannot be stored, in Chinese", "+86", "full", failedZH, []string{"FULL by wei"}, "disk full"},
		{"it cannot be stored, among words that are no codes", "+1", "ok FULL thanks", failedEN, []string{"OK by alice", "FULL by alice", "THANKS by alice"}, "disk full"},
		{"one cannot be stored, and the next can", "+1", "FULL K7Q2", doneEN, []string{"FULL by alice", "K7Q2 by alice"}, "disk full"},
		{"a stranger", "+49", "K7Q2", "", nil, "nobody who is configured"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			acker := &fakeAcker{open: map[string]error{"K7Q2": nil, "M3XP": nil, "FULL": errors.New("disk full")}}
			d := NewDirectory(Entries{People: map[string]Person{"+1": {Name: "alice", Language: words.EN}, "+86": {Name: "wei", Language: words.ZH}}})
			var log bytes.Buffer
			r := NewReplies(acker, inForce{d}, slog.New(slog.NewTextHandler(&log, nil)))
			if got := r.Answer(t.Context(), tt.phone, tt.text); got != tt.want {
				t.Errorf("answer %q, want %q", got, tt.want)
			}
			if diff := cmp.Diff(tt.asked, acker.asked); diff != "" {
				t.Errorf("acknowledged (-want +got):\n%s", diff)
			}
			if (tt.logged == "") != (log.Len() == 0) || !strings.Contains(log.String(), tt.logged) {
				t.Errorf("logged %q, want %q", log.String(), tt.logged)
			}
		})
	}
}

func TestTestNotice(t *testing.T) {
	d := NewDirectory(Entries{Words: Words{ExternalURL: "https://brimwatch.example.com"}})
	for _, tt := range []struct {
		channel       string
		language      words.Language
		text, summary string
	}{
		{"sms", words.EN, "TEST Brimwatch can reach you. This is a test, nothing is wrong.", "TEST Brimwatch can reach you. This is a test, nothing is wrong."},
		{"sms", words.ZH, "TEST Brimwatch 可以联系到您。这是测试，一切正常。", "TEST Brimwatch 可以联系到您。这是测试，一切正常。"},
		{"webhook", words.EN, "", "TEST Brimwatch can reach you. This is a test, nothing is wrong."},
	} {
		n := TestNotice(d, Target{Recipient: Recipient{Channel: tt.channel, Name: tt.channel + "/wei"}, Language: tt.language}, noon())
		if n.Text != tt.text || n.Alert.Annotations["summary"] != tt.summary || n.Recipient != tt.channel+"/wei" {
			t.Errorf("%s %s: %+v", tt.channel, tt.language, n)
		}
		if n.Alert.GeneratorURL != "https://brimwatch.example.com/" || n.Alert.Labels["alertname"] != "test" || !n.CreatedAt.Equal(noon()) {
			t.Errorf("%s %s: %+v", tt.channel, tt.language, n.Alert)
		}
	}
}
