package cloud

import (
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// maxRequest bounds a request's body, in bytes.
const maxRequest = 1 << 20

// call is a request as far as it was understood.
type call struct {
	request *http.Request
	op      *operation
	body    []byte
	params  url.Values // of the query, and of the body when that is a form
	region  string
	inQuery bool // the signature stands in the query (HMAC-SHA1)
}

// read reads a request up to the operation that it asks for.
func (s *Server) read(w http.ResponseWriter, r *http.Request) (*call, *Refusal) {
	c := &call{request: r, inQuery: !strings.HasPrefix(r.Header.Get("Authorization"), schemeV3+" ")}
	var err error
	if c.body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest)); err != nil {
		return nil, &Refusal{Status: http.StatusRequestEntityTooLarge, Code: "RequestEntityTooLarge", Message: "The body cannot be read, or is too large."}
	}
	if c.params, err = url.ParseQuery(r.URL.RawQuery); err != nil {
		return nil, invalid("query string")
	}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "application/x-www-form-urlencoded" {
		form, err := url.ParseQuery(string(c.body))
		if err != nil {
			return nil, invalid("form")
		}
		for name, values := range form {
			c.params[name] = append(c.params[name], values...)
		}
	}
	action, version := c.named("Action", "X-Acs-Action"), c.named("Version", "X-Acs-Version")
	if action == "" {
		return nil, missing("Action")
	}
	if version == "" {
		return nil, missing("Version")
	}
	var bad *Refusal
	c.op, bad = s.find(r, version, action)
	c.region = s.regionOf(c)
	return c, bad
}

// named returns what a call says about itself: in the query or in a header, and
// where both do, in the place that is signed.
func (c *call) named(param, header string) string {
	first, second := c.request.Header.Get(header), c.params.Get(param)
	if c.inQuery {
		first, second = second, first
	}
	if first == "" {
		return second
	}
	return first
}

// regionOf tells which region a call is about: metrics.cn-beijing.aliyuncs.com
// serves its own, business.aliyuncs.com and any other host what RegionId says.
func (s *Server) regionOf(c *call) string {
	if ofTheCloud(c.request.Host) {
		if parts := strings.Split(c.request.Host, "."); len(parts) == 4 {
			return parts[1]
		}
	}
	if region := c.params.Get("RegionId"); region != "" {
		return region
	}
	return s.opts.Region
}

// unknownParameter finds a parameter that the operation is not known to take. The
// cloud would ignore it, and a mistake would stay hidden.
func (c *call) unknownParameter() *Refusal {
	always := []string{"RegionId"}
	if c.inQuery {
		always = append(always, "Action", "Version", "Format", "AccessKeyId", "SecurityToken",
			"Signature", "SignatureMethod", "SignatureVersion", "SignatureNonce", "SignatureType", "Timestamp")
	} else {
		always = append(always, "Action", "Version")
	}
	for name := range c.params {
		if !slices.Contains(always, name) && !slices.Contains(c.op.takes, name) {
			return invalid(name)
		}
	}
	return nil
}

// number reads a parameter that counts: from low to high, and fallback without it.
func (c *call) number(name string, fallback, low, high int) (int, *Refusal) {
	text := c.params.Get(name)
	if text == "" {
		return fallback, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < low || n > high {
		return 0, invalid(name)
	}
	return n, nil
}

func invalid(name string) *Refusal {
	return &Refusal{Status: http.StatusBadRequest, Code: "InvalidParameter", Message: "The specified parameter " + name + " is not valid."}
}

func missing(name string) *Refusal {
	return &Refusal{Status: http.StatusBadRequest, Code: "Missing" + name, Message: name + " is mandatory for this action."}
}
