package rabbitmq

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/brimwatch/brimwatch/collector/httpget"
)

// apiPath is what the paths of the management API begin with.
const apiPath = "/api"

// maxWords is how much of the server's words is shown, in bytes.
const maxWords = 80

// management asks the management API.
type management struct {
	site     *httpget.Site
	login    bool
	exchange string // of the MQTT plugin
}

func newManagement(o *Options) (*management, error) {
	at, err := apiURL(o.ManagementURL)
	if err != nil {
		return nil, fmt.Errorf("management_url: %w", err)
	}
	site, err := httpget.NewSiteBeside(httpget.Options{
		URL: at, Username: o.Username, Password: o.Password, Bearer: o.Bearer, Transport: o.Transport.HTTP(),
	}, o.TLS)
	if err != nil {
		return nil, fmt.Errorf("management_url: %w", err)
	}
	return &management{site: site, login: o.Username != "" || o.Bearer != "", exchange: o.MQTTExchange}, nil
}

// get asks for a list, of which the server is to send only these columns.
func (m *management) get(ctx context.Context, path, columns string) ([]byte, error) {
	ask := httpget.Ask{Path: path}
	if columns != "" {
		ask.Query = url.Values{"columns": {columns}}
	}
	var body json.RawMessage
	_, err := m.site.Get(ctx, ask, &body)
	if httpget.StatusOf(err) == http.StatusUnauthorized && m.login {
		err = m.refused(ctx, ask, err)
	}
	if err != nil {
		return nil, err
	}
	return body, nil
}

// refused finds out what a status 401 means: RabbitMQ gives it for a wrong
// password and for a missing right alike, and says which in its answer.
func (m *management) refused(ctx context.Context, ask httpget.Ask, refusal error) error {
	ask.Also = []int{http.StatusUnauthorized}
	var said struct {
		Reason string `json:"reason"`
	}
	if _, err := m.site.Get(ctx, ask, &said); err != nil {
		return refusal
	}
	words := httpget.Clip(said.Reason, maxWords)
	switch {
	case strings.Contains(words, "virtual host"):
		return fmt.Errorf("%s%s: this user has no permission in that virtual host: give it one, an empty one will do (rabbitmqctl set_permissions -p VHOST USER '^$' '^$' '^$')", m.site.Place(), ask.Path)
	case strings.Contains(words, "user"):
		return fmt.Errorf("%s%s: this user may not read it (RabbitMQ says: %s): give it the tag monitoring (rabbitmqctl set_user_tags USER monitoring)", m.site.Place(), ask.Path, words)
	}
	return refusal
}

// errForm says that what came is not what the management API answers.
const errForm httpget.PlainError = "the answer has not the form that the management API of RabbitMQ gives it: is this the right address?"

// list reads a list of objects, all of which have to be whole. Anything else,
// null included, is an error: it would count as nothing.
func list[T any](answer []byte, whole func(*T) bool) ([]T, error) {
	var all []T
	if json.Unmarshal(answer, &all) != nil || all == nil {
		return nil, errForm
	}
	for i := range all {
		if !whole(&all[i]) {
			return nil, errForm
		}
	}
	return all, nil
}
