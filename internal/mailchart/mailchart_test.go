package mailchart

import (
	"bytes"
	"context"
	"errors"
	"image/png"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
)

// recorded is a history of one instance.
type recorded struct {
	err    error
	asked  string
	series []fleet.Series
}

func (r *recorded) Statistics(_ context.Context, id string, from, to time.Time, step time.Duration) ([]fleet.Series, error) {
	r.asked = id + " " + to.Sub(from).String() + " " + step.String()
	return r.series, r.err
}

func TestDraw(t *testing.T) {
	now := time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	one := fleet.Series{Metric: fleet.Connections}
	for i := range 10 {
		at := now.Add(time.Duration(i-9) * time.Hour)
		one.Usage, one.Capacity = append(one.Usage, fleet.Point{T: at, V: 3000 + 68*float64(i)}), append(one.Capacity, fleet.Point{T: at, V: 5000})
	}
	shanghai := time.FixedZone("UTC+8", 8*3600)
	notice := func() *notifier.Notice {
		return &notifier.Notice{CreatedAt: now, Alert: notifier.Alert{
			Labels: map[string]string{"metric": "connections", "instance_id": "mqtt-1"}, Annotations: map[string]string{"threshold": "70%"},
		}}
	}
	h := &recorded{series: []fleet.Series{{Metric: fleet.Subscriptions, Usage: one.Usage}, one}}
	d := New(func() History { return h })
	for l, want := range map[words.Language]string{
		words.EN: "Connections: newest 3,612, highest 3,612, capacity 5,000, threshold 3,500 (70%). 21 Nov 22:00 – 22 Nov 22:00 UTC+8",
		words.ZH: "连接数：最新 3,612，最高 3,612，容量 5,000，阈值 3,500（70%）。 11月21日22:00 – 11月22日22:00 UTC+8",
	} {
		c, ok := d.Draw(t.Context(), notice(), l, shanghai)
		if !ok || c.Caption != want {
			t.Errorf("caption %q, want %q", c.Caption, want)
		}
		p, err := png.Decode(bytes.NewReader(c.PNG))
		if err != nil || p.Bounds().Dx() != 2*c.Width || p.Bounds().Dy() != 2*c.Height || len(c.PNG) > 20<<10 {
			t.Errorf("the picture has %d bytes, %v", len(c.PNG), err)
		}
	}
	if h.asked != "mqtt-1 24h0m0s 5m0s" {
		t.Errorf("it asked for %s", h.asked)
	}
	for name, change := range map[string]func(*notifier.Notice){
		"no metric": func(n *notifier.Notice) { n.Alert.Labels["metric"] = "" }, "no instance": func(n *notifier.Notice) { n.Alert.Labels["instance_id"] = "" },
		"nothing was recorded of it": func(n *notifier.Notice) { n.Alert.Labels["metric"] = "memory_bytes" },
	} {
		n := notice()
		change(n)
		if _, ok := d.Draw(t.Context(), n, words.EN, nil); ok {
			t.Errorf("%s: there is a chart", name)
		}
	}
	h.err = errors.New("the history is away")
	if _, ok := d.Draw(t.Context(), notice(), words.EN, shanghai); ok {
		t.Error("there is a chart without a history")
	}
}

// TestPicture: the chart of any time has about as many points, and the same picture as in a mail.
func TestPicture(t *testing.T) {
	now := time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	one := fleet.Series{Metric: fleet.Connections, Usage: []fleet.Point{{T: now.Add(-2 * time.Hour), V: 3000}, {T: now, V: 3612}}, Capacity: []fleet.Point{{T: now.Add(-2 * time.Hour), V: 5000}, {T: now, V: 5000}}}
	h := &recorded{series: []fleet.Series{one}}
	d := New(func() History { return h })
	n := &notifier.Notice{CreatedAt: now, Alert: notifier.Alert{
		Labels: map[string]string{"metric": "connections", "instance_id": "mqtt-1"}, Annotations: map[string]string{"threshold": "70%"},
	}}
	s, ok := OfNotice(n)
	got, err := d.Picture(t.Context(), s, words.EN)
	mailed, drawn := d.Draw(t.Context(), n, words.EN, time.UTC)
	if !ok || err != nil || !drawn || !bytes.Equal(got, mailed.PNG) {
		t.Errorf("%v, %v: %d bytes, and %d in a mail", ok, err, len(got), len(mailed.PNG))
	}
	s.Threshold = 0
	if plain, err := d.Picture(t.Context(), s, words.EN); err != nil || bytes.Equal(plain, got) {
		t.Errorf("without a threshold it is the same; %v", err)
	}
	for length, want := range map[time.Duration]string{
		time.Second: "mqtt-1 1s 15s", time.Hour: "mqtt-1 1h0m0s 15s", 24 * time.Hour: "mqtt-1 24h0m0s 5m0s", 366 * 24 * time.Hour: "mqtt-1 8784h0m0s 30h30m0s",
	} {
		s.From = s.To.Add(-length)
		if _, _ = d.Picture(t.Context(), s, words.EN); h.asked != want {
			t.Errorf("%s: it asked for %s, want %s", length, h.asked, want)
		}
	}
	s.Metric = fleet.MemoryBytes
	if _, err := d.Picture(t.Context(), s, words.EN); !errors.Is(err, ErrNothing) {
		t.Errorf("nothing was recorded: %v", err)
	}
	h.err = errors.New("the history is away")
	if _, err := d.Picture(t.Context(), s, words.EN); !errors.Is(err, h.err) {
		t.Errorf("the history is away: %v", err)
	}
}
