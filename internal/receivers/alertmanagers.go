package receivers

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"time"

	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/alertmanager"
)

// newAlertmanagers makes the targets of the Alertmanagers of a receiver: each gets all. The
// only one stays the same recipient when its address is mended, as the only webhook does.
func newAlertmanagers(r *config.Receiver, mute []notifier.MuteTime, version string) ([]notifier.Target, error) {
	var out []notifier.Target
	for i := range r.Alertmanagers {
		t, err := newAlertmanager(&r.Alertmanagers[i], r.Name, version)
		if err != nil {
			return nil, err
		}
		t.Mute, t.Turn = mute, r.TurnOfAlertmanager(i)
		only := "alertmanager/" + r.Name
		switch {
		case len(r.Alertmanagers) == 1:
			t.Former, t.Recipient.Name = t.Recipient.Name, only
		case i == 0:
			t.Former = only
		}
		out = append(out, t)
	}
	return out, nil
}

func newAlertmanager(m *config.Alertmanager, receiver, version string) (notifier.Target, error) {
	address := m.URL.Reveal()
	tlsConfig, err := m.TLS.Load()
	if err != nil {
		return notifier.Target{}, fmt.Errorf("tls of Alertmanager %s: %w", config.ShownURL(address), err)
	}
	ch, err := alertmanager.New(alertmanager.Options{
		URL: address, Username: m.Username, Password: m.Password.Reveal(), Bearer: m.Bearer.Reveal(), TLS: tlsConfig, Timeout: m.Timeout, Version: version,
	})
	if err != nil {
		return notifier.Target{}, fmt.Errorf("Alertmanager %s: %w", config.ShownURL(address), err)
	}
	sum := sha256.Sum256([]byte(address))
	t := notifier.Target{
		Recipient: notifier.Recipient{
			Channel: "alertmanager", Name: "alertmanager/" + receiver + "/" + hex.EncodeToString(sum[:4]), Address: address, Display: config.ShownURL(address),
		},
		Channel: ch, Language: m.Language, Zone: cmp.Or(m.Zone, time.UTC),
	}
	if u, err := url.Parse(address); err == nil {
		t.Way = "alertmanager " + u.Scheme + "://" + u.Host
	}
	return t, nil
}
