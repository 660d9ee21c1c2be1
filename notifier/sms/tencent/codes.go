package tencent

import (
	"time"

	"github.com/brimwatch/brimwatch/notifier/sms/verdict"
)

// meaningOf looks a code up.
func meaningOf(code string) verdict.Meaning { return verdict.Find(meanings(), code) }

// meanings says what codes mean: of a whole answer (Response.Error) and of its one number
// (SendStatusSet), which share their names. Source: cloud.tencent.com, "Error codes" of SMS
// (documents 52075 and 59177).
//
// Of InternalError nobody knows whether the message went on.
func meanings() []verdict.Row {
	const (
		mend  = verdict.Mend
		creds = verdict.Credentials
		num   = verdict.Number
		txt   = verdict.Text
	)
	row := func(k verdict.Kind, why string, codes ...string) verdict.Row {
		return verdict.Row{Meaning: verdict.Meaning{Kind: k, Why: why}, Codes: codes}
	}
	flow := func(d time.Duration, window, code string) verdict.Row {
		return verdict.Row{
			Meaning: verdict.Meaning{Kind: verdict.Flow, Why: "too many messages to this number in " + window + "; raise the frequency limit in the console, or put the numbers of your team on its allowlist", After: d},
			Codes:   []string{code},
		}
	}
	return []verdict.Row{
		row(verdict.Clock, "the clock of this machine is off; set it", "AuthFailure.SignatureExpire", "InternalError.RequestTimeException"),
		row(creds, "Tencent Cloud does not accept the signature: secret_key does not belong to secret_id",
			"AuthFailure.SignatureFailure", "AuthFailure.InvalidAuthorization", "InternalError.SigVerificationFail", "InternalError.SigFieldMissing"),
		row(creds, "Tencent Cloud does not know these keys; correct secret_id", "AuthFailure.InvalidSecretId", "AuthFailure.SecretIdNotFound"),
		row(creds, "these keys need a token, or are not allowed here; give lasting keys of a CAM user", "AuthFailure.TokenFailure", "AuthFailure.MFAFailure"),
		row(verdict.Busy, "asked too often", "RequestLimitExceeded*", "AuthFailure.RequestLimitExceeded", "LimitExceeded.GlobalSmsSendingRateLimit"),
		row(creds, "these keys may not send text messages; allow sms:SendSms and sms:PullSmsSendStatusByPhoneNumber to their CAM user",
			"AuthFailure*", "UnauthorizedOperation.RequestPermissionDeny", "UnauthorizedOperation"),
		row(creds, "app_id does not belong to the account of these keys; correct app_id or secret_id", "UnauthorizedOperation.SmsSdkAppIdVerifyFail", "InvalidParameter.AppidAndBizId"),
		row(mend, "there is no such application; correct app_id", "InvalidParameterValue.SdkAppIdNotExist"),
		row(mend, "the application is switched off; ask Tencent Cloud", "UnauthorizedOperation.SdkAppIdIsDisabled"),
		row(mend, "calls are only taken from the addresses that the console lists; add that of this machine", "UnauthorizedOperation.RequestIpNotInWhitelist", "IpNotInWhitelist", "IpInBlacklist"),
		row(mend, "the account has no money left for text messages; add funds, or buy a package",
			"FailedOperation.InsufficientBalanceInSmsPackage", "UnauthorizedOperation.SerivceSuspendDueToArrears", "UnauthorizedOperation.ServiceSuspendDueToArrears"),
		row(mend, "the signature is not one that was approved; correct sign_name, which is the text of the signature and not its id", "FailedOperation.SignatureIncorrectOrUnapproved", "FailedOperation.MissingSignature*"),
		row(mend, "the template has another number of variables than those that are sent; correct variables", "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"),
		row(mend, "the template is not one that was approved; correct templates", "FailedOperation.TemplateIncorrectOrUnapproved", "FailedOperation.TemplateUnapprovedOrNotExist", "FailedOperation.MissingTemplate*"),
		row(mend, "the template is for verification codes; apply for one for notifications", "InvalidParameterValue.TemplateParameterFormatError"),
		row(mend, "a value is longer than the variables of this account may be (12 signs for a person's account); set variable_length, and have variables for as many pieces of the text as that needs", "InvalidParameterValue.TemplateParameterLengthLimit"),
		row(mend, "the template is not for the country of this number; give this provider other prefixes, or a template for them",
			"UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone", "UnsupportedOperation.GlobalTemplateToChineseMainlandPhone"),
		row(mend, "base_url is not the address of Tencent Cloud SMS; correct it", "InvalidAction", "NoSuchVersion", "NoSuchProduct"),
		row(num, "the number is not one that Tencent Cloud sends to; correct phone of this contact", "InvalidParameterValue.IncorrectPhoneNumber"),
		row(num, "the number unsubscribed, or is on a carrier's list of those that want no messages; ask Tencent Cloud to take it off", "FailedOperation.PhoneNumberInBlacklist"),
		row(verdict.Pair, "Tencent Cloud sends no messages to the country of this number", "UnsupportedOperation.UnsuportedRegion", "UnsupportedOperation.UnsupportedRegion", "LimitExceeded.AppCountryOrRegionInBlacklist"),
		flow(30*time.Second, "30 seconds", "LimitExceeded.PhoneNumberThirtySecondLimit"),
		flow(time.Minute, "a short time", "LimitExceeded.DeliveryFrequencyLimit"),
		flow(15*time.Minute, "an hour", "LimitExceeded.PhoneNumberOneHourLimit"),
		flow(time.Hour, "a day", "LimitExceeded.PhoneNumberDailyLimit"),
		flow(time.Hour, "a day that say the same", "LimitExceeded.PhoneNumberSameContentDailyLimit"),
		row(verdict.Capped, "the cap on messages is reached that was set in the console; raise it there", "LimitExceeded*"),
		row(txt, "Tencent Cloud does not take this text: a word or a link in it is not allowed in a variable, most often in the name of an instance; give that another name",
			"FailedOperation.ContainSensitiveWord", "InvalidParameter.DirtyWordFound", "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter", "InvalidParameterValue.TemplateWithDirtyWords"),
		row(txt, "the text is too long for one message, which is 500 signs with signature and template; shorten the template", "InvalidParameterValue.ContentLengthLimit"),
		row(txt, "the request cannot be read, which is a fault of Brimwatch", "FailedOperation.FailResolvePacket", "FailedOperation.JsonParseFail", "InternalError.JsonParseFail"),
		row(verdict.Doubt, "", "InternalError*", "ServiceUnavailable"),
	}
}
