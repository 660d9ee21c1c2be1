package links

import (
	"encoding/base64"
	"encoding/binary"
	"time"
)

// SilencePath begins the addresses with which somebody silences an instance.
const SilencePath = "/s/"

// SilenceFor is how long the silence of a notice's link lasts.
const SilenceFor = 2 * time.Hour

// LongestSilence is how long a silence by link may last: who wants more signs in.
const LongestSilence = 24 * time.Hour

// Silence is what an address allows: to hold the notices about one instance for a while, from
// when somebody asks for it.
type Silence struct {
	Instance string        // its ID
	For      time.Duration // in seconds
	Code     string        // of the alarm that somebody was told of
	By       string        // who was told
	Expires  time.Time     // in seconds
}

// silenceVersion is the first byte of a token of a silence.
const silenceVersion = 4

// SilenceAddress is the path at which an instance is silenced.
func (s *Signer) SilenceAddress(l Silence) string { return SilencePath + s.silenceToken(l) }

// silenceToken writes a silence: a byte for the layout, expiry, how long, and texts, and a
// signature of all that.
func (s *Signer) silenceToken(l Silence) string {
	b := []byte{silenceVersion}
	b = binary.AppendVarint(b, l.Expires.Unix())
	b = binary.AppendVarint(b, int64(l.For/time.Second))
	for _, text := range []string{l.Instance, l.Code, l.By} {
		b = appendText(b, text)
	}
	return base64.RawURLEncoding.EncodeToString(append(b, s.sign(b)...))
}

// ReadSilence returns what a token allows at a moment.
func (s *Signer) ReadSilence(token string, now time.Time) (Silence, error) {
	b, err := s.signed(token, silenceVersion)
	if err != nil {
		return Silence{}, err
	}
	r := tokenReader{rest: b}
	l := Silence{Expires: r.moment()}
	seconds := r.number()
	l.Instance, l.Code, l.By = r.text(), r.text(), r.text()
	switch {
	case r.broken || len(r.rest) > 0 || l.Instance == "" || seconds <= 0 || seconds > int64(LongestSilence/time.Second):
		return Silence{}, errForged
	case !now.Before(l.Expires):
		return l, errExpired
	}
	l.For = time.Duration(seconds) * time.Second
	return l, nil
}
