package notifier

import (
	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// Damaged is what people are told of a database that was damaged, set aside under a
// name, and begun anew.
func Damaged(d *Directory, file string) Self {
	return Self{
		Rule: StoreRule, Subject: file, Severity: alarm.Warning, Page: "/", To: d.standIns(),
		Text: fleet.Text{
			EN: "the database was damaged. A new one is begun, and alarms that last are told again.",
			ZH: "数据库已损坏，已新建数据库；仍存在的告警将重新通知。",
		},
		Advice: "Look at the disk. What was recorded before is in " + file + " in storage.dir.",
	}
}
