package web

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/spreadsheet"
)

// The pixels of a picture that is taken out of the page.
const pictureWidth, pictureHeight = 1920, 520

// exports answers with the figures of a page as a file.
func (p *pages) exports(mux *http.ServeMux) {
	mux.HandleFunc("GET /statistics.csv", p.export(p.exportCSV))
	mux.HandleFunc("GET /statistics.json", p.export(p.exportJSON))
	mux.HandleFunc("GET /statistics.svg", p.export(p.picture("svg", func(d *drawing, title, legend string) ([]byte, error) {
		return d.StandAlone(title, legend), nil
	})))
	mux.HandleFunc("GET /statistics.png", p.export(p.picture("png", func(d *drawing, _, _ string) ([]byte, error) {
		return d.PNG(pictureWidth, pictureHeight)
	})))
}

// export reads what an address asks for, as the page does and within the same bounds.
func (p *pages) export(write func(http.ResponseWriter, *http.Request, *charts)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		list, missing := p.compared(r)
		if missing != "" {
			http.Error(w, p.say.T("No instance has the ID %s", missing), http.StatusNotFound)
			return
		}
		if fault := p.tooMany(r.URL.Query()["instance"]); fault != "" {
			http.Error(w, fault, http.StatusBadRequest)
			return
		}
		if len(list) == 0 {
			http.Error(w, p.say.T("Say which instance: %s.", "instance=ID"), http.StatusBadRequest)
			return
		}
		a, fault := p.ask(r.URL.Query(), idsOf(list), p.zonesFor(r, list))
		if fault != "" {
			http.Error(w, fault, http.StatusBadRequest)
			return
		}
		c, err := p.read(r.Context(), a, list)
		if err != nil {
			p.log.WarnContext(r.Context(), "statistics could not be read", "instance_ids", a.ids, "error", err)
			http.Error(w, p.say.T("The history could not be read: ")+p.heard(err.Error()), http.StatusInternalServerError)
			return
		}
		write(w, r, c)
	}
}

func idsOf(list []*fleet.Standing) []string {
	out := make([]string, 0, len(list))
	for _, st := range list {
		out = append(out, st.Instance.ID)
	}
	return out
}

// send writes a file that browsers keep, or show where they are asked to.
func (p *pages) send(w http.ResponseWriter, r *http.Request, c *charts, kind, ending string, data []byte) {
	name := "statistics"
	if len(c.histories) == 1 {
		name = spreadsheet.FileName(c.histories[0].standing.Instance.ID)
	}
	if m := r.URL.Query().Get("metric"); m != "" {
		name += "-" + spreadsheet.FileName(m)
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name + "-" + c.from.In(c.asked.zone).Format("20060102T1504") + "." + ending}))
	h.Set("Content-Length", strconv.Itoa(len(data)))
	if ending == "svg" { // it has its style inside, and nothing else to load
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	}
	if _, err := w.Write(data); err != nil {
		p.log.DebugContext(r.Context(), "file was not taken", "path", r.URL.Path, "error", err)
	}
}

// picture answers with one chart, drawn as draw does.
func (p *pages) picture(ending string, draw func(d *drawing, title, legend string) ([]byte, error)) func(http.ResponseWriter, *http.Request, *charts) {
	return func(w http.ResponseWriter, r *http.Request, c *charts) {
		m, ok := fleet.ParseMetric(r.URL.Query().Get("metric"))
		if !ok || len(c.histories) != 1 {
			http.Error(w, p.say.T("A picture shows one metric of one instance, such as %s.", "metric=connections"), http.StatusBadRequest)
			return
		}
		drawn := p.drawings(c, m)
		if len(drawn) == 0 { // a chart that says that there is nothing
			drawn = append(drawn, p.newDrawing(c, &c.histories[0], fleet.Series{Metric: m}))
		}
		in := drawn[0].standing.Instance
		title := p.say.T("%s: %s", nameOf(in), words.Heading(m, p.lang()))
		if in.Name != "" && in.Name != in.ID {
			title = p.say.T("%s (%s): %s", in.Name, in.ID, words.Heading(m, p.lang()))
		}
		zone := c.asked.zone
		legend := p.say.T("%s – %s, %s; highest usage of each %s, and its average as a thin line", words.Timestamp(c.from, zone), words.Timestamp(c.to, zone), zoneWords(c.to.In(zone)), words.Duration(c.step, p.lang()))
		data, err := draw(&drawn[0], words.Clean(title), legend)
		if err != nil {
			p.log.ErrorContext(r.Context(), "chart could not be drawn", "instance_id", in.ID, "error", err)
			http.Error(w, p.say.T("The picture could not be drawn; the log of Brimwatch says why."), http.StatusInternalServerError)
			return
		}
		kind := "image/png"
		if ending == "svg" {
			kind = "image/svg+xml"
		}
		p.send(w, r, c, kind, ending, data)
	}
}

// exported is one point of an exported series.
type exported struct {
	at                         time.Time
	highest, average, capacity float64 // NaN where it is not known
}

// momentsOf joins what is known of a metric, in order of time.
func momentsOf(s fleet.Series) []exported {
	nan := math.NaN()
	var out []exported
	u, a, c := s.Usage, s.Average, s.Capacity
	take := func(points *[]fleet.Point, at time.Time) float64 {
		if len(*points) == 0 || !(*points)[0].T.Equal(at) {
			return nan
		}
		v := (*points)[0].V
		*points = (*points)[1:]
		return v
	}
	for len(u) > 0 || len(a) > 0 || len(c) > 0 {
		at := time.Time{}
		for _, points := range [...][]fleet.Point{u, a, c} {
			if len(points) > 0 && (at.IsZero() || points[0].T.Before(at)) {
				at = points[0].T
			}
		}
		out = append(out, exported{at: at, highest: take(&u, at), average: take(&a, at), capacity: take(&c, at)})
	}
	return out
}

// utilization is the highest usage as a share of the capacity.
func (m exported) utilization() float64 {
	if m.capacity > 0 {
		return m.highest / m.capacity
	}
	return math.NaN()
}

// exportCSV writes RFC 4180: a row for each moment of each metric, with empty fields where
// something is not known.
func (p *pages) exportCSV(w http.ResponseWriter, r *http.Request, c *charts) {
	var buf bytes.Buffer
	out := csv.NewWriter(&buf)
	out.UseCRLF = true
	_ = out.Write([]string{"instance_id", "instance", "time", "metric", "highest", "average", "capacity", "utilization"}) // a bytes.Buffer takes everything
	for _, h := range c.histories {
		in := h.standing.Instance
		for _, s := range h.series {
			for _, m := range momentsOf(s) {
				_ = out.Write([]string{
					spreadsheet.Text(in.ID), spreadsheet.Text(nameOf(in)), m.at.In(c.asked.zone).Format(time.RFC3339), s.Metric.String(),
					spreadsheet.Number(m.highest), spreadsheet.Number(m.average), spreadsheet.Number(m.capacity), spreadsheet.Number(m.utilization()),
				})
			}
		}
	}
	out.Flush()
	p.send(w, r, c, "text/csv; charset=utf-8; header=present", "csv", buf.Bytes())
}

// exportedCharts is the JSON of a page.
type exportedCharts struct {
	From      string             `json:"from"`
	To        string             `json:"to"`
	Step      int64              `json:"step_seconds"`
	Zone      string             `json:"time_zone"`
	Instances []exportedInstance `json:"instances"`
}

type exportedInstance struct {
	ID      string                    `json:"id"`
	Name    string                    `json:"name"`
	Metrics map[string]exportedMetric `json:"metrics"`
	Marks   []exportedMark            `json:"marks"`
}

type exportedMetric struct {
	Levels []exportedLevel `json:"levels"`
	Points []exportedPoint `json:"points"`
}

type exportedLevel struct {
	Severity  string  `json:"severity"`
	Threshold float64 `json:"threshold"`
	Clear     float64 `json:"clear"`
}

type exportedPoint struct {
	At       string   `json:"at"`
	Highest  *float64 `json:"highest"`
	Average  *float64 `json:"average"`
	Capacity *float64 `json:"capacity"`
}

type exportedMark struct {
	What string `json:"what"`
	From string `json:"from"`
	To   string `json:"to,omitempty"`
}

// exportJSON writes moments as RFC 3339 in the zone of the page, and figures as plain numbers;
// what is not known is null.
func (p *pages) exportJSON(w http.ResponseWriter, r *http.Request, c *charts) {
	zone := c.asked.zone
	at := func(t time.Time) string { return t.In(zone).Format(time.RFC3339) }
	out := exportedCharts{From: at(c.from), To: at(c.to), Step: int64(c.step / time.Second), Zone: zone.String(), Instances: []exportedInstance{}}
	for _, h := range c.histories {
		in := exportedInstance{ID: h.standing.Instance.ID, Name: nameOf(h.standing.Instance), Metrics: map[string]exportedMetric{}, Marks: []exportedMark{}}
		for _, s := range h.series {
			m := exportedMetric{Levels: []exportedLevel{}, Points: []exportedPoint{}}
			if h.standing.Levels != nil {
				for _, l := range h.standing.Levels[s.Metric] {
					m.Levels = append(m.Levels, exportedLevel(l))
				}
			}
			for _, one := range momentsOf(s) {
				m.Points = append(m.Points, exportedPoint{at(one.at), figure(one.highest), figure(one.average), figure(one.capacity)})
			}
			in.Metrics[s.Metric.String()] = m
		}
		for _, k := range h.marks {
			in.Marks = append(in.Marks, exportedMark{What: k.What, From: k.From.Machine, To: k.To.Machine})
		}
		out.Instances = append(out.Instances, in)
	}
	data, err := json.MarshalIndent(out, "", " ")
	if err != nil {
		p.fail(w, r, "statistics", p.say.T("The figures could not be written"), err)
		return
	}
	p.send(w, r, c, "application/json", "json", append(data, '\n'))
}

// figure is a number as JSON knows it: null where there is none.
func figure(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}
