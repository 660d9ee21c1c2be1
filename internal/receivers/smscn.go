package receivers

import (
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/sms/aliyun"
	"github.com/brimwatch/brimwatch/notifier/sms/tencent"
)

// newAliyun makes the channel of Alibaba Cloud.
func newAliyun(p *config.Provider) (notifier.Channel, error) {
	return aliyun.New(aliyun.Options{
		AccessKeyID: p.KeyID.Reveal(), AccessKeySecret: p.KeySecret.Reveal(), SignName: p.SignName, Templates: p.Templates, BaseURL: p.BaseURL,
	})
}

// newTencent makes the channel of Tencent Cloud.
func newTencent(p *config.Provider) (notifier.Channel, error) {
	return tencent.New(tencent.Options{
		SecretID: p.KeyID.Reveal(), SecretKey: p.KeySecret.Reveal(), AppID: p.AppID, Region: p.Region,
		SignName: p.SignName, Templates: p.Templates, BaseURL: p.BaseURL,
	})
}
