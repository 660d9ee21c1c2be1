package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/atomicfile"
)

// ErrNoInstance is returned when there is no instance with an id.
var ErrNoInstance = errors.New("there is no instance with this id")

// AlarmEdit is what is to change of an instance's alarms.
type AlarmEdit struct {
	Settings map[fleet.Metric]alarm.Setting
	Notify   []string // the receivers that are told; nil leaves them
}

// SetAlarms is EditAlarms of settings alone.
func SetAlarms(s *Snapshot, id string, settings map[fleet.Metric]alarm.Setting) error {
	return EditAlarms(s, id, AlarmEdit{Settings: settings})
}

// EditAlarms writes alarm settings of one instance into the file in which the
// instance stands. Comments and order stay; only the instance's alarms and receivers
// change. The whole configuration is checked with the change before anything is
// written: when it has faults, they are returned and the file is as it was.
func EditAlarms(s *Snapshot, id string, edit AlarmEdit) error {
	i := slices.IndexFunc(s.Instances, func(in Instance) bool { return in.ID == id })
	if i < 0 {
		return ErrNoInstance
	}
	if faults := edit.faults(s.Instances[i].Line); len(faults) > 0 {
		return faults
	}
	file := s.Instances[i].Line.File
	if file == "" {
		file = s.Path // it was found and is not listed: it is listed from now on
	}
	before, err := os.ReadFile(file)
	if err != nil {
		return errors.New(plainFileError(file, err))
	}
	after, err := editAlarms(before, id, s.Instances[i].Line.File == "", edit)
	if err != nil {
		return fmt.Errorf("edit %s: %w", file, err)
	}
	return replaceChecked(s, file, before, after)
}

// faults are what is wrong with an edit by itself. at is where the instance stands.
func (e *AlarmEdit) faults(at Position) (out Faults) {
	for _, m := range fleet.Metrics() {
		set := e.Settings[m]
		note := func(key string, err error) {
			if err != nil {
				out = append(out, Fault{Position: at, Path: "alarms." + m.String() + "." + key, Reason: err.Error()})
			}
		}
		if set.Threshold != "" {
			_, err := alarm.ParseShare(set.Threshold)
			note("threshold", err)
		}
		if set.Clear != "" && set.Clear != alarm.Follows {
			_, err := alarm.ParseShare(set.Clear)
			note("clear", err)
		}
		if set.For != "" {
			_, err := holdOf(set.For)
			note("for", err)
		}
	}
	return out
}

// editAlarms returns a file with the alarms of one instance changed; add lists an
// instance that is not in it.
func editAlarms(text []byte, id string, add bool, edit AlarmEdit) ([]byte, error) {
	if len(edit.Settings) > 0 {
		out, err := editKey(text, id, add, "alarms", func(in *yaml.Node) (*yaml.Node, error) {
			alarms, err := alarmsOf(in)
			if err != nil {
				return nil, err
			}
			for _, m := range fleet.Metrics() {
				if set, ok := edit.Settings[m]; ok {
					if err := putSetting(alarms, m, set); err != nil {
						return nil, err
					}
				}
			}
			return alarms, nil
		})
		if err != nil {
			return nil, err
		}
		text = out
	}
	if edit.Notify == nil {
		return text, nil
	}
	return editKey(text, id, add, "notify", func(in *yaml.Node) (*yaml.Node, error) { return notifyOf(in, edit.Notify) })
}

// editKey returns a file with one key of an instance changed: change does it, and returns what the
// key is to hold.
func editKey(text []byte, id string, add bool, key string, change func(in *yaml.Node) (*yaml.Node, error)) ([]byte, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil || len(doc.Content) != 1 {
		return nil, errors.New("it changed since it was loaded and cannot be read now")
	}
	in := findInstance(doc.Content[0], id)
	if in == nil && add {
		in = addInstance(doc.Content[0], id)
	}
	if in == nil {
		return nil, errors.New("the instance no longer stands in it")
	}
	value, err := change(in)
	if err != nil {
		return nil, err
	}
	return written(text, &doc, id, key, value)
}

// notifyOf makes an instance name its receivers.
func notifyOf(in *yaml.Node, names []string) (*yaml.Node, error) {
	list := lookup(in, "notify")
	switch {
	case list == nil:
		list = &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Style: yaml.FlowStyle}
		in.Content = append(in.Content, scalar("notify"), list)
	case isNull(list):
		list.Kind, list.Tag, list.Value, list.Style = yaml.SequenceNode, "!!seq", "", yaml.FlowStyle
	case list.Kind != yaml.SequenceNode:
		return nil, errors.New("the instance's receivers stand elsewhere (an alias); change them there by hand")
	}
	list.Content = nil
	for _, name := range names {
		list.Content = append(list.Content, scalar(name))
	}
	return list, nil
}

// alarmsOf returns the alarms of an instance, which are put there when there are
// none.
func alarmsOf(in *yaml.Node) (*yaml.Node, error) {
	alarms := lookup(in, "alarms")
	switch {
	case alarms == nil:
		alarms = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		in.Content = append(in.Content, scalar("alarms"), alarms)
	case isNull(alarms):
		alarms.Kind, alarms.Tag, alarms.Value = yaml.MappingNode, "!!map", ""
	case alarms.Kind != yaml.MappingNode:
		return nil, errors.New("the instance's alarms stand elsewhere (an alias); change them there by hand")
	}
	return alarms, nil
}

// putSetting puts a setting of one metric into the alarms of an instance.
func putSetting(alarms *yaml.Node, m fleet.Metric, set alarm.Setting) error {
	rule := lookup(alarms, m.String())
	if rule == nil {
		rule = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Style: yaml.FlowStyle}
		alarms.Content = append(alarms.Content, scalar(m.String()), rule)
	}
	if rule.Kind != yaml.MappingNode {
		return errors.New("the alarm stands elsewhere (an alias); change it there by hand")
	}
	if set.Threshold != "" {
		put(rule, "threshold", withSign(set.Threshold), "!!str")
	}
	switch set.Clear {
	case "":
	case alarm.Follows:
		take(rule, "clear")
	default:
		put(rule, "clear", withSign(set.Clear), "!!str")
	}
	if set.For != "" {
		put(rule, "for", strings.TrimSpace(set.For), "!!str")
	}
	if set.Enabled != nil {
		put(rule, "enabled", strconv.FormatBool(*set.Enabled), "!!bool")
	}
	return nil
}

// written writes a changed document. Written anew as a whole, the file would lose
// its blank lines and its manner of writing. So only the piece is put in, if that
// comes to the same.
func written(text []byte, doc *yaml.Node, id, key string, value *yaml.Node) ([]byte, error) {
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := errors.Join(enc.Encode(doc), enc.Close()); err != nil {
		return nil, fmt.Errorf("write YAML: %w", err)
	}
	if there := standing(text, id); there != nil {
		if spliced, ok := splice(text, there, key, value); ok && means(spliced, out.Bytes()) {
			return spliced, nil
		}
	}
	return out.Bytes(), nil
}

// standing returns an instance as it stands in a text; nil when it does not.
func standing(text []byte, id string) *yaml.Node {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil || len(doc.Content) != 1 {
		return nil
	}
	return findInstance(doc.Content[0], id)
}

// withSign writes a share with its sign.
func withSign(share string) string {
	return strings.TrimSuffix(strings.TrimSpace(share), "%") + "%"
}

func findInstance(root *yaml.Node, id string) *yaml.Node {
	list := lookup(root, "instances")
	if list == nil || list.Kind != yaml.SequenceNode {
		return nil
	}
	for _, in := range list.Content {
		if v := lookup(in, "id"); in.Kind == yaml.MappingNode && v != nil && v.Value == id {
			return in
		}
	}
	return nil
}

// addInstance lists an instance by its id alone. It returns nil where there is no
// list that can be added to.
func addInstance(root *yaml.Node, id string) *yaml.Node {
	if root.Kind != yaml.MappingNode {
		return nil
	}
	list := lookup(root, "instances")
	if list == nil {
		list = &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		root.Content = append(root.Content, scalar("instances"), list)
	}
	if isNull(list) {
		list.Kind, list.Tag, list.Value = yaml.SequenceNode, "!!seq", ""
	}
	if list.Kind != yaml.SequenceNode {
		return nil
	}
	in := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: []*yaml.Node{scalar("id"), scalar(id)}}
	list.Content = append(list.Content, in)
	return in
}

func scalar(text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
}

// put sets a key of a mapping.
func put(m *yaml.Node, key, value, tag string) {
	if v := lookup(m, key); v != nil {
		v.Kind, v.Tag, v.Value, v.Style, v.Alias = yaml.ScalarNode, tag, value, 0, nil
		return
	}
	m.Content = append(m.Content, scalar(key), &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value})
}

// take takes a key out of a mapping.
func take(m *yaml.Node, key string) {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			m.Content = slices.Delete(m.Content, i, i+2)
			return
		}
	}
}

// replaceChecked puts a new content into a file when the configuration loads with
// it. The file is replaced as a whole, so nobody ever reads half of it.
func replaceChecked(s *Snapshot, file string, before, after []byte) error {
	if bytes.Equal(before, after) {
		return nil
	}
	if err := checkWith(s, file, after); err != nil {
		return err
	}
	return replaceFile(file, after)
}

// checkWith loads the configuration as it would be with another content of one
// file, without writing that file.
func checkWith(s *Snapshot, file string, content []byte) error {
	d := newDecoder()
	d.instead = map[string][]byte{file: content}
	d.found = s.found
	_, err := d.load(s.Path)
	return err
}

// replaceFile writes a file anew by way of another one beside it. A file that
// its mode keeps from being written stays as it is, although its folder would
// let it be replaced.
func replaceFile(path string, content []byte) error {
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return errors.New(plainFileError(path, err))
	}
	info, err := os.Stat(target)
	if err != nil {
		return errors.New(plainFileError(target, err))
	}
	if info.Mode().Perm()&0o222 == 0 {
		return fmt.Errorf("the file %s is read-only, so it cannot be changed here: edit it where it is kept", path)
	}
	err = atomicfile.Replace(target, content, info.Mode())
	switch {
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("the folder of %s cannot be written to, so the file cannot be changed here: %w", path, plainCause(err))
	case err != nil:
		return fmt.Errorf("the file %s could not be changed: %w", path, err)
	}
	return nil
}

// plainCause takes the path out of an error: the sentence around it names the path.
func plainCause(err error) error {
	if pe, ok := errors.AsType[*os.PathError](err); ok {
		return pe.Err
	}
	return err
}
