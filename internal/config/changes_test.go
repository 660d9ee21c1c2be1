package config

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/advice"
)

// An operator's row is looked at before those that ship.
func TestChangesOfAnOperatorComeFirst(t *testing.T) {
	s := mustLoad(t, files(t, "brimwatch.yml", `
products:
  redis:
    changes:
      - {from: community, to: tair, methods: [payg], keeps: [], late: true, solvent: true, by: engineer, note: {en: "By ticket.", zh: 提交工单。}, source: our contract}
instances: [{id: a, product: redis, edition: community}]
`))
	rows := s.Catalogue.Products["redis"].Changes
	want := advice.Change{
		From: "community", To: "tair", Direction: "both", Methods: []fleet.Method{fleet.PayAsYouGo}, Allowed: true, By: "engineer", Late: true, Solvent: true,
		Note: map[string]string{"en": "By ticket.", "zh": "提交工单。"}, Source: "our contract",
	}
	if len(rows) < 2 {
		t.Fatalf("rows: %+v", rows)
	}
	if diff := cmp.Diff(want, rows[0]); diff != "" {
		t.Errorf("the first row (-want +got)\n%s", diff)
	}
	if rows[1].From != "*" || rows[1].To != advice.Same {
		t.Errorf("the shipped rows are gone: %+v", rows[1])
	}
}

// Every row that ships says how it happens in both languages, and where it is from.
func TestShippedChanges(t *testing.T) {
	s := mustLoad(t, files(t, "brimwatch.yml", "instances: [{id: a, product: redis}]\n"))
	for _, product := range []string{"mqtt", "rocketmq", "iot", "redis"} {
		rows := s.Catalogue.Products[product].Changes
		if len(rows) == 0 {
			t.Errorf("%s has no changes", product)
		}
		for _, c := range rows {
			if c.Note["en"] == "" || c.Note["zh"] == "" || c.Source == "" {
				t.Errorf("%s, %s to %s: %+v", product, c.From, c.To, c)
			}
		}
	}
}
