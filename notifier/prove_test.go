package notifier

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/fleet/words"
)

// fakeProver has asked for one code.
type fakeProver struct {
	noted []string
	err   error
}

func (p *fakeProver) Proved(_ context.Context, contact, code string) (bool, error) {
	p.noted = append(p.noted, contact+" "+code)
	return code == "4D7R" && p.err == nil, p.err
}

func TestAnswersToDrills(t *testing.T) {
	const thanks, notNoted = "Thank you. It is noted that alarms reach you at this number.", "Not noted: Brimwatch could not store it. Please reply again in a few minutes."
	for _, tt := range []struct {
		name, phone, text string
		err               error
		want              string
		noted             []string
		acked             int
	}{
		{"the code", "+1", "ok 4d7r", nil, thanks, []string{"alice ", "alice 4D7R"}, 0},
		{"in Chinese", "+86", "4D7R", nil, "谢谢，已记录此号码可以收到告警。", []string{"wei ", "wei 4D7R"}, 0},
		{"a code of an alarm proves the number too", "+1", "K7Q2", nil, "K7Q2 is acknowledged: no more reminders, unless it gets worse.", []string{"alice "}, 1},
		{"the code of somebody else", "+1", "5B2B", nil, "No open alarm has this code. Reply with the code of the message, such as K7Q2.", []string{"alice ", "alice 5B2B"}, 1},
		{"it cannot be stored", "+1", "4D7R", errors.New("disk full"), notNoted, []string{"alice ", "alice 4D7R"}, 0},
		{"it cannot be stored, and the alarm can", "+1", "K7Q2", errors.New("disk full"), "K7Q2 is acknowledged: no more reminders, unless it gets worse.", []string{"alice "}, 1},
		{"a stranger", "+49", "4D7R", nil, "", nil, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			acker, prover := &fakeAcker{open: map[string]error{"K7Q2": nil}}, &fakeProver{err: tt.err}
			d := NewDirectory(Entries{People: map[string]Person{"+1": {Name: "alice", Language: words.EN}, "+86": {Name: "wei", Language: words.ZH}}})
			var log bytes.Buffer
			r := NewReplies(acker, inForce{d}, slog.New(slog.NewTextHandler(&log, nil))).ProvedBy(prover)
			if got := r.Answer(t.Context(), tt.phone, tt.text); got != tt.want {
				t.Errorf("answer %q, want %q", got, tt.want)
			}
			if !slices.Equal(prover.noted, tt.noted) || len(acker.asked) != tt.acked {
				t.Errorf("noted %q, want %q; acknowledged %q", prover.noted, tt.noted, acker.asked)
			}
			if tt.err != nil && !strings.Contains(log.String(), "disk full") {
				t.Errorf("logged %q", log.String())
			}
		})
	}
}
