"""The flags of ``kubernetes get``, and the check of their combinations."""

from __future__ import annotations

from typing import Annotated

import typer

from pyetcdctl.cli.commands.kubernetes.parameters import ManagedFields
from pyetcdctl.cli.flags.parameters import Consistency, EtcdPrefix, Namespace, number
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.errors import BadArguments


class GetFlags(Flags):
    """The flags of ``kubernetes get``."""

    all_: Annotated[
        bool, typer.Option("--all", help="With --diff: also heartbeats, renewals and generations.")
    ] = False
    all_namespaces: Annotated[
        bool, typer.Option("--all-namespaces", "-A", help="In every namespace.")
    ] = False
    as_stored: Annotated[
        bool, typer.Option("--as-stored", help="As stored in etcd, not as the API would return it.")
    ] = False
    consistency: Consistency = "l"
    diff: Annotated[
        bool,
        typer.Option("--diff", help="With --watch: what each change did to the object, as YAML."),
    ] = False
    etcd_prefix: EtcdPrefix = ""
    field_selector: Annotated[
        str,
        typer.Option(
            "--field-selector", metavar="FIELD=VALUE,...", help="With these values of fields."
        ),
    ] = ""
    ignore_not_found: Annotated[
        bool,
        typer.Option(
            "--ignore-not-found", help="Print nothing and exit 0 if an object is missing."
        ),
    ] = False
    label_columns: Annotated[
        str,
        typer.Option("--label-columns", "-L", metavar="KEY,...", help="A column for each label."),
    ] = ""
    namespace: Namespace = ""
    no_headers: Annotated[bool, typer.Option("--no-headers", help="Rows without their titles.")] = (
        False
    )
    output_watch_events: Annotated[
        bool, typer.Option("--output-watch-events", help="Print the event: ADDED, DELETED...")
    ] = False
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            metavar="wide|name|yaml|json|jsonl|jsonpath=TEMPLATE|custom-columns=TITLE:PATH,...",
            help="Instead of the usual columns; custom-columns-file=FILE reads them from a file.",
        ),
    ] = ""
    rev: Annotated[int, number("--rev", "As of this revision.")] = 0
    selector: Annotated[
        str, typer.Option("--selector", "-l", metavar="KEY=VALUE,...", help="With these labels.")
    ] = ""
    show_secrets: Annotated[
        bool, typer.Option("--show-secrets", help="With --diff: the values of Secrets.")
    ] = False
    show_labels: Annotated[
        bool, typer.Option("--show-labels", help="With all labels as the last column.")
    ] = False
    managed_fields: ManagedFields = False
    sort_by: Annotated[
        str, typer.Option("--sort-by", metavar="JSONPATH", help="By a field: .metadata.name")
    ] = ""
    watch: Annotated[
        bool, typer.Option("--watch", help="Then show changes, until interrupted.")
    ] = False
    watch_only: Annotated[bool, typer.Option("--watch-only", help="Only what changes.")] = False

    @property
    def watches(self) -> bool:
        """Whether changes are shown."""
        return self.watch or self.watch_only

    def check(self) -> None:
        """Refuse flags that would be ignored."""
        if not self.diff:
            self._check_without_diff()
            return
        if not self.watches:
            raise BadArguments("--diff shows what changes: it needs --watch or --watch-only")
        if self.output not in ("", "jsonl"):
            raise BadArguments("--diff has two forms: text, and -o jsonl")
        others = {
            "--as-stored": self.as_stored,
            "--label-columns": self.label_columns,
            "--no-headers": self.no_headers,
            "--output-watch-events": self.output_watch_events,
            "--show-labels": self.show_labels,
            "--show-managed-fields": self.managed_fields,
            "--sort-by": self.sort_by,
        }
        for flag, is_given in others.items():
            if is_given:
                raise BadArguments(f"--diff and {flag} cannot be set at the same time, choose one")

    def _check_without_diff(self) -> None:
        if self.watches and self.rev:
            raise BadArguments("--rev reads the past, and --watch what is to come")
        for flag, is_given in (("--all", self.all_), ("--show-secrets", self.show_secrets)):
            if is_given:
                raise BadArguments(f"{flag} is for --diff")
