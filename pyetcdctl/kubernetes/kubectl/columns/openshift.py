"""The kinds of OpenShift's own API servers: routes, images, builds, users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.kubectl.columns.column import (
    AGE,
    NAME,
    NONE,
    Column,
    age,
    count,
    field,
    joined,
    size,
)
from pyetcdctl.kubernetes.kubectl.columns.reach import at, mapping, objects, shortened, text

if TYPE_CHECKING:
    from datetime import datetime

    from pyetcdctl.kubernetes.objects import Object

_MOST_TAGS = 3


def _services(route: Object, _: datetime) -> str:
    others = objects(at(route, "spec.alternateBackends"))
    targets = [mapping(at(route, "spec.to")), *others]
    return ",".join(text(each.get("name")) for each in targets)


def _termination(route: Object, _: datetime) -> str:
    termination = text(at(route, "spec.tls.termination"))
    insecure = text(at(route, "spec.tls.insecureEdgeTerminationPolicy"))
    return f"{termination}/{insecure}" if termination and insecure else termination


def _triggers(config: Object, _: datetime) -> str:
    return ",".join(map(_trigger, objects(at(config, "spec.triggers"))))


def _trigger(trigger: Object) -> str:
    kind = text(trigger.get("type"))
    if kind == "ImageChange":
        return f"image({text(at(trigger, 'imageChangeParams.from.name'))})"
    return "config" if kind == "ConfigChange" else kind


def _build_source(build: Object, _: datetime) -> str:
    source = mapping(at(build, "spec.source"))
    ref = text(at(build, "spec.revision.git.commit"))[:7] or text(at(source, "git.ref"))
    kinds = [name.capitalize() for name in ("dockerfile", "binary", "git") if name in source]
    shown = ",".join(kinds) or NONE
    return f"{shown}@{ref}" if "git" in source and ref else shown


def _tags(stream: Object, _: datetime) -> str:
    tags = objects(at(stream, "status.tags")) or objects(at(stream, "spec.tags"))
    names = [text(each.get("tag") or each.get("name")) for each in tags]
    return shortened(names, _MOST_TAGS)


_TYPE = Column("TYPE", field("spec.strategy.type"))
_FROM = Column("FROM", _build_source)
_TOKEN = (
    NAME,
    Column("USER NAME", field("userName")),
    Column("CLIENT NAME", field("clientName")),
    AGE,
    Column("REDIRECT URI", field("redirectURI")),
    Column("SCOPES", joined("scopes")),
)

COLUMNS = {
    "DeploymentConfig": (
        NAME,
        Column("REVISION", count("status.latestVersion")),
        Column("DESIRED", count("spec.replicas")),
        Column("CURRENT", count("status.replicas")),
        Column("TRIGGERED BY", _triggers),
    ),
    "Build": (
        NAME,
        _TYPE,
        _FROM,
        Column("STATUS", field("status.phase")),
        Column("STARTED", age("status.startTimestamp")),
    ),
    "BuildConfig": (NAME, _TYPE, _FROM, Column("LATEST", count("status.lastVersion"))),
    "Image": (NAME, Column("IMAGE REFERENCE", field("dockerImageReference"))),
    "ImageStream": (
        NAME,
        Column("IMAGE REPOSITORY", field("status.dockerImageRepository")),
        Column("TAGS", _tags),
        AGE,
    ),
    "OAuthAccessToken": _TOKEN,
    "OAuthAuthorizeToken": _TOKEN,
    "OAuthClient": (
        NAME,
        Column("WWW-CHALLENGE", field("respondWithChallenges", "false")),
        Column("REDIRECT URIS", joined("redirectURIs")),
    ),
    "Route": (
        NAME,
        Column("HOST/PORT", field("spec.host")),
        Column("PATH", field("spec.path")),
        Column("SERVICES", _services),
        Column("PORT", field("spec.port.targetPort")),
        Column("TERMINATION", _termination),
        Column("WILDCARD", field("spec.wildcardPolicy", "None")),
    ),
    "Template": (
        NAME,
        Column("DESCRIPTION", field("metadata.annotations.description")),
        Column("PARAMETERS", size("parameters")),
        Column("OBJECTS", size("objects")),
    ),
    "User": (
        NAME,
        Column("UID", field("metadata.uid")),
        Column("FULL NAME", field("fullName")),
        Column("IDENTITIES", joined("identities")),
    ),
    "Identity": (
        NAME,
        Column("IDP NAME", field("providerName")),
        Column("IDP USER NAME", field("providerUserName")),
        Column("USER NAME", field("user.name")),
        Column("USER UID", field("user.uid")),
    ),
    "Group": (NAME, Column("USERS", joined("users", NONE))),
}
