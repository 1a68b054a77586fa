"""Every error that is reported to a user, and its exit code.

::

    PyetcdctlError                  1
    ├── FlagError                   1    an unknown flag or command, a value that does not parse
    ├── BadArguments              128    wrong number or form of arguments, unreadable files
    │   ├── UsageError            128    words or flags that do not fit the command
    │   ├── BadEncryptionConfig   128    an EncryptionConfiguration that cannot be used
    │   └── NeedsServer           128    a command for a running server that was given a file
    ├── InvalidInput                3    standard input or a precondition that cannot be used
    ├── BadFeature                  4    an option's value that etcd does not know
    │   └── UnsupportedFormat       4    an output format that does not exist or does not fit
    ├── ConnectionFailed            2    no client could be made: no endpoint, login refused
    │   └── KubectlFailed           2    kubectl, or the pod that it was to reach, cannot be used
    ├── NeedsConnection             1    a command that cannot work without calls to a server
    ├── CallFailed                  1    a call that the server responded to with an error
    │   ├── ResponseMakesNoSense    1    bytes that are no response to the call
    │   ├── DeadlineExceeded        1    no response in time; its advice names the cause
    │   │   └── ServerSilent        1    a server accepted the connection, and did not respond
    │   └── MethodUnknown           1    the server is too old for the call
    ├── LeaseLost                   1    a lock or a leadership whose lease has ended
    ├── CommandFailed               N    the exit status of a command that held a lock
    ├── WatchCanceled               5    the server ended a watch
    ├── ReadOnlyContext             1    a change through a context that allows none
    ├── Interrupted                 5    the user ended a reading, and its part is shown
    ├── SnapshotFailed              5    a snapshot that was not saved whole
    ├── DamagedSnapshot             1    a snapshot's file that is not what a server sent
    │   └── DamagedLog              1    a write-ahead log that is not what a member wrote
    ├── NotDecrypted                1    an encrypted value of Kubernetes without its key
    ├── NotChecked                  2    a check, or a comparison, that could not be made
    ├── ObjectNotFound              1    a named object of Kubernetes that is not in the store
    ├── TemplateFailed              1    a JSONPath that an object does not fit
    ├── NotWritten                  1    a change of an object that was given up, refused, overtaken
    ├── DiscoveryFailed             1    nothing was found on this machine
    ├── SandboxFailed               1    the private server could not be started
    │   └── CommandNotFound       127    the command to run in the sandbox does not exist
    ├── OutputClosed              141    the reader of standard output closed the pipe
    ├── ProgramFault                1    an exception that nothing in the program expected
    └── Reported                    1    everything was said already; only the exit code is left

The codes are etcdctl's (cobrautl: ExitError, ExitBadConnection, ...).
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Self


class ExitCode(IntEnum):
    """etcdctl's exit codes."""

    SUCCESS = 0
    ERROR = 1
    BAD_CONNECTION = 2
    INVALID_INPUT = 3
    BAD_FEATURE = 4
    INTERRUPTED = 5
    IO = 6
    BAD_ARGUMENTS = 128


class PyetcdctlError(Exception):
    """Base of all errors that are reported to the user.

    ``message`` follows ``Error: `` on the first line, in etcdctl's words where it has some.
    ``advice`` are the lines below it: the cause, then what to try; each is printed indented by two.
    An error is not changed once it is made: ``with_advice`` returns another.
    """

    exit_code: int = ExitCode.ERROR

    def __init__(self, message: str, *advice: str) -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def with_advice(self, *advice: str) -> Self:
        """Return the same error, with the same cause, and these lines below its message."""
        return self._changed(advice=advice)

    def with_message(self, message: str) -> Self:
        """Return the same error, with the same cause, and another message."""
        return self._changed(message=message)

    def _changed(self, **changes: Any) -> Self:
        other = type(self).__new__(type(self), *self.args)
        other.__dict__ = {**self.__dict__, **changes}
        other.__cause__ = self.__cause__
        return other.with_traceback(self.__traceback__)


class FlagError(PyetcdctlError):
    """The command line could not be parsed."""


class BadArguments(PyetcdctlError):
    """Wrong number or form of arguments."""

    exit_code = ExitCode.BAD_ARGUMENTS


class UsageError(BadArguments):
    """The words or flags do not fit the command; its help is named below the message."""


class BadEncryptionConfig(BadArguments):
    """An EncryptionConfiguration cannot be read or used; its secrets are never quoted."""


class InvalidInput(PyetcdctlError):
    """Standard input, or the state of the store, does not fit the command."""

    exit_code = ExitCode.INVALID_INPUT


class BadFeature(PyetcdctlError):
    """An option has a value that etcd does not know."""

    exit_code = ExitCode.BAD_FEATURE


class UnsupportedFormat(BadFeature):
    """The output format does not exist, or the result cannot be shown in it."""


class NeedsServer(BadArguments):
    """A file was named where a running server is needed."""

    def __init__(self) -> None:
        super().__init__(
            "this command needs a running server", "--from reads a file, and never writes to it."
        )


class ConnectionFailed(PyetcdctlError):
    """No usable client could be made."""

    exit_code = ExitCode.BAD_CONNECTION


class KubectlFailed(ConnectionFailed):
    """kubectl failed.

    ``is_of_the_pod`` if another pod may do better; ``may_have_run`` if a program in the pod may
    have run nevertheless.
    """

    def __init__(
        self,
        message: str,
        *advice: str,
        is_of_the_pod: bool = False,
        may_have_run: bool = False,
    ) -> None:
        super().__init__(message, *advice)
        self.is_of_the_pod = is_of_the_pod
        self.may_have_run = may_have_run


class NeedsConnection(PyetcdctlError):
    """The command needs a connection to a server, and the keys come from elsewhere."""


class CallFailed(PyetcdctlError):
    """The server responded to a call with an error.

    ``code`` is the name of the gRPC status code, ``details`` the server's own words.
    """

    def __init__(
        self, message: str, *advice: str, code: str = "UNKNOWN", details: str = ""
    ) -> None:
        super().__init__(message, *advice)
        self.code = code
        self.details = details or message


class ResponseMakesNoSense(CallFailed):
    """The server's response cannot be what the call returns."""

    def __init__(self, reason: object, *, code: str = "UNKNOWN") -> None:
        super().__init__(f"the server's response makes no sense: {reason}", code=code)


class DeadlineExceeded(CallFailed):
    """No server responded before the command's deadline."""


class ServerSilent(DeadlineExceeded):
    """A server accepted the connection, and did not respond before the command's deadline."""


class MethodUnknown(CallFailed):
    """The server does not implement the call (it is older than the call, or it is not etcd)."""


class LeaseLost(PyetcdctlError):
    """The lease has ended, or may have ended, and with it what was held by it."""


class CommandFailed(PyetcdctlError):
    """A child command failed; the program ends with its exit code."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class ReadOnlyContext(PyetcdctlError):
    """The context of the cluster refuses changes; nothing was dialled."""


class Interrupted(PyetcdctlError):
    """The user interrupted a reading; what was read is shown."""

    exit_code = ExitCode.INTERRUPTED


class WatchCanceled(PyetcdctlError):
    """The server ended a watch; ``reason`` is its own."""

    exit_code = ExitCode.INTERRUPTED

    def __init__(self, message: str, *advice: str, reason: str = "") -> None:
        super().__init__(message, *advice)
        self.reason = reason


class SnapshotFailed(PyetcdctlError):
    """A snapshot could not be saved whole."""

    exit_code = ExitCode.INTERRUPTED


class DamagedSnapshot(PyetcdctlError):
    """A snapshot's file cannot be read: the message names the page and the offset."""


class DamagedLog(DamagedSnapshot):
    """A write-ahead log cannot be read: the message names the file and the offset."""


class NotDecrypted(PyetcdctlError):
    """An encrypted value cannot be decrypted; the message names its provider and key, and why."""


class NotChecked(PyetcdctlError):
    """A check or a comparison could not be made, which is not the same as finding nothing."""

    exit_code = ExitCode.BAD_CONNECTION


class ObjectNotFound(PyetcdctlError):
    """A named object does not exist."""


class NotWritten(PyetcdctlError):
    """An object of Kubernetes was not changed; the message says why."""


class TemplateFailed(PyetcdctlError):
    """A JSONPath leads out of a list's bounds, or into what is not a list."""


class DiscoveryFailed(PyetcdctlError):
    """No etcd deployment was found on this machine."""


class SandboxFailed(PyetcdctlError):
    """The sandbox's server could not be started or filled."""


class CommandNotFound(SandboxFailed):
    """The command to run in the sandbox does not exist or cannot be run; a shell's own code."""

    exit_code = 127


class OutputClosed(PyetcdctlError):
    """The reader of standard output closed the pipe.

    This is not an OSError, which Typer would turn into exit 1.
    """

    def __init__(self) -> None:
        super().__init__("write to standard output: broken pipe")


class ProgramFault(PyetcdctlError):
    """An exception that nothing in the program expected."""


class Reported(PyetcdctlError):
    """The failure has been described already; nothing more is printed."""

    def __init__(self) -> None:
        super().__init__("")
