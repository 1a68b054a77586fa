"""Transactions: their grammar, and what happens when no response arrives."""

import pytest

from pyetcdctl.cli.words.go_scan import NotQuoted, split_words, unquote
from pyetcdctl.cli.words.txn_grammar import parse_compare
from pyetcdctl.errors import InvalidInput
from pyetcdctl.rpc.txn import LEASE, LESS, VALUE, VERSION, Compare
from tests.runner import run_here

NOTHING_LISTENS = "127.0.0.1:1"


def txn(etcd, script):
    return run_here("txn", env=etcd.environment, input=script)


def lease_of(etcd, key):
    lease = etcd.etcdctl("lease", "grant", "600", check=True).stdout.split()[1].decode()
    etcd.etcdctl("put", key, "v", "--lease", lease, check=True)
    return lease


@pytest.mark.parametrize("operator", ["=", "<", ">", "!="])
def test_a_lease_is_compared_with_the_keys_own(every_etcd, prefix, operator):
    lease = lease_of(every_etcd, f"{prefix}leased")
    done = txn(every_etcd, f'lease("{prefix}leased") {operator} "{lease}"\n\n\n\n')
    assert done.stdout == (b"SUCCESS\n" if operator == "=" else b"FAILURE\n"), done.stderr


def test_a_key_without_a_lease_compares_as_lease_0(etcd, prefix):
    etcd.etcdctl("put", f"{prefix}free", "v", check=True)
    assert txn(etcd, f'lease("{prefix}free") = "0"\n\n\n\n').stdout == b"SUCCESS\n"


def test_a_lease_that_is_not_hexadecimal_is_refused(etcd):
    done = txn(etcd, 'lease("k") = "xyz"\n\n\n\n')
    assert done.stderr == 'Error: invalid txn compare request: lease("k") = "xyz"\n'
    assert done.exit_code == 3


def test_an_empty_value_is_compared_and_not_left_out(every_etcd, prefix):
    every_etcd.etcdctl("put", f"{prefix}full", "x", check=True)
    assert txn(every_etcd, f'val("{prefix}full") = ""\n\n\n\n').stdout == b"FAILURE\n"
    assert txn(every_etcd, f'ver("{prefix}none") = "0"\n\n\n\n').stdout == b"SUCCESS\n"


def test_an_unknown_operator_is_refused_where_etcdctl_crashes(etcd):
    done = txn(etcd, 'ver("k") == "1"\n\n\n\n')
    assert done.stderr.startswith('Error: malformed comparison: ver("k") == "1" (unknown operator')
    assert done.exit_code == 3


def test_a_single_quoted_word_is_taken_as_it_stands(every_etcd, prefix):
    script = f"\nput '{prefix}q' 'single \"q\" \\n'\nget {prefix}q\n\n\n"
    assert txn(every_etcd, script).stdout.endswith(b'q\nsingle "q" \\n\n')


def test_a_transaction_ends_by_the_command_timeout():
    env = {"ETCDCTL_ENDPOINTS": NOTHING_LISTENS, "ETCDCTL_COMMAND_TIMEOUT": "200ms"}
    done = run_here("txn", env=env, input="\n\n\n", seconds=10)
    assert done.stderr.startswith("Error: context deadline exceeded\n")
    assert done.exit_code == 1


def test_the_time_limit_starts_when_the_transaction_has_been_read(etcd):
    env = {**etcd.environment, "ETCDCTL_COMMAND_TIMEOUT": "-1s"}
    assert run_here("txn", env=env, input="nonsense\n").stderr.startswith(
        "Error: malformed comparison"
    )


def test_a_comparison_keeps_its_zero_on_the_wire():
    assert Compare(target=VERSION, key=b"k", version=0).encode() == b"\x1a\x01k\x20\x00"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('val("k") < "a b"', Compare(result=LESS, target=VALUE, key=b"k", value=b"a b")),
        ('lease("k") = "-1f"', Compare(target=LEASE, key=b"k", lease=-31)),
        (r'ver("\x00\u00e9\101") = "12"', Compare(key=b"\x00\xc3\xa9A", version=12)),
        ('ver(`raw\\n`) = "-3" rest', Compare(key=b"raw\\n", version=-3)),
    ],
)
def test_a_comparison_means(line, expected):
    assert parse_compare(line) == expected


@pytest.mark.parametrize("line", ["", "ver", '("k") = "1"', 'ver("k") = 1', 'ver("\\z") = "1"'])
def test_a_malformed_comparison_is_refused(line):
    with pytest.raises(InvalidInput):
        parse_compare(line)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("put a b", ["put", "a", "b"]),
        ("put 'a b' \"c d\"", ["put", "a b", "c d"]),
        (r'put "\"" \n', ["put", '"', r"\n"]),
        ('put f"g"h', ["put", 'f"g"h']),
        ("put\xa0k \x85", ["put\xa0k", "\x85"]),
        ('put "\udcff"', ["put", "\udcff"]),
        ("", []),
    ],
)
def test_a_line_splits_into(line, words):
    assert split_words(line) == words


@pytest.mark.parametrize("text", [r'"\q"', r'"\xg0"', r'"\ud800"', r'"\777"', '"a\nb"'])
def test_a_string_that_go_refuses_is_refused(text):
    with pytest.raises(NotQuoted):
        unquote(text)
