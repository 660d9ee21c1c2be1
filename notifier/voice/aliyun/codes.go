package aliyun

import (
	"github.com/brimwatch/brimwatch/notifier/alicom"
	"github.com/brimwatch/brimwatch/notifier/sms/verdict"
)

// meanings says what codes mean. Source: help.aliyun.com, "API error codes" of the Voice
// Service (document 178344), and the common errors of the cloud's gateway.
func meanings() []verdict.Row {
	const (
		grant = "these keys may not make calls; allow dyvms:SingleCallByTts and dyvms:QueryCallDetailByCallId to their RAM user"
		mend  = verdict.Mend
	)
	row := alicom.Row
	return append(alicom.AccountRows("the Voice Service", grant), []verdict.Row{
		row(verdict.Flow, "too many calls to this number: it gets one in a minute, 5 in an hour and 20 in 24 hours; "+
			"with a number of your own (from), apply for more in the console (General Settings, call settings)", "isv.BUSINESS_LIMIT_CONTROL"),
		row(mend, "the account has no money left for calls; add funds, or buy a package", "isv.AMOUNT_NOT_ENOUGH", "isv.OUT_OF_SERVICE"),
		row(mend, "the template is not one that was approved for this account and this way of calling: one for the cloud's numbers (public mode) goes without from, one for your own with it; correct templates or from",
			"isv.TTS_TEMPLATE_ILLEGAL", "isv.TEMPLATE_ILLEGAL"),
		row(mend, "the template has variables that are not filled; name all of them in variables", "isv.TEMPLATE_MISSING_PARAMETERS"),
		row(mend, "all variables together are too long for the template; have fewer words in it, or fewer variables", "isv.PARAM_LENGTH_LIMIT"),
		row(mend, "from is not a number or a service instance of this account; the console shows those that you bought, and without from the cloud's own numbers call", "isv.DISPLAY_NUMBER_ILLEGAL", "isv.BILLID_NOT_EXIST"),
		row(mend, "the cloud makes no calls at this time of day; ask it for calls around the clock, which take a number of your own (from)",
			"isv.VOICE_CALL_PERIOD_ERROR", "isv.VOICE_ROBOT_NOT_PERIOD"),
		row(mend, "a parameter is not what the Voice Service takes; is from right?", "isv.INVALID_PARAMETERS"),
		row(verdict.Number, "the number is not one that the cloud calls; correct phone of this contact", "isv.MOBILE_NUMBER_ILLEGAL"),
		row(verdict.Pair, "the call is blocked as a nuisance; take the number that calls off the lists of the carriers, or call from another one", "isv.COMPLAINT_REJECT"),
		row(verdict.Text, "the cloud does not read this text: a word or a link in it is not allowed in a variable, most often in the name of an instance; give that another name",
			"isv.BLACK_KEY_CONTROL_LIMIT", "isv.TEMPLATE_PARAMS_ILLEGAL", "isv.PARAM_NOT_SUPPORT_URL"),
	}...)
}
