package receivers

import (
	"fmt"

	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/sms/gateway"
)

// newGateway makes the channel of a provider of type http.
func newGateway(p *config.Provider, version string) (notifier.Channel, error) {
	g := p.Gateway
	tlsConfig, err := g.TLS.Load()
	if err != nil {
		return nil, fmt.Errorf("tls: %w", err)
	}
	return gateway.New(gateway.Options{
		Name: p.Name, Terms: g.WithSecrets(), Username: g.Username, Password: g.Password.Reveal(), Bearer: g.Bearer.Reveal(),
		Pace: notifier.Pace{Messages: g.Messages, Within: g.Within}, TLS: tlsConfig, Timeout: g.Timeout, Version: version,
	})
}
