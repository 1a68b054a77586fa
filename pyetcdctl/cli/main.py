"""Run the program: the only place that catches errors, reports them and exits."""

from __future__ import annotations

import gc
import os
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn

from pyetcdctl.cli.session.grpc_loading import GrpcLoading
from pyetcdctl.ending import end_by
from pyetcdctl.errors import (
    ExitCode,
    OutputClosed,
    PyetcdctlError,
    Reported,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyetcdctl.cli.session.process import Process
    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.cli.session.streams import Streams


OBJECTS_BETWEEN_COLLECTIONS = 50_000
PLUGIN_VARIABLES = (("PYETCDCTL_VIA", "kubectl"),)
SECONDS_TO_CLOSE = 0.5


def run_as_plugin() -> NoReturn:
    """Run as ``kubectl etcd``: etcd is called through kubectl unless endpoints are given."""
    run(PLUGIN_VARIABLES)


def run(variables: Sequence[tuple[str, str]] = ()) -> NoReturn:
    """Run with the process's own arguments and streams, and end the process.

    ``variables`` are defaults of environment variables.
    """
    # Modules and decoded objects are not garbage: searching cycles among them takes a tenth of the
    # time.
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    _fill_closed_descriptors()
    code = main(sys.argv[1:], {**dict(variables), **os.environ})
    # The shutdown of gRPC and the interpreter takes longer than many calls; all output is written.
    os._exit(code)


def main(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run one command line with the process's own streams and return its exit code."""
    from pyetcdctl.cli.session.process import Process
    from pyetcdctl.cli.session.streams import Streams

    loading = GrpcLoading()  # kept to the end, like the object of gRPC that it holds
    loading.install()
    process = Process(Streams(environment))
    try:
        code = invoke(arguments, process)
        process.streams.out.flush()
    except OutputClosed:
        _close(process)
        end_by(signal.SIGPIPE)
    except KeyboardInterrupt:
        _close(process)
        end_by(signal.SIGINT)
    except OSError as error:
        process.streams.err.line(f"Error: write to standard output: {_reason(error)}")
        return ExitCode.ERROR
    finally:
        _close(process)
    return code


def _close(process: Process) -> None:
    """Close what the process opened. A channel may never close after an interrupt."""
    from threading import Thread

    process.children.close()
    closing = Thread(target=process.close, daemon=True)
    closing.start()
    closing.join(SECONDS_TO_CLOSE)


def invoke(
    arguments: Sequence[str], process: Process, flags: Mapping[str, Any] | None = None
) -> int:
    """Run one command line in a process and return its exit code.

    ``flags`` are global flags that hold unless the line has them. Errors are reported on the
    process's streams; what ends the whole process is raised: an interrupt, and a standard output
    that is closed or cannot be written.
    """
    try:
        return _dispatch(arguments, process, flags or {})
    except OutputClosed:
        raise
    except PyetcdctlError as error:
        return report(error, process.streams)
    except OSError as error:
        if not error.filename:
            raise
        process.streams.err.line(f"Error: {_os_error_text(error)}")
        return ExitCode.ERROR


def _dispatch(arguments: Sequence[str], process: Process, flags: Mapping[str, Any]) -> int:
    from pyetcdctl.cli.app import app
    from pyetcdctl.cli.session.session import Session

    session = Session(process, flags)
    try:
        code = app(list(arguments), prog_name="pyetcdctl", standalone_mode=False, obj=session)
    except PyetcdctlError as error:
        from pyetcdctl.cli.failure_advice import advice_on

        raise error.with_advice(*advice_on(error, session)) from error.__cause__
    except OSError:
        raise
    except SystemExit as end:  # Typer's own way to end on a closed pipe
        raise BrokenPipeError from end
    except Exception as error:
        from pyetcdctl.cli.faults import meaning_of

        raise meaning_of(error, shows_traceback=_debugs(session)) from error
    return code if isinstance(code, int) else ExitCode.SUCCESS


def _debugs(session: Session) -> bool:
    try:
        return bool(session.configuration.values["debug"])
    except Exception:  # the configuration itself may be what failed
        return False


def _fill_closed_descriptors() -> None:
    """Keep a socket from taking the number of a standard stream that is closed.

    Data would be written into it. Writing to the substitute fails as to a closed stream.
    """
    with suppress(OSError):  # some containers lack the device
        while (descriptor := os.open(os.devnull, os.O_RDONLY)) <= 2:
            pass
        os.close(descriptor)


def report(error: PyetcdctlError, streams: Streams) -> int:
    """Deliver the output before the failure, then report the error."""
    if isinstance(error, Reported):
        streams.out.flush()  # the output is the report
        return error.exit_code
    with suppress(OSError, OutputClosed):  # the error at hand was first and is reported
        streams.out.flush()
    streams.err.error(error.message, coloured=streams.wants_colour)
    for line in error.advice:
        streams.err.line(f"  {line}")
    return error.exit_code


def _os_error_text(error: OSError) -> str:
    return f"{os.fsdecode(error.filename)}: {_reason(error)}"


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
