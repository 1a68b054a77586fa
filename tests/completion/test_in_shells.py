"""What TAB makes of a line in real shells on a terminal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.completion.shells import TAB

if TYPE_CHECKING:
    from tests.completion.shells import Shell
    from tests.server import Etcd

ODD_NAMES = (
    "two words",
    "it's",
    'a "quote"',
    "$HOME",
    "back\\slash",
    "tick`tick",
    "system:node",
    "a=b",
    "a&b;c|d",
    "star*[x]?",
    "(round) {curly}",
    "bang!bang",
    "#hash",
    "~tilde",
    "<less>",
    "per%cent^",
    "grüße",
)


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("pyetcdctl ver", "pyetcdctl version "),
        ("pyetcdctl --hex vers", "pyetcdctl --hex version "),
        ("pyetcdctl -w json vers", "pyetcdctl -w json version "),
        ("pyetcdctl --endpoints=a vers", "pyetcdctl --endpoints=a version "),
        ("pyetcdctl help vers", "pyetcdctl help version "),
        ("pyetcdctl help exit", "pyetcdctl help exit-codes "),
        ("pyetcdctl help member prom", "pyetcdctl help member promote "),
        ("pyetcdctl help get /", "pyetcdctl help get /"),
        ("pyetcdctl completion z", "pyetcdctl completion zsh "),
        ("pyetcdctl kube encryption s", "pyetcdctl kube encryption status "),
        ("pyetcdctl kubernetes get ns N", "pyetcdctl kubernetes get ns N"),
    ],
)
def test_a_command_is_completed(shell: Shell, typed: str, line: str) -> None:
    assert shell.after_tab(typed) == line


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("pyetcdctl get --keys", "pyetcdctl get --keys-only "),
        ("pyetcdctl get k --ord", "pyetcdctl get k --order "),
        ("pyetcdctl ge --ord", "pyetcdctl ge --order "),
        ("pyetcdctl put --ignore-l", "pyetcdctl put --ignore-lease "),
        ("pyetcdctl --cac", "pyetcdctl --cacert "),
        ("pyetcdctl get --write", "pyetcdctl get --write-out "),
        ("pyetcdctl put --ord", "pyetcdctl put --ord"),
        ("pyetcdctl get -- --ord", "pyetcdctl get -- --ord"),
    ],
)
def test_a_flag_is_completed_where_it_may_stand(shell: Shell, typed: str, line: str) -> None:
    assert shell.after_tab(typed) == line


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("pyetcdctl -w ta", "pyetcdctl -w table "),
        ("pyetcdctl get / --write-out prot", "pyetcdctl get / --write-out protobuf "),
        ("pyetcdctl get --write-out=ya", "pyetcdctl get --write-out=yaml "),
        ("pyetcdctl get --order D", "pyetcdctl get --order DESCEND "),
        ("pyetcdctl get --sort-by=MO", "pyetcdctl get --sort-by=MODIFY "),
        ("pyetcdctl sandbox --layout kub", "pyetcdctl sandbox --layout kubeadm "),
        ("pyetcdctl kubernetes get no -o jsonp", "pyetcdctl kubernetes get no -o jsonpath="),
        (
            "pyetcdctl kubernetes get no --output=jsonp",
            "pyetcdctl kubernetes get no --output=jsonpath=",
        ),
        ("pyetcdctl doctor --rules mix", "pyetcdctl doctor --rules mixin "),
        ("pyetcdctl doctor --rules pyproj", "pyetcdctl doctor --rules pyproject.toml "),
        ("pyetcdctl doctor --upgrade-to 3.", "pyetcdctl doctor --upgrade-to 3."),
        ("pyetcdctl undelete --before ", "pyetcdctl undelete --before "),
        ("pyetcdctl put k ", "pyetcdctl put k "),
    ],
)
def test_a_value_of_a_flag_is_completed(shell: Shell, typed: str, line: str) -> None:
    assert shell.after_tab(typed) == line


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("pyetcdctl --cacert pyproj", "pyetcdctl --cacert pyproject.toml "),
        ("pyetcdctl get --key=pyproj", "pyetcdctl get --key=pyproject.toml "),
        ("pyetcdctl --pki pyetcdctl/cli/com", "pyetcdctl --pki pyetcdctl/cli/commands/"),
    ],
)
def test_a_file_name_is_completed(shell: Shell, typed: str, line: str) -> None:
    assert shell.after_tab(typed) == line


def test_keys_are_completed_one_segment_at_a_time(shell: Shell, etcd: Etcd, prefix: str) -> None:
    for key in ("pods/default/web", "pods/default/db", "pods/kube-system/dns", "leases/x"):
        etcd.etcdctl("put", prefix + key, "v", check=True)
    line = f"pyetcdctl get {prefix}"
    assert shell.after_tab(f"{line}po") == f"{line}pods/"
    assert shell.after_tab(f"{line}pods/") == f"{line}pods/"
    assert shell.after_tab(f"{line}pods/d") == f"{line}pods/default/"
    assert shell.after_tab(f"{line}pods/default/w") == f"{line}pods/default/web "
    assert shell.after_tab(f"{line}po{TAB}k{TAB}") == f"{line}pods/kube-system/dns "
    line = f"pyetcdctl kubernetes edit {prefix}pods/"
    assert shell.after_tab(f"{line}default/w") == f"{line}default/web "


def test_keys_of_a_branch_are_listed(shell: Shell, etcd: Etcd, prefix: str) -> None:
    for name in ("apple", "apricot", "cherry"):
        etcd.etcdctl("put", f"{prefix}{name}", "v", check=True)
    assert shell.after_tab(f"pyetcdctl get {prefix}a") == f"pyetcdctl get {prefix}ap"
    shown = shell.shown_after_tab(f"pyetcdctl get {prefix}")
    assert "apricot" in shown
    assert "cherry" in shown


def test_flags_and_commands_are_described(shell: Shell) -> None:
    assert re.search(r"--keys-only .*Only the keys", shell.shown_after_tab("pyetcdctl get --"))
    assert re.search(r"put .*Write a value under a key", shell.shown_after_tab("pyetcdctl "))
    assert re.search(r"formats .*The formats of -w", shell.shown_after_tab("pyetcdctl help "))


@pytest.mark.parametrize("opening", ["", '"', "'"], ids=["bare", "double", "single"])
@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_key_with_odd_characters_reaches_the_program(
    shell: Shell, etcd: Etcd, prefix: str, name: str, opening: str
) -> None:
    etcd.etcdctl("put", f"{prefix}{name}", "v", check=True)
    assert shell.arguments_after_tab(f"pyetcdctl get {opening}{prefix}") == [
        "get",
        f"{prefix}{name}",
    ]


def test_odd_names_are_distinguished_within_quotes(shell: Shell, etcd: Etcd, prefix: str) -> None:
    for name in ("a b/one two", "a b/one $two", "a b/it's"):
        etcd.etcdctl("put", f"{prefix}{name}", "v", check=True)
    expected = ["get", f"{prefix}a b/one $two"]
    quoted, bare = f'pyetcdctl get "{prefix}a b/on', f"pyetcdctl get {prefix}a\\ b/on"
    assert shell.arguments_after_tab(f"{quoted}{TAB}\\$") == expected
    assert shell.arguments_after_tab(f"{bare}{TAB}\\$") == expected


def test_a_branch_behind_a_space_goes_on(shell: Shell, etcd: Etcd, prefix: str) -> None:
    etcd.etcdctl("put", f"{prefix}a b/c d/e f", "v", check=True)
    for opening in ("", '"', "'"):
        typed = f"pyetcdctl get {opening}{prefix}"
        assert shell.arguments_after_tab(typed, tabs=3) == ["get", f"{prefix}a b/c d/e f"]


def test_a_key_with_a_colon_goes_on_behind_it(shell: Shell, etcd: Etcd, prefix: str) -> None:
    for name in ("system:node", "system:nodes:extra", "system:x=y"):
        etcd.etcdctl("put", f"{prefix}{name}", "v", check=True)
    line = f"pyetcdctl del {prefix}"
    assert shell.after_tab(f"{line}system:nodes") == f"{line}system:nodes:extra "
    assert shell.arguments_after_tab(f"{line}system:x") == ["del", f"{prefix}system:x=y"]


def test_the_second_word_of_put_is_no_key(shell: Shell, etcd: Etcd, prefix: str) -> None:
    etcd.etcdctl("put", f"{prefix}only", "v", check=True)
    assert shell.after_tab(f"pyetcdctl put {prefix}") == f"pyetcdctl put {prefix}only "
    assert shell.after_tab(f"pyetcdctl put k {prefix}") == f"pyetcdctl put k {prefix}"


def test_certificates_and_endpoints_on_the_line_are_used(
    shell: Shell, secure_etcd: Etcd, prefix: str
) -> None:
    secure_etcd.etcdctl("put", f"{prefix}behind-tls", "v", check=True)
    server = secure_etcd
    flags = f"--endpoints {server.endpoint} --cacert={server.ca} --cert {server.cert}"
    line = f"pyetcdctl {flags} get --key '{server.key}' {prefix}"
    assert shell.after_tab(line) == f"{line}behind-tls "


def test_a_variable_on_the_line_is_read(shell: Shell, etcd: Etcd, prefix: str) -> None:
    etcd.etcdctl("put", f"{prefix}found", "v", check=True)
    shell.define("SERVER", etcd.endpoint)
    line = f'pyetcdctl --endpoints "$SERVER" get {prefix}'
    assert shell.after_tab(line) == f"{line}found "


def test_nothing_happens_when_the_server_is_away(shell: Shell) -> None:
    shell.define("PYETCDCTL_COMPLETION_TIMEOUT", "300ms")
    line = "pyetcdctl --endpoints 127.0.0.1:1 get /registry/"
    assert shell.after_tab(line) == line
    assert "rror" not in shell.shown_after_tab(line)
    shell.define("PYETCDCTL_COMPLETION_TIMEOUT", "15s")


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("kubernetes get po,namesp", "kubernetes get po,namespaces "),
        ("kubernetes get --namespace=kube-s", "kubernetes get --namespace=kube-system "),
        ("kubernetes get no/mas", "kubernetes get no/master "),
        ("kubernetes describe node mas", "kubernetes describe node master "),
    ],
)
def test_kubernetes_names_are_completed(
    shell: Shell, sample_etcd: Etcd, typed: str, line: str
) -> None:
    program = f"pyetcdctl --endpoints {sample_etcd.endpoint}"
    assert shell.after_tab(f"{program} {typed}") == f"{program} {line}"


def test_a_list_of_resources_is_described(shell: Shell, sample_etcd: Etcd) -> None:
    line = f"pyetcdctl --endpoints {sample_etcd.endpoint} kubernetes get p"
    pattern = re.compile(r"persistentvolumeclaims .*PersistentVolumeClaim, pvc")
    assert pattern.search(shell.shown_after_tab(line))


def test_a_member_is_completed(shell: Shell, etcd: Etcd) -> None:
    member = etcd.etcdctl("member", "list", check=True).stdout.split(b",")[0].decode()
    line = "pyetcdctl member update --peer-urls x "
    assert shell.after_tab(f"{line}{member[:6]}") == f"{line}{member} "
