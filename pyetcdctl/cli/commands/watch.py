"""``watch``: print changes to keys as they happen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from threading import Thread
from typing import Annotated

import typer

from pyetcdctl.cli.children import run_to_its_end
from pyetcdctl.cli.flags.parameters import (
    Decode,
    LikeApi,
    NoDecode,
    Prefix,
    PreviousValue,
    number,
    words,
)
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.flags.values import raw
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.invocation import DECODING_FORMATS
from pyetcdctl.cli.session.kubernetes import decoding
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cli.words.watch_words import (
    LineRefused,
    WatchOptions,
    command_line_words,
    environment_keys,
    parse_watch_line,
    watch_request,
)
from pyetcdctl.concurrency.watching import Received, Watching
from pyetcdctl.errors import (
    BadArguments,
    InvalidInput,
    PyetcdctlError,
    Reported,
    UnsupportedFormat,
    WatchCanceled,
)
from pyetcdctl.output.quoting import go_quoted
from pyetcdctl.results import DecodedResponse, Decoding, KeyChanges
from pyetcdctl.rpc.event_batch import event_name
from pyetcdctl.rpc.watch import WatchCreateRequest, WatchResponse

_EXAMPLE = """\
  pyetcdctl watch /registry/pods --prefix
  pyetcdctl watch /registry/deployments/shop/ --prefix --diff
  pyetcdctl watch /config/colour -- sh -c 'echo now $ETCD_WATCH_VALUE'"""

app = new_app()


class WatchFlags(Flags):
    """The flags of ``watch``."""

    all_: Annotated[
        bool, typer.Option("--all", help="With --diff: also heartbeats, renewals and generations.")
    ] = False
    decode: Decode = False
    diff: Annotated[
        bool, typer.Option("--diff", help="What each event changed, as YAML; see `history -p`.")
    ] = False
    interactive: Annotated[
        bool,
        typer.Option(
            "--interactive", "-i", help="Read `watch ...` and `progress` lines from standard input."
        ),
    ] = False
    like_api: LikeApi = False
    no_decode: NoDecode = False
    prefix: Prefix = False
    prev_kv: PreviousValue = False
    progress_notify: Annotated[
        bool,
        typer.Option("--progress-notify", help="Report the revision also when nothing changes."),
    ] = False
    rev: Annotated[int, number("--rev", "Begin at this revision; 0 for now.")] = 0
    show_secrets: Annotated[
        bool, typer.Option("--show-secrets", help="With --diff: the values of Secrets.")
    ] = False


@command(app, "watch", _EXAMPLE, prints=(DecodedResponse, KeyChanges, WatchResponse))
def watch(
    session: Session,
    arguments: Annotated[list[str], words("KEY [RANGE_END] [-- COMMAND ...]")],
    flags: WatchFlags,
) -> None:
    """Print changes to a key or a range of keys as they happen.

    It runs until interrupted, and fails over to another server when one is lost. A COMMAND is run
    for each event: it finds ETCD_WATCH_KEY, ETCD_WATCH_VALUE, ETCD_WATCH_EVENT_TYPE (these three in
    double quotes) and ETCD_WATCH_REVISION. ETCDCTL_WATCH_KEY and ETCDCTL_WATCH_RANGE_END replace
    KEY and RANGE_END.

    --diff shows a title and a difference for each event that changes more than heartbeats and
    book-keeping; -w jsonl has a line for every event. A compaction does not end it: what was missed
    is reported.
    """
    _check(session, flags)
    shown = decoding(
        session, decode=flags.decode, no_decode=flags.no_decode, like_api=flags.like_api
    )
    keys = environment_keys(session.streams.environment)
    if flags.interactive:
        _InteractiveWatch(session, keys, flags.progress_notify, shown).run()
    divided = command_line_words(arguments, session.words_before_dashes, keys)
    connection = session.connection
    options = WatchOptions(flags.prefix, flags.prev_kv, flags.progress_notify, flags.rev)
    request = watch_request(divided.keys, options)
    if flags.diff:
        if not divided.command:  # a command that fails ends the watch
            session.check_may_go_on("watch --diff without COMMAND", "history KEY -p")
        _watch_changes(session, request, divided.command, flags)
        return
    watching = Watching(connection, session.report_outage)
    watching.add(request)
    for received in watching.received():
        _show(session, received, divided.command, shown)
        if received.reason:
            raise WatchCanceled("watch is canceled by the server", reason=received.reason)


def _check(session: Session, flags: WatchFlags) -> None:
    """Refuse flags and formats that would be ignored."""
    if not flags.diff:
        for flag, is_given in (("--all", flags.all_), ("--show-secrets", flags.show_secrets)):
            if is_given:
                raise BadArguments(f"{flag} is for --diff")
        return
    others = {
        "--decode": flags.decode,
        "--hex": session.output.hex,
        "--interactive": flags.interactive,
        "--like-api": flags.like_api,
        "--no-decode": flags.no_decode,
    }
    for flag, is_given in others.items():
        if is_given:
            raise BadArguments(f"--diff and {flag} cannot be set at the same time, choose one")
    if not session.printer.can_show(KeyChanges):
        raise UnsupportedFormat(
            f"{session.output.format} not supported as output format",
            "Try:  --diff with -w jsonl",
        )


def _watch_changes(
    session: Session, request: WatchCreateRequest, words: Sequence[str], flags: WatchFlags
) -> None:
    from pyetcdctl.cli.change_watch import ChangeView, ChangeWatch

    view = ChangeView(session.output.format, flags.all_, flags.show_secrets)
    for response in ChangeWatch(session, request, view).responses():
        _run_for_each(session, words, response)


class _InteractiveWatch:
    """The watches of an interactive session; a thread reads the lines while responses are
    printed.
    """

    def __init__(
        self,
        session: Session,
        keys: Sequence[str],
        progress_notify: bool,
        shown: Decoding | None,
    ) -> None:
        self._session = session
        self._shown = shown
        self._keys = keys
        self._progress_notify = progress_notify
        self._watching = Watching(session.connection, session.report_outage)
        self._commands: list[list[str]] = []

    def run(self) -> None:
        """Read and print until the input ends, which is an error as in etcdctl."""
        self._session.connection.begin()  # reports a failure before the first line
        Thread(target=self._read_lines, name="watch-lines", daemon=True).start()
        for received in self._watching.received():
            _show(self._session, received, self._commands[received.number], self._shown)

    def _read_lines(self) -> None:
        try:
            for line in self._lines():
                self._take(line)
            raise InvalidInput("error reading watch request line: EOF")
        except PyetcdctlError as error:
            self._watching.close(error)

    def _lines(self) -> Iterator[str]:
        while (line := self._session.streams.input.readline()).endswith(b"\n"):
            yield line[:-1].decode("utf-8", "surrogateescape")

    def _take(self, line: str) -> None:
        try:
            typed = parse_watch_line(line, self._keys, self._progress_notify)
        except LineRefused as refusal:
            self._session.streams.err.line(str(refusal))
            return
        if typed is None:
            self._watching.request_progress()
        else:
            request, words = typed
            self._commands.append(words)
            self._watching.add(request)


def _show(
    session: Session, received: Received, words: Sequence[str], shown: Decoding | None
) -> None:
    """Print what a watch received, and run its command for each event."""
    out = session.streams.out
    if received.reason:
        session.streams.err.line(f"watch was canceled ({received.reason})")
    if received.response.is_progress and session.output.format not in DECODING_FORMATS:
        out.text(f"progress notify: {received.response.header.revision}\n")
    session.print_values(received.response, shown)
    out.flush()
    _run_for_each(session, words, received.response)


def _run_for_each(session: Session, words: Sequence[str], response: WatchResponse) -> None:
    if words:
        for variables in _event_variables(response):
            _run(session, words, variables)


def _event_variables(response: WatchResponse) -> Iterator[dict[str, str]]:
    revision = str(response.header.revision)
    for batch in response.batches:
        for kind, record in zip(batch.kinds, batch.records(), strict=True):
            yield {
                "ETCD_WATCH_REVISION": revision,
                "ETCD_WATCH_EVENT_TYPE": f'"{event_name(kind)}"',
                "ETCD_WATCH_KEY": go_quoted(record[0]),
                "ETCD_WATCH_VALUE": go_quoted(record[4]),
            }


def _run(session: Session, words: Sequence[str], variables: dict[str, str]) -> None:
    failure = run_to_its_end(words, {**session.streams.environment, **variables}, session.streams)
    if failure:
        shown = " ".join(go_quoted(raw(word)) for word in words)
        session.streams.err.line(f"command [{shown}] error ({failure})")
        raise Reported
