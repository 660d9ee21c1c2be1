package config

import (
	"encoding/base64"
	"os"
	"strconv"
	"strings"
)

// secretOf resolves a secret that may be given in three ways: by itself, in a
// file, or in a variable of the environment. p is the mapping they stand in. It
// returns "" when none is given, and after a fault.
func (d *decoder) secretOf(p place, key, inline, file, env string) Secret {
	if !d.oneForm(p, key, key+"_file", key+"_env") {
		return ""
	}
	switch {
	case inline != "":
		at := d.under(p, key)
		d.warn(at, "a secret stands in the configuration itself; %s_file keeps it out of it", key)
		return d.oneLine(at, inline)
	case file != "":
		return d.secretFile(d.under(p, key+"_file"), file)
	case env != "":
		at := d.under(p, key+"_env")
		v := os.Getenv(env)
		if v == "" {
			d.fault(at, "the variable %s is not set, or empty", clip(env))
		}
		return d.oneLine(at, v)
	}
	return ""
}

// oneForm makes sure that at most one of the keys is given, and that it is not
// empty: an empty secret is most often a # or a missing quote away from one.
func (d *decoder) oneForm(p place, keys ...string) bool {
	var given []string
	for _, key := range keys {
		v := resolved(lookup(resolved(p.node), key))
		if v == nil {
			continue
		}
		if isNull(v) || v.Value == "" && len(v.Content) == 0 {
			d.fault(d.under(p, key), "this is empty; put a value that begins with # & or ! in quotes, or remove the key")
			return false
		}
		given = append(given, key)
	}
	if len(given) > 1 {
		d.fault(d.under(p, given[1]), "give one of %s, not several", strings.Join(keys, ", "))
		return false
	}
	return true
}

// secretFile reads a secret from a file, without the line end behind it.
func (d *decoder) secretFile(at place, file string) Secret {
	path := beside(at.file, file)
	data, err := d.readFile(path)
	switch {
	case err != nil:
		d.fault(at, "%s", err)
	case strings.TrimSpace(string(data)) == "":
		d.fault(at, "the file %s is empty", path)
	default:
		return d.oneLine(at, strings.TrimRight(string(data), "\r\n"))
	}
	return ""
}

// oneLine refuses a secret with control characters in it: no protocol could
// send it, and the file holds more than the secret.
func (d *decoder) oneLine(at place, secret string) Secret {
	if strings.ContainsFunc(secret, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		d.fault(at, "the secret has line breaks or other control characters in it; it has to be one line")
		return ""
	}
	return Secret(secret)
}

// webhookSecrets reads what signs a webhook's calls: one secret, or, while it is
// being changed, the new and the old one.
func (d *decoder) webhookSecrets(w *webhookDoc) []Secret {
	if !d.oneForm(w.place, "secret", "secret_file", "secret_env", "secret_files") {
		return nil
	}
	var out []Secret
	add := func(at place, s Secret) {
		if s == "" {
			return
		}
		// Standard Webhooks 1.0.0: whsec_ and the key in base64. Any other text is a
		// key as it stands.
		if encoded, ok := strings.CutPrefix(s.Reveal(), "whsec_"); ok {
			if key, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(encoded, "=")); err != nil || len(key) == 0 {
				d.fault(at, "the secret begins with whsec_, and what follows is not base64")
				return
			}
		}
		out = append(out, s)
	}
	if w.SecretFiles == nil {
		add(w.place, d.secretOf(w.place, "secret", w.Secret, w.SecretFile, w.SecretEnv))
		return out
	}
	list := d.under(w.place, "secret_files")
	if len(w.SecretFiles) == 0 {
		d.fault(list, "the list is empty; name the files, or remove the key")
	}
	for i, f := range w.SecretFiles {
		at := d.nth(list, i)
		if f == "" {
			d.fault(at, "this names no file")
			continue
		}
		add(at, d.secretFile(at, f))
	}
	return out
}

// nth is the place of an item of the list at p.
func (d *decoder) nth(p place, i int) place {
	if list := resolved(p.node); list != nil && i < len(list.Content) {
		return d.item(p, list.Content[i], i)
	}
	p.path += "[" + strconv.Itoa(i) + "]"
	return p
}
