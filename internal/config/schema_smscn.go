package config

import (
	"gopkg.in/yaml.v3"
)

// chinaDoc is what providers of text messages need that send approved templates only.
type chinaDoc struct {
	accessKeyDoc
	SecretID       string            `yaml:"secret_id" doc:"tencent: the key of a CAM user that may send text messages."`
	SecretIDFile   string            `yaml:"secret_id_file" doc:"File that holds it."`
	SecretIDEnv    string            `yaml:"secret_id_env" doc:"Variable of the environment that holds it."`
	SecretKey      string            `yaml:"secret_key" doc:"tencent: its secret; better in a file."`
	SecretKeyFile  string            `yaml:"secret_key_file" doc:"File that holds it."`
	SecretKeyEnv   string            `yaml:"secret_key_env" doc:"Variable of the environment that holds it."`
	AppID          string            `yaml:"app_id" doc:"tencent: the SdkAppId of the application." example:"\"1400006666\""`
	Region         string            `yaml:"region" doc:"tencent: the region that is called." default:"ap-guangzhou"`
	SignName       string            `yaml:"sign_name" doc:"aliyun, tencent: the signature before each text, as it was approved." example:"阿里云"`
	Templates      map[string]string `yaml:"templates" doc:"aliyun, tencent: codes of approved templates. default is for all rules; a rule may have its own, with the same variables." example:"{default: SMS_1, capacity: SMS_2}"`
	Variables      variablesDoc      `yaml:"variables" doc:"aliyun: which variable of the templates holds what; tencent: what {1}, {2} and so on hold, as a list. text1 to text9 are the text piece by piece; code and severity are those of the alarm." default:"t1 to t5: text1 to text5" example:"{t1: text1, t2: text2, t3: text3}"`
	VariableLength *int              `yaml:"variable_length" doc:"aliyun, tencent: how many signs a variable may have." default:"35"`
}

// accessKeyDoc is an access key of Alibaba Cloud.
type accessKeyDoc struct {
	AccessKeyID         string `yaml:"access_key_id" doc:"aliyun: the access key of a RAM user."`
	AccessKeyIDFile     string `yaml:"access_key_id_file" doc:"File that holds it."`
	AccessKeyIDEnv      string `yaml:"access_key_id_env" doc:"Variable of the environment that holds it." example:"SMS_ID"`
	AccessKeySecret     string `yaml:"access_key_secret" doc:"aliyun: the key's secret; better in a file."`
	AccessKeySecretFile string `yaml:"access_key_secret_file" doc:"File that holds it."`
	AccessKeySecretEnv  string `yaml:"access_key_secret_env" doc:"Variable of the environment that holds it." example:"SMS_KEY"`
}

// variablesDoc are variables by name, or by their place in a list.
type variablesDoc struct {
	given []variableDoc
	list  bool
	at    place
}

// variableDoc is one of them.
type variableDoc struct {
	name, field string
	at          place
}

func (v *variablesDoc) decode(d *decoder, p place) {
	v.at = p
	switch {
	case isNull(p.node):
	case p.node.Kind == yaml.SequenceNode:
		v.list = true
		for i, n := range p.node.Content {
			v.add(d, d.item(p, n, i), "", n)
		}
	case p.node.Kind == yaml.MappingNode:
		seen := make(map[string]bool)
		for i := 0; i+1 < len(p.node.Content); i += 2 {
			key := p.node.Content[i]
			at := d.child(p, key, step(key.Value))
			if !d.plainKey(at, key) {
				continue
			}
			if seen[key.Value] {
				d.fault(at, "given twice")
				continue
			}
			seen[key.Value] = true
			v.add(d, d.child(p, p.node.Content[i+1], step(key.Value)), key.Value, p.node.Content[i+1])
		}
	default:
		d.fault(p, "a mapping of variables to fields is wanted here, or a list of fields, not %s", kindOf(p.node))
	}
}

// add reads one field.
func (v *variablesDoc) add(d *decoder, at place, name string, n *yaml.Node) {
	n = resolved(n)
	if n.Kind != yaml.ScalarNode || isNull(n) {
		d.fault(at, "a field is wanted here, such as text1, not %s", kindOf(n))
		return
	}
	v.given = append(v.given, variableDoc{name: name, field: n.Value, at: at})
}
