package mcp

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/internal/api/asked"
	"github.com/brimwatch/brimwatch/internal/api/wire"
)

// reading are the tools that change nothing.
func (s *server) reading() []adder {
	return []adder{
		s.listAlarms(), s.explainAlarm(), s.listInstances(), s.getInstance(), s.getStatistics(), s.explainInstance(),
		s.calendarAhead(), s.advice(), s.listNotices(), s.whoIsOnCall(), s.accounts(), s.listSilences(),
	}
}

// writing are the tools that change something.
func (s *server) writing() []adder { return []adder{s.acknowledgeAlarm(), s.addSilence()} }

// ackRequest names alarms.
type ackRequest struct {
	Codes []string `json:"codes" jsonschema:"codes of the alarms, such as K7Q2"`
}

// ackAnswer is who acknowledged each alarm first.
type ackAnswer struct {
	Acknowledged []ackedRow `json:"acknowledged"`
	Missing      []string   `json:"missing" jsonschema:"codes that no open alarm has; they may have ended"`
}

// ackedRow is who acknowledged one alarm first.
type ackedRow struct {
	Code string `json:"code"`
	By   string `json:"acknowledged_by"`
	At   string `json:"acknowledged_at,omitempty"`
}

const (
	mostAcked = 100
	maxCode   = 40
	// mostMatchers bounds the labels of one silence.
	mostMatchers = 20
)

func (s *server) acknowledgeAlarm() adder {
	no := false
	return tool[ackRequest, ackAnswer]{
		name: "acknowledge_alarm", title: "Acknowledge alarms", hints: sdk.ToolAnnotations{IdempotentHint: true, DestructiveHint: &no, OpenWorldHint: &no},
		description: "Acknowledges open alarms by their codes, in the name of who signed in: there are no more reminders, and nobody else is called. Their ends are still told. Only do it when a person says that they take care of it.",
		bounds:      []bound{fewCodes}, ask: s.askAck, say: (*ackAnswer).text,
	}
}

func (s *server) askAck(ctx context.Context, in ackRequest) (out ackAnswer, err error) {
	var codes []string
	for _, c := range in.Codes {
		if c = strings.ToUpper(strings.TrimSpace(c)); c != "" && !slices.Contains(codes, c) {
			codes = append(codes, c)
		}
	}
	if len(codes) == 0 {
		return out, wrong("nothing was acknowledged: name the codes, such as K7Q2; list_alarms has them")
	}
	who := by(ctx)
	missing, err := s.Acker.AckAll(ctx, codes, who)
	if err != nil {
		return out, fmt.Errorf("not all of it was acknowledged: %w", err)
	}
	out = ackAnswer{Acknowledged: []ackedRow{}, Missing: append([]string{}, missing...)}
	for _, c := range codes {
		if slices.Contains(missing, c) {
			continue
		}
		row := ackedRow{Code: c, By: who}
		// It may have been somebody else, and earlier.
		if list, err := s.Alarms.Episodes(ctx, alarm.EpisodeFilter{Code: c, Open: true, Limit: 1}); err == nil && len(list) > 0 && list[0].AckedBy != "" {
			row.By, row.At = list[0].AckedBy, moment(list[0].AckedAt, time.UTC)
		}
		out.Acknowledged = append(out.Acknowledged, row)
	}
	s.log.InfoContext(ctx, "alarms acknowledged", "codes", len(out.Acknowledged), "by", who)
	return out, nil
}

func (a *ackAnswer) text() string {
	var b strings.Builder
	for _, one := range a.Acknowledged {
		fmt.Fprintf(&b, "%s is acknowledged by %s%s.\n", one.Code, one.By, after(" since ", one.At))
	}
	for _, c := range a.Missing {
		fmt.Fprintf(&b, "No open alarm has the code %s; it may have ended.\n", c)
	}
	return b.String()
}

// silenceRequest is a silence to be added, or to be looked at before.
type silenceRequest struct {
	Matchers map[string]string `json:"matchers" jsonschema:"labels that all must be equal, such as {\"instance_id\":\"mqtt-1\",\"metric\":\"connections\"}: alertname (the rule), instance_id, instance (the name), product, edition, metric, severity, and labels of the instance"`
	For      string            `json:"for,omitempty" jsonschema:"how long from now, such as 30m, 2h or 7d; this or until"`
	Until    string            `json:"until,omitempty" jsonschema:"when it ends, RFC 3339"`
	Comment  string            `json:"comment,omitempty" jsonschema:"why, for the others"`
	Preview  bool              `json:"preview,omitempty" jsonschema:"only say what it would hold; nothing is added"`
}

// silenceAnswer is the silence that was added, or would be.
type silenceAnswer struct {
	Added   bool       `json:"added"`
	Silence silenceRow `json:"silence"`
}

func (s *server) addSilence() adder {
	yes, no := true, false
	return tool[silenceRequest, silenceAnswer]{
		name: "add_silence", title: "Add a silence", hints: sdk.ToolAnnotations{DestructiveHint: &yes, OpenWorldHint: &no},
		description: "Holds the notices of alarms with certain labels until a moment, in the name of who signed in: nobody is told of them meanwhile. Alarms are raised and shown all the same. First ask with preview, show the person what would be held, and add it only when they agree. It is ended on the page Silences or by brimwatch silence remove.",
		bounds:      []bound{shortText(40, "for", "until"), shortText(1000, "comment"), fewEntries("matchers", mostMatchers)}, ask: s.askSilence, say: (*silenceAnswer).text,
	}
}

func (s *server) askSilence(ctx context.Context, in silenceRequest) (out silenceAnswer, err error) {
	now := s.Now().UTC()
	body := wire.NewSilence{Matchers: in.Matchers, For: in.For, Comment: in.Comment}
	if in.Until != "" {
		if body.Until, err = asked.Moment(in.Until, now); err != nil {
			return out, wrong("no silence was added: until: %v", err)
		}
	}
	silence, faults := asked.Silence(&body, now)
	if faults = append(asked.GarbledSilence(&body), faults...); len(faults) > 0 {
		return out, wrong("no silence was added: %s", strings.Join(faults, "; "))
	}
	silence.By = by(ctx)
	present, err := s.present(ctx)
	if err != nil {
		return out, err
	}
	if in.Preview {
		out.Silence = silenceRowOf(&silence, present)
		return out, nil
	}
	added, err := s.Silences.AddSilence(ctx, silence)
	if err != nil {
		return out, fmt.Errorf("no silence was added: %w", err)
	}
	s.log.InfoContext(ctx, "silence added", "id", added.ID, "until", added.Until.UTC().Format(time.RFC3339), "by", added.By)
	return silenceAnswer{Added: true, Silence: silenceRowOf(&added, present)}, nil
}

func (a *silenceAnswer) text() string {
	if a.Added {
		return "Added: " + a.Silence.text()
	}
	return "Nothing was added. It would be: " + a.Silence.text()
}
