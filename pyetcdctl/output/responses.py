"""Responses to put, del, get and txn, in etcdctl's plain lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.rpc.kv import DeleteRangeResponse, PutResponse, RangeResponse
from pyetcdctl.rpc.txn import TxnResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.output import Sink
    from pyetcdctl.rpc.kv import KeyValue
    from pyetcdctl.rpc.wire import Message


def write_response(answer: Message | None, out: Sink, pair: Callable[[KeyValue], None]) -> None:
    """Write a response; ``pair`` writes each key with its value."""
    match answer:
        case PutResponse():
            out.write(b"OK\n")
            if answer.prev_kv is not None:
                pair(answer.prev_kv)
        case DeleteRangeResponse():
            out.write(b"%d\n" % answer.deleted)
            for kv in answer.prev_kvs:
                pair(kv)
        case RangeResponse():
            for kv in answer.kvs:
                pair(kv)
        case TxnResponse():
            out.write(b"SUCCESS\n" if answer.succeeded else b"FAILURE\n")
            for response in answer.responses:
                out.write(b"\n")
                write_response(response.answer, out, pair)
