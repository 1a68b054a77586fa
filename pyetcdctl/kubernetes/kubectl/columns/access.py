"""Access control: accounts, roles and their bindings, certificates, admission."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.codec.times import duration
from pyetcdctl.kubernetes.kubectl.columns.column import (
    AGE,
    CREATED_AT,
    NAME,
    NONE,
    UNSET,
    Column,
    field,
    size,
    wide,
)
from pyetcdctl.kubernetes.kubectl.columns.labels import labels
from pyetcdctl.kubernetes.kubectl.columns.reach import at, mapping, number, objects, text, texts

if TYPE_CHECKING:
    from datetime import datetime

    from pyetcdctl.kubernetes.kubectl.columns.column import Cell
    from pyetcdctl.kubernetes.objects import Object

_REQUEST_STATES = ("Issued", "Denied", "Failed")


def _role(binding: Object, _: datetime) -> str:
    role = mapping(binding.get("roleRef"))
    return f"{text(role.get('kind'))}/{text(role.get('name'))}"


def _subjects(kind: str) -> Cell:
    def cell(binding: Object, _: datetime) -> str:
        subjects = objects(binding.get("subjects"))
        return ", ".join(_subject(each) for each in subjects if each.get("kind") == kind)

    return cell


def _subject(subject: Object) -> str:
    name = text(subject.get("name"))
    is_account = subject.get("kind") == "ServiceAccount"
    return f"{text(subject.get('namespace'))}/{name}" if is_account else name


def _requested(request: Object, _: datetime) -> str:
    seconds = at(request, "spec.expirationSeconds")
    return NONE if seconds is None else duration(number(seconds))


def _condition(request: Object, _: datetime) -> str:
    found = {text(each.get("type")) for each in objects(at(request, "status.conditions"))}
    decided = next((name for name in ("Denied", "Approved") if name in found), "Pending")
    failed = ["Failed"] if "Failed" in found else []
    issued = ["Issued"] if text(at(request, "status.certificate")) else []
    return ",".join([decided, *failed, *issued])


def _request_state(request: Object, _: datetime) -> str:
    found = [text(each.get("type")) for each in objects(at(request, "status.conditions"))]
    return next((name for name in reversed(found) if name in _REQUEST_STATES), "Pending")


def _parameter_kind(policy: Object, _: datetime) -> str:
    kind = at(policy, "spec.paramKind")
    if not isinstance(kind, dict):
        return UNSET
    return f"{text(kind.get('apiVersion'))}/{text(kind.get('kind'))}"


def _parameters(binding: Object, _: datetime) -> str:
    named = mapping(at(binding, "spec.paramRef"))
    name, chosen = text(named.get("name")), named.get("selector")
    if name:
        return f"{text(named.get('namespace')) or '*'}/{name}"
    return _go_selector(chosen) if isinstance(chosen, dict) else UNSET


def _go_selector(chosen: Object) -> str:
    """Format a label selector as Go prints the struct."""
    named = sorted(mapping(chosen.get("matchLabels")).items())
    shown = "".join(f"{name}: {text(value)}," for name, value in named)
    required = "".join(map(_go_requirement, objects(chosen.get("matchExpressions"))))
    return (
        f"&LabelSelector{{MatchLabels:map[string]string{{{shown}}},"
        f"MatchExpressions:[]LabelSelectorRequirement{{{required}}},}}"
    )


def _go_requirement(expression: Object) -> str:
    key, operator = text(expression.get("key")), text(expression.get("operator"))
    values = " ".join(texts(expression.get("values")))
    return f"LabelSelectorRequirement{{Key:{key},Operator:{operator},Values:[{values}],}},"


_BINDING = (
    NAME,
    Column("ROLE", _role),
    AGE,
    wide("USERS", _subjects("User")),
    wide("GROUPS", _subjects("Group")),
    wide("SERVICEACCOUNTS", _subjects("ServiceAccount")),
)
_WEBHOOKS = (NAME, Column("WEBHOOKS", size("webhooks")), AGE)
_POLICY_BINDING = (
    NAME,
    Column("POLICYNAME", field("spec.policyName")),
    Column("PARAMREF", _parameters),
    AGE,
)

COLUMNS = {
    "ServiceAccount": (NAME, AGE),
    "Role": (NAME, CREATED_AT),
    "ClusterRole": (NAME, CREATED_AT),
    "RoleBinding": _BINDING,
    "ClusterRoleBinding": _BINDING,
    "CertificateSigningRequest": (
        NAME,
        AGE,
        Column("SIGNERNAME", field("spec.signerName", NONE)),
        Column("REQUESTOR", field("spec.username")),
        Column("REQUESTEDDURATION", _requested),
        Column("CONDITION", _condition),
    ),
    "ClusterTrustBundle": (NAME, Column("SIGNERNAME", field("spec.signerName", NONE))),
    "PodCertificateRequest": (
        NAME,
        Column("PODNAME", field("spec.podName")),
        Column("SERVICEACCOUNTNAME", field("spec.serviceAccountName")),
        Column("NODENAME", field("spec.nodeName")),
        Column("SIGNERNAME", field("spec.signerName")),
        Column("STATE", _request_state),
        Column("UNVERIFIEDUSERANNOTATIONS", labels("spec.unverifiedUserAnnotations")),
    ),
    "MutatingWebhookConfiguration": _WEBHOOKS,
    "ValidatingWebhookConfiguration": _WEBHOOKS,
    "ValidatingAdmissionPolicy": (
        NAME,
        Column("VALIDATIONS", size("spec.validations")),
        Column("PARAMKIND", _parameter_kind),
        AGE,
    ),
    "MutatingAdmissionPolicy": (
        NAME,
        Column("MUTATIONS", size("spec.mutations")),
        Column("PARAMKIND", _parameter_kind),
        AGE,
    ),
    "ValidatingAdmissionPolicyBinding": _POLICY_BINDING,
    "MutatingAdmissionPolicyBinding": _POLICY_BINDING,
}
