"""The guided tour of the sandbox: ten steps, each some lines of text and a command that runs.

The commands are run by sh on the kubeadm layout, in an empty folder, in this order: a later one may
use the files of an earlier one.
"""

from __future__ import annotations

from typing import NamedTuple


class Step(NamedTuple):
    """One step; the text says what to look for in what the command prints."""

    title: str
    text: str
    command: str


STEPS = (
    Step(
        "Every object is one key",
        "The API server keeps all that kubectl shows in etcd, under keys that look\n"
        "like paths. etcd itself knows no folders: --prefix reads what begins alike.",
        "pyetcdctl get /registry/pods/kube-system --prefix --keys-only",
    ),
    Step(
        "The keys as a tree",
        "A key is /registry/RESOURCE/NAMESPACE/NAME. Cluster-wide objects have no\n"
        "namespace, custom resources have their group in front.",
        "pyetcdctl tree /registry/services --depth 2 --counts",
    ),
    Step(
        "Some names are older than kubectl's",
        "Nodes are stored as minions. `explain` shows where a kind is stored and how;\n"
        "`pyetcdctl help registry` lists the layout.",
        "pyetcdctl kubernetes explain nodes | head -n 8",
    ),
    Step(
        "What a value looks like",
        "k8s and a zero byte, then an envelope that names version and kind, then the\n"
        "object in protobuf: the bytes that `etcdctl get` prints.",
        "pyetcdctl get /registry/namespaces/default --print-value-only |\n  od -c | head -n 7",
    ),
    Step(
        "The same, decoded",
        "As YAML, as kubectl would show it; resourceVersion is not stored, it is the\n"
        "revision at which the key was written last.",
        "pyetcdctl kubernetes get namespace default -o yaml",
    ),
    Step(
        "kubectl get without an API server",
        "Rows, selectors, jsonpath, custom resources: by kubectl's words.",
        "pyetcdctl kubernetes get pods -n kube-system",
    ),
    Step(
        "Secrets at rest",
        "Values are encrypted only where the API server was configured so. Here each\n"
        "namespace has another provider; anyone with a backup can read the PLAIN ones.",
        "pyetcdctl kubernetes encryption status 2>/dev/null | cut -c -72\n"
        "pyetcdctl kubernetes get secret db-00 -n vault-secretbox \\\n"
        "  -o jsonpath='{.data.password}' | base64 -d; echo",
    ),
    Step(
        "Changing an object past the API server",
        "This namespace waits for a finalizer of a controller that is gone. `edit`\n"
        "opens your editor, shows the change and asks; here sed is it.",
        "EDITOR=\"sed -i '/^  - kubernetes$/d'\" \\\n"
        "  pyetcdctl kubernetes edit namespace stuck --yes",
    ),
    Step(
        "The past is still there",
        "etcd keeps every revision until it is compacted, by Kubernetes each 5 minutes.",
        "pyetcdctl history namespace stuck",
    ),
    Step(
        "A backup, read without a server",
        "`snapshot save` writes a file; every command that reads takes it by --from.",
        "pyetcdctl snapshot save backup.db > saved.txt 2>&1 &&\n"
        "  pyetcdctl kubernetes get namespaces --from backup.db | head -n 5",
    ),
)
