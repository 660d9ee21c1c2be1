package config

// templatesDoc is how a receiver words what it tells, where that is not as Brimwatch does.
type templatesDoc struct {
	marked
	SMS     string `yaml:"sms" doc:"Of text messages that tell of one notice, for all contacts and rotas of the receiver; see [Templates](templates.md)." example:"'{{.Code}} {{.Subject}}: {{.Utilization}}'"`
	SMSFile string `yaml:"sms_file" doc:"File that holds it." example:"oncall.sms.tmpl"`
}

// bodyDoc is the body of a webhook whose format is template.
type bodyDoc struct {
	Body        string `yaml:"body" doc:"For the format template: the body of each notice, as a template; see [Templates](templates.md)." example:"'{\"text\": {{json .Summary}}}'"`
	BodyFile    string `yaml:"body_file" doc:"File that holds it."`
	ContentType string `yaml:"content_type" doc:"For the format template: what the body is." default:"application/json"`
}
