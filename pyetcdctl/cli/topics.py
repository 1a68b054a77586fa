"""The texts of ``help TOPIC``, which belong to no single command."""

from __future__ import annotations

from textwrap import fill

from pyetcdctl.cli.flags.global_flags import GLOBAL_FLAGS

_EXIT_CODES = """\
Exit codes are etcdctl's:

    0  success
    1  the call failed, an endpoint is unhealthy, a value could not be decrypted
    2  no connection could be made: no endpoint, a login that was refused
    3  standard input, or the state of the store, does not fit the command
    4  an option has a value that etcd does not know, or the format cannot show
       the result
    5  interrupted: a watch that the server ended, a snapshot that is incomplete
  128  wrong arguments, unreadable files

diff, doctor, undelete, `kubernetes versions --target` and `kubernetes
encryption status --require-encrypted` end with 1 for what they found, and 2
where they could not look.

`lock NAME -- COMMAND` and `sandbox -- COMMAND` exit as their command does. A
signal ends the program as it ends any other: a shell shows 130 after Ctrl-C.
"""
_FORMATS = """\
-w, --write-out FORMAT or ETCDCTL_WRITE_OUT:

  simple    etcdctl's lines. On a terminal Kubernetes' objects are YAML;
            --no-decode prints bytes, --decode prints YAML in a pipe, too
  json      one line; keys and values are base64
  fields    a line for each field
  table     a box, for members, endpoints and snapshots
  protobuf  the bytes of etcd's message
  yaml      a document for each key or event, Kubernetes' values decoded
  jsonl     a line of JSON for each key or event, Kubernetes' values decoded
  folded    the stacks of a flame graph

yaml and jsonl are for get, watch, txn, put, del, elect and lock. The commands
that etcdctl lacks have, besides simple:

  json      context list, context show, discover, doctor, du, history, snapshot
            check, top, tree
  jsonl     batch, copy, diff, export, history, import, top, undelete, wal
  folded    du

A format that cannot show the result of a command is an error before anything is
done, which names those that can. `kubernetes` commands take -o instead.
"""
_REGISTRY = """\
The API server keeps each object under one key:

  /registry/RESOURCE/NAMESPACE/NAME  /registry/pods/kube-system/etcd-master
  /registry/RESOURCE/NAME            /registry/namespaces/default
  /registry/GROUP/RESOURCE/[NAMESPACE/]NAME
                                     /registry/stable.example.com/crontabs/...

The folders of /registry:

  pods, deployments ...   a built-in resource, by its plural alone: the group is
                          in the value
  GROUP/RESOURCE          custom resources; CustomResourceDefinitions and
                          APIServices are stored like them
  minions                 nodes: their name before Kubernetes 1.0, kept in keys
  services/specs          services; the other half of what was one folder is
  services/endpoints      endpoints, which controllers write for each service
  controllers             replicationcontrollers, once the only controllers
  ingress                 ingresses, and
  podsecuritypolicy       podsecuritypolicies: from before plurals were the rule
  events                  each with an etcd lease of an hour, which deletes it
  leases                  Kubernetes' Lease objects: who leads, which node lives
  masterleases            one key for each API server that is alive, renewed
                          every 10 s under an etcd lease: the endpoints of the
                          service `kubernetes`
  peerserverleases        the same, for API servers to reach each other
  ranges                  serviceips and servicenodeports: what is allocated, as
                          a bit map; newer releases have ipaddresses, too

Beside /registry, compact_rev_key holds the revision at which API servers
compacted last. One of them does so every 5 minutes: older states are gone.

A value begins with its form:

  k8s and a zero byte     protobuf: an envelope of apiVersion, kind and object
  {                       JSON: custom resources and definitions
  0xd9d9f7                CBOR, instead of JSON in newer clusters
  k8s:enc:PROVIDER:v1:KEY:    encrypted at rest; the ciphertext follows

resourceVersion is not stored: it is the key's mod_revision.

Look:  pyetcdctl tree /registry --depth 1
       pyetcdctl kubernetes explain
       pyetcdctl kubernetes path pods/kube-system/etcd-master
       pyetcdctl get /registry/namespaces/default -w yaml
"""
_OTHER_VARIABLES = {
    "PYETCDCTL_DISCOVERY=off": "Do not search this node's files for etcd",
    "PYETCDCTL_ROOT=DIR": "Search below DIR instead of /",
    "ETCDCTL_WATCH_KEY": "The KEY of `watch`",
    "ETCDCTL_WATCH_RANGE_END": "The RANGE_END of `watch`",
    "PYETCDCTL_COMPLETION_TIMEOUT": "How long TAB may look up names (default 700ms)",
    "NO_COLOR": "No colours",
    "KUBE_EDITOR, EDITOR": "The editor of `kubernetes edit`",
    "PYTHONPATH": "Not used by the installed command; what it starts gets it",
    "PYTHONHOME": "Python reads it before the program begins: that of another Python is fatal "
    "(`env -u PYTHONHOME pyetcdctl ...`)",
}
_WIDTH, _NAME_WIDTH = 79, 36
SUMMARIES = {
    "environment": "The environment variables.",
    "exit-codes": "What each exit code means.",
    "formats": "The formats of -w.",
    "registry": "How Kubernetes' keys and values are laid out.",
}
"""Each topic and what it is about."""


def topics() -> dict[str, str]:
    """Return each topic and its text."""
    return {
        "environment": _environment(),
        "exit-codes": _EXIT_CODES,
        "formats": _FORMATS,
        "registry": _REGISTRY,
    }


def _environment() -> str:
    flags = "".join(_row(flag.variable, flag.help) for flag in GLOBAL_FLAGS)
    others = "".join(_row(name, text) for name, text in _OTHER_VARIABLES.items())
    first = "Every flag of `pyetcdctl options` has a variable; the flag wins:"
    return f"{first}\n\n{flags}\nOthers:\n\n{others}"


def _row(name: str, text: str) -> str:
    """Return a name and its text, wrapped in its column."""
    indent = " " * _NAME_WIDTH
    return (
        fill(text, _WIDTH, initial_indent=f"  {name}".ljust(_NAME_WIDTH), subsequent_indent=indent)
        + "\n"
    )
