package config

import (
	"reflect"

	"gopkg.in/yaml.v3"
)

// gatewayDoc is what a provider of type http has besides its name: how its gateway is
// called, and what its answers mean.
type gatewayDoc struct {
	callDoc
	Secrets        map[string]string `yaml:"secrets" doc:"http: what templates read as .Secrets.NAME. The keys are NAME_file, NAME_env, or NAME for a secret that stands here." example:"{key_file: gateway.key}"`
	Accepted       answersDoc        `yaml:"accepted" doc:"http: which answers mean that the message was taken. They are tried in this order: accepted, number_refused, refused, account_refused, later." default:"any status of 2xx"`
	NumberRefused  answersDoc        `yaml:"number_refused" doc:"http: which answers mean that no message reaches this number; written as accepted."`
	Refused        answersDoc        `yaml:"refused" doc:"http: which answers mean that this message is refused for good; written as accepted."`
	AccountRefused answersDoc        `yaml:"account_refused" doc:"http: which answers mean that the account is refused until somebody mends it: a wrong key, no money; written as accepted. The message is tried again every five minutes."`
	Later          answersDoc        `yaml:"later" doc:"http: which answers mean that the message was not taken now; written as accepted."`
	ID             string            `yaml:"id" doc:"http: where in an accepting answer the gateway's id of the message stands, in JSON." example:"messages[0].id"`
	Reason         string            `yaml:"reason" doc:"http: where in an answer it says why, in JSON." default:"the answer itself" example:"errorMsg"`
	LookUp         *lookUpDoc        `yaml:"look_up" doc:"http: how a message is looked up that may have been taken. Without it such a message is sent again as a possible repeat."`
	Receipt        *receiptDoc       `yaml:"receipt" doc:"http: how the gateway is asked what became of a message it took."`
	Pace           *paceDoc          `yaml:"pace" doc:"http: how many messages the gateway takes to one number in a time." default:"as many as there are" example:"{messages: 1, within: 30s}"`
	Timeout        span              `yaml:"timeout" doc:"http: how long one call may take." default:"10s"`
	authDoc
}

// callDoc is one HTTP call. Its texts are templates.
type callDoc struct {
	Method  string            `yaml:"method" values:"GET,POST,PUT" doc:"GET, POST or PUT." default:"POST to send, GET else"`
	URL     string            `yaml:"url" doc:"What is called. It is a template after its host." example:"https://gw.example.com/send"`
	Query   map[string]string `yaml:"query" doc:"What the URL's query holds, too; the values are templates." example:"{to: '{{.NumberDigits}}'}"`
	Headers map[string]string `yaml:"headers" doc:"Headers; the values are templates. Those of the provider go with look-ups and receipts, too." example:"{X-Api-Key: '{{.Secrets.key}}'}"`
	Form    map[string]string `yaml:"form" doc:"The body as a form; the values are templates." example:"{to: '{{.Number}}', text: '{{.Text}}'}"`
	Body    string            `yaml:"body" doc:"The body as it stands: a template." example:"'{\"to\": {{json .Number}}, \"text\": {{json .Text}}}'"`
}

// answerDoc is a condition that answers fit.
type answerDoc struct {
	marked
	Status   textsDoc `yaml:"status" doc:"Statuses: 200, 2xx, 400-499." default:"any"`
	JSON     string   `yaml:"json" doc:"Where a value stands in the answer's JSON: keys with dots, items of lists with [0], or [*] for any." example:"messages[0].code"`
	Equals   textsDoc `yaml:"equals" doc:"What that value is, as text; a template." default:"anything but null" example:"[\"0\", queued]"`
	Contains textsDoc `yaml:"contains" doc:"One of these texts stands in the answer."`
	Matches  string   `yaml:"matches" doc:"A regular expression (RE2) that the answer matches."`
	After    span     `yaml:"after" doc:"For later: how long the message waits." default:"30s, or what the answer's Retry-After asks for"`
}

// answersDoc is a condition, or a list of them of which one fits.
type answersDoc struct{ list []answerDoc }

func (a *answersDoc) decode(d *decoder, p place) {
	if p.node.Kind == yaml.SequenceNode {
		d.decodeSlice(p, reflect.ValueOf(&a.list).Elem())
		return
	}
	if isNull(p.node) {
		return
	}
	a.list = make([]answerDoc, 1)
	d.decode(p, reflect.ValueOf(&a.list[0]).Elem())
}

// textsDoc is a text, or a list of texts.
type textsDoc []string

func (t *textsDoc) decode(d *decoder, p place) {
	switch {
	case isNull(p.node):
	case p.node.Kind == yaml.SequenceNode:
		d.decodeSlice(p, reflect.ValueOf((*[]string)(t)).Elem())
	default:
		*t = make(textsDoc, 1)
		d.decode(p, reflect.ValueOf(&(*t)[0]).Elem())
	}
}

type lookUpDoc struct {
	marked
	callDoc
	List     string     `yaml:"list" doc:"Where in the answer's JSON a list stands in which the message may be; it ends in [*]. Without it the answer is about the message alone." example:"data[*]"`
	Found    answersDoc `yaml:"found" doc:"Which item of the list, or which answer, is the message; written as accepted." example:"{json: reference, equals: '{{.ID}}'}"`
	NotFound answersDoc `yaml:"not_found" doc:"Which answers mean that the gateway does not have it, where there is no list; written as accepted." default:"{status: 404}"`
	ID       string     `yaml:"id" doc:"Where the gateway's id stands in the item or the answer."`
	becomesDoc
}

type receiptDoc struct {
	marked
	callDoc
	becomesDoc
}

// becomesDoc is what became of a message that was taken.
type becomesDoc struct {
	Delivered    answersDoc `yaml:"delivered" doc:"Which answers, or items, mean that it reached the telephone; written as accepted."`
	NumberFailed answersDoc `yaml:"number_failed" doc:"Which mean that no message reaches this number; written as accepted."`
	Failed       answersDoc `yaml:"failed" doc:"Which mean that it was not delivered; written as accepted."`
}

type paceDoc struct {
	marked
	Messages int  `yaml:"messages" doc:"How many." example:"1"`
	Within   span `yaml:"within" doc:"In how much time." example:"30s"`
}
