package notifier

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type bundling struct {
	nobody
	most int
}

func (b bundling) Bundle() int { return b.most }

func TestDirectory(t *testing.T) {
	target := func(name, former, address string, c Channel) Target {
		return Target{Recipient: Recipient{Name: name, Address: address}, Former: former, Channel: c}
	}
	d := NewDirectory(Entries{
		Receivers: map[string]Receiver{
			"a": {Name: "a", Targets: []Target{
				target("hook/2", "hook/1", "second", bundling{most: 5}), target("hook/1", "hook/0", "first", bundling{most: 3}), target("hook/3", "hook/0", "third", nobody{}),
			}},
			"b": {Name: "b", Targets: []Target{target("hook/1", "", "of b", bundling{most: 3}), target("none", "", "none", nil), target("never", "", "never", bundling{})}},
		},
		People: map[string]Person{"+1": {Name: "wei"}},
		Limits: Limits{PerDay: 7},
	})
	for _, tt := range []struct {
		receiver, recipient, want string // the address; "" is nobody
	}{
		{"a", "hook/2", "second"},
		{"a", "hook/1", "first"}, // who has a name goes before who had it
		{"a", "hook/0", "first"}, // the first of two who had it
		{"b", "hook/1", "of b"},
		{"b", "hook/0", ""},
		{"a", "", ""}, // most have no former name
		{"gone", "hook/1", ""},
	} {
		got, ok := d.Find(tt.receiver, tt.recipient)
		if got.Recipient.Address != tt.want || ok != (tt.want != "") {
			t.Errorf("Find(%q, %q) = %q, %v; want %q", tt.receiver, tt.recipient, got.Recipient.Address, ok, tt.want)
		}
	}
	for recipient, want := range map[string]int{"hook/2": 5, "hook/1": 3, "hook/0": 3, "hook/3": 1, "none": 1, "never": 1, "gone": 1} {
		if got := d.Bundle(recipient); got != want {
			t.Errorf("Bundle(%q) = %d, want %d", recipient, got, want)
		}
	}
	var addresses []string
	for target := range d.Targets() {
		addresses = append(addresses, target.Recipient.Address)
	}
	slices.Sort(addresses)
	if diff := cmp.Diff([]string{"first", "never", "none", "of b", "second", "third"}, addresses); diff != "" {
		t.Errorf("targets (-want +got):\n%s", diff)
	}
	var names []string
	for name, r := range d.Receivers() {
		if r.Name != name {
			t.Errorf("receiver %s is called %s", name, r.Name)
		}
		names = append(names, name)
	}
	slices.Sort(names)
	if diff := cmp.Diff([]string{"a", "b"}, names); diff != "" {
		t.Errorf("receivers (-want +got):\n%s", diff)
	}
	for range d.Targets() {
		break // who has seen enough may leave
	}
	if p, ok := d.Person("+1"); !ok || p.Name != "wei" {
		t.Errorf("Person: %+v, %v", p, ok)
	}
	if _, ok := d.Person("+2"); ok {
		t.Error("a stranger is a person")
	}
	if r, ok := d.Receiver("b"); !ok || r.Name != "b" {
		t.Errorf("Receiver: %+v, %v", r, ok)
	}
	if _, ok := d.Receiver("c"); ok {
		t.Error("there is a receiver c")
	}
	if d.Limits().PerDay != 7 {
		t.Errorf("Limits: %+v", d.Limits())
	}
}
