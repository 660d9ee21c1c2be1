package config

// templatesDoc is how a receiver words what it tells, where that is not as Brimwatch does.
type templatesDoc struct {
	marked
	SMS     string           `yaml:"sms" doc:"Of text messages that tell of one notice, for all contacts and rotas of the receiver; see [Templates](templates.md)." example:"'{{.Code}} {{.Subject}}: {{.Utilization}}'"`
	SMSFile string           `yaml:"sms_file" doc:"File that holds it." example:"oncall.sms.tmpl"`
	Email   emailTemplateDoc `yaml:"email" doc:"Of mails that tell of one notice, for all contacts of the receiver; see [Templates](templates.md). What is left out is as it is shipped."`
}

// emailTemplateDoc is how a receiver words its mails.
type emailTemplateDoc struct {
	marked
	Subject  string `yaml:"subject" doc:"Subject, one line of 200 signs at most. Mail programs show the mails of an alarm as one conversation where it is the same for all of them." example:"'[ops] {{.Code}} {{.Instance}}'"`
	Text     string `yaml:"text" doc:"Text, 20 kB at most." example:"'{{.Word}} {{.Description}}'"`
	TextFile string `yaml:"text_file" doc:"File that holds it." example:"oncall.mail.tmpl"`
	HTML     string `yaml:"html" doc:"The same as HTML, without html, head and body: what is printed of a notice is escaped." default:"made from text" example:"'<b>{{.Word}}</b> {{.Summary}}'"`
	HTMLFile string `yaml:"html_file" doc:"File that holds it." example:"oncall.mail.html"`
}

// bodyDoc is the body of a webhook whose format is template.
type bodyDoc struct {
	Body        string `yaml:"body" doc:"For the format template: the body of each notice, as a template; see [Templates](templates.md)." example:"'{\"text\": {{json .Summary}}}'"`
	BodyFile    string `yaml:"body_file" doc:"File that holds it."`
	ContentType string `yaml:"content_type" doc:"For the format template: what the body is." default:"application/json"`
}
