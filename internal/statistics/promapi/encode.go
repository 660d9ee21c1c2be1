package promapi

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
)

// labelSets is the data of /series.
type labelSets []labels.Labels

// The most warnings and infos that an answer carries, as in Prometheus.
const maxWarnings, maxInfos = 10, 10

// write writes an answer.
func write(w http.ResponseWriter, a answer) error {
	body, status := []byte(nil), http.StatusOK
	if a.err == nil {
		var err error
		if body, err = appendSuccess(nil, a); err != nil {
			a.err = &apiError{"internal", http.StatusInternalServerError, err}
		}
	}
	if a.err != nil {
		status = a.err.status
		body = appendString([]byte(`{"status":"error","errorType":`), a.err.kind)
		body = appendString(append(body, `,"error":`...), a.err.err.Error())
		body = append(body, '}')
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, err := w.Write(body) //nolint:gosec // JSON, and said to be
	return err
}

func appendSuccess(b []byte, a answer) ([]byte, error) {
	b, err := appendData(append(b, `{"status":"success","data":`...), a.data)
	if err != nil {
		return nil, err
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
			return nil, fmt.Errorf("encode %s: %w", list.key, err)
		}
		b = append(append(b, `,"`+list.key+`":`...), texts...)
	}
	return append(b, '}'), nil
}

func appendData(b []byte, data any) ([]byte, error) {
	switch data := data.(type) {
	case result:
		b = appendString(append(b, `{"resultType":`...), string(data.kind))
		b = append(append(b, `,"result":`...), data.value...)
		if data.stats != nil {
			stats, err := json.Marshal(data.stats)
			if err != nil {
				return nil, fmt.Errorf("encode statistics: %w", err)
			}
			b = append(append(b, `,"stats":`...), stats...)
		}
		return append(b, '}'), nil
	case labelSets:
		b = append(b, '[')
		for i, ls := range data {
			b = appendLabels(comma(b, i), ls)
		}
		return append(b, ']'), nil
	}
	plain, err := json.Marshal(data)
	if err != nil {
		return nil, fmt.Errorf("encode answer: %w", err)
	}
	return append(b, plain...), nil
}

// appendValue writes a result. Histograms cannot come up: none are stored, and
// no function makes one of numbers.
func appendValue(b []byte, v parser.Value) ([]byte, error) {
	switch v := v.(type) {
	case promql.Scalar:
		return appendPoint(b, v.T, v.V), nil
	case promql.String:
		b = appendMillis(append(b, '['), v.T)
		return append(appendString(append(b, ','), v.V), ']'), nil
	case promql.Vector:
		b = append(b, '[')
		for i, s := range v {
			b = appendLabels(append(comma(b, i), `{"metric":`...), s.Metric)
			b = append(appendPoint(append(b, `,"value":`...), s.T, s.F), '}')
		}
		return append(b, ']'), nil
	case promql.Matrix:
		b = append(b, '[')
		for i, s := range v {
			b = appendLabels(append(comma(b, i), `{"metric":`...), s.Metric)
			b = append(b, `,"values":[`...)
			for k, p := range s.Floats {
				b = appendPoint(comma(b, k), p.T, p.F)
			}
			b = append(b, `]}`...)
		}
		return append(b, ']'), nil
	}
	return nil, fmt.Errorf("encode result: type %s is not known", v.Type())
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
