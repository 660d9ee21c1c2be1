package aliyun

import (
	"github.com/brimwatch/brimwatch/notifier/alicom"
	"github.com/brimwatch/brimwatch/notifier/sms/verdict"
)

// meanings says what codes mean. Source: help.aliyun.com, "API error codes" of the Short
// Message Service (document 101346), and the common errors of the cloud's gateway.
//
// isp.SYSTEM_ERROR and its like are faults of the cloud after it took the request, so nobody
// knows whether the message went on; the id of the message makes the look-up exact.
func meanings() []verdict.Row {
	const (
		grant  = "these keys may not send text messages; allow dysms:SendSms and dysms:QuerySendDetails to their RAM user"
		mend   = verdict.Mend
		number = verdict.Number
	)
	row := alicom.Row
	return append(alicom.AccountRows("the Short Message Service", grant), []verdict.Row{
		row(verdict.Flow, "too many messages to this number: with one signature and one template it gets 50 in 24 hours, and no more in a minute and an hour than the console says; "+
			"put the numbers of your team on the allowlist (General Settings, frequency)", "isv.BUSINESS_LIMIT_CONTROL"),
		row(verdict.Capped, "the cap on messages is reached that was set in the console (General Settings, security); raise it there",
			"isv.DAY_LIMIT_CONTROL", "isv.MONTH_LIMIT_CONTROL"),
		row(mend, "the account has no money left for text messages; add funds, or buy a package", "isv.AMOUNT_NOT_ENOUGH", "isv.OUT_OF_SERVICE"),
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
		row(number, "the number is not one that the cloud sends to; correct phone of this contact", "isv.MOBILE_NUMBER_ILLEGAL", "isv.PHONE_NUMBER_ILLEGAL"),
		row(number, "the number unsubscribed from this signature; ask Alibaba Cloud to take it off its list", "isv.CUSTOMER_REFUSED"),
		row(verdict.Text, "the cloud does not take this text: a word, a link or a sign in it is not allowed in a variable, most often in the name of an instance; give that another name",
			"isv.BLACK_KEY_CONTROL_LIMIT", "isv.SMS_CONTENT_ILLEGAL", "isv.PARAM_NOT_SUPPORT_URL", "isv.UNSUPPORTED_CONTENT", "isv.SMS_CONTENT_MISMATCH_TEMPLATE_TYPE"),
		row(verdict.Text, "the variables cannot be read, which is a fault of Brimwatch", "isv.INVALID_JSON_PARAM"),
	}...)
}
