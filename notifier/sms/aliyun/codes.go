package aliyun

import (
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/notifier/sms/verdict"
)

// meaningOf looks a code up.
func meaningOf(code string) verdict.Meaning { return verdict.Find(meanings(), code) }

// meanings says what codes mean. Source: help.aliyun.com, "API error codes" of the Short
// Message Service (document 101346), and the common errors of the cloud's gateway.
//
// isp.SYSTEM_ERROR and its like are faults of the cloud after it took the request, so nobody
// knows whether the message went on; the id of the message makes the look-up exact.
func meanings() []verdict.Row {
	const (
		grant  = "these keys may not send text messages; allow dysms:SendSms and dysms:QuerySendDetails to their RAM user"
		mend   = verdict.Mend
		creds  = verdict.Credentials
		number = verdict.Number
	)
	row := func(k verdict.Kind, why string, codes ...string) verdict.Row {
		return verdict.Row{Meaning: verdict.Meaning{Kind: k, Why: why}, Codes: codes}
	}
	return []verdict.Row{
		row(verdict.Doubt, "", "isp.SYSTEM_ERROR", "isp.GATEWAY_ERROR", "isp.UNKNOWN", "InternalError", "ServiceUnavailable", "SignatureNonceUsed"),
		row(verdict.Flow, "too many messages to this number: with one signature and one template it gets 50 in 24 hours, and no more in a minute and an hour than the console says; "+
			"put the numbers of your team on the allowlist (General Settings, frequency)", "isv.BUSINESS_LIMIT_CONTROL"),
		row(verdict.Busy, "asked too often", "Throttling*"),
		row(verdict.Capped, "the cap on messages is reached that was set in the console (General Settings, security); raise it there",
			"isv.DAY_LIMIT_CONTROL", "isv.MONTH_LIMIT_CONTROL"),
		row(mend, "the account has no money left for text messages; add funds, or buy a package", "isv.AMOUNT_NOT_ENOUGH", "isv.OUT_OF_SERVICE"),
		row(mend, "the Short Message Service is not activated for this account; activate it in the console", "isv.PRODUCT_UN_SUBSCRIPT", "isv.PRODUCT_UNSUBSCRIBE"),
		row(mend, "something is wrong with the account; ask Alibaba Cloud", "isv.ACCOUNT_ABNORMAL"),
		row(mend, "the signature is for verification codes only; give sign_name a general one", "isv.SMS_SIGNATURE_SCENE_ILLEGAL"),
		row(mend, "the signature is not one that was approved for this account, or the carriers do not know it yet; correct sign_name, or see to it in the console",
			"isv.SMS_SIGNATURE_ILLEGAL", "isv.SMS_SIGN_ILLEGAL", "isv.SIGN_NAME_ILLEGAL", "isv.SIGN_STATE_ILLEGAL"),
		row(mend, "the template is not one that was approved for this account, or it has other variables than those that are sent; correct templates and variables", "isv.SMS_TEMPLATE_ILLEGAL"),
		row(mend, "the template is for numbers outside of mainland China; give this provider one for mainland China, or other prefixes", "isv.DOMESTIC_NUMBER_NOT_SUPPORTED"),
		row(mend, "the template has variables that are not filled; name all of them in variables", "isv.TEMPLATE_MISSING_PARAMETERS"),
		row(mend, "a value does not fit the attribute that its variable was applied for with; apply for the template again, with the attribute \"others\" for pieces of the text", "isv.TEMPLATE_PARAMS_ILLEGAL"),
		row(mend, "a value is longer than the variables of this account may be; set variable_length to the limit that the cloud names, and have variables for as many pieces of the text as that needs", "isv.PARAM_LENGTH_LIMIT"),
		row(mend, "messages to mainland China are only taken from mainland China; run Brimwatch there, or send through a proxy there", "isv.DENY_IP_RANGE"),
		row(mend, "a signature or template for tests reaches only the numbers that are bound in the console; apply for your own", "isv.SMS_TEST_NUMBER_LIMIT"),
		row(mend, "base_url is not the address of the Short Message Service; correct it", "InvalidVersion*", "InvalidAction*"),
		row(number, "the number is not one that the cloud sends to; correct phone of this contact", "isv.MOBILE_NUMBER_ILLEGAL", "isv.PHONE_NUMBER_ILLEGAL"),
		row(number, "the number unsubscribed from this signature; ask Alibaba Cloud to take it off its list", "isv.CUSTOMER_REFUSED"),
		row(verdict.Text, "the cloud does not take this text: a word, a link or a sign in it is not allowed in a variable, most often in the name of an instance; give that another name",
			"isv.BLACK_KEY_CONTROL_LIMIT", "isv.SMS_CONTENT_ILLEGAL", "isv.PARAM_NOT_SUPPORT_URL", "isv.UNSUPPORTED_CONTENT", "isv.SMS_CONTENT_MISMATCH_TEMPLATE_TYPE"),
		row(verdict.Text, "the variables cannot be read, which is a fault of Brimwatch", "isv.INVALID_JSON_PARAM"),
		row(verdict.Clock, "the clock of this machine is off; set it", "InvalidTimeStamp*"),
		row(creds, "the cloud does not accept the signature: access_key_secret does not belong to access_key_id", "SignatureDoesNotMatch", "IncompleteSignature"),
		row(creds, "the access key is disabled; enable it in RAM, or give another one", "InvalidAccessKeyId.Inactive"),
		row(creds, "the cloud does not know the access key; correct access_key_id", "InvalidAccessKey*", "MissingAccessKey*"),
		row(creds, "these are temporary keys, which need a token; give keys that last", "InvalidSecurityToken*", "MissingSecurityToken*"),
		row(creds, "the account of these keys has no text messages; correct access_key_id", "isv.ACCOUNT_NOT_EXISTS"),
		row(creds, grant, "isp.RAM_PERMISSION_DENY", "Forbidden*", "NoPermission*", "NotAuthorized*"),
	}
}

// flowAfter is how long a number is left alone that got too many messages: the cloud names
// the window in its words, such as 触发分钟级流控Permits:1. Minutes and hours are those of the
// clock, and a day is 24 hours from a message on, of which only the cloud knows the end. 0 is
// what is done where it names none.
func flowAfter(said string) time.Duration {
	said = strings.ToLower(said)
	switch {
	case strings.Contains(said, "分钟") || strings.Contains(said, "minute"):
		return time.Minute
	case strings.Contains(said, "小时") || strings.Contains(said, "hour"), strings.Contains(said, "天") || strings.Contains(said, "day"):
		return time.Hour
	}
	return 0
}
