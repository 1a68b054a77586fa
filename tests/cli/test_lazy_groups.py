"""A group's verbs are found by a table, and a command's flags arrive as one value."""

import inspect
from typing import Annotated

import pytest
import typer
from typer.main import get_params_from_function

from pyetcdctl.cli.flags.parameters import Prefix, words
from pyetcdctl.cli.flags.struct import Flags, unfolded
from pyetcdctl.cli.registry import COMMANDS
from tests.runner import run_here

GROUPS = [name for name, entry in COMMANDS.items() if entry.verbs]


class Shared(Flags):
    """Flags that two commands have."""

    prefix: Prefix = False


class Own(Shared):
    """The flags of a command."""

    limit: Annotated[int, typer.Option("--limit", help="So many.")] = 7


def command(
    session: object, keys: Annotated[list[str], words("KEY")], flags: Own
) -> tuple[object, list[str], Own]:
    """Do something."""
    return session, keys, flags


def bare(session: object) -> object:
    """Do something without words and flags."""
    return session


class Context:
    obj = "the session"


def test_typer_sees_each_flag_with_its_default():
    params = get_params_from_function(unfolded(command))
    assert list(params) == ["ctx", "keys", "prefix", "limit"]
    assert params["limit"].default.param_decls == ("--limit",)
    assert params["limit"].default.default == 7
    assert params["ctx"].annotation is typer.Context


def test_a_command_gets_its_session_its_words_and_its_flags():
    call = unfolded(command)
    session, keys, flags = call(Context, keys=["a"], prefix=True, limit=3)
    assert (session, keys, flags) == ("the session", ["a"], Own(prefix=True, limit=3))
    assert unfolded(bare)(Context) == "the session"
    assert call.__doc__ == command.__doc__


def test_a_command_that_takes_the_context_is_left_alone():
    def old(ctx: typer.Context) -> None:
        """Do something."""

    assert unfolded(old) is old
    assert list(inspect.signature(old).parameters) == ["ctx"]


@pytest.mark.parametrize("name", GROUPS)
def test_the_help_of_a_group_lists_its_verbs_in_the_tables_words(name):
    shown = run_here(name, "--help")
    assert shown.exit_code == 0
    text = " ".join(shown.stdout.decode().split())
    for verb, summary in COMMANDS[name].verbs.items():
        assert f"{verb} {summary}" in text
    assert run_here(name).stdout == shown.stdout


@pytest.mark.parametrize("name", GROUPS)
def test_an_unknown_verb_is_an_error_with_a_suggestion(name):
    verb = next(iter(COMMANDS[name].verbs))
    refused = run_here(name, f"{verb}x")
    assert refused.exit_code == 1
    assert f'unknown command "{verb}x" for "pyetcdctl {name}"' in refused.stderr
    assert f"Did you mean this?  {verb}" in refused.stderr


def test_flags_may_stand_before_the_verb():
    shown = run_here(
        "kubernetes",
        "-o",
        "hex",
        "encode",
        "-",
        input=b"apiVersion: a.b/v1\nkind: C\nmetadata: {name: x}\n",
    )
    assert bytes.fromhex(shown.stdout.decode().strip()).startswith(b'{"apiVersion"')
