"""Listings in the formats of etcdctl: the fast loops print what the slow, plain way prints."""

import base64
import json

import pytest

from pyetcdctl.output import printer_for
from pyetcdctl.output.as_json import json_object
from pyetcdctl.results import Listing
from pyetcdctl.rpc.kv import KeyValue, RangeResponse, ResponseHeader
from pyetcdctl.rpc.range_page import RangePage
from pyetcdctl.settings import OutputSettings

HEADER = ResponseHeader(cluster_id=2**64 - 1, member_id=3, revision=4, raft_term=5)
KVS = [
    KeyValue(key=b"a", create_revision=1, mod_revision=2, version=3, value=b"v"),
    KeyValue(key=b"<&>", create_revision=70000, mod_revision=70000, version=200, value=b"w" * 500),
    KeyValue(key=b"b", create_revision=2_000_000, mod_revision=2**62, version=1),
    KeyValue(key=b"\x1b\xff", create_revision=9, mod_revision=9, version=1, value=b"x", lease=-7),
    KeyValue(key=b"l", create_revision=9, mod_revision=9, version=1, lease=2**40),
]


class Collected:
    """Takes what a printer writes."""

    def __init__(self):
        self.data = b""

    def write(self, data):
        self.data += data

    safe = write

    def flush(self):
        """Keep what is there."""


class InPages:
    """A range that was read in pages of two keys."""

    header = HEADER

    def __init__(self, kvs, more=False):
        self._kvs = kvs
        self.count = len(kvs)
        self.more = more

    def pages(self):
        for index in range(0, len(self._kvs), 2):
            yield RangePage.parse(RangeResponse(kvs=self._kvs[index : index + 2]).encode())


def printed(kvs, format_name, *, more=False, keys_only=False, values_only=False, **settings):
    out = Collected()
    listing = Listing(InPages(kvs, more), keys_only, values_only)
    settings = OutputSettings(format=format_name, **settings)
    printer_for(format_name).render(listing, out, settings)
    return out.data


@pytest.mark.parametrize("kvs", [KVS, KVS[:1], []], ids=len)
@pytest.mark.parametrize("more", [True, False])
def test_json_in_pages_is_the_json_of_the_whole_response(kvs, more):
    whole = RangeResponse(header=HEADER, kvs=kvs, more=more, count=len(kvs))

    assert printed(kvs, "json", more=more) == json_object(whole).encode() + b"\n"


def test_json_can_be_read_back():
    [*_, last] = json.loads(printed(KVS, "json"))["kvs"]

    assert base64.b64decode(last["key"]) == b"l"
    assert last["lease"] == 2**40


@pytest.mark.parametrize("kvs", [KVS, []], ids=len)
@pytest.mark.parametrize("more", [True, False])
def test_protobuf_in_pages_is_the_whole_response(kvs, more):
    whole = RangeResponse(header=HEADER, kvs=kvs, more=more, count=len(kvs))

    assert printed(kvs, "protobuf", more=more) == whole.encode()


def test_fields_have_more_and_count_after_the_keys():
    text = printed(KVS, "fields", more=True).decode()

    assert text.count('"Key" : ') == len(KVS)
    assert text.endswith('"More" : true\n"Count" : 5\n')


def test_simple_prints_keys_and_values_in_turn():
    assert printed(KVS[:1] + KVS[2:4], "simple") == b"a\nv\nb\n\n\x1b\xff\nx\n"


def test_keys_alone_have_an_empty_line_behind_them_as_etcdctl_prints_it():
    assert printed(KVS[:3], "simple", keys_only=True) == b"a\n\n<&>\n\nb\n\n"


def test_values_alone_are_a_line_each():
    assert printed(KVS[:1] + KVS[2:4], "simple", values_only=True) == b"v\n\nx\n"


def test_hex_writes_every_byte():
    assert printed(KVS[:1], "simple", hex=True) == b"\\x61\n\\x76\n"


def test_a_terminal_is_not_driven_by_a_key():
    assert printed(KVS[3:4], "simple", keys_only=True, terminal=True) == b"\\x1b\\xff\n\n"


def test_protobuf_drives_no_terminal_but_the_header_is_whole():
    header = RangeResponse(header=HEADER).encode()
    assert b"\x1b" in printed(KVS[3:4], "protobuf")
    shown = printed(KVS[3:4], "protobuf", terminal=True)
    assert shown.startswith(header)
    shown = shown.removeprefix(header)
    assert b"\\x1b\\xff" in shown
    assert not {byte for byte in shown if byte < 32 or byte > 126} - set(b"\n\t")


def test_no_keys_print_nothing():
    assert printed([], "simple") == b""
