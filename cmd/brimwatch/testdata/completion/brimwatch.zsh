#compdef brimwatch
# Completion of brimwatch for zsh. For this shell: source <(brimwatch completion zsh)
# For all shells: brimwatch completion zsh > "${fpath[1]}/_brimwatch"

# Sets kind (free, switch, word, file, dir) and list for a flag of a command.
__brimwatch_flag() {
    kind=switch list=
    case "$1:$2" in
        *:--lang) kind=word list="auto en zh" ;;
        "run:--config.file") kind=file list="" ;;
        "run:--log.level") kind=word list="debug info warn error" ;;
        "run:--log.format") kind=word list="text json" ;;
        "init:--watch") kind=free list="" ;;
        "init:--tell") kind=free list="" ;;
        "init:--until") kind=free list="" ;;
        "check:--config.file") kind=file list="" ;;
        "check:--output"|"check:-o") kind=word list="table json csv" ;;
        "test:--run") kind=free list="" ;;
        "backtest:--config.file") kind=file list="" ;;
        "backtest:--from") kind=free list="" ;;
        "backtest:--to") kind=free list="" ;;
        "backtest:--threshold") kind=free list="" ;;
        "backtest:--instance") kind=free list="" ;;
        "backtest:--metric") kind=free list="" ;;
        "backtest:--output"|"backtest:-o") kind=word list="table json csv" ;;
        "demo:--listen") kind=free list="" ;;
        "instances:--url") kind=free list="" ;;
        "instances:--output"|"instances:-o") kind=word list="table json csv" ;;
        "instances:--product") kind=free list="" ;;
        "instances:--account") kind=free list="" ;;
        "instances:--label") kind=free list="" ;;
        "instances:--state") kind=word list="raised unknown ok unwatched expiring past" ;;
        "instances:--sort") kind=word list="id name worst fullest product expires" ;;
        "top:--url") kind=free list="" ;;
        "top:--every") kind=free list="" ;;
        "top:--sort") kind=word list="worst fullest name id product expires" ;;
        "top:--filter") kind=free list="" ;;
        "stats:--url") kind=free list="" ;;
        "stats:--output"|"stats:-o") kind=word list="table json csv" ;;
        "stats:--from") kind=free list="" ;;
        "stats:--to") kind=free list="" ;;
        "stats:--step") kind=free list="" ;;
        "stats:--metric") kind=free list="" ;;
        "stats:--height") kind=free list="" ;;
        "advise:--url") kind=free list="" ;;
        "advise:--output"|"advise:-o") kind=word list="table json csv" ;;
        "explain:--url") kind=free list="" ;;
        "explain:--output"|"explain:-o") kind=word list="table json" ;;
        "calendar:--days") kind=free list="" ;;
        "calendar:--account") kind=free list="" ;;
        "calendar:--product") kind=free list="" ;;
        "calendar:--url") kind=free list="" ;;
        "calendar:--output"|"calendar:-o") kind=word list="table json csv ics" ;;
        "accounts:--url") kind=free list="" ;;
        "accounts:--output"|"accounts:-o") kind=word list="table json csv" ;;
        "accounts:--days") kind=free list="" ;;
        "rehearse:--config.file") kind=file list="" ;;
        "rehearse:--days") kind=free list="" ;;
        "rehearse:--from") kind=free list="" ;;
        "rehearse:--person") kind=free list="" ;;
        "rehearse:--renew") kind=free list="" ;;
        "rehearse:--unpaid") kind=free list="" ;;
        "rehearse:--paid") kind=free list="" ;;
        "rehearse:--time-zone") kind=free list="" ;;
        "rehearse:--output"|"rehearse:-o") kind=word list="text json" ;;
        "oncall:--url") kind=free list="" ;;
        "oncall:--output"|"oncall:-o") kind=word list="table json csv" ;;
        "oncall:--at") kind=free list="" ;;
        "oncall:--days") kind=free list="" ;;
        "alarms:--url") kind=free list="" ;;
        "alarms:--output"|"alarms:-o") kind=word list="table json csv" ;;
        "alarms:--state") kind=word list="raised unknown cleared open" ;;
        "alarms:--instance") kind=free list="" ;;
        "alarms:--code") kind=free list="" ;;
        "alarms:--limit") kind=free list="" ;;
        "ack:--by") kind=free list="" ;;
        "ack:--url") kind=free list="" ;;
        "confirm:--url") kind=free list="" ;;
        "confirm:--output"|"confirm:-o") kind=word list="table json csv" ;;
        "confirm:--by") kind=free list="" ;;
        "silence add:--url") kind=free list="" ;;
        "silence add:--output"|"silence add:-o") kind=word list="table json csv" ;;
        "silence add:--match") kind=free list="" ;;
        "silence add:--for") kind=free list="" ;;
        "silence add:--comment") kind=free list="" ;;
        "silence list:--url") kind=free list="" ;;
        "silence list:--output"|"silence list:-o") kind=word list="table json csv" ;;
        "silence remove:--url") kind=free list="" ;;
        "notices:--url") kind=free list="" ;;
        "notices:--output"|"notices:-o") kind=word list="table json csv" ;;
        "notices:--state") kind=word list="pending sending sent delivered held dropped dead" ;;
        "notices:--code") kind=free list="" ;;
        "notices:--instance") kind=free list="" ;;
        "notices:--person") kind=free list="" ;;
        "notices:--receiver") kind=free list="" ;;
        "notices:--since") kind=free list="" ;;
        "notices:--until") kind=free list="" ;;
        "notices:--limit") kind=free list="" ;;
        "people:--url") kind=free list="" ;;
        "people:--output"|"people:-o") kind=word list="table json csv" ;;
        "mcp:--url") kind=free list="" ;;
        "notify test:--config.file") kind=file list="" ;;
        "notify test:--to") kind=free list="" ;;
        "notify test:--url") kind=free list="" ;;
        "dashboards export:--url") kind=free list="" ;;
        "dashboards export:--seen-as") kind=free list="" ;;
        "dashboards export:--data-source") kind=free list="" ;;
    esac
}

# Sets kind and list for what may stand at the end of a command; flags for its flags.
__brimwatch_rest() {
    kind=free list= flags="--help --lang --version"
    case "$1" in
        "") kind=command list="run init check test backtest demo instances top stats advise explain calendar accounts rehearse oncall alarms ack confirm silence notices people mcp notify dashboards schema completion man version" ;;
        "dashboards") kind=command list="export" ;;
        "notify") kind=command list="test" ;;
        "silence") kind=command list="add list remove" ;;
        "run") kind=free list="" flags="$flags --config.file --log.level --log.format" ;;
        "init") kind=file list="" flags="$flags --watch --tell --until --look" ;;
        "check") kind=file list="" flags="$flags --config.file --probe --output" ;;
        "test") kind=file list="" flags="$flags --run" ;;
        "backtest") kind=free list="" flags="$flags --config.file --from --to --threshold --instance --metric --output" ;;
        "demo") kind=free list="" flags="$flags --listen --cloud --zh --verbose" ;;
        "instances") kind=free list="" flags="$flags --url --output --product --account --label --state --sort" ;;
        "top") kind=free list="" flags="$flags --url --every --sort --filter" ;;
        "stats") kind=free list="" flags="$flags --url --output --from --to --step --metric --height" ;;
        "advise") kind=free list="" flags="$flags --url --output" ;;
        "explain") kind=free list="" flags="$flags --url --output" ;;
        "calendar") kind=free list="" flags="$flags --days --account --product --url --output" ;;
        "accounts") kind=free list="" flags="$flags --url --output --days --json" ;;
        "rehearse") kind=free list="" flags="$flags --config.file --days --from --person --renew --unpaid --paid --renewals-fail --time-zone --strict --json --output" ;;
        "oncall") kind=free list="" flags="$flags --url --output --at --days" ;;
        "alarms") kind=free list="" flags="$flags --url --output --state --instance --code --limit" ;;
        "ack") kind=free list="" flags="$flags --all --by --url" ;;
        "confirm") kind=free list="" flags="$flags --url --output --gone --by --list" ;;
        "silence add") kind=free list="" flags="$flags --url --output --match --for --comment --dry-run" ;;
        "silence list") kind=free list="" flags="$flags --url --output" ;;
        "silence remove") kind=free list="" flags="$flags --url" ;;
        "notices") kind=free list="" flags="$flags --url --output --state --code --instance --person --receiver --since --until --limit" ;;
        "people") kind=free list="" flags="$flags --url --output" ;;
        "mcp") kind=free list="" flags="$flags --url" ;;
        "notify test") kind=free list="" flags="$flags --config.file --to --url" ;;
        "dashboards export") kind=dir list="" flags="$flags --url --seen-as --data-source --force" ;;
        "schema") kind=free list="" flags="$flags " ;;
        "completion") kind=word list="bash zsh fish" flags="$flags " ;;
        "man") kind=free list="" flags="$flags " ;;
        "version") kind=free list="" flags="$flags " ;;
    esac
}

_brimwatch() {
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
            __brimwatch_flag "$path" "$word"
            [[ $kind != switch ]] && ((i++))
            ;;
        *)
            __brimwatch_rest "$path"
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
        __brimwatch_flag "$path" "${cur%%=*}"
        compset -P '*='
    elif [[ $before == -* ]]; then
        __brimwatch_flag "$path" "$before"
    fi
    if [[ $kind == switch ]]; then
        __brimwatch_rest "$path"
        if [[ $cur == -* ]]; then
            kind=word list=$flags
        fi
    fi
    commands=(
        'run:Run the daemon'
        'init:Write a first configuration, with what answers on this host and comments'
        'check:Check a configuration'
        'test:Run tests of a configuration'
        'backtest:Say what would have been raised and told over the recorded history, at what price'
        'demo:Show the whole story on this machine, with a broker, clients and a telephone of its own'
        'instances:List instances with their usage'
        'top:Show the instances live, worst first, with keys to sort and filter'
        'stats:Show the history of one instance'
        'advise:Say which edition or specification would fit, and when it will be full'
        'explain:Say why an instance is judged and told of as it is'
        'calendar:List what lies ahead'
        'accounts:List who pays'
        'rehearse:Say what each person would be told in the days ahead, and what nobody would hear'
        'oncall:Say who is on call, until when, and who follows'
        'alarms:List alarms'
        'ack:Acknowledge an alarm by its code'
        'confirm:Say that an instance whose deletion was due still exists, or with --gone that it does not'
        'silence:silence add, list, remove'
        'notices:List notices'
        'people:List contacts'
        'mcp:Let an assistant ask a running Brimwatch by the Model Context Protocol, on standard input and output'
        'notify:notify test'
        'dashboards:dashboards export'
        'schema:Print the JSON Schema of the configuration, for editors'
        'completion:Print the script by which a shell completes this command line'
        'man: man -l -'
        'version:Print the version'
    )
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

if [[ ${funcstack[1]} == _brimwatch ]]; then
    _brimwatch "$brimwatch"
else
    compdef _brimwatch brimwatch
fi
