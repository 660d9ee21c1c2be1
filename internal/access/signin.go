package access

import (
	"bytes"
	"fmt"
	"os"
	"sync/atomic"

	"gopkg.in/yaml.v3"
)

// SignIn is by what people make themselves known, by a web configuration file.
type SignIn struct {
	// Passwords: every request must have the name and password of a user.
	Passwords bool
	// Certificates: the client certificate of a connection, where there is one, was
	// signed by an authority that the file names, or is for a name that the file
	// names. A certificate that anybody may have made tells nothing.
	Certificates bool
	// CertificatesOnly: there is no connection without such a certificate.
	CertificatesOnly bool
}

// Required tells whether nobody gets in without making themselves known.
func (s SignIn) Required() bool { return s.Passwords || s.CertificatesOnly }

// ReadSignIn reads the content of a web configuration file. Whether that is right
// in all else is not looked at.
func ReadSignIn(content []byte) (SignIn, error) {
	var file struct {
		TLS struct {
			ClientAuth  string   `yaml:"client_auth_type"`
			ClientCA    string   `yaml:"client_ca"`
			ClientCAs   string   `yaml:"client_ca_file"`
			AllowedSANs []string `yaml:"client_allowed_sans"`
		} `yaml:"tls_server_config"`
		Users map[string]string `yaml:"basic_auth_users"`
	}
	if err := yaml.Unmarshal(content, &file); err != nil {
		return SignIn{}, fmt.Errorf("read the web configuration: %w", err)
	}
	out := SignIn{Passwords: len(file.Users) > 0}
	// Without an authority of its own the file would trust every public one, which
	// gives a certificate to anybody.
	if t := &file.TLS; t.ClientCA != "" || t.ClientCAs != "" || len(t.AllowedSANs) > 0 {
		out.CertificatesOnly = t.ClientAuth == "RequireAndVerifyClientCert"
		out.Certificates = out.CertificatesOnly || t.ClientAuth == "VerifyClientCertIfGiven"
	}
	return out, nil
}

// webFile follows a web configuration file: the server asks for passwords by what
// the file says at the moment of the request, so we must look at the same moment.
type webFile struct {
	path string // "" is no file: nobody is asked for anything
	last atomic.Pointer[content]
}

// content is what the file held, and what that means.
type content struct {
	data   []byte
	signIn SignIn
}

// now tells by what people make themselves known now. A file that cannot be read
// asks nobody for anything.
func (f *webFile) now() SignIn {
	if f.path == "" {
		return SignIn{}
	}
	data, err := os.ReadFile(f.path)
	if err != nil {
		return SignIn{}
	}
	if last := f.last.Load(); last != nil && bytes.Equal(last.data, data) {
		return last.signIn
	}
	signIn, err := ReadSignIn(data)
	if err != nil {
		return SignIn{}
	}
	f.last.Store(&content{data: data, signIn: signIn})
	return signIn
}
