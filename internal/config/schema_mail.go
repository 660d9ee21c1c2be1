package config

import (
	"reflect"

	"gopkg.in/yaml.v3"
)

type smtpDoc struct {
	marked
	Host         string `yaml:"host" doc:"Name or address of the mail server, without a port." example:"smtp.example.com"`
	Port         *int   `yaml:"port" doc:"Its port." default:"587; tls: 465, none: 25"`
	Security     string `yaml:"security" values:"starttls,tls,none" doc:"How the connection is secured: starttls (it must be offered; nothing goes in the clear), tls from the first byte, or none." default:"starttls"`
	From         string `yaml:"from" doc:"Sender of all mail, with or without a name." example:"Brimwatch <brimwatch@example.com>"`
	Username     string `yaml:"username" doc:"User that signs in." default:"nobody does"`
	Password     string `yaml:"password" doc:"Password; better in a file."`
	PasswordFile string `yaml:"password_file" doc:"File that holds the password."`
	PasswordEnv  string `yaml:"password_env" doc:"Variable of the environment that holds it."`
	Hello        string `yaml:"hello" doc:"Name by which we greet the server (EHLO)." default:"the name of this machine"`
	Timeout      span   `yaml:"timeout" doc:"How long it may take to hand over one mail." default:"25s"`
	TLS          tlsDoc `yaml:"tls" doc:"How the server is trusted, and we are known to it."`
}

// managerDoc is an Alertmanager, which may be written as its URL alone.
type managerDoc struct{ managerMapping }

type managerMapping struct {
	marked
	URL      string `yaml:"url" doc:"Where it is: what comes before /api/v2/alerts. The URL alone may stand in place of the mapping." example:"http://127.0.0.1:9093"`
	Timeout  span   `yaml:"timeout" doc:"How long one call may take." default:"15s"`
	Language string `yaml:"language" values:"en,zh" doc:"Of what the annotations summary, description, advice and escalation say: en or zh. Labels stay as they are." default:"en"`
	TimeZone string `yaml:"time_zone" doc:"For times in them." default:"UTC" example:"Asia/Shanghai"`
	authDoc
}

func (m *managerDoc) decode(d *decoder, p place) {
	switch {
	case isNull(p.node):
	case p.node.Kind == yaml.ScalarNode:
		m.setPlace(p)
		d.decodeScalar(p, reflect.ValueOf(&m.URL).Elem())
	default:
		d.decode(p, reflect.ValueOf(&m.managerMapping).Elem())
	}
}
