"""A gRPC server of the tests' own, for responses that no real etcd sends.

A method is a function of the request's bytes and the context: it returns the bytes of a response,
or an iterator of them for a call with many responses. For a call that goes both ways the first
argument is the iterator of requests.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import grpc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Method = Callable[[Any, grpc.ServicerContext], Any]

ONE, MANY, BOTH_WAYS = "one", "many", "both ways"
KINDS = {
    ONE: grpc.unary_unary_rpc_method_handler,
    MANY: grpc.unary_stream_rpc_method_handler,
    BOTH_WAYS: grpc.stream_stream_rpc_method_handler,
}
STREAMS = {
    "/etcdserverpb.KV/RangeStream": MANY,
    "/etcdserverpb.Maintenance/Snapshot": MANY,
    "/etcdserverpb.Watch/Watch": BOTH_WAYS,
    "/etcdserverpb.Lease/LeaseKeepAlive": BOTH_WAYS,
}


class _Handler(grpc.GenericRpcHandler):
    def __init__(self, methods: Mapping[str, Method], others: Method | None) -> None:
        self._methods = methods
        self._others = others

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        method = self._methods.get(details.method, self._others)
        return method and KINDS[STREAMS.get(details.method, ONE)](method)


@contextmanager
def serving(
    methods: Mapping[str, Method], others: Method | None = None, **options: Any
) -> Iterator[str]:
    """Serve methods by their full names, all others by ``others``; yield the endpoint."""
    server = grpc.server(ThreadPoolExecutor(8), **options)
    server.add_generic_rpc_handlers((_Handler(methods, others),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()
