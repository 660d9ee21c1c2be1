package config

// formatDoc is what a webhook has for one format only.
type formatDoc struct {
	RoutingKey       string   `yaml:"routing_key" doc:"Of the format pagerduty: the Integration Key of an Events API v2 integration; better in a file."`
	RoutingKeyFile   string   `yaml:"routing_key_file" doc:"File that holds it."`
	RoutingKeyEnv    string   `yaml:"routing_key_env" doc:"Variable of the environment that holds it."`
	Acknowledgements bool     `yaml:"acknowledgements" doc:"Of the format brimwatch: post it, too, when somebody acknowledges an alarm. PagerDuty is always told." default:"false"`
	AcceptPages      bool     `yaml:"accept_pages" doc:"Of the formats alertmanager, brimwatch and template: an answer of success with a web page counts as taken. Without it the post is tried again, as a sign-in page of a network answers so." default:"false"`
	At               []string `yaml:"at" doc:"Of the format dingtalk: mobile numbers of members of the group who are mentioned when something critical begins." example:"[\"13800138000\"]"`
}
