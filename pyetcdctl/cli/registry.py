"""The table of commands: the module of each, its one-line summary, its panel in the help."""

from __future__ import annotations

from pyetcdctl.cli.lazy import CommandEntry

_KEYS = "Key-value commands"
_UPKEEP = "Cluster maintenance commands"
_CONCURRENCY = "Concurrency commands"
_AUTH = "Authentication commands"
_CLUSTER = "Finding and trying clusters"
_UTILITY = "Utility commands"
_HIDDEN = ""


def _entry(module: str, panel: str, summary: str) -> CommandEntry:
    return CommandEntry(f"pyetcdctl.cli.commands.{module}", summary, panel)


def _group(module: str, panel: str, summary: str, verbs: dict[str, str]) -> CommandEntry:
    return _entry(module, panel, summary)._replace(verbs=verbs)


COMMANDS = {
    "compaction": _entry("compaction", _KEYS, "Discard key history older than a revision."),
    "copy": _entry(
        "copy",
        _KEYS,
        "Copy keys to another cluster, where they are new or different.",
    ),
    "del": _entry("del_", _KEYS, "Delete a key or a range of keys."),
    "diff": _entry("diff", _KEYS, "Show what differs between two files, revisions or clusters."),
    "du": _entry("du", _KEYS, "Show what uses the space."),
    "export": _entry(
        "export",
        _KEYS,
        "Write all keys with a prefix to a file, a folder or standard output, at one revision.",
    ),
    "get": _entry("get", _KEYS, "Read a key or a range of keys."),
    "history": _entry("history", _KEYS, "Show what happened to a key."),
    "import": _entry(
        "import_", _KEYS, "Write the keys of an export where they are new or different."
    ),
    "lease": _group(
        "lease",
        _KEYS,
        "Grant, renew and revoke leases.",
        {
            "grant": "Grant a lease with a time to live of SECONDS.",
            "revoke": "Revoke a lease and delete all keys that were put with it.",
            "timetolive": "Show the remaining time to live of a lease.",
            "list": "List the IDs of all leases.",
            "keep-alive": "Renew a lease until interrupted, each time after a third of its time to "
            "live.",
        },
    ),
    "put": _entry("put", _KEYS, "Write a value under a key."),
    "top": _entry("top", _KEYS, "Show which keys are written most."),
    "tree": _entry("tree", _KEYS, "Show the hierarchy of the keys."),
    "txn": _entry("txn", _KEYS, "Read and write several keys in one step, if conditions hold."),
    "undelete": _entry("undelete", _KEYS, "Bring back what was deleted, or what was there before."),
    "watch": _entry("watch", _KEYS, "Print changes to a key or a range of keys as they happen."),
    "alarm": _group(
        "alarm",
        _UPKEEP,
        "List and disarm the alarms of the members.",
        {
            "list": "List the active alarms.",
            "disarm": "Disarm all alarms.",
        },
    ),
    "defrag": _entry("defrag", _UPKEEP, "Return unused space in the database files to the disk."),
    "doctor": _entry(
        "doctor", _UPKEEP, "Find out what is wrong with a cluster, and what to run next."
    ),
    "downgrade": _group(
        "downgrade",
        _UPKEEP,
        "Prepare the cluster for a downgrade to the previous minor release.",
        {
            "validate": "Check whether the cluster can be downgraded to TARGET_VERSION.",
            "enable": "Start the downgrade to TARGET_VERSION.",
            "cancel": "Cancel a downgrade that was enabled and has not finished.",
        },
    ),
    "endpoint": _group(
        "endpoint",
        _UPKEEP,
        "Show the health, status or hash of each endpoint.",
        {
            "health": "Check that each endpoint serves a consistent read and that no alarm is "
            "active.",
            "status": "Show version, size, leader and raft state of each endpoint.",
            "hashkv": "Show the hash over each endpoint's keys and their history.",
        },
    ),
    "member": _group(
        "member",
        _UPKEEP,
        "List, add, remove and change the members.",
        {
            "add": "Add a member, which is then to be started.",
            "list": "List the members of the cluster.",
            "promote": "Promote a learner to a voting member.",
            "remove": "Remove a member permanently.",
            "update": "Change the peer URLs of a member.",
        },
    ),
    "move-leader": _entry("move_leader", _UPKEEP, "Transfer leadership to another member."),
    "recover": _group(
        "recover",
        _UPKEEP,
        "Bring a cluster back to work, step by step.",
        {
            "nospace": "Recover from a full database: compact, defragment, disarm, and prove it "
            "by a write.",
        },
    ),
    "snapshot": _group(
        "snapshot",
        _UPKEEP,
        "Save a member's database to a file, and inspect such a file.",
        {
            "save": "Save a snapshot of one member's database to a file.",
            "status": "Show hash, revision, keys and size of a snapshot, without a server.",
            "check": "Find what is wrong in a snapshot or a member's database, and where.",
            "redact": "Copy a snapshot or a member's database without its values, to hand it to "
            "others.",
            "restore": "Print how to restore a snapshot with etcdutl; nothing is restored, and the "
            "exit code is 1.",
        },
    ),
    "wal": _entry("wal", _UPKEEP, "List the entries of a member's write-ahead log."),
    "elect": _entry("elect", _CONCURRENCY, "Campaign in an election, or observe who leads."),
    "lock": _entry("lock", _CONCURRENCY, "Hold a lock that only one client can have at a time."),
    "auth": _group(
        "auth",
        _AUTH,
        "Turn authentication on and off.",
        {
            "enable": "Turn authentication on: from now on every call needs a user.",
            "disable": "Turn authentication off: every client may do anything.",
            "status": "Show whether authentication is on.",
        },
    ),
    "role": _group(
        "role",
        _AUTH,
        "Add, delete and change roles.",
        {
            "add": "Add a role without permissions.",
            "delete": "Delete a role; users that have it lose it.",
            "get": "Show what a role may read and write.",
            "list": "List the names of all roles.",
            "grant-permission": "Grant a role the permission to read or write a key or a range of "
            "keys.",
            "revoke-permission": "Revoke a permission from a role.",
        },
    ),
    "user": _group(
        "user",
        _AUTH,
        "Add, delete and change users.",
        {
            "add": "Add a user.",
            "delete": "Delete a user.",
            "get": "Show the roles of a user.",
            "list": "List the names of all users.",
            "passwd": "Change the password of a user.",
            "grant-role": "Grant a role to a user.",
            "revoke-role": "Revoke a role from a user.",
        },
    ),
    "context": _group(
        "context",
        _CLUSTER,
        "Name clusters, and choose one of them.",
        {
            "add": "Add a context, or replace the one of its name.",
            "delete": "Delete a context; the cluster and its certificates stay as they are.",
            "list": "List the contexts; a star marks the current one.",
            "show": "Show the settings of a context: of the current one without CONTEXT.",
            "use": "Make a context the current one.",
        },
    ),
    "discover": _entry(
        "discover", _CLUSTER, "Show the etcd that this node runs and the certificates for it."
    ),
    "kubernetes": _group(
        "kubernetes",
        _CLUSTER,
        "Show and change what Kubernetes keeps in etcd, by its own names.",
        {
            "decode": "Show the object in a value that is in a file or comes from a pipe.",
            "del": "Delete objects, past the API server.",
            "describe": "Show all that is stored of an object, and the events about it.",
            "edit": "Change an object in an editor, past the API server.",
            "encode": "Turn an object's YAML or JSON into the bytes that are stored.",
            "encryption": "Show by which keys the values of each resource are encrypted, and which "
            "are plain.",
            "explain": "Show where the objects of a resource are stored, in which form, and their "
            "fields.",
            "get": "Show objects as kubectl does, without an API server.",
            "path": "Show the etcd key of an object, and the object of a key.",
            "prefixes": "List the API servers that keep their objects in this etcd, by their "
            "prefixes.",
            "put": "Create or replace objects, past the API server.",
            "resources": "List the resources that the store holds.",
            "restore": "Print objects of a backup as manifests for `kubectl apply -f -`.",
            "versions": "Show in which API versions objects are stored, and which release no "
            "longer reads them.",
        },
    ),
    "sandbox": _entry("sandbox", _CLUSTER, "Start a private, throw-away etcd with sample data."),
    "batch": _entry("batch", _UTILITY, "Run many commands in one process."),
    "check": _group(
        "check",
        _UTILITY,
        "Measure the performance of a cluster under a load of writes.",
        {
            "perf": "Check for a minute whether the cluster sustains a rate of writes.",
            "datascale": "Check how much memory a member needs for a number of keys.",
        },
    ),
    "completion": _entry("completion", _UTILITY, "Print the completion script of a shell."),
    "help": _entry("help", _UTILITY, "Show the help of a command or a topic."),
    "make-mirror": _entry(
        "make_mirror", _UTILITY, "Keep a copy of all keys with a prefix in another cluster."
    ),
    "options": _entry("options", _UTILITY, "List the flags that every command takes."),
    "version": _entry("version", _UTILITY, "Print the version."),
    "__complete": _entry("complete", _HIDDEN, "Print candidates for the completion scripts."),
}
BEYOND_ETCDCTL = frozenset(
    {
        # One a line, so that neighbours may be added.
        "batch",
        "context",
        "diff",
        "copy",
        "discover",
        "doctor",
        "du",
        "history",
        "export",
        "import",
        "kubernetes",
        "recover",
        "sandbox",
        "top",
        "tree",
        "undelete",
        "wal",
        "__complete",
    }
)
READING = frozenset(
    {
        # copy does not write to the context's own cluster.
        *("copy", "diff", "du", "export", "get", "history", "top", "tree", "watch", "wal"),
        *("lease list", "lease timetolive", "alarm list", "doctor", "downgrade validate"),
        *("endpoint hashkv", "endpoint health", "endpoint status", "member list"),
        *("snapshot check", "snapshot redact", "snapshot restore", "snapshot save"),
        "snapshot status",
        *("auth status", "role get", "role list", "user get", "user list"),
        *("context add", "context delete", "context list", "context show", "context use"),
        *("kubernetes decode", "kubernetes encode", "kubernetes encryption", "kubernetes get"),
        *("kubernetes describe", "kubernetes explain", "kubernetes prefixes"),
        *("kubernetes path", "kubernetes resources", "kubernetes restore", "kubernetes versions"),
        *("batch", "completion", "discover", "help", "options", "sandbox", "version", "__complete"),
    }
)
"""The commands that change nothing in a cluster; every other one is refused by a read-only context.
A batch is here because each of its lines is looked up by itself."""
