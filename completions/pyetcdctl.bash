# Completion of pyetcdctl for bash, written by `pyetcdctl completion bash`.
# For an alias or another name of the program:  complete -F _pyetcdctl etcdctl

__pyetcdctl_commands() {
    case $1 in
        '') REPLY='compaction copy del diff du export get import history lease put tree txn watch alarm defrag doctor downgrade endpoint member move-leader recover snapshot wal elect lock auth role user context discover kubernetes sandbox batch check completion help make-mirror options version' ;;
        lease) REPLY='grant revoke timetolive list keep-alive' ;;
        alarm) REPLY='list disarm' ;;
        downgrade) REPLY='validate enable cancel' ;;
        endpoint) REPLY='health status hashkv' ;;
        member) REPLY='add list promote remove update' ;;
        recover) REPLY='nospace' ;;
        snapshot) REPLY='save status check restore' ;;
        auth) REPLY='enable disable status' ;;
        role) REPLY='add delete get list grant-permission revoke-permission' ;;
        user) REPLY='add delete get list passwd grant-role revoke-role' ;;
        context) REPLY='add delete list show use' ;;
        kubernetes) REPLY='decode del describe edit encode encryption explain get path put resources restore versions' ;;
        check) REPLY='perf datascale' ;;
        *) REPLY='' ;;
    esac
}

__pyetcdctl_flags() {
    case $1 in
        compaction) REPLY='--physical' ;;
        copy) REPLY='--all --dest-cacert --dest-cert --dest-encryption-config --dest-insecure-transport --dest-key --dest-password --dest-prefix --dest-user --dry-run --follow --prune --to' ;;
        del) REPLY='--decode --from-key --no-decode --prefix --prev-kv --range' ;;
        diff) REPLY='--all --etcd-prefix --name-only --patch -p --prefix --resource --stat' ;;
        du) REPLY='--by --depth --etcd-prefix --larger-than --n -n --sort --top' ;;
        export) REPLY='--output --rev' ;;
        get) REPLY='--consistency --count-only --decode --from-key --keys-only --like-api --limit --max-create-rev --max-mod-rev --min-create-rev --min-mod-rev --no-decode --order --prefix --print-value-only --rev --sort-by --stream' ;;
        import) REPLY='--all --dry-run --leases --prune' ;;
        history) REPLY='--all --etcd-prefix --live --namespace -n --patch -p --show-secrets' ;;
        lease\ timetolive) REPLY='--keys' ;;
        lease\ keep-alive) REPLY='--once' ;;
        put) REPLY='--decode --ignore-lease --ignore-value --lease --no-decode --prev-kv' ;;
        tree) REPLY='--all --consistency --counts --depth --dirs-only --rev --sizes' ;;
        txn) REPLY='--decode --interactive -i --no-decode' ;;
        watch) REPLY='--decode --interactive -i --like-api --no-decode --prefix --prev-kv --progress-notify --rev' ;;
        defrag) REPLY='--cluster --rule --dry-run --compact-keep' ;;
        doctor) REPLY='--for --rules --fail-on --metrics --data-dir --upgrade-to --no-objects --bundle --hash-keys --junit' ;;
        endpoint\ health) REPLY='--cluster' ;;
        endpoint\ status) REPLY='--cluster' ;;
        endpoint\ hashkv) REPLY='--cluster --rev' ;;
        member\ add) REPLY='--learner --peer-urls' ;;
        member\ list) REPLY='--consistency' ;;
        member\ update) REPLY='--peer-urls' ;;
        recover\ nospace) REPLY='--keep --dry-run --yes -y' ;;
        snapshot\ save) REPLY='--stall-timeout --verify' ;;
        snapshot\ restore) REPLY='--bump-revision --data-dir --initial-advertise-peer-urls --initial-cluster --initial-cluster-token --initial-memory-map-size --mark-compacted --name --skip-hash-check --wal-dir' ;;
        wal) REPLY='--decode --end-index --failed --key-prefix --operation --resource --start-index' ;;
        elect) REPLY='--decode --listen -l --no-decode' ;;
        lock) REPLY='--keep-running-after-loss --ttl' ;;
        role\ grant-permission) REPLY='--prefix --from-key' ;;
        role\ revoke-permission) REPLY='--prefix --from-key' ;;
        user\ add) REPLY='--interactive --new-user-password --no-password' ;;
        user\ get) REPLY='--detail' ;;
        user\ passwd) REPLY='--interactive' ;;
        context\ add) REPLY='--from-env --from-node --password-command --password-file --read-only --use' ;;
        context\ show) REPLY='--origin' ;;
        context\ use) REPLY='--none' ;;
        discover) REPLY='--export' ;;
        kubernetes\ decode) REPLY='--output -o' ;;
        kubernetes\ del) REPLY='--etcd-prefix --namespace -n --yes -y' ;;
        kubernetes\ describe) REPLY='--all-namespaces -A --etcd-prefix --namespace -n' ;;
        kubernetes\ edit) REPLY='--etcd-prefix --namespace -n --show-managed-fields --yes -y' ;;
        kubernetes\ encode) REPLY='--as --output -o' ;;
        kubernetes\ encryption) REPLY='--all --etcd-prefix --output -o --require-encrypted' ;;
        kubernetes\ explain) REPLY='--api-version --etcd-prefix' ;;
        kubernetes\ get) REPLY='--all-namespaces -A --as-stored --consistency --etcd-prefix --field-selector --ignore-not-found --label-columns -L --namespace -n --no-headers --output-watch-events --output -o --rev --selector -l --show-labels --show-managed-fields --sort-by --watch --watch-only' ;;
        kubernetes\ path) REPLY='--etcd-prefix --namespace -n' ;;
        kubernetes\ put) REPLY='--as --at --etcd-prefix --filename -f --lease --namespace -n --yes -y' ;;
        kubernetes\ resources) REPLY='--etcd-prefix --output -o' ;;
        kubernetes\ restore) REPLY='--all-namespaces -A --etcd-prefix --namespace -n --output -o --rev --write --yes -y' ;;
        kubernetes\ versions) REPLY='--target --etcd-prefix --output -o' ;;
        sandbox) REPLY='--etcd --layout --members --empty' ;;
        batch) REPLY='--atomic --parallel --stop-on-error --txn-ops' ;;
        check\ perf) REPLY='--auto-compact --auto-defrag --load --prefix' ;;
        check\ datascale) REPLY='--auto-compact --auto-defrag --load --prefix' ;;
        make-mirror) REPLY='--dest-cacert --dest-cert --dest-insecure-transport --dest-key --dest-password --dest-prefix --dest-user --max-txn-ops --no-dest-prefix --prefix --rev' ;;
        *) REPLY='' ;;
    esac
    REPLY+=' --auth-jwt-token --cacert --cert --command-timeout --debug --dial-timeout --discovery-srv -d --discovery-srv-name --endpoints --hex --insecure-discovery --insecure-skip-tls-verify --insecure-transport --keepalive-time --keepalive-timeout --key --max-recv-bytes --max-request-bytes --password --user --write-out -w --context --from --skip-hash-check --no-wal --via --kubeconfig --kube-context --yes --encryption-config --pki --release --help -h'
}

__pyetcdctl_value() {
    case $1:$2 in
        *:--cacert | \
            *:--cert | \
            *:--key | \
            *:--from | \
            *:--kubeconfig | \
            *:--encryption-config | \
            copy:--dest-cacert | \
            copy:--dest-cert | \
            copy:--dest-encryption-config | \
            copy:--dest-key | \
            export:--output | \
            doctor:--junit | \
            context\ add:--password-file | \
            kubernetes\ get:--sort-by | \
            kubernetes\ put:--filename | \
            kubernetes\ put:-f | \
            sandbox:--etcd | \
            make-mirror:--dest-cacert | \
            make-mirror:--dest-cert | \
            make-mirror:--dest-key) REPLY='file' ;;
        *:--debug | \
            *:--hex | \
            *:--insecure-discovery | \
            *:--insecure-skip-tls-verify | \
            *:--insecure-transport | \
            *:--skip-hash-check | \
            *:--no-wal | \
            *:--yes | \
            *:--help | \
            *:-h | \
            compaction:--physical | \
            copy:--all | \
            copy:--dest-insecure-transport | \
            copy:--dry-run | \
            copy:--follow | \
            copy:--prune | \
            del:--decode | \
            del:--from-key | \
            del:--no-decode | \
            del:--prefix | \
            del:--prev-kv | \
            del:--range | \
            diff:--all | \
            diff:--name-only | \
            diff:--patch | \
            diff:-p | \
            diff:--stat | \
            get:--count-only | \
            get:--decode | \
            get:--from-key | \
            get:--keys-only | \
            get:--like-api | \
            get:--no-decode | \
            get:--prefix | \
            get:--print-value-only | \
            get:--stream | \
            import:--all | \
            import:--dry-run | \
            import:--leases | \
            import:--prune | \
            history:--all | \
            history:--live | \
            history:--patch | \
            history:-p | \
            history:--show-secrets | \
            lease\ timetolive:--keys | \
            lease\ keep-alive:--once | \
            put:--decode | \
            put:--ignore-lease | \
            put:--ignore-value | \
            put:--no-decode | \
            put:--prev-kv | \
            tree:--all | \
            tree:--counts | \
            tree:--dirs-only | \
            tree:--sizes | \
            txn:--decode | \
            txn:--interactive | \
            txn:-i | \
            txn:--no-decode | \
            watch:--decode | \
            watch:--interactive | \
            watch:-i | \
            watch:--like-api | \
            watch:--no-decode | \
            watch:--prefix | \
            watch:--prev-kv | \
            watch:--progress-notify | \
            defrag:--cluster | \
            defrag:--dry-run | \
            doctor:--no-objects | \
            doctor:--hash-keys | \
            endpoint\ health:--cluster | \
            endpoint\ status:--cluster | \
            endpoint\ hashkv:--cluster | \
            member\ add:--learner | \
            recover\ nospace:--dry-run | \
            recover\ nospace:--yes | \
            recover\ nospace:-y | \
            snapshot\ save:--verify | \
            snapshot\ restore:--mark-compacted | \
            snapshot\ restore:--skip-hash-check | \
            wal:--decode | \
            wal:--failed | \
            elect:--decode | \
            elect:--listen | \
            elect:-l | \
            elect:--no-decode | \
            lock:--keep-running-after-loss | \
            role\ grant-permission:--prefix | \
            role\ grant-permission:--from-key | \
            role\ revoke-permission:--prefix | \
            role\ revoke-permission:--from-key | \
            user\ add:--interactive | \
            user\ add:--no-password | \
            user\ get:--detail | \
            user\ passwd:--interactive | \
            context\ add:--from-env | \
            context\ add:--from-node | \
            context\ add:--read-only | \
            context\ add:--use | \
            context\ show:--origin | \
            context\ use:--none | \
            discover:--export | \
            kubernetes\ del:--yes | \
            kubernetes\ del:-y | \
            kubernetes\ describe:--all-namespaces | \
            kubernetes\ describe:-A | \
            kubernetes\ edit:--show-managed-fields | \
            kubernetes\ edit:--yes | \
            kubernetes\ edit:-y | \
            kubernetes\ encryption:--all | \
            kubernetes\ encryption:--require-encrypted | \
            kubernetes\ get:--all-namespaces | \
            kubernetes\ get:-A | \
            kubernetes\ get:--as-stored | \
            kubernetes\ get:--ignore-not-found | \
            kubernetes\ get:--no-headers | \
            kubernetes\ get:--output-watch-events | \
            kubernetes\ get:--show-labels | \
            kubernetes\ get:--show-managed-fields | \
            kubernetes\ get:--watch | \
            kubernetes\ get:--watch-only | \
            kubernetes\ put:--yes | \
            kubernetes\ put:-y | \
            kubernetes\ restore:--all-namespaces | \
            kubernetes\ restore:-A | \
            kubernetes\ restore:--write | \
            kubernetes\ restore:--yes | \
            kubernetes\ restore:-y | \
            sandbox:--empty | \
            batch:--atomic | \
            batch:--stop-on-error | \
            check\ perf:--auto-compact | \
            check\ perf:--auto-defrag | \
            check\ datascale:--auto-compact | \
            check\ datascale:--auto-defrag | \
            make-mirror:--dest-insecure-transport | \
            make-mirror:--no-dest-prefix) REPLY='nothing' ;;
        *:--write-out | \
            *:-w) REPLY='choices fields folded json jsonl protobuf simple table yaml' ;;
        *:--via) REPLY='choices kubectl port-forward' ;;
        *:--pki | \
            doctor:--data-dir) REPLY='folder' ;;
        diff:--etcd-prefix | \
            du:--etcd-prefix | \
            history:--etcd-prefix | \
            kubernetes\ del:--etcd-prefix | \
            kubernetes\ describe:--etcd-prefix | \
            kubernetes\ edit:--etcd-prefix | \
            kubernetes\ encryption:--etcd-prefix | \
            kubernetes\ explain:--etcd-prefix | \
            kubernetes\ get:--etcd-prefix | \
            kubernetes\ path:--etcd-prefix | \
            kubernetes\ put:--at | \
            kubernetes\ put:--etcd-prefix | \
            kubernetes\ resources:--etcd-prefix | \
            kubernetes\ restore:--etcd-prefix | \
            kubernetes\ versions:--etcd-prefix) REPLY='keys' ;;
        du:--by) REPLY='choices resource namespace kind owner field prefix' ;;
        du:--sort) REPLY='choices size keys name' ;;
        get:--consistency | \
            tree:--consistency | \
            member\ list:--consistency | \
            kubernetes\ get:--consistency) REPLY='choices l s' ;;
        get:--order) REPLY='choices ASCEND DESCEND' ;;
        get:--sort-by) REPLY='choices CREATE KEY MODIFY VALUE VERSION' ;;
        doctor:--rules) REPLY='choices mixin openshift FILE' ;;
        doctor:--fail-on) REPLY='choices warning critical' ;;
        doctor:--upgrade-to) REPLY='choices 36 37' ;;
        context\ add:--password-command) REPLY='commands' ;;
        kubernetes\ decode:--output | \
            kubernetes\ decode:-o | \
            kubernetes\ restore:--output | \
            kubernetes\ restore:-o) REPLY='choices yaml json jsonl' ;;
        kubernetes\ encode:--as | \
            kubernetes\ put:--as) REPLY='choices protobuf json cbor' ;;
        kubernetes\ encode:--output | \
            kubernetes\ encode:-o) REPLY='choices raw hex base64' ;;
        kubernetes\ encryption:--output | \
            kubernetes\ encryption:-o | \
            kubernetes\ versions:--output | \
            kubernetes\ versions:-o) REPLY='choices table json jsonl yaml' ;;
        kubernetes\ get:--output | \
            kubernetes\ get:-o) REPLY='choices wide name yaml json jsonl jsonpath=TEMPLATE custom-columns=TITLE:PATH,' ;;
        kubernetes\ resources:--output | \
            kubernetes\ resources:-o) REPLY='choices table wide json jsonl yaml' ;;
        sandbox:--layout) REPLY='choices kubeadm scratch' ;;
        check\ perf:--load | \
            check\ datascale:--load) REPLY='choices s m l xl' ;;
        *) REPLY='anything' ;;
    esac
}

__pyetcdctl_word() {
    case $1:$2 in
        copy:0 | \
            del:0 | \
            del:1 | \
            du:0 | \
            export:0 | \
            get:0 | \
            get:1 | \
            history:0 | \
            put:0 | \
            tree:0 | \
            watch:0 | \
            watch:1 | \
            role\ grant-permission:2 | \
            role\ grant-permission:3 | \
            role\ revoke-permission:1 | \
            role\ revoke-permission:2 | \
            kubernetes\ del:0 | \
            kubernetes\ edit:0 | \
            kubernetes\ path:0 | \
            kubernetes\ path:*) REPLY='keys' ;;
        import:0 | \
            txn:1 | \
            snapshot\ save:0 | \
            snapshot\ status:0 | \
            snapshot\ check:0 | \
            snapshot\ restore:0 | \
            kubernetes\ decode:0 | \
            kubernetes\ encode:0 | \
            batch:0) REPLY='file' ;;
        watch:-- | \
            lock:-- | \
            sandbox:--) REPLY='foreign' ;;
        role\ grant-permission:1) REPLY='choices READ WRITE READWRITE' ;;
        kubernetes\ encryption:0) REPLY='choices status' ;;
        completion:0) REPLY='choices bash zsh fish' ;;
        help:0 | \
            help:*) REPLY='commands' ;;
        *) REPLY='' ;;
    esac
}

# Reads the line up to the cursor as bash will: quotes, backslashes, ~/ and $NAME.
# $1 is the line; $2 is where the text begins that readline is going to replace.
# Sets words (the last one is under the cursor), raw (that one as typed, from there on),
# hidden (how much of its value stands before that), quote (the one still open).
__pyetcdctl_read_line() {
    local line=$1 from=$2 at char next name word='' begun='' start=0 dangling=''
    words=() quote='' hidden=0
    for ((at = 0; at < ${#line}; at++)); do
        if ((at == from)); then hidden=${#word}; fi
        char=${line:at:1}
        if [[ -z $quote && $char == [$' \t\n'] ]]; then
            if [[ -n $begun ]]; then words+=("$word"); fi
            word='' begun='' start=$((at + 1)) hidden=0
            continue
        fi
        if [[ $quote == "'" ]]; then
            if [[ $char == "'" ]]; then quote=''; else word+=$char; fi
        elif [[ $char == \\ ]]; then
            at=$((at + 1)) next=${line:at:1}
            if [[ -z $next ]]; then
                dangling=1
            elif [[ -n $quote && $next != [\"\\\$\`] ]]; then
                word+=\\$next
            else
                word+=$next
            fi
        elif [[ $char == '"' || $char == "'" && -z $quote ]]; then
            if [[ -n $quote ]]; then quote=''; else quote=$char; fi
        elif [[ $char == '$' &&
            ${line:at+1} =~ ^([A-Za-z_][A-Za-z0-9_]*|\{[A-Za-z_][A-Za-z0-9_]*\}) ]]; then
            name=${BASH_REMATCH[1]}
            at=$((at + ${#name})) name=${name#\{} name=${name%\}}
            word+=${!name-}
        elif [[ $char == '~' && -z $begun && ${line:at+1:1} == / ]]; then
            word+=${HOME-}
        else
            word+=$char
        fi
        begun=1
    done
    if ((from == ${#line})); then hidden=${#word}; fi
    words+=("$word")
    if [[ -n $dangling ]]; then line=${line%\\}; fi
    if ((from < start)); then from=$start; fi
    raw=${line:from}
}

# Writes $1 into REPLY so that it goes on where the cursor stands, within the open quote.
__pyetcdctl_quote() {
    local text=$1 at char
    REPLY=$text
    if [[ $text != *[!A-Za-z0-9_./:@%+,=-]* ]]; then return; fi
    REPLY=''
    for ((at = 0; at < ${#text}; at++)); do
        char=${text:at:1}
        case $quote:$char in
            "':'") REPLY+="'\\''" ;;
            "':"* | :[A-Za-z0-9_./:@%+,=-]) REPLY+=$char ;;
            '":!') REPLY+='"\!"' ;;
            '":"' | '":\' | '":$' | '":`') REPLY+=\\$char ;;
            '":'*) REPLY+=$char ;;
            :[$' !"#$&\'()*;<>?[\\]^`{|}~']) REPLY+=\\$char ;;
            *) REPLY+=$char ;;
        esac
    done
}

# Offers those of the arguments that begin with the word under the cursor.
__pyetcdctl_offer() {
    local typed=${words[${#words[@]} - 1]} candidate
    for candidate in "$@"; do
        if [[ $candidate == "$typed"* ]]; then
            __pyetcdctl_quote "${candidate:${#typed}}"
            COMPREPLY+=("$raw$REPLY")
        fi
    done
}

# Offers names of files ($1 is f) or folders ($1 is d) for the value behind $2.
__pyetcdctl_offer_files() {
    local typed=${words[${#words[@]} - 1]} name
    typed=${typed:${#2}}
    local skipped=$((hidden > ${#2} ? hidden - ${#2} : 0))
    compopt -o filenames 2>/dev/null
    while IFS= read -r name; do
        COMPREPLY+=("${name:skipped}")
    done < <(compgen -"$1" -- "$typed" 2>/dev/null)
}

# Offers keys of the server, a path segment at a time. A branch goes on; a key is followed by a space.
__pyetcdctl_offer_keys() {
    local program=${words[0]} key
    local -a keys=()
    if [[ ${program##*/} != pyetcdctl ]]; then program=pyetcdctl; fi
    while IFS= read -r key; do
        keys+=("$key")
    done < <(command "$program" __complete -- "${words[@]:1}" 2>/dev/null </dev/null)
    if ((${#keys[@]} == 0)); then return; fi
    if [[ ${#keys[@]} == 1 && ${keys[0]} == */ ]]; then compopt -o nospace 2>/dev/null; fi
    __pyetcdctl_offer "${keys[@]}"
}

# Sets command (its full name, or nothing above all commands), place (how many of its words stand
# before the cursor), awaited (the flag whose value is under the cursor), dashed (after --).
__pyetcdctl_find_place() {
    local word name match REPLY
    command='' place=0 awaited='' dashed=''
    for word in "${words[@]:1:${#words[@]} - 2}"; do
        if [[ -n $awaited ]]; then
            awaited=''
            continue
        fi
        if [[ -z $dashed && $word == -?* ]]; then
            case $word in
                --) __pyetcdctl_word "$command" --; dashed=${REPLY:-1} ;;
                --*=*) ;;
                --* | -?)
                    __pyetcdctl_value "$command" "$word"
                    if [[ $REPLY != nothing ]]; then awaited=$word; fi
                    ;;
            esac
            continue
        fi
        __pyetcdctl_commands "$command"
        if [[ -z $REPLY || -n $dashed ]]; then
            place=$((place + 1))
            continue
        fi
        match=''
        for name in $REPLY; do
            if [[ $name == "$word" ]]; then
                match=$name
                break
            fi
            if [[ $name == "$word"* ]]; then match+=${match:+ }$name; fi
        done
        if [[ -z $match || $match == *' '* ]]; then match='?'; fi
        command+=${command:+ }$match
        __pyetcdctl_word "$command" 0
        if [[ $REPLY == commands ]]; then command=''; fi
    done
}

_pyetcdctl() {
    local IFS=$' \t\n' REPLY line point text raw hidden quote command place awaited dashed
    local typed offer before name
    local -a words
    COMPREPLY=()
    text=${2-${COMP_WORDS[COMP_CWORD]}}
    if [[ -n ${COMP_LINE+set} ]]; then
        point=${COMP_POINT-${#COMP_LINE}}
        line=${COMP_LINE:0:point}
    else
        line="${COMP_WORDS[*]:0:COMP_CWORD + 1}"
        line=${line// = /=} line=${line// =/=}
    fi
    __pyetcdctl_read_line "$line" $((${#line} - ${#text}))
    __pyetcdctl_find_place
    typed=${words[${#words[@]} - 1]} before=''
    if [[ -n $awaited ]]; then
        __pyetcdctl_value "$command" "$awaited"
        offer=$REPLY
    elif [[ -z $dashed && $typed == --*=* ]]; then
        before=${typed%%=*}=
        __pyetcdctl_value "$command" "${before%=}"
        offer=$REPLY
    elif [[ -z $dashed && $typed == -* ]]; then
        __pyetcdctl_flags "$command"
        offer="choices $REPLY"
    else
        __pyetcdctl_commands "$command"
        offer="choices $REPLY"
        if [[ -z $REPLY ]]; then
            __pyetcdctl_word "$command" "$place"
            offer=$REPLY
        fi
        if [[ $dashed == foreign ]]; then offer=nothing; fi
    fi
    case $offer in
        'choices '*) for name in ${offer#choices }; do __pyetcdctl_offer "$before$name"; done ;;
        file) __pyetcdctl_offer_files f "$before" ;;
        folder) __pyetcdctl_offer_files d "$before" ;;
        keys) __pyetcdctl_offer_keys ;;
    esac
    # readline closes an open quote, but takes one that belongs to the word's end for the closing one.
    if [[ $offer == keys && ${#COMPREPLY[@]} == 1 && -n $quote && ${COMPREPLY[0]} == *"$quote" ]]; then
        COMPREPLY[0]+=$quote
    fi
    return 0
}

complete -F _pyetcdctl pyetcdctl
