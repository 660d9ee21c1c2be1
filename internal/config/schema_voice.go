package config

import (
	"time"

	"github.com/brimwatch/brimwatch/notifier/sms/template"
)

type voiceDoc struct {
	marked
	Providers []voiceProviderDoc `yaml:"providers" doc:"Who makes telephone calls."`
	Limits    voiceLimitsDoc     `yaml:"limits" doc:"Caps on telephone calls. Those of sms.limits do not count them."`
}

type voiceLimitsDoc struct {
	marked
	PerContact perTime `yaml:"per_contact" doc:"Most calls to one contact in a time." default:"none" example:"6/h"`
	PerDay     *int    `yaml:"per_day" doc:"Most calls in 24 hours." default:"none"`
	PerMonth   *int    `yaml:"per_month" doc:"Most calls in 30 days." default:"none"`
}

type voiceProviderDoc struct {
	marked
	Name             string   `yaml:"name" doc:"Unique name." example:"twilio"`
	Type             string   `yaml:"type" doc:"twilio, aliyun." example:"twilio"`
	AccountSID       string   `yaml:"account_sid" doc:"twilio: the account." example:"AC…"`
	AuthToken        string   `yaml:"auth_token" doc:"Its token; better in a file. Without one no key can acknowledge."`
	AuthTokenFile    string   `yaml:"auth_token_file" doc:"File that holds it."`
	AuthTokenEnv     string   `yaml:"auth_token_env" doc:"Variable of the environment that holds it."`
	APIKeySID        string   `yaml:"api_key_sid" doc:"An API key, instead of the token." example:"SK…"`
	APIKeySecret     string   `yaml:"api_key_secret" doc:"Its secret; better in a file."`
	APIKeySecretFile string   `yaml:"api_key_secret_file" doc:"File that holds it."`
	APIKeySecretEnv  string   `yaml:"api_key_secret_env" doc:"Variable of the environment that holds it."`
	From             string   `yaml:"from" doc:"The number that calls. twilio: one of the account, or verified for it. aliyun: one of the account or one of its service instances; without it a number of the cloud's calls." example:"\"+15005550006\""`
	BaseURL          string   `yaml:"base_url" doc:"For a proxy or a test server." default:"the provider's own"`
	Prefixes         []string `yaml:"prefixes" doc:"Beginnings of the numbers it calls. Of several providers for a number that with the longest is asked first, the others in turn when it refuses or fails." default:"all; aliyun: [\"+86\"]" example:"[\"+1\", \"+44\"]"`
	accessKeyDoc
	Templates map[string]string `yaml:"templates" doc:"aliyun: codes of approved templates of texts that are read. default is for all rules; a rule may have its own, with the same variables." example:"{default: TTS_10001}"`
	Variables variablesDoc      `yaml:"variables" doc:"aliyun: which variable of the templates holds what. text1 to text9 are the text piece by piece; code and severity are those of the alarm." default:"t1 and t2: text1 and text2" example:"{t1: text1, t2: text2}"`
}

// Voice is how telephone calls are made.
type Voice struct {
	Providers []VoiceProvider
	Limits    VoiceLimits
}

// VoiceLimits caps telephone calls; a cap of 0 is none.
type VoiceLimits struct {
	PerContact       int
	PerContactEvery  time.Duration
	PerDay, PerMonth int
}

// VoiceProvider is one company that makes telephone calls.
type VoiceProvider struct {
	Name         string
	Type         string // twilio, aliyun
	AccountSID   string
	AuthToken    Secret
	APIKeySID    string // with APIKeySecret, instead of the auth token
	APIKeySecret Secret
	From         string
	BaseURL      string
	Prefixes     []string // of phone numbers; none is all

	KeyID, KeySecret Secret       // of Alibaba Cloud
	Templates        template.Set // of Alibaba Cloud
}
