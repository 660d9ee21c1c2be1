package config

import (
	"fmt"
	"reflect"
	"strings"
)

// Change says in what two configurations differ, for people and programs.
type Change struct {
	Added        []string `json:"instances_added,omitempty"`
	Removed      []string `json:"instances_removed,omitempty"`
	Changed      []string `json:"instances_changed,omitempty"`
	Sections     []string `json:"sections_changed,omitempty"`
	NeedsRestart []string `json:"needs_restart,omitempty"` // changed, and in force only after a restart
	Warnings     []string `json:"warnings,omitempty"`
}

// Nothing tells whether the two are the same.
func (c Change) Nothing() bool {
	return len(c.Added)+len(c.Removed)+len(c.Changed)+len(c.Sections)+len(c.NeedsRestart) == 0
}

// String summarises the change in one line.
func (c Change) String() string {
	if c.Nothing() {
		return "nothing changed"
	}
	var parts []string
	list := func(what string, names []string) {
		const few = 5
		if len(names) == 0 {
			return
		}
		shown := strings.Join(names[:min(few, len(names))], ", ")
		if len(names) > few {
			shown += fmt.Sprintf(" and %d more", len(names)-few)
		}
		parts = append(parts, what+" "+shown)
	}
	list("instances added:", c.Added)
	list("instances removed:", c.Removed)
	list("instances changed:", c.Changed)
	list("changed:", c.Sections)
	list("in force after a restart:", c.NeedsRestart)
	return strings.Join(parts, "; ")
}

// Diff tells what changes when next takes the place of before.
func Diff(before, next *Snapshot) Change {
	var c Change
	old := make(map[string]*Instance, len(before.Instances))
	for i := range before.Instances {
		old[before.Instances[i].ID] = &before.Instances[i]
	}
	for i := range next.Instances {
		in := &next.Instances[i]
		was, ok := old[in.ID]
		switch {
		case !ok:
			c.Added = append(c.Added, in.ID)
		case !sameInstance(was, in):
			c.Changed = append(c.Changed, in.ID)
		}
		delete(old, in.ID)
	}
	for i := range before.Instances {
		if id := before.Instances[i].ID; old[id] != nil {
			c.Removed = append(c.Removed, id)
		}
	}
	for _, s := range []struct {
		name string
		a, b any
	}{
		{"accounts", []any{before.Accounts, before.AccountNotify, before.Clouds}, []any{next.Accounts, next.AccountNotify, next.Clouds}},
		{"catalogue", before.Catalogue, next.Catalogue},
		{"collect", before.Collect, next.Collect},
		{"alarms", []any{before.NoData, before.Fallback, before.CalendarAt}, []any{next.NoData, next.Fallback, next.CalendarAt}},
		{"contacts", before.Contacts, next.Contacts},
		{"receivers", before.Receivers, next.Receivers},
		{"oncall", before.Rotas, next.Rotas},
		{"sms", before.SMS, next.SMS},
		{"voice", before.Voice, next.Voice},
		{"smtp", before.SMTP, next.SMTP},
		{"heartbeat", before.Heartbeat, next.Heartbeat},
		{"drill", before.Drill, next.Drill},
		{"server.external_url", before.Server.ExternalURL, next.Server.ExternalURL},
		{"server.hosts", before.Server.Hosts, next.Server.Hosts},
		{"server.open", before.Server.Open, next.Server.Open},
		{"server.mcp_write", before.Server.MCPWrite, next.Server.MCPWrite},
		{"server.push", before.Server.Push, next.Server.Push},
	} {
		if !reflect.DeepEqual(s.a, s.b) {
			c.Sections = append(c.Sections, s.name)
		}
	}
	c.NeedsRestart = NeedsRestart(before, next)
	for _, w := range next.Warnings {
		c.Warnings = append(c.Warnings, w.Error())
	}
	return c
}

// NeedsRestart names what of next is in force only after a restart of a process
// that was started with started.
func NeedsRestart(started, next *Snapshot) []string {
	var out []string
	if started.Server.Listen != next.Server.Listen {
		out = append(out, "server.listen")
	}
	if started.Server.WebConfigFile != next.Server.WebConfigFile {
		out = append(out, "server.web_config_file")
	}
	if !reflect.DeepEqual(started.Storage, next.Storage) {
		out = append(out, "storage")
	}
	return out
}

// sameInstance tells whether an instance means the same in both; where it
// stands in the files does not matter.
func sameInstance(a, b *Instance) bool {
	x, y := *a, *b
	x.Line, y.Line = Position{}, Position{}
	return reflect.DeepEqual(x, y)
}
