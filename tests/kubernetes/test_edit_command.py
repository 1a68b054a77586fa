"""``kubernetes edit``: through an editor and back, with nothing lost on the way."""

from __future__ import annotations

import base64
import json
import os
import re
import shlex
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect
import pytest

from pyetcdctl.cli.commands.kubernetes.drafts import Draft
from pyetcdctl.kubernetes.codec.decoding import decode
from pyetcdctl.kubernetes.codec.encoding import encode
from pyetcdctl.kubernetes.encryption import configuration
from pyetcdctl.kubernetes.encryption.keyring import Keyring
from tests.kubernetes.sample import DATA, responses, stored_values
from tests.kubernetes.wire import field, stored
from tests.runner import PROJECT, clean_environment, command, run
from tests.server import running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.kubernetes.sample import Stored
    from tests.runner import Result
    from tests.server import Etcd

SECONDS = 40
STUCK = "/registry/namespaces/stuck"
WARNING = "Warning: this goes to etcd past the API server, "
STAYS = "and is written so; the API server would write it differently today"
KEPT = re.compile(r"Your text is kept in (\S+)")
CONFIG = DATA / "encryption-config.yaml"

ADDS = r"sed -i 's/^metadata:/&\n  generateName: edited-/'"
"""An editor that adds a line to any object."""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Etcd]:
    """The sample cluster, to write to: each test takes objects that no other one does."""
    with running(sample=True) as server:
        yield server


@pytest.fixture
def drafts(tmp_path: Path) -> Path:
    """Where the program keeps its temporary files."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    return folder


@pytest.fixture
def editor(tmp_path: Path) -> Callable[[str], str]:
    """A function that makes an editor of a script, to which the file is $1."""

    def make(script: str) -> str:
        path = tmp_path / "an editor"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return shlex.quote(str(path))

    return make


@pytest.fixture
def edit(cluster: Etcd, drafts: Path) -> Callable[..., Result]:
    """A function that runs the command with an editor, confirmed beforehand."""

    def run_edit(editor: str, *words: str, **more: str) -> Result:
        env = {**cluster.environment, "EDITOR": editor, "TMPDIR": str(drafts), **more}
        return run("kubernetes", "edit", *words, "--yes", env=env)

    return run_edit


def at(cluster: Etcd, key: str) -> dict[str, object]:
    """The value of a key, as etcd's own client prints it."""
    response = json.loads(cluster.etcdctl("get", key, "-w", "json", check=True).stdout)
    found: dict[str, object] = response["kvs"][0]
    return found


def value_of(cluster: Etcd, key: str) -> bytes:
    shown = cluster.etcdctl("get", key, "--print-value-only", check=True).stdout
    return shown.removesuffix(b"\n")


def kept(result: Result) -> Path:
    found = KEPT.search(result.stderr)
    assert found, result.stderr
    return Path(found[1])


def test_what_was_changed_is_written_and_nothing_else(
    cluster: Etcd, edit: Callable[..., Result], drafts: Path
) -> None:
    before = at(cluster, STUCK)
    edited = edit("sed -i /^..-.kubernetes/d", "ns", "stuck")
    assert (edited.exit_code, edited.stdout) == (0, b"namespaces/stuck edited\n")
    after = at(cluster, STUCK)
    assert after["version"] == int(str(before["version"])) + 1
    response = json.loads(responses()[STUCK]["json"])
    del response["spec"]["finalizers"]
    obj = decode(value_of(cluster, STUCK)).object
    assert obj is not None
    assert obj["spec"] == {}
    assert obj["metadata"].keys() == response["metadata"].keys()
    assert "-  - kubernetes\n" in edited.stderr
    assert edited.stderr.count(WARNING) == 1
    assert list(drafts.iterdir()) == []


def test_an_unchanged_text_writes_nothing(
    cluster: Etcd, edit: Callable[..., Result], drafts: Path
) -> None:
    for key in ("/registry/minions/master", "/registry/resourceclaims/default/shared-gpu"):
        before = at(cluster, key)
        result = edit("true", key)
        assert (result.exit_code, result.stdout, result.stderr) == (0, b"", "Nothing was changed\n")
        emptied = edit("truncate -s 0", key)
        assert emptied.stderr == "Error: the text was emptied, and nothing was written\n"
        assert at(cluster, key) == before
    assert list(drafts.iterdir()) == []


def test_a_raw_extension_keeps_its_text_beside_a_change(
    cluster: Etcd, edit: Callable[..., Result]
) -> None:
    key = "/registry/resourceclaims/default/shared-gpu"
    before = value_of(cluster, key)
    assert edit(ADDS, key).exit_code == 0
    after = value_of(cluster, key)
    assert b"1.50" in before
    assert (
        after[after.index(b"gpu.example.com/v1") :] == before[before.index(b"gpu.example.com/v1") :]
    )
    assert len(after) > len(before)


def test_an_error_opens_the_editor_again_with_its_reason(
    cluster: Etcd, edit: Callable[..., Result], editor: Callable[[str], str], tmp_path: Path
) -> None:
    script = f"""
    cp "$1" {tmp_path}/round-$(ls {tmp_path} | grep -c round)
    case $(ls {tmp_path} | grep -c round) in
        1) sed -i 's/^kind: /kind: [/' "$1";;
        2) sed -i 's/^kind: .*/kind: ConfigMap/; s/^data:/xdata:/' "$1";;
        3) sed -i 's/^xdata:/data:\\n  added: "1"/' "$1";;
    esac"""
    key = "configmaps/kube-system/coredns"
    result = edit(editor(script), key)
    assert result.stdout == f"{key} edited\n".encode()
    second, third = (tmp_path / f"round-{n}" for n in (1, 2))
    first_line, shown = second.read_text().split("\n", 1)
    assert re.fullmatch(r"# line \d+: while parsing a flow .*", first_line)
    assert "kind: [ConfigMap" in shown
    reason = third.read_text().split("\n")
    found = re.fullmatch(
        r"# line (\d+): xdata: ConfigMap has no such field .is data meant.*", reason[0]
    )
    assert found
    assert reason[int(found[1]) - 1].startswith("xdata:")
    assert b"added" in value_of(cluster, f"/registry/{key}")


def test_a_script_that_never_gets_it_right_ends_and_the_text_is_kept(
    cluster: Etcd, edit: Callable[..., Result]
) -> None:
    result = edit("sed -i s/replicas:/replica:/", "deploy", "web", "-n", "shop")
    assert result.exit_code == 1
    assert "spec.replica: DeploymentSpec has no such field (is replicas meant?)" in result.stderr
    assert "replica: " in kept(result).read_text()
    always_wrong = edit("sed -i 1ix", "deploy", "web", "-n", "shop")
    assert always_wrong.exit_code == 1
    assert kept(always_wrong).exists()


def test_who_the_object_is_cannot_be_edited(edit: Callable[..., Result]) -> None:
    result = edit("sed -i s/name:.web$/name:\\ other/", "deploy", "web", "-n", "shop")
    assert "metadata.name: this has to stay web" in result.stderr


def test_a_change_by_another_client_wins_and_the_text_is_kept(
    cluster: Etcd, edit: Callable[..., Result], editor: Callable[[str], str], drafts: Path
) -> None:
    keys = [each for each in responses() if each.startswith("/registry/configmaps/shop/")]
    key = next(each for each in keys if "encryption" not in responses()[each])
    etcdctl = " ".join(map(shlex.quote, command("put", key)))
    script = f'echo "# mine" >> "$1"; {ADDS} "$1"\n'
    script += f"cd {PROJECT}; echo '{{\"theirs\":1}}' | {etcdctl} >/dev/null"
    result = edit(editor(script), key)
    assert result.exit_code == 1
    assert "was changed by another client after it was read: its mod_revision was " in result.stderr
    assert value_of(cluster, key) == b'{"theirs":1}\n'
    path = kept(result)
    assert "# mine" in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert path.parent.parent == drafts


def test_a_deleted_object_is_not_made_again(
    cluster: Etcd, edit: Callable[..., Result], editor: Callable[[str], str]
) -> None:
    key = "/registry/serviceaccounts/shop/default"
    gone = " ".join(map(shlex.quote, command("del", key)))
    script = f'{ADDS} "$1"; cd {PROJECT}; {gone}'
    result = edit(editor(script), key)
    assert "was deleted by another client after it was read" in result.stderr
    assert kept(result).exists()
    assert not cluster.etcdctl("get", key).stdout


def test_a_server_that_is_gone_leaves_the_text(
    own_etcd: Callable[..., Etcd], editor: Callable[[str], str], tmp_path: Path
) -> None:
    server = own_etcd(sample=True)
    pid = server.members[0].process_id
    script = editor(f'sed -i "s/Terminating/Active/" "$1"; kill -9 {pid}')
    env = {**server.environment, "EDITOR": script, "TMPDIR": str(tmp_path)}
    flags = ("--yes", "--command-timeout", "2s", "--dial-timeout", "1s")
    result = run("kubernetes", "edit", "ns", "stuck", *flags, env=env)
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1].startswith("  Your text is kept in ")
    assert "phase: Active" in kept(result).read_text()


def test_a_failed_editor_writes_nothing(edit: Callable[..., Result], drafts: Path) -> None:
    failed = edit("false", STUCK)
    assert failed.stderr == 'Error: the editor "false" failed: exit status 1\n'
    missing = edit("/no/such/editor", STUCK)
    assert missing.exit_code == 1
    assert 'Error: the editor "/no/such/editor" cannot be run\n' in missing.stderr
    assert list(drafts.iterdir()) == [], "where nothing was typed, nothing is kept"


def test_kubectls_editor_comes_first(cluster: Etcd, edit: Callable[..., Result]) -> None:
    key = "/registry/serviceaccounts/payments/default"
    result = edit("false", key, KUBE_EDITOR=ADDS, VISUAL="false")
    assert result.exit_code == 0, result.stderr
    assert b"edited-" in value_of(cluster, key)


@pytest.mark.parametrize("way", ["aescbc", "aesgcm", "secretbox"])
def test_an_encrypted_object_stays_encrypted_by_its_own_key(
    cluster: Etcd,
    edit: Callable[..., Result],
    editor: Callable[[str], str],
    tmp_path: Path,
    way: str,
) -> None:
    key = next(
        k
        for k, a in responses().items()
        if a.get("encryption", "").startswith(way)
        and k.startswith("/registry/secrets/")
        and a["format"] == "protobuf"
    )
    header = b":".join(value_of(cluster, key).split(b":", 5)[:5])
    modes = f'stat -c %a "$1" "$(dirname "$1")" > {tmp_path}/modes\n'
    script = editor(f'{modes}{ADDS} "$1"')
    result = edit(script, key, "--encryption-config", str(CONFIG))
    assert result.exit_code == 0, result.stderr
    assert (tmp_path / "modes").read_text() == "600\n700\n"
    value = value_of(cluster, key)
    assert value.startswith(header + b":")
    opened = Keyring(lambda: configuration.load(str(CONFIG))).decrypt(key.encode(), value)
    assert b"edited-" in opened.plaintext
    assert (f"encrypted by {way} {opened.key_name} {STAYS}" in result.stderr) == opened.stale
    secret = json.loads(responses()[key]["json"])
    for data in secret["data"].values():
        assert not data or data not in result.stderr


OUTCOMES = {ADDS: 0, "false": 1, r"sed -i 's/^data:/&\n  zz: 5/'": 1, "sed -i /^kind/d": 1}


@pytest.mark.parametrize("change", OUTCOMES)
def test_neither_keys_nor_secrets_are_printed_or_handed_on(
    cluster: Etcd,
    edit: Callable[..., Result],
    editor: Callable[[str], str],
    tmp_path: Path,
    drafts: Path,
    change: str,
) -> None:
    key = next(k for k in responses() if k.startswith("/registry/secrets/vault-aesgcm/db-02"))
    secrets = re.findall(r"secret: ([^}]+)=", CONFIG.read_text())
    for text in filter(None, json.loads(responses()[key]["json"])["data"].values()):
        secrets += [text, base64.b64decode(text).decode(errors="replace")]
    watched = 'for each in $$ $PPID; do cat /proc/$each/cmdline /proc/$each/environ; done > "{}"'
    script = editor(f'{watched.format(tmp_path / "seen")}\nset -e\n{change} "$1"')
    result = edit(script, key, "--encryption-config", str(CONFIG), "--debug")
    assert result.exit_code == OUTCOMES[change], result.stderr
    reported = result.stderr + result.stdout.decode() + (tmp_path / "seen").read_text()
    assert "encryption-config" in reported
    assert [secret for secret in secrets if len(secret) > 3 and secret in reported] == []
    left = list(drafts.rglob("*"))
    assert [stat.S_IMODE(each.stat().st_mode) for each in left] in ([], [0o700, 0o600, 0o600])


def test_a_plain_object_that_should_be_encrypted_stays_plain_with_a_remark(
    cluster: Etcd, edit: Callable[..., Result]
) -> None:
    key = "/registry/secrets/vault-plain/new"
    cluster.etcdctl("put", key, input=stored("v1", "Secret", field(1, field(1, "new"))), check=True)
    remark = f"# secrets/vault-plain/new is stored plain {STAYS}"
    flags = ("--encryption-config", str(CONFIG))
    assert remark in edit(ADDS, key, *flags).stderr
    without_a_file = edit("sed -i s/edited/again/", key)
    assert (without_a_file.exit_code, remark in without_a_file.stderr) == (0, False)
    secret = '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"new"},"type":"x"}'
    put = ("kubernetes", "put", "-f", "-", "--at", key, "--yes", *flags)
    assert remark in run(*put, env=cluster.environment, input=secret).stderr
    assert value_of(cluster, key).startswith(b"k8s\0")


def test_the_lease_is_kept(cluster: Etcd, edit: Callable[..., Result]) -> None:
    lease = cluster.etcdctl("lease", "grant", "3600", check=True).stdout.split()[1].decode()
    key = next(k for k in responses() if k.startswith("/registry/events/kube-system/"))
    value = value_of(cluster, key)
    cluster.etcdctl("put", key, "--lease", lease, input=value, check=True)
    assert edit("sed -i s/^reason:.*/reason:\\ Edited/", key).exit_code == 0
    assert at(cluster, key)["lease"] == int(lease, 16)
    assert b"Edited" in value_of(cluster, key)


def test_what_would_be_lost_keeps_an_object_from_being_edited(
    cluster: Etcd, edit: Callable[..., Result]
) -> None:
    newer = stored("v1", "ConfigMap", field(1, field(1, "x")), field(99, "from the future"))
    broken = stored("v1", "ConfigMap", field(1, field(1, "x")), field(2, b"\x0a\x7f"))
    foreign = stored("route.example.io/v1", "Route", field(1, field(1, "x")), field(2, 7))
    latin = stored(
        "v1", "ConfigMap", field(1, field(1, "x")), field(2, field(1, "k") + field(2, b"\xe9"))
    )
    reasons = {
        "newer": (newer, "it holds 1 fields that are not known here (field 99)"),
        "broken": (broken, "it is damaged (field 1 is cut off"),
        "foreign": (foreign, "the kind route.example.io/v1 Route is not known here"),
        "latin": (latin, "it holds text that is not UTF-8"),
        "text": (b"hello", "it holds no object of Kubernetes"),
    }
    for name, (value, reason) in reasons.items():
        key = f"/registry/configmaps/refused/{name}"
        cluster.etcdctl("put", key, input=value, check=True)
        result = edit("touch", key)
        assert result.exit_code == 1
        assert f"configmaps/refused/{name} cannot be edited: {reason}" in result.stderr
        assert value_of(cluster, key) == value
    closed = next(k for k, a in responses().items() if a.get("encryption", "").startswith("aesgcm"))
    assert "cannot be edited: encrypted by aesgcm" in edit("touch", closed).stderr


def test_a_value_of_another_release_is_edited_with_a_remark(
    cluster: Etcd, edit: Callable[..., Result]
) -> None:
    old = stored("v1", "ConfigMap", field(1, field(1, "x") + field(15, "")))
    cluster.etcdctl("put", "/registry/configmaps/old/x", input=old, check=True)
    remarked = edit(ADDS, "/registry/configmaps/old/x")
    assert (
        "# stored by another release: zero fields of that one will be left out" in remarked.stderr
    )
    assert remarked.exit_code == 0


CBOR = (
    "d9d9f7bf 646b696e64 614b 6a61706956657273696f6e 63782f76 "
    "686d65746164617461 bf 646e616d65 6178 ff ff"
)
"""As others might write it: with lengths left open, texts that are texts, names in any order."""


def test_an_object_in_cbor_stays_cbor(cluster: Etcd, edit: Callable[..., Result]) -> None:
    ours = [key for key, response in responses().items() if response["format"] == "cbor"]
    plain = next(key for key in ours if "encryption" not in responses()[key])
    sealed = next(key for key in ours if responses()[key].get("config_decrypts"))
    foreign = "/registry/x/ks/odd"
    cluster.etcdctl("put", foreign, input=bytes.fromhex(CBOR), check=True)
    keyring = Keyring(lambda: configuration.load(str(CONFIG)))
    for key in (plain, sealed, foreign):
        before = keyring.decrypt(key.encode(), value_of(cluster, key))
        edited = edit(ADDS, key, "--encryption-config", str(CONFIG))
        assert edited.exit_code == 0, edited.stderr
        assert ("# stored with other formatting" in edited.stderr) == (key == foreign)
        after = keyring.decrypt(key.encode(), value_of(cluster, key))
        assert (after.provider, after.key_name) == (before.provider, before.key_name)
        obj = decode(before.plaintext).object
        assert obj is not None
        obj["metadata"]["generateName"] = "edited-"
        assert after.plaintext == encode(obj, "cbor")


def test_without_a_terminal_nothing_is_begun(cluster: Etcd, tmp_path: Path) -> None:
    env = {**cluster.environment, "EDITOR": f"touch {tmp_path}/begun"}
    refused = run("kubernetes", "edit", "ns", "stuck", env=env)
    assert refused.exit_code == 128
    assert refused.stderr.endswith("Try:  the same with --yes\n")
    assert not (tmp_path / "begun").exists()
    nobody = run("kubernetes", "edit", "ns", "stuck", "--yes", env=cluster.environment)
    assert nobody.exit_code == 128
    assert "no editor is named" in nobody.stderr
    missing = run("kubernetes", "edit", "ns", "nowhere", "--yes", env=env)
    assert missing.stderr.startswith("Error: namespaces/nowhere not found\n")


def test_a_signal_while_the_editor_runs_leaves_the_text(
    cluster: Etcd, editor: Callable[[str], str], drafts: Path, tmp_path: Path
) -> None:
    ready, end = tmp_path / "ready", tmp_path / "end"
    os.mkfifo(ready)
    os.mkfifo(end)
    script = editor(f'echo "# typed" >> "$1"; echo > {ready}; exec cat {end}')
    env = {**cluster.environment, "EDITOR": script, "TMPDIR": str(drafts)}
    program = subprocess.Popen(
        command("kubernetes", "edit", "ns", "shop", "--yes"),
        env=clean_environment(env),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
    )
    ready.read_text()
    program.send_signal(signal.SIGTERM)
    _, said = program.communicate(timeout=SECONDS)
    assert program.returncode == -signal.SIGTERM
    found = KEPT.search(said)
    assert found
    assert "# typed" in Path(found[1]).read_text()


def on_terminal(cluster: Etcd, editor: str, drafts: Path, *words: str) -> pexpect.spawn:
    env = {**cluster.environment, "EDITOR": editor, "TMPDIR": str(drafts), "TERM": "xterm"}
    return pexpect.spawn(
        sys.executable,
        ["-m", "pyetcdctl", "kubernetes", "edit", *words],
        env=clean_environment(env),  # type: ignore[arg-type]
        cwd=str(PROJECT),
        encoding="utf-8",
        timeout=SECONDS,
    )


def test_on_a_terminal_the_change_is_shown_and_asked_for(
    cluster: Etcd, drafts: Path, editor: Callable[[str], str]
) -> None:
    key = "/registry/configmaps/asked/asked"
    value = b'{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"asked"},"data":{"a":"1"}}\n'
    cluster.etcdctl("put", key, input=value, check=True)
    adds = editor("""grep -q b: "$1" || sed -i 's/^data:/&\\n  b: "\\\\e[31mred"/' "$1" """)
    question = f"Write configmaps/asked/asked to {cluster.endpoint}? [y/N, e to edit on] "
    terminal = on_terminal(cluster, adds, drafts, key)
    terminal.expect_exact(question)
    assert "\x1b[32m+  b: " in terminal.before
    assert "\x1b[31mred" not in terminal.before
    terminal.sendline("n")
    shown = terminal.read()
    terminal.wait()
    assert terminal.exitstatus == 1
    assert "nothing was written" in shown
    assert "Your text is kept in" in shown
    assert value_of(cluster, key) == value
    terminal = on_terminal(cluster, adds, drafts, key)
    terminal.expect_exact(question)
    terminal.sendline("e")
    terminal.expect_exact(question)
    terminal.sendline("y")
    terminal.expect_exact("configmaps/asked/asked edited")
    terminal.read()
    assert b'"b":"\\u001b[31mred"' in value_of(cluster, key)


def test_a_confirmed_change_is_written_and_an_interrupt_at_the_question_is_not(
    cluster: Etcd, drafts: Path
) -> None:
    key = "/registry/namespaces/payments"
    before = at(cluster, key)
    activates = "sed -i s/Active/Terminating/"
    terminal = on_terminal(cluster, activates, drafts, key)
    terminal.expect_exact("[y/N, e to edit on] ")
    terminal.sendintr()
    terminal.expect_exact("\r\nYour text is kept in ")
    terminal.read()
    terminal.wait()
    assert terminal.signalstatus == signal.SIGINT
    assert at(cluster, key) == before
    terminal = on_terminal(cluster, activates, drafts, key)
    terminal.expect_exact("[y/N, e to edit on] ")
    terminal.sendline("yes")
    terminal.expect_exact("namespaces/payments edited")
    terminal.read()
    assert b"Terminating" in value_of(cluster, key)


def test_custom_resources_are_edited_in_their_own_json(
    cluster: Etcd, edit: Callable[..., Result]
) -> None:
    values: dict[str, Stored] = {each.key: each for each in stored_values(cluster)}
    found = (k for k, a in responses().items() if a["format"] == "json" and "encryption" not in a)
    key = next(k for k in found if k.startswith("/registry/shop.example.com/"))
    assert edit(ADDS, key).exit_code == 0
    before, after = (json.loads(v) for v in (values[key].value, value_of(cluster, key)))
    before["metadata"]["generateName"] = "edited-"
    assert after == before
    assert value_of(cluster, key).startswith(b'{"apiVersion"')


def test_the_text_of_a_killed_edit_is_reported_once_by_the_next(
    edit: Callable[..., Result], editor: Callable[[str], str], drafts: Path
) -> None:
    killed = edit(editor('echo "# mine" >> "$1"; kill -9 $PPID'), STUCK)
    assert killed.exit_code == -signal.SIGKILL
    [folder] = drafts.iterdir()
    [text] = folder.glob("*.yaml")
    untouched = edit(editor("kill -9 $PPID"), STUCK)
    assert untouched.exit_code == -signal.SIGKILL
    assert f"text of an earlier edit that was killed is kept in {text}\n" in untouched.stderr
    assert len(list(drafts.iterdir())) == 2
    assert "earlier edit" not in edit("true", STUCK).stderr
    assert list(drafts.iterdir()) == [folder], "a text without changes is removed"
    assert text.read_text().endswith("# mine\n")


def test_the_text_of_an_edit_that_runs_is_left_alone(
    edit: Callable[..., Result], editor: Callable[[str], str], drafts: Path
) -> None:
    draft = Draft("namespaces/a", "kind: Namespace\n")
    folder = drafts / "pyetcdctl-edit-running"
    Path(draft.path).parent.rename(folder)
    (folder / "namespaces-a.yaml").write_text("mine\n")
    assert "earlier edit" not in edit("true", STUCK).stderr
    assert (folder / "namespaces-a.yaml").read_text() == "mine\n"
    draft.discard()
    assert "earlier edit" in edit("true", STUCK).stderr
