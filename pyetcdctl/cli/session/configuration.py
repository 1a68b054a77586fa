"""Flags, environment and the findings in this node's files, merged into settings.

A flag wins over its variable, a variable over the context, that over what is discovered, that over
the default. Discovery runs only where no certificate was given; where endpoints are given and are
this node's, it finds their certificates alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pyetcdctl.cli.flags.global_flags import CONTEXT, FROM, GLOBAL_FLAGS, OTHER_VARIABLES
from pyetcdctl.cli.flags.values import ValueRefused
from pyetcdctl.errors import BadArguments, ConnectionFailed
from pyetcdctl.settings import (
    DEFAULT_ENDPOINT,
    ConnectionSettings,
    Credentials,
    FileReading,
    SrvDiscovery,
    TlsFiles,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pyetcdctl.contexts.store import Context

_SECRET = ("password", "auth-jwt-token")
_OFF = ("off", "0", "no", "false")
LOCATES = ("endpoints", "cacert", "cert", "key", "pki", "discovery-srv")
_ELSEWHERE = frozenset({*LOCATES, "from", "via"})


class Configuration(NamedTuple):
    """The value of every global flag, the flags that were given, and warnings."""

    values: dict[str, Any]
    given: frozenset[str]
    warnings: tuple[str, ...]
    origins: Mapping[str, str] = {}
    """Where each value that was given comes from: its flag, its variable or a context."""
    context: Context | None = None

    @property
    def read_only_context(self) -> str:
        """The name of the context if it is read-only, else an empty string."""
        return self.context.name if self.context and self.context.is_read_only else ""


def configuration(flags: Mapping[str, Any], environment: Mapping[str, str]) -> Configuration:
    """Merge the flags of the command line with the environment, and a context below both."""
    values = {flag.name: flag.default for flag in GLOBAL_FLAGS}
    origins, warnings = {name: f"--{name}" for name in flags}, []
    known = {flag.variable: flag for flag in GLOBAL_FLAGS}
    for variable in environment:
        flag = known.get(variable)
        if (flag is None and not variable.startswith("ETCDCTL_")) or variable in OTHER_VARIABLES:
            continue
        if flag is None:
            warnings.append(f"unrecognized environment variable {variable}")
        elif environment[variable] and flag.name not in flags:
            try:
                values[flag.name] = flag.parse(environment[variable])
                origins[flag.name] = variable
            except ValueRefused as error:
                shown = f": {error}" if flag.name not in (*_SECRET, "user") else ""
                warnings.append(f"ignoring {variable}{shown}")
    values.update(flags)
    context = chosen_context(origins, values["context"], environment)
    for name, value in (context.settings if context else {}).items():
        if name in values and name not in origins:
            values[name], origins[name] = value, f"context {context.name if context else ''}"
    return Configuration(values, frozenset(origins), tuple(warnings), origins, context)


def chosen_context(
    given: Iterable[str], name: str, environment: Mapping[str, str]
) -> Context | None:
    """Return the context that is named, or the current one, None where there is none.

    The current one is for commands that name no cluster themselves: none of its settings is used
    for another. An empty PYETCDCTL_CONTEXT means none.
    """
    from pyetcdctl.contexts.store import Contexts

    contexts = Contexts(environment)
    if name:
        return contexts.get(name)
    is_elsewhere = not _ELSEWHERE.isdisjoint(given)
    if is_elsewhere or CONTEXT.variable in environment or FROM.variable in environment:
        return None
    current = contexts.current()
    return contexts.get(current) if current else None


def note_without_context(environment: Mapping[str, str]) -> str:
    """Return a note on the variable that keeps the current context from being used, if one does."""
    for flag in GLOBAL_FLAGS:
        is_set = environment.get(flag.variable) if flag.name in _ELSEWHERE else None
        if is_set or (flag is CONTEXT and flag.variable in environment):
            return (
                f"# {flag.variable} is set here: the current context is not used until it is unset"
            )
    return ""


def file_path(
    flags: Mapping[str, Any], environment: Mapping[str, str], *, beside_server: bool = False
) -> str:
    """Return the file to read instead of a server, or beside one, empty for none; a flag wins."""
    if "from" not in flags:
        is_elsewhere = "endpoints" in flags or flags.get("via")
        return "" if is_elsewhere else environment.get(FROM.variable, "")
    path: str = flags["from"][-1]
    if not path:
        raise BadArguments("empty string is passed to --from option")
    if "endpoints" in flags and not beside_server:
        raise BadArguments("`--from` and `--endpoints` cannot be set at the same time, choose one")
    return path


def file_reading(found: Configuration) -> FileReading:
    """Return how the file is to be read."""
    values = found.values
    return FileReading(
        skip_hash_check=values["skip-hash-check"],
        use_log=not values["no-wal"],
        salvage=values["salvage"],
    )


def described(found: Configuration) -> list[str]:
    """Return every global flag as a line that sets its variable; secrets are not shown."""
    lines = []
    for flag in GLOBAL_FLAGS:
        value = found.values[flag.name]
        if flag.name in _SECRET and value:
            value = "(hidden)"
        elif flag.name == "user":
            value = value.partition(":")[0]
        lines.append(f"{flag.variable}={','.join(value) if isinstance(value, tuple) else value}")
    return lines


def connection_settings(
    found: Configuration,
    environment: Mapping[str, str],
    ask_password: Callable[[], str],
) -> ConnectionSettings:
    """Return the settings to connect with. Raises BadArguments for a certificate option misused."""
    values = found.values
    for name in ("cacert", "cert", "key"):
        if name in found.given and not values[name]:
            raise BadArguments(f"empty string is passed to --{name} option")
    _check_limits(values["max-request-bytes"], values["max-recv-bytes"])
    settings = limits(values)._replace(
        endpoints=tuple(values["endpoints"]) if "endpoints" in found.given else (DEFAULT_ENDPOINT,),
        tls=_tls_files(values),
        insecure_transport=values["insecure-transport"],
        insecure_skip_tls_verify=values["insecure-skip-tls-verify"],
        credentials=_credentials(found, ask_password),
        srv=SrvDiscovery(
            values["discovery-srv"], values["discovery-srv-name"], values["insecure-discovery"]
        ),
        read_only=found.read_only_context,
    )
    return _with_discovery(settings, found.given, environment)


def limits(values: Mapping[str, Any]) -> ConnectionSettings:
    """Return the settings that do not depend on a cluster: time limits, sizes and --debug."""
    return ConnectionSettings(
        dial_timeout=values["dial-timeout"],
        command_timeout=values["command-timeout"],
        keepalive_time=values["keepalive-time"],
        keepalive_timeout=values["keepalive-timeout"],
        max_request_bytes=values["max-request-bytes"],
        max_receive_bytes=values["max-recv-bytes"],
        debug=values["debug"],
    )


def user_credentials(user: str, password: str, ask_password: Callable[[], str]) -> Credentials:
    """Return the credentials; a password that is not given follows a colon, or is prompted for."""
    if not user:
        return Credentials()
    if not password:
        user, colon, password = user.partition(":")
        if not colon:
            password = ask_password()
    return Credentials(user, password)


def _check_limits(send: int, receive: int) -> None:
    if 0 < receive < send:
        raise ConnectionFailed(
            f"gRPC message recv limit ({receive} bytes) must be greater than "
            f"send limit ({send} bytes)"
        )


def discovery_root(environment: Mapping[str, str]) -> Path | None:
    """Return the folder that stands for ``/`` in discovery, or None when it is switched off."""
    if environment.get("PYETCDCTL_DISCOVERY", "").lower() in _OFF:
        return None
    return Path(environment.get("PYETCDCTL_ROOT") or "/")


def _with_discovery(
    settings: ConnectionSettings, given: frozenset[str], environment: Mapping[str, str]
) -> ConnectionSettings:
    root = discovery_root(environment)
    located = given.intersection(LOCATES)
    if root is None or located - {"endpoints"}:
        return settings
    from pyetcdctl.discovery import apply, with_own_certificates

    return with_own_certificates(settings, root) if located else apply(settings, root)


def _tls_files(values: Mapping[str, Any]) -> TlsFiles:
    files = TlsFiles()
    if values["pki"]:
        from pyetcdctl.discovery import pki

        files = pki(Path(values["pki"]))
    return TlsFiles(
        values["cacert"] or files.ca,
        values["cert"] or files.certificate,
        values["key"] or files.key,
    )


def _credentials(found: Configuration, ask_password: Callable[[], str]) -> Credentials:
    values, context = found.values, found.context
    if values["auth-jwt-token"]:
        return Credentials(token=values["auth-jwt-token"])
    password = values["password"]
    if context and values["user"] and values["user"] == context.settings.get("user"):
        from pyetcdctl.contexts.store import password_of

        password = password or password_of(context)
    return user_credentials(values["user"], password, ask_password)
