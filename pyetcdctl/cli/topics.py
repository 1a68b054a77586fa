"""The texts of ``help TOPIC``: what belongs to no single command."""

from __future__ import annotations

from pyetcdctl.cli.flags.global_flags import GLOBAL_FLAGS

_EXIT_CODES = """\
Exit codes are etcdctl's:

    0  success
    1  the call failed, an endpoint is unhealthy, a value could not be decrypted
    2  no connection could be made: no endpoint, a login that was refused
    3  standard input, or the state of the store, does not fit the command
    4  an option has a value that etcd does not know, or the format cannot show the result
    5  interrupted: a watch that the server ended, a snapshot that is not complete
  128  wrong arguments, unreadable files

`lock NAME -- COMMAND` and `sandbox -- COMMAND` exit as their command does. A signal ends the
program as it ends any other: a shell shows 130 after Ctrl-C.
"""
_FORMATS = """\
-w, --write-out FORMAT or ETCDCTL_WRITE_OUT:

  simple    etcdctl's lines. On a terminal Kubernetes' objects are YAML; --no-decode prints bytes,
            --decode prints YAML in a pipe, too
  json      one line; keys and values are base64
  fields    a line for each field
  table     a box, for members, endpoints and snapshots
  protobuf  the bytes of etcd's message
  yaml      a document for each key or event, Kubernetes' values decoded
  jsonl     a line of JSON for each key or event, Kubernetes' values decoded

yaml and jsonl are for get, watch, txn, put, del, elect and lock. A format that cannot show the
result of a command is an error before anything is done. `kubernetes` commands take -o instead.
"""
_REGISTRY = """\
The API server keeps each object under one key:

  /registry/RESOURCE/NAMESPACE/NAME          /registry/pods/kube-system/etcd-master
  /registry/RESOURCE/NAME                    /registry/namespaces/default
  /registry/GROUP/RESOURCE/[NAMESPACE/]NAME  /registry/stable.example.com/crontabs/...

The group is in the key of custom resources, their definitions and APIServices alone: deployments
are /registry/deployments. Some names are older than kubectl's:

  minions                       nodes
  services/specs                services; services/endpoints are their endpoints
  controllers                   replication controllers
  ingress                       ingresses
  podsecuritypolicy             pod security policies

Keys without an object of their own:

  ranges/serviceips             the service IPs that are allocated, as a bit map
  ranges/servicenodeports       the node ports that are allocated
  masterleases                  the API servers that are alive
  compact_rev_key (no /registry)  at which revision the API servers compacted last, and when

A value begins with its form: "k8s" and a zero byte before protobuf, "{" in JSON (custom resources),
a tag in CBOR, and "k8s:enc:PROVIDER:v1:KEY:" where it is encrypted at rest. The protobuf is an
envelope of apiVersion, kind and the object. resourceVersion is not stored: it is the key's
mod_revision.

Look:  pyetcdctl tree /registry --depth 1
       pyetcdctl kubernetes resources
       pyetcdctl kubernetes path pods/kube-system/etcd-master
       pyetcdctl get /registry/namespaces/default -w yaml
"""

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
    flags = "".join(f"  {flag.variable:<38}{flag.help}\n" for flag in GLOBAL_FLAGS)
    return f"""\
Every flag of `pyetcdctl options` has a variable; the flag wins:

{flags}
Others:

  PYETCDCTL_DISCOVERY=off               do not search this node's files for etcd
  PYETCDCTL_ROOT=DIR                    search below DIR instead of /
  ETCDCTL_WATCH_KEY, _RANGE_END         the words of `watch`
  NO_COLOR                              no colours
  KUBE_EDITOR, EDITOR                   the editor of `kubernetes edit`
"""
