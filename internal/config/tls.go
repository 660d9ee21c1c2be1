package config

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
)

// resolveTLS reads a TLS section. Its files count as read, so that a new
// certificate is noticed, and they are tried, so that a wrong one is a fault here.
// encrypted says that the URL beside it uses TLS.
func (d *decoder) resolveTLS(t *tlsDoc, encrypted bool) TLS {
	if t.node == nil {
		return TLS{}
	}
	out := TLS{ServerName: t.ServerName, InsecureSkipVerify: t.InsecureSkipVerify}
	digest := sha256.New()
	read := func(key, file string) (path string, data []byte) {
		if file == "" {
			return "", nil
		}
		at := d.under(t.place, key)
		path = beside(at.file, file)
		data, err := d.readFile(path)
		if err != nil {
			d.fault(at, "%s", err)
		}
		digest.Write(data) // a hash takes everything
		return path, data
	}
	var ca, cert, key []byte
	out.CAFile, ca = read("ca_file", t.CAFile)
	out.CertFile, cert = read("cert_file", t.CertFile)
	out.KeyFile, key = read("key_file", t.KeyFile)
	if out.CAFile+out.CertFile != "" {
		out.Digest = hex.EncodeToString(digest.Sum(nil))
	}
	if ca != nil && !x509.NewCertPool().AppendCertsFromPEM(ca) {
		d.fault(d.under(t.place, "ca_file"), "the file %s holds no certificate in PEM", out.CAFile)
	}
	if (t.CertFile == "") != (t.KeyFile == "") {
		d.fault(t.place, "cert_file and key_file go together")
	}
	if cert != nil && key != nil {
		if _, err := tls.X509KeyPair(cert, key); err != nil {
			d.fault(d.under(t.place, "cert_file"), "the certificate and its key cannot be used: %v", err)
		}
	}
	if t.InsecureSkipVerify {
		d.warn(d.under(t.place, "insecure_skip_verify"), "the server's certificate is not checked")
	}
	if !encrypted && out != (TLS{}) {
		d.fault(t.place, "tls is given, but the URL is not one of an encrypted connection")
	}
	return out
}
