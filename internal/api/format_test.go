package api

import "testing"

func TestNegotiation(t *testing.T) {
	const old = "application/openmetrics-text; version=0.0.1; charset=utf-8"
	for _, tt := range []struct {
		name, accept, want string
	}{
		{"nothing is asked for", "", isText},
		{"anything", "*/*", isText},
		{"a browser", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", isText},
		{"Prometheus 2.42", "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", isOpenMetrics},
		{"Prometheus 3", "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1", isOpenMetrics},
		{"Prometheus that prefers protocol buffers", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.6", isOpenMetrics},
		{"Prometheus 2.5", "application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", old},
		{"vmagent", "text/plain;version=0.0.4;q=1,*/*;q=0.1", isText},
		{"OpenMetrics of any version", "application/openmetrics-text", isOpenMetrics},
		{"in capitals", "Application/OpenMetrics-Text; Version=1.0.0", isOpenMetrics},
		{"with quotes", `application/openmetrics-text; version="1.0.0"`, isOpenMetrics},
		{"a version that there is not", "application/openmetrics-text; version=2.0.0", isText},
		{"what is liked better", "application/openmetrics-text;q=0.4, text/plain;q=0.5", isText},
		{"what is liked better, the other way round", "text/plain;q=0.4, application/openmetrics-text;q=0.5", isOpenMetrics},
		{"what is named first", "text/plain, application/openmetrics-text", isText},
		{"what is named first, the other way round", "application/openmetrics-text, text/plain", isOpenMetrics},
		{"what is named beats what may be", "*/*, application/openmetrics-text", isOpenMetrics},
		{"some text", "text/*;q=0.5, application/json", isText},
		{"some application", "application/*", isOpenMetrics},
		{"anything but text", "text/plain;q=0, */*;q=0.5", isOpenMetrics},
		{"no OpenMetrics", "application/openmetrics-text;q=0, */*", isText},
		{"only what there is not", "application/json", isText},
		{"a weight that is none", "application/openmetrics-text;q=many, text/plain;q=0.1", isText},
		{"a weight below nothing", "application/openmetrics-text;q=-1", isText},
		{"a weight that is no number", "application/openmetrics-text;q=NaN", isText},
		{"nonsense", ";;;,,,=", isText},
	} {
		t.Run(tt.name, func(t *testing.T) {
			scrapeAs(t, newFakes(), "/metrics", tt.accept, tt.want)
		})
	}
	if got := negotiate([]string{"text/plain;q=0.1", "application/openmetrics-text"}).contentType(); got != isOpenMetrics {
		t.Errorf("of two headers it takes %s", got)
	}
}
