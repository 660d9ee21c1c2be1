package config

import (
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// A contact that reads Chinese and has no time zone would read times in UTC: it is warned
// of.
func TestChineseWithoutAZone(t *testing.T) {
	for _, tt := range []struct {
		name, contact string
		warned        bool
	}{
		{"Chinese without a zone", "language: zh", true},
		{"Chinese with a zone", "language: zh, time_zone: Asia/Shanghai", false},
		{"Chinese in UTC, which somebody chose", "language: zh, time_zone: UTC", false},
		{"English without a zone", "language: en", false},
		{"no language", "daily_test: \"09:00\"", false},
	} {
		s := mustLoad(t, files(t, "brimwatch.yml", `contacts: [{name: wei, phone: "+8613800138000", `+tt.contact+"}]\n"))
		got := ""
		for _, w := range s.Warnings {
			if strings.Contains(w.Error(), "time_zone") {
				got = w.Error()
			}
		}
		if (got != "") != tt.warned || tt.warned && !strings.Contains(got, "texts to wei are in Chinese with times in UTC: give it a time_zone, such as Asia/Shanghai") {
			t.Errorf("%s: %q", tt.name, got)
		}
	}
}

// A product may be called by another name in a language; a title of one's own is the same
// in all.
func TestTitlesOfProducts(t *testing.T) {
	for _, tt := range []struct{ name, text, en, zh string }{
		{"shipped", "instances: []\n", "IoT Platform Enterprise", "物联网平台 企业版"},
		{"one's own title", "products: {iot: {title: Things}}\n", "Things Enterprise", "Things 企业版"},
		{"one's own titles", "products: {iot: {titles: {zh: 设备平台}}}\n", "IoT Platform Enterprise", "设备平台 企业版"},
	} {
		c := mustLoad(t, files(t, "brimwatch.yml", tt.text)).Catalogue
		in := &fleet.Instance{Product: "iot", Edition: "enterprise"}
		if en, zh := c.Title(in, words.EN), c.Title(in, words.ZH); en != tt.en || zh != tt.zh {
			t.Errorf("%s: %q %q, want %q %q", tt.name, en, zh, tt.en, tt.zh)
		}
	}
	c := mustLoad(t, files(t, "brimwatch.yml", "instances: []\n")).Catalogue
	if got := c.Title(&fleet.Instance{Product: "redis", Edition: "community"}, words.ZH); got != "云数据库 Tair（兼容 Redis）社区版标准架构" {
		t.Errorf("after a full-width bracket: %q", got)
	}
}
