"""Requests in etcdctl's words: a command line, or a transaction on standard input."""

import pytest

from pyetcdctl.errors import BadFeature
from pyetcdctl.kubectl.etcdctl_words import (
    fits_command_line,
    quoted,
    range_words,
    reading_text,
    transaction_text,
)
from pyetcdctl.rpc.kv import (
    ASCEND,
    BY_MOD,
    BY_VALUE,
    DESCEND,
    DeleteRangeRequest,
    PutRequest,
    RangeRequest,
)
from pyetcdctl.rpc.txn import (
    EQUAL,
    LEASE,
    LESS,
    MOD,
    NOT_EQUAL,
    VALUE,
    VERSION,
    Compare,
    RequestOp,
    TxnRequest,
)


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"key": b"k"}, "get -- k"),
        ({"key": b"k", "range_end": b"l"}, "get -- k l"),
        ({"key": b"k", "range_end": b"\0"}, "get --from-key -- k"),
        ({"key": b"\0", "range_end": b"\0"}, "get --from-key -- "),
        ({"key": b"-k", "limit": 5, "revision": 7}, "get --limit=5 --rev=7 -- -k"),
        ({"key": b"k", "serializable": True}, "get --consistency=s -- k"),
        ({"key": b"k", "keys_only": True}, "get --keys-only -- k"),
        ({"key": b"k", "count_only": True}, "get --limit=1 --keys-only -- k"),
        (
            {"key": b"k", "sort_order": DESCEND, "sort_target": BY_MOD},
            "get --order=DESCEND --sort-by=MODIFY -- k",
        ),
        (
            {"key": b"k", "sort_order": ASCEND, "sort_target": BY_VALUE},
            "get --order=ASCEND --sort-by=VALUE -- k",
        ),
    ],
)  # fmt: skip
def test_a_range_is_a_line_of_get(request_, words):
    assert b" ".join(range_words(RangeRequest(**request_))) == words.encode()


@pytest.mark.parametrize(
    ("word", "fits"), [("ключ".encode(), True), (b"a\0", False), (b"\xff", False), (b"", True)]
)
def test_words_with_a_nul_or_other_bytes_do_not_fit_a_command_line(word, fits):
    assert fits_command_line([b"get", word]) is fits


def test_every_byte_is_written_in_go_s_quotes():
    assert quoted(b'a "b"\\\n\0\xff') == '"a \\x22b\\x22\\x5c\\x0a\\x00\\xff"'


def test_questions_share_a_transaction():
    requests = [RangeRequest(key=b"a"), RangeRequest(key=b"b\0", range_end=b"c", limit=1)]

    assert reading_text(requests) == b'\nget -- "a"\nget --limit=1 -- "b\\x00" "c"\n\n\n'


def test_a_transaction_has_comparisons_and_two_lists_of_operations():
    request = TxnRequest(
        compare=[
            Compare(key=b"k", target=MOD, result=EQUAL, mod_revision=5),
            Compare(key=b"k", target=VALUE, result=NOT_EQUAL, value=b"\n"),
            Compare(key=b"k", target=VERSION, result=LESS, version=2),
        ],
        success=[
            RequestOp(request_put=PutRequest(key=b"k", value=b"v w", lease=255, prev_kv=True)),
            RequestOp(request_put=PutRequest(key=b"k", ignore_value=True, ignore_lease=True)),
        ],
        failure=[RequestOp(request_delete_range=DeleteRangeRequest(key=b"k", range_end=b"l"))],
    )

    assert transaction_text(request).decode() == (
        'mod("k") = "5"\n'
        'value("k") != "\\x0a"\n'
        'version("k") < "2"\n'
        "\n"
        'put --lease=ff --prev-kv -- "k" "v w"\n'
        'put --ignore-lease --ignore-value -- "k"\n'
        "\n"
        'del -- "k" "l"\n'
        "\n"
    )


@pytest.mark.parametrize(
    "request_",
    [
        TxnRequest(compare=[Compare(key=b"k", target=LEASE, lease=1)]),
        TxnRequest(success=[RequestOp(request_txn=TxnRequest())]),
        TxnRequest(success=[RequestOp(request_range=RangeRequest(key=b"k", count_only=True))]),
        TxnRequest(
            success=[RequestOp(request_range=RangeRequest(key=b"k", min_mod_revision=1))]
        ),
    ],
    ids=["lease", "nested", "count", "filter"],
)  # fmt: skip
def test_what_etcdctl_has_no_words_for_is_refused(request_):
    with pytest.raises(BadFeature, match="no words for"):
        transaction_text(request_)
