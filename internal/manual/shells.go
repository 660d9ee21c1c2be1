package manual

import (
	"fmt"
	"sort"
	"strings"
)

// Shells are those for which there is a script.
func Shells() []string { return []string{"bash", "zsh", "fish"} }

// Script writes the script by which a shell completes the command line; false for a shell
// that is not known.
func (m *Manual) Script(shell string) (string, bool) {
	switch shell {
	case "bash":
		return m.bash(), true
	case "zsh":
		return m.zsh(), true
	case "fish":
		return m.fish(), true
	}
	return "", false
}

// choices writes the part that bash and zsh have in common: functions that set path, kind
// and list. What a shell has of its own is around it.
func (m *Manual) choices() string {
	var b strings.Builder
	prefix := "__" + m.Name
	fmt.Fprintf(&b, "# Sets kind (free, switch, word, file, dir) and list for a flag of a command.\n%s_flag() {\n    kind=switch list=\n    case \"$1:$2\" in\n", prefix)
	flags := func(path string, all []Flag) {
		for _, f := range all {
			if f.Kind == Switch {
				continue
			}
			names := fmt.Sprintf("%q", path+":--"+f.Long)
			if path == "" {
				names = "*:--" + f.Long
			}
			if f.Short != "" {
				names += fmt.Sprintf("|%q", path+":-"+f.Short)
			}
			fmt.Fprintf(&b, "        %s) kind=%s list=%q ;;\n", names, f.Kind.word(), strings.Join(f.Words, " "))
		}
	}
	flags("", m.Flags)
	for i := range m.Commands {
		flags(m.Commands[i].Path, m.Commands[i].Flags)
	}
	fmt.Fprintf(&b, "    esac\n}\n\n# Sets kind and list for what may stand at the end of a command; flags for its flags.\n%s_rest() {\n    kind=free list= flags=%q\n    case \"$1\" in\n", prefix, longs(m.Flags))
	heads := make([]string, 0, len(m.Commands))
	for _, h := range m.heads() {
		heads = append(heads, h[0])
	}
	fmt.Fprintf(&b, "        \"\") kind=command list=%q ;;\n", strings.Join(heads, " "))
	groups := m.groups()
	for _, head := range sortedHeads(groups) {
		fmt.Fprintf(&b, "        %q) kind=command list=%q ;;\n", head, strings.Join(groups[head], " "))
	}
	for i := range m.Commands {
		c := &m.Commands[i]
		kind, list := "free", ""
		if len(c.Args) > 0 {
			kind, list = c.Args[len(c.Args)-1].Kind.word(), strings.Join(c.Args[len(c.Args)-1].Words, " ")
		}
		fmt.Fprintf(&b, "        %q) kind=%s list=%q flags=\"$flags %s\" ;;\n", c.Path, kind, list, longs(c.Flags))
	}
	b.WriteString("    esac\n}\n")
	return b.String()
}

func sortedHeads(groups map[string][]string) []string {
	out := make([]string, 0, len(groups))
	for head := range groups {
		out = append(out, head)
	}
	sort.Strings(out)
	return out
}

func longs(flags []Flag) string {
	out := make([]string, len(flags))
	for i, f := range flags {
		out[i] = "--" + f.Long
	}
	return strings.Join(out, " ")
}

// word is a kind as the scripts call it.
func (k Kind) word() string {
	switch k {
	case Switch:
		return "switch"
	case Word:
		return "word"
	case File:
		return "file"
	case Dir:
		return "dir"
	case Free:
	}
	return "free"
}

// bash writes a script that needs no bash-completion, and bash 3.2 takes it, too.
func (m *Manual) bash() string {
	return strings.NewReplacer("@", m.Name, "%CHOICES%", m.choices()).Replace(`# Completion of @ for bash. For this shell: source <(@ completion bash)
# For all shells of a user: @ completion bash > ~/.local/share/bash-completion/completions/@

%CHOICES%
_@() {
    local cur=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} path="" word="" kind list flags i
    # bash takes = for the end of a word.
    if [[ $cur == "=" ]]; then
        cur=""
    elif [[ $before == "=" ]]; then
        before=${COMP_WORDS[COMP_CWORD-2]}
    fi
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        case "$word" in
        =) ((i++)) ;;
        -*)
            __@_flag "$path" "$word"
            [[ $kind != switch && ${COMP_WORDS[i+1]} != "=" ]] && ((i++))
            ;;
        *)
            __@_rest "$path"
            if [[ $kind == command && " $list " == *" $word "* ]]; then
                path=${path:+$path }$word
            elif [[ $kind == command ]]; then
                path="?" # of which nothing is known
            fi
            ;;
        esac
    done
    kind=switch list=""
    [[ $before == -* ]] && __@_flag "$path" "$before"
    if [[ $kind == switch ]]; then
        __@_rest "$path"
        if [[ $cur == -* ]]; then
            kind=word list=$flags
        fi
    fi
    COMPREPLY=()
    case "$kind" in
    word | command) while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$list" -- "$cur") ;;
    file)
        compopt -o filenames 2>/dev/null
        while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$cur")
        ;;
    dir)
        compopt -o filenames 2>/dev/null
        while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -d -- "$cur")
        ;;
    esac
}

complete -F _@ @
`)
}

// zsh writes a script that works from a folder of fpath and when it is sourced.
func (m *Manual) zsh() string {
	var described strings.Builder
	for _, h := range m.heads() {
		fmt.Fprintf(&described, "        %s\n", zshQuoted(h[0]+":"+brief(h[1])))
	}
	return strings.NewReplacer("@", m.Name, "%CHOICES%", m.choices(), "%COMMANDS%", described.String()).Replace(`#compdef @
# Completion of @ for zsh. For this shell: source <(@ completion zsh)
# For all shells: @ completion zsh > "${fpath[1]}/_@"

%CHOICES%
_@() {
    emulate -L zsh
    local cur=${words[CURRENT]} before="" path="" word kind list flags
    local -a commands
    local -i i
    (( CURRENT > 1 )) && before=${words[CURRENT-1]}
    for ((i = 2; i < CURRENT; i++)); do
        word=${words[i]}
        case "$word" in
        -*=*) ;;
        -*)
            __@_flag "$path" "$word"
            [[ $kind != switch ]] && ((i++))
            ;;
        *)
            __@_rest "$path"
            if [[ $kind == command && " $list " == *" $word "* ]]; then
                path=${path:+$path }$word
            elif [[ $kind == command ]]; then
                path="?" # of which nothing is known
            fi
            ;;
        esac
    done
    kind=switch list=""
    if [[ $cur == --*=* ]]; then
        __@_flag "$path" "${cur%%=*}"
        compset -P '*='
    elif [[ $before == -* ]]; then
        __@_flag "$path" "$before"
    fi
    if [[ $kind == switch ]]; then
        __@_rest "$path"
        if [[ $cur == -* ]]; then
            kind=word list=$flags
        fi
    fi
    commands=(
%COMMANDS%    )
    case "$kind" in
    command)
        if [[ -z $path ]]; then
            _describe command commands
        else
            compadd -- ${=list}
        fi
        ;;
    word) compadd -- ${=list} ;;
    file) _files ;;
    dir) _files -/ ;;
    esac
}

if [[ ${funcstack[1]} == _@ ]]; then
    _@ "$@"
else
    compdef _@ @
fi
`)
}

func zshQuoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// fish writes a line for each command, flag and argument.
func (m *Manual) fish() string {
	var b strings.Builder
	b.WriteString(strings.ReplaceAll(`# Completion of @ for fish: @ completion fish > ~/.config/fish/completions/@.fish

# __@_at PATH is true when the words so far name the command PATH, and no more.
function __@_at
    set -l words (commandline -opc)
    set -l path
    set -l skip 0
    for word in $words[2..-1]
        if test $skip = 1
            set skip 0
            continue
        end
        switch $word
            case '-*=*'
            case '-*'
                contains -- $word $__@_valued; and set skip 1
            case '*'
                if contains -- (string join ' ' $path $word) $__@_paths
                    set path $path $word
                else if not contains -- "$path" $__@_leaves
                    set path '?' # of which nothing is known
                end
        end
    end
    test "$path" = "$argv"
end

complete -c @ -f
`, "@", m.Name))
	valued := map[string]bool{}
	all := m.Flags
	var paths, leaves []string
	for i := range m.Commands {
		all = append(all[:len(all):len(all)], m.Commands[i].Flags...)
		head, _, several := strings.Cut(m.Commands[i].Path, " ")
		if several {
			paths = append(paths, head)
		}
		paths, leaves = append(paths, m.Commands[i].Path), append(leaves, m.Commands[i].Path)
	}
	for _, f := range all {
		if f.Kind != Switch {
			valued["--"+f.Long] = true
			if f.Short != "" {
				valued["-"+f.Short] = true
			}
		}
	}
	fmt.Fprintf(&b, "set -g __%s_valued %s\n", m.Name, strings.Join(sortedKeys(valued), " "))
	for _, list := range []struct {
		name  string
		paths []string
	}{{"paths", paths}, {"leaves", leaves}} {
		quoted := make([]string, len(list.paths))
		for i, p := range list.paths {
			quoted[i] = fishQuoted(p)
		}
		fmt.Fprintf(&b, "set -g __%s_%s %s\n", m.Name, list.name, strings.Join(quoted, " "))
	}
	for _, h := range m.heads() {
		fmt.Fprintf(&b, "complete -c %s -n %s -a %s -d %s\n", m.Name, fishQuoted("__"+m.Name+"_at ''"), h[0], fishQuoted(brief(h[1])))
	}
	m.fishFlags(&b, "", m.Flags)
	for i := range m.Commands {
		c := &m.Commands[i]
		if head, rest, ok := strings.Cut(c.Path, " "); ok {
			fmt.Fprintf(&b, "complete -c %s -n %s -a %s -d %s\n", m.Name, fishQuoted("__"+m.Name+"_at "+head), rest, fishQuoted(brief(c.Help)))
		}
		m.fishFlags(&b, c.Path, c.Flags)
		if len(c.Args) > 0 {
			m.fishArg(&b, c.Path, &c.Args[len(c.Args)-1])
		}
	}
	return b.String()
}

func (m *Manual) at(path string) string {
	if path == "" {
		return ""
	}
	return " -n " + fishQuoted("__"+m.Name+"_at "+path)
}

func (m *Manual) fishFlags(b *strings.Builder, path string, flags []Flag) {
	for _, f := range flags {
		fmt.Fprintf(b, "complete -c %s%s -l %s", m.Name, m.at(path), f.Long)
		if f.Short != "" {
			b.WriteString(" -s " + f.Short)
		}
		switch f.Kind {
		case Word:
			b.WriteString(" -x -a " + fishQuoted(strings.Join(f.Words, " ")))
		case File:
			b.WriteString(" -r -F")
		case Dir:
			b.WriteString(" -x -a '(__fish_complete_directories)'")
		case Free:
			b.WriteString(" -x")
		case Switch:
		}
		b.WriteString(" -d " + fishQuoted(brief(f.Help)) + "\n")
	}
}

func (m *Manual) fishArg(b *strings.Builder, path string, a *Arg) {
	switch a.Kind {
	case Word:
		fmt.Fprintf(b, "complete -c %s%s -a %s\n", m.Name, m.at(path), fishQuoted(strings.Join(a.Words, " ")))
	case File:
		fmt.Fprintf(b, "complete -c %s%s -F\n", m.Name, m.at(path))
	case Dir:
		fmt.Fprintf(b, "complete -c %s%s -a '(__fish_complete_directories)'\n", m.Name, m.at(path))
	case Free, Switch:
	}
}

func fishQuoted(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(text) + "'"
}

func sortedKeys(m map[string]bool) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
