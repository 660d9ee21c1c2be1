package promapi

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
)

// labelSets is the data of /series.
type labelSets []labels.Labels

// The most warnings and infos that an answer carries, as in Prometheus.
const maxWarnings, maxInfos = 10, 10

// chunk is how much of an answer is encoded before it is sent. An answer that is
// smaller is done when it has been encoded, and sent afterwards.
const chunk = 256 << 10

// write writes an answer, and lets go of it as soon as it can.
func write(w http.ResponseWriter, a answer) error {
	e := &encoder{w: w, until: a.until}
	done := sync.OnceFunc(func() {
		if a.done != nil {
			a.done()
		}
	})
	defer done()
	if a.err == nil {
		a.err = e.success(a)
	}
	done()
	if a.err != nil && !e.begun {
		e.b = appendString([]byte(`{"status":"error","errorType":`), a.err.kind)
		e.b = appendString(append(e.b, `,"error":`...), a.err.err.Error())
		e.b = append(e.b, '}')
		e.status = a.err.status
	}
	return e.end()
}

// encoder writes JSON to a response in pieces.
type encoder struct {
	w      http.ResponseWriter
	until  time.Time // when a large answer must have been taken
	status int       // 0 is 200
	b      []byte    // not yet sent
	begun  bool      // something was sent
	err    error     // nobody takes the rest
}

// room sends what there is when it is enough for that. It tells whether there is
// a use in going on.
func (e *encoder) room() bool {
	if len(e.b) >= chunk && e.err == nil {
		if !e.begun {
			// Whoever does not take an answer must not keep others from theirs. A
			// recorder of a test knows no deadline.
			_ = http.NewResponseController(e.w).SetWriteDeadline(e.until)
		}
		e.send()
	}
	return e.err == nil
}

func (e *encoder) send() {
	if !e.begun {
		e.w.Header().Set("Content-Type", "application/json")
		e.w.Header().Set("X-Content-Type-Options", "nosniff")
		e.w.WriteHeader(max(e.status, http.StatusOK))
		e.begun = true
	}
	_, e.err = e.w.Write(e.b)
	e.b = e.b[:0]
}

// end sends the rest.
func (e *encoder) end() error {
	if e.err != nil {
		return e.err
	}
	large := e.begun
	e.send()
	if large {
		_ = http.NewResponseController(e.w).SetWriteDeadline(time.Time{}) // the connection may go on
	}
	return e.err
}

// success encodes the answer of a request that succeeded.
func (e *encoder) success(a answer) *apiError {
	e.b = append(e.b, `{"status":"success","data":`...)
	if err := e.data(a.data); err != nil {
		return internal(err)
	}
	warnings, infos := a.warnings.AsStrings(a.query, maxWarnings, maxInfos)
	for _, list := range []struct {
		key   string
		texts []string
	}{{"warnings", warnings}, {"infos", infos}} {
		if len(list.texts) == 0 {
			continue
		}
		texts, err := json.Marshal(list.texts)
		if err != nil {
			return internal(fmt.Errorf("encode %s: %w", list.key, err))
		}
		e.b = append(append(e.b, `,"`+list.key+`":`...), texts...)
	}
	e.b = append(e.b, '}')
	return nil
}

func (e *encoder) data(data any) error {
	switch data := data.(type) {
	case result:
		e.b = appendString(append(e.b, `{"resultType":`...), string(data.value.Type()))
		e.b = append(e.b, `,"result":`...)
		if err := e.value(data.value); err != nil {
			return err
		}
		if data.stats != nil {
			stats, err := json.Marshal(data.stats)
			if err != nil {
				return fmt.Errorf("encode statistics: %w", err)
			}
			e.b = append(append(e.b, `,"stats":`...), stats...)
		}
		e.b = append(e.b, '}')
	case labelSets:
		e.b = append(e.b, '[')
		for i, ls := range data {
			if e.b = appendLabels(comma(e.b, i), ls); !e.room() {
				return nil
			}
		}
		e.b = append(e.b, ']')
	case []string:
		e.b = append(e.b, '[')
		for i, s := range data {
			if e.b = appendString(comma(e.b, i), s); !e.room() {
				return nil
			}
		}
		e.b = append(e.b, ']')
	default:
		plain, err := json.Marshal(data)
		if err != nil {
			return fmt.Errorf("encode answer: %w", err)
		}
		e.b = append(e.b, plain...)
	}
	return nil
}

// value writes a result. Histograms cannot come up: none are stored, and no
// function makes one of numbers.
func (e *encoder) value(v parser.Value) error {
	switch v := v.(type) {
	case promql.Scalar:
		e.b = appendPoint(e.b, v.T, v.V)
	case promql.String:
		e.b = appendMillis(append(e.b, '['), v.T)
		e.b = append(appendString(append(e.b, ','), v.V), ']')
	case promql.Vector:
		e.b = append(e.b, '[')
		for i, s := range v {
			e.b = appendLabels(append(comma(e.b, i), `{"metric":`...), s.Metric)
			e.b = append(appendPoint(append(e.b, `,"value":`...), s.T, s.F), '}')
			if !e.room() {
				return nil
			}
		}
		e.b = append(e.b, ']')
	case promql.Matrix:
		e.b = append(e.b, '[')
		for i, s := range v {
			e.b = appendLabels(append(comma(e.b, i), `{"metric":`...), s.Metric)
			e.b = append(e.b, `,"values":[`...)
			for k, p := range s.Floats {
				if e.b = appendPoint(comma(e.b, k), p.T, p.F); !e.room() {
					return nil
				}
			}
			e.b = append(e.b, `]}`...)
		}
		e.b = append(e.b, ']')
	default:
		return fmt.Errorf("encode result: type %s is not known", v.Type())
	}
	return nil
}

// answerBytes estimates how large an answer will be. Values are taken for
// ordinary ones; a figure with sixteen digits is longer.
func answerBytes(data any) int {
	const (
		point = 28 // [1795313399.896,"0.123456"],
		rest  = 24 // of a series, around its labels
		label = 6  // around a label
	)
	bytes := 0
	add := func(ls labels.Labels, points int) {
		bytes += rest + points*point
		ls.Range(func(l labels.Label) { bytes += len(l.Name) + len(l.Value) + label })
	}
	switch data := data.(type) {
	case labelSets:
		for _, ls := range data {
			add(ls, 0)
		}
	case []string:
		for _, s := range data {
			bytes += len(s) + label
		}
	case result:
		switch v := data.value.(type) {
		case promql.Vector:
			for _, s := range v {
				add(s.Metric, 1)
			}
		case promql.Matrix:
			for _, s := range v {
				add(s.Metric, len(s.Floats))
			}
		}
	}
	return bytes
}

func comma(b []byte, i int) []byte {
	if i > 0 {
		return append(b, ',')
	}
	return b
}

func appendLabels(b []byte, ls labels.Labels) []byte {
	b = append(b, '{')
	i := 0
	ls.Range(func(l labels.Label) {
		b = appendString(comma(b, i), l.Name)
		b = appendString(append(b, ':'), l.Value)
		i++
	})
	return append(b, '}')
}

// appendPoint writes [time, "value"].
func appendPoint(b []byte, t int64, v float64) []byte {
	b = append(appendMillis(append(b, '['), t), `,"`...)
	return append(appendFloat(b, v), `"]`...)
}

// appendMillis writes milliseconds as seconds, with three decimals or none.
func appendMillis(b []byte, t int64) []byte {
	if t < 0 {
		b, t = append(b, '-'), -t
	}
	b = strconv.AppendInt(b, t/1000, 10)
	if rest := t % 1000; rest != 0 {
		b = append(b, '.', byte('0'+rest/100), byte('0'+rest/10%10), byte('0'+rest%10))
	}
	return b
}

// appendFloat writes a value as Prometheus does: shortest form, with an exponent
// only for the very small and very large.
func appendFloat(b []byte, v float64) []byte {
	format := byte('f')
	if abs := math.Abs(v); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(b, v, format, -1, 64)
}

// appendString writes a JSON string.
func appendString(b []byte, s string) []byte {
	quoted, err := json.Marshal(s)
	if err != nil { // a string can always be encoded
		return append(b, `""`...)
	}
	return append(b, quoted...)
}
