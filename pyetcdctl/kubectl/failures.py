"""Explain the failure of a kubectl, or of the etcdctl that it ran in a pod.

kubectl ends its messages with ``command terminated with exit code N`` when the program in the pod
ran and failed; every other failure is kubectl's, the API server's or the node's.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from pyetcdctl.errors import CallFailed, DeadlineExceeded, KubectlFailed, PyetcdctlError

_RAN_AND_FAILED = re.compile(r"^command terminated with exit code \d+$", re.MULTILINE)
_FORBIDDEN = re.compile(
    r'User "(?P<user>.*?)" cannot (?P<verb>\w+) resource "(?P<resource>[^"]+)"'
    r'.*?(?:in the namespace "(?P<namespace>[^"]+)")',
    re.DOTALL,
)
_STATUS = re.compile(r"code = (\w+) desc = ")
_CAMEL_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_ERROR = re.compile(r"^Error: (.*)", re.MULTILINE | re.DOTALL)
_FAILED_ENDPOINT = re.compile(r"^Failed to .* \((.*)\)$", re.MULTILINE)
_LOGGED_CAUSE = re.compile(r'"error":"((?:[^"\\]|\\.)*)"')
DEADLINE = "context deadline exceeded"
_OUT_OF_TIME = f"desc = {DEADLINE}"
TRY_DIRECTLY = "Try:  --via port-forward, or on a control-plane node the same without --via"


class Symptom(NamedTuple):
    """A text in kubectl's messages; another pod may do better where ``is_of_the_pod``."""

    text: str
    cause: str
    remedy: str = ""
    is_of_the_pod: bool = True


_SYMPTOMS = (
    Symptom("executable file not found", "The image of the pod has no etcdctl.", TRY_DIRECTLY),
    Symptom("no such file or directory", "The image of the pod has no etcdctl.", TRY_DIRECTLY),
    Symptom("container not found", "The pod's container does not run."),
    Symptom("is not running", "The pod's container does not run."),
    Symptom(
        "error dialing backend", "The API server does not reach the kubelet of the pod's node."
    ),
    Symptom("(NotFound)", "Try:  kubectl get pods --all-namespaces | grep etcd"),
    Symptom(
        "You must be logged in",
        "The kubeconfig's credentials are not valid for this cluster, or have expired.",
        "Try:  kubectl get namespaces",
        is_of_the_pod=False,
    ),
    Symptom(
        "onnect to the server",
        "kubectl does not reach the API server.",
        "Try:  kubectl cluster-info, or on a control-plane node pyetcdctl without --via",
        is_of_the_pod=False,
    ),
    Symptom(
        "connection to the server",
        "kubectl does not reach the API server.",
        "Try:  --kubeconfig FILE, --kube-context NAME, or on a control-plane node no --via",
        is_of_the_pod=False,
    ),
)


def failure_of(messages: str, tried: str) -> PyetcdctlError:
    """Return the error for the messages of a failed kubectl; ``tried`` is the pod or the
    request.
    """
    if _RAN_AND_FAILED.search(messages):
        return _etcdctl_failure(_RAN_AND_FAILED.sub("", messages), tried)
    return _kubectl_failure(messages, tried)


def may_be_of_the_pod(failure: PyetcdctlError) -> bool:
    """Whether nothing ran in the pod and another pod may do better."""
    return isinstance(failure, KubectlFailed) and failure.is_of_the_pod


def is_too_large(failure: CallFailed) -> bool:
    """Whether a response has more bytes than gRPC or the server can send at once."""
    return failure.code == "RESOURCE_EXHAUSTED" or "larger than max" in failure.details


def is_too_slow(failure: CallFailed) -> bool:
    """Whether a member received the request and etcdctl's time limit passed before the response."""
    return isinstance(failure, DeadlineExceeded) and failure.details.endswith(_OUT_OF_TIME)


def _etcdctl_failure(messages: str, tried: str) -> CallFailed:
    found = _ERROR.search(messages) or _FAILED_ENDPOINT.search(messages)
    text = found[1].strip() if found else (messages.strip() or "etcdctl failed without a message")
    ran = f"That was etcdctl in the pod {tried}."
    if text == DEADLINE:
        logged = _LOGGED_CAUSE.findall(messages)
        last = logged[-1] if logged else ""
        cause = (f"It logged: {last}",) if last else ()
        code = "DEADLINE_EXCEEDED"
        return DeadlineExceeded(DEADLINE, ran, *cause, code=code, details=last)
    status = _STATUS.findall(messages)
    code = _CAMEL_HUMP.sub("_", status[-1]).upper() if status else "UNKNOWN"
    return CallFailed(text, code=code, details=text)


def _kubectl_failure(messages: str, tried: str) -> KubectlFailed:
    forbidden = _FORBIDDEN.search(messages)
    if forbidden:
        return _missing_permission(forbidden, tried)
    lines = [line for line in messages.strip().splitlines() if line.strip()]
    text = lines[-1].removeprefix("error: ") if lines else "kubectl failed without a message"
    symptom = next((each for each in _SYMPTOMS if each.text in messages), None)
    if symptom is None:
        return KubectlFailed(f"kubectl: {text}", f"Tried: {tried}.", may_have_run=True)
    advice = [f"Tried: {tried}.", *filter(None, (symptom.cause, symptom.remedy))]
    return KubectlFailed(f"kubectl: {text}", *advice, is_of_the_pod=symptom.is_of_the_pod)


def _missing_permission(found: re.Match[str], tried: str) -> KubectlFailed:
    user, verb, resource, namespace = found.group("user", "verb", "resource", "namespace")
    wanted = dict.fromkeys(("pods", "pods/exec", resource))
    return KubectlFailed(
        f"{user} may not {verb} {resource} in the namespace {namespace}",
        f"Tried: {tried}.",
        f"Try:  kubectl create role etcd-reader -n {namespace} "
        f"--verb=get,list,create --resource={','.join(wanted)}",
        f"      kubectl create rolebinding etcd-reader -n {namespace} "
        f"--role=etcd-reader --user={user}",
    )
