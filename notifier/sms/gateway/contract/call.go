package contract

import (
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/brimwatch/brimwatch/notifier/httpcall"
	"github.com/brimwatch/brimwatch/notifier/template"
)

// Request is a Call that was read.
type Request struct {
	key     []string
	method  string
	target  *url.URL // scheme and host, which no template changes
	url     *template.Template
	query   []field
	headers []field
	form    []field
	body    *template.Template // nil: none, or a form
	kind    string             // Content-Type of the body; "" when a header says it, or there is no body
}

// field is a named template.
type field struct {
	name string
	text *template.Template
	key  []string
}

// call reads a call. key is where it stands.
func (b *builder) call(o *Terms, in *Call, method string, key []string) *Request {
	out := &Request{key: key, method: in.Method}
	if out.method == "" {
		out.method = method
	}
	switch out.method {
	case http.MethodGet, http.MethodPost, http.MethodPut:
	default:
		b.fault(under(key, "method"), "a method is GET, POST or PUT, not %q", clip(in.Method))
	}
	if in.URL == "" {
		b.fault(key, "url is missing")
	} else {
		out.target = b.target(in.URL, o.AllowLinkLocal, under(key, "url"))
		out.url = b.template(in.URL, under(key, "url"))
	}
	out.query = b.fields(in.Query, under(key, "query"))
	out.form = b.fields(in.Form, under(key, "form"))
	out.headers = b.headers(o, in, key)
	b.bodyOf(out, in, key)
	return out
}

// bodyOf reads what a call carries.
func (b *builder) bodyOf(out *Request, in *Call, key []string) {
	switch {
	case len(in.Form) > 0 && in.Body != "":
		b.fault(under(key, "body"), "give a form or a body, not both")
	case in.Body != "":
		out.body = b.template(in.Body, under(key, "body"))
	}
	carries := len(in.Form) > 0 || in.Body != ""
	if carries && out.method == http.MethodGet {
		b.fault(under(key, "method"), "a GET carries no body and no form; use query, or POST")
	}
	named := slices.ContainsFunc(out.headers, func(f field) bool { return f.name == "Content-Type" })
	begin := strings.TrimSpace(in.Body)
	switch {
	case !carries || named:
	case len(in.Form) > 0:
		out.kind = "application/x-www-form-urlencoded"
	case begin[:min(1, len(begin))] == "{" || begin[:min(1, len(begin))] == "[":
		out.kind = "application/json"
	default:
		b.fault(under(key, "body"), "say in headers what this is, as in {Content-Type: text/xml}")
	}
	if !carries {
		out.headers = slices.DeleteFunc(out.headers, func(f field) bool { return f.name == "Content-Type" })
	}
}

// target reads where a call goes. The host stands there as it is: no template may choose it.
func (b *builder) target(s string, anywhere bool, key []string) *url.URL {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok || scheme != "http" && scheme != "https" {
		b.fault(key, "a url begins with http:// or https:// and a host")
		return nil
	}
	host := rest
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		host = rest[:i]
	}
	switch {
	case strings.Contains(host, "{{"):
		b.fault(key, "the host is written out, and followed by a /: no template chooses where messages go")
		return nil
	case strings.Contains(host, "@"):
		b.fault(key, "user and password do not belong into the url; use username and password_file")
		return nil
	case strings.Contains(s, "#"):
		b.fault(key, "what follows the # would not be sent; remove it")
		return nil
	}
	u, err := url.Parse(scheme + "://" + host)
	if err != nil || u.Hostname() == "" {
		b.fault(key, "a url begins with http:// or https:// and a host")
		return nil
	}
	if addr, err := netip.ParseAddr(u.Hostname()); err == nil && !anywhere && httpcall.Refused(addr) {
		b.fault(key, "%s is a link-local or metadata address, which is not called", addr)
	}
	return u
}

func (b *builder) fields(in map[string]string, key []string) []field {
	var out []field
	for _, name := range names(in) {
		at := under(key, name)
		if name == "" {
			b.fault(key, "a name is empty")
			continue
		}
		out = append(out, field{name, b.template(in[name], at), at})
	}
	return out
}

// headers reads the headers of all calls, and those of this one, which win.
func (b *builder) headers(o *Terms, in *Call, key []string) []field {
	own := b.headerFields(in.Headers, under(key, "headers"))
	var common []field
	if len(key) == 0 {
		common = b.headerFields(o.Headers, []string{"headers"})
	} else {
		quiet := &builder{} // the faults of these are told with the first call
		common = quiet.headerFields(o.Headers, []string{"headers"})
	}
	for _, f := range common {
		if !slices.ContainsFunc(own, func(other field) bool { return other.name == f.name }) {
			own = append(own, f)
		}
	}
	for _, f := range own {
		if f.name == "Authorization" && (o.SignsIn) {
			b.fault(f.key, "username or bearer_token are given, and go into the same header")
		}
	}
	return own
}

func (b *builder) headerFields(in map[string]string, key []string) []field {
	var out []field
	for _, f := range b.fields(in, key) {
		switch f.name = http.CanonicalHeaderKey(f.name); {
		case !isToken(f.name):
			b.fault(f.key, "this is no name of a header")
		case slices.Contains([]string{"Host", "Content-Length", "Transfer-Encoding", "Connection", "Trailer", "Te", "Upgrade"}, f.name):
			b.fault(f.key, "this header is written by Brimwatch; remove it")
		default:
			out = append(out, f)
		}
	}
	return out
}

// Written is a call as it is made for one message.
type Written struct {
	Method string
	URL    *url.URL
	Header http.Header
	Body   string
}

// Write writes a call for data. The fault says which template is wrong.
func (c *Request) Write(d *Data) (*Written, *Fault) {
	out := &Written{Method: c.method, Header: make(http.Header)}
	address, err := c.url.Execute(*d)
	if err != nil {
		return nil, &Fault{Key: under(c.key, "url"), Text: err.Error()}
	}
	if out.URL, err = url.Parse(address); err != nil {
		return nil, &Fault{Key: under(c.key, "url"), Text: "what is written is no URL; put values in by {{pathescape …}} or {{urlquery …}}"}
	}
	if out.URL.Scheme != c.target.Scheme || out.URL.Host != c.target.Host || out.URL.User != nil || out.URL.Fragment != "" {
		return nil, &Fault{Key: under(c.key, "url"), Text: "what is put in changes where the call goes; put values in by {{pathescape …}} or {{urlquery …}}"}
	}
	query, fault := values(c.query, d)
	if fault != nil {
		return nil, fault
	}
	if len(query) > 0 {
		out.URL.RawQuery = strings.TrimPrefix(out.URL.RawQuery+"&"+query.Encode(), "&")
	}
	for _, f := range c.headers {
		text, err := f.text.Execute(*d)
		switch {
		case err != nil:
			return nil, &Fault{Key: f.key, Text: err.Error()}
		case strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
			return nil, &Fault{Key: f.key, Text: "a line break or another control character cannot be in a header; put values in by {{urlquery …}} or {{base64 …}}"}
		}
		out.Header.Set(f.name, strings.TrimSpace(text))
	}
	return out, c.renderBody(out, d)
}

func (c *Request) renderBody(out *Written, d *Data) *Fault {
	if c.kind != "" {
		out.Header.Set("Content-Type", c.kind)
	}
	if c.body == nil {
		form, fault := values(c.form, d)
		if fault != nil {
			return fault
		}
		out.Body = form.Encode()
		return nil
	}
	text, err := c.body.Execute(*d)
	if err != nil {
		return &Fault{Key: under(c.key, "body"), Text: err.Error()}
	}
	out.Body = text
	return nil
}

func values(fields []field, d *Data) (url.Values, *Fault) {
	out := make(url.Values, len(fields))
	for _, f := range fields {
		text, err := f.text.Execute(*d)
		if err != nil {
			return nil, &Fault{Key: f.key, Text: err.Error()}
		}
		out.Set(f.name, text)
	}
	return out, nil
}
