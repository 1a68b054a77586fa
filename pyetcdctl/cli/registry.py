"""The table of commands: where each lives, its one-line summary, its place in the help."""

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
    "compaction": _entry("compaction", _KEYS, "Forget what keys were before a revision."),
    "del": _entry("del_", _KEYS, "Delete a key or a range of keys."),
    "get": _entry("get", _KEYS, "Read a key or a range of keys."),
    "lease": _entry("lease", _KEYS, "Grant, renew and end leases."),
    "put": _entry("put", _KEYS, "Write a value under a key."),
    "tree": _entry("tree", _KEYS, "Show the hierarchy of the keys."),
    "txn": _entry("txn", _KEYS, "Read and write several keys in one step, if conditions hold."),
    "watch": _entry(
        "watch", _KEYS, "Show what happens to a key or a range of keys, as it happens."
    ),
    "alarm": _entry("alarm", _UPKEEP, "List and disarm the alarms of the members."),
    "defrag": _entry("defrag", _UPKEEP, "Give the free space in the members' files back."),
    "doctor": _entry(
        "doctor", _UPKEEP, "Find out what is wrong with a cluster, and what to run next."
    ),
    "downgrade": _entry("downgrade", _UPKEEP, "Prepare the cluster for the release before."),
    "endpoint": _entry("endpoint", _UPKEEP, "Ask each endpoint for its health, status or hash."),
    "member": _entry("member", _UPKEEP, "List, add, remove and change the members."),
    "move-leader": _entry("move_leader", _UPKEEP, "Hand the leadership to another member."),
    "recover": _group(
        "recover",
        _UPKEEP,
        "Bring a cluster back to work, step by step.",
        {
            "nospace": "Recover from a full database: compact, defragment, disarm, and prove it "
            "by a write.",
        },
    ),
    "snapshot": _entry(
        "snapshot", _UPKEEP, "Save a member's whole database, and look into such a file."
    ),
    "elect": _entry("elect", _CONCURRENCY, "Take part in an election, or see who leads."),
    "lock": _entry("lock", _CONCURRENCY, "Hold a lock that one at a time can have."),
    "auth": _entry("auth", _AUTH, "Turn authentication on and off."),
    "role": _entry("role", _AUTH, "Add, delete and change roles."),
    "user": _entry("user", _AUTH, "Add, delete and change users."),
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
            "edit": "Change an object in an editor, past the API server.",
            "encode": "Turn an object's YAML or JSON into the bytes that are stored.",
            "encryption": "Show by which keys the values of each resource are encrypted, and which "
            "are plain.",
            "get": "Show objects as kubectl does, without an API server.",
            "path": "Show the etcd key of an object, and the object of a key.",
            "put": "Create or replace objects, past the API server.",
            "resources": "List the resources that the store holds.",
            "versions": "Show in which API versions objects are stored, and which release no "
            "longer reads them.",
        },
    ),
    "sandbox": _entry("sandbox", _CLUSTER, "Start a private, throw-away etcd with sample data."),
    "batch": _entry("batch", _UTILITY, "Run many commands in one process."),
    "check": _entry("check", _UTILITY, "Measure what a cluster can do, with a load of its own."),
    "completion": _entry("completion", _UTILITY, "Print the completion script of a shell."),
    "help": _entry("help", _UTILITY, "Show the help of a command."),
    "make-mirror": _entry(
        "make_mirror", _UTILITY, "Keep a copy of all keys with a prefix in another cluster."
    ),
    "options": _entry("options", _UTILITY, "List the flags that every command takes."),
    "version": _entry("version", _UTILITY, "Print the version."),
    "__complete": _entry("complete", _HIDDEN, "Answer the completion scripts' questions."),
}
BEYOND_ETCDCTL = frozenset(
    {"batch", "tree", "doctor", "discover", "recover", "kubernetes", "sandbox", "__complete"}
)
