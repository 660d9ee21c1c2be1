package cloud

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// values reads the values of a template's variables, and looks at each as the cloud does:
// there must be one for each variable and no other, none is empty or too long, and links and
// some signs are refused.
func (m *SMS) values(content, params string) (values map[string]string, why, message string) {
	names := variable().FindAllStringSubmatch(content, -1)
	if params == "" && len(names) == 0 {
		return nil, "", ""
	}
	if json.Unmarshal([]byte(params), &values) != nil {
		return nil, "isv.INVALID_JSON_PARAM", "参数格式错误，请修改为字符串值"
	}
	for _, n := range names {
		if values[n[1]] == "" {
			return nil, "isv.TEMPLATE_MISSING_PARAMETERS", "模板变量缺少参数" + n[1]
		}
	}
	if len(values) > len(names) {
		return nil, "isv.SMS_TEMPLATE_ILLEGAL", "请检查模板内容与模板参数是否匹配"
	}
	for _, v := range values {
		if why, message := m.value(v); why != "" {
			return nil, why, message
		}
	}
	return values, "", ""
}

// value looks at one value.
func (m *SMS) value(v string) (why, message string) {
	most := m.VariableLength
	if most == 0 {
		most = 35
	}
	switch {
	case utf8.RuneCountInString(v) > most:
		return "isv.PARAM_LENGTH_LIMIT", "参数超过长度限制:" + strconv.Itoa(most)
	case strings.Contains(v, "://") || address().MatchString(v):
		return "isv.PARAM_NOT_SUPPORT_URL", "不支持URL"
	case strings.TrimSpace(v) != v || strings.ContainsFunc(v, unwanted):
		return "isv.UNSUPPORTED_CONTENT", "短信内容包含不支持的字符"
	}
	for _, w := range m.Words {
		if strings.Contains(v, w) {
			return "isv.BLACK_KEY_CONTROL_LIMIT", "变量中包含黑名单关键字"
		}
	}
	return "", ""
}

// unwanted tells whether a sign is refused in a variable.
func unwanted(r rune) bool {
	return strings.ContainsRune("【】『』「」〖〗[]{}¥★※→•①", r) || unicode.IsControl(r) || unicode.In(r, unicode.So, unicode.Cf) || r > 0xffff
}

func variable() *regexp.Regexp { return regexp.MustCompile(`\$\{(\w+)\}`) }

// address finds names of hosts and IPv4 addresses.
func address() *regexp.Regexp {
	return regexp.MustCompile(`(?i)[a-z0-9-]+\.(com|cn|net|org|io)\b|\b\d{1,3}(\.\d{1,3}){3}\b`)
}

// filled is a template's text with its values.
func filled(content string, values map[string]string) string {
	return variable().ReplaceAllStringFunc(content, func(v string) string { return values[v[2:len(v)-1]] })
}
