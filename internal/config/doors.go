package config

import (
	"net"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/exporter-toolkit/web"

	"github.com/brimwatch/brimwatch/internal/access"
)

// resolveDoors reads by which names requests come in, who has to sign in, and
// where /metrics goes out. out has the address to listen on already.
func (d *decoder) resolveDoors(root place, doc *serverDoc, out *Server) {
	list := d.find(root, "server.hosts")
	for i, host := range doc.Hosts {
		at := d.nth(list, i)
		if isNull(resolved(at.node)) {
			continue // the decoder has noted that fault
		}
		if err := access.CheckHost(host); err != nil {
			d.fault(at, "%s", err)
		} else if slices.Contains(doc.Hosts[:i], host) {
			d.fault(at, "the same host is given twice")
		}
	}
	out.Hosts, out.Open, out.MCPWrite = doc.Hosts, doc.Open, doc.MCPWrite
	if signIn, ok := d.resolveWebConfig(d.find(root, "server.web_config_file"), doc.WebConfigFile, out); ok {
		d.checkOpen(root, out, signIn.Required())
	}
	d.resolvePush(doc, out)
}

// resolveWebConfig reads the web configuration file. It tells by what people
// sign in, and false when the file is at fault.
func (d *decoder) resolveWebConfig(at place, file string, out *Server) (access.SignIn, bool) {
	if file == "" {
		return access.SignIn{}, true
	}
	out.WebConfigFile = beside(at.file, file)
	content, err := d.readFile(out.WebConfigFile)
	if err != nil {
		d.fault(at, "%s", err)
		return access.SignIn{}, false
	}
	signIn, err := access.ReadSignIn(content)
	if err == nil {
		err = web.Validate(out.WebConfigFile)
	}
	if err != nil {
		d.fault(at, "this is no web configuration: %s", strings.Join(strings.Fields(quoted().ReplaceAllString(err.Error(), "…")), " "))
	}
	return signIn, err == nil
}

// checkOpen refuses to let everybody in by mistake.
func (d *decoder) checkOpen(root place, s *Server, signIn bool) {
	if _, _, err := net.SplitHostPort(s.Listen); err != nil {
		return // resolveServer has noted that fault
	}
	loopback := access.Loopback(s.Listen)
	switch {
	case s.Open && loopback:
		d.warn(d.find(root, "server.open"), "this changes nothing: listen is on loopback, which only this machine reaches; remove it")
	case s.Open && signIn:
		d.warn(d.find(root, "server.open"), "this changes nothing: web_config_file makes everybody sign in; remove it")
	case !s.Open && !loopback && !signIn:
		d.fault(d.find(root, "server.listen"), "whoever reaches this address could silence alarms without signing in; "+
			"give web_config_file a file with basic_auth_users, or with client certificates that are required and verified (RequireAndVerifyClientCert and client_ca_file), "+
			"or listen on 127.0.0.1 behind a proxy that signs people in; open: true lets everybody in")
	}
}

// resolvePush reads where /metrics is sent to.
func (d *decoder) resolvePush(doc *serverDoc, out *Server) {
	for i := range doc.Push {
		p := &doc.Push[i]
		if p.node == nil {
			continue
		}
		d.needURL(p.place, p.URL, "http", "https")
		if slices.ContainsFunc(out.Push, func(o Push) bool { return o.URL.Reveal() == p.URL }) {
			d.fault(d.under(p.place, "url"), "the same URL is given twice")
		}
		push := Push{URL: Secret(p.URL), Interval: p.Interval.or(15 * time.Second)}
		if push.Interval < time.Second || push.Interval > time.Hour {
			d.fault(d.under(p.place, "interval"), "the metrics are sent every 1s to 1h")
		}
		push.Username, push.Password, push.Bearer = d.resolveAuth(p.place, &p.loginDoc)
		out.Push = append(out.Push, push)
	}
}
