"""One run at a time in a cluster: a key that the run's lease removes if the run dies."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from pyetcdctl.client.kv import commit
from pyetcdctl.concurrency.sessions import LeaseSession
from pyetcdctl.concurrency.stopping import Stop
from pyetcdctl.concurrency.turns import created_at
from pyetcdctl.errors import CallFailed, InvalidInput
from pyetcdctl.rpc.kv import PutRequest
from pyetcdctl.rpc.txn import RequestOp, TxnRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.client.connection import Connection

KEY = b"pyetcdctl/upkeep"
_TTL_SECONDS = 30


@contextmanager
def single_run(connection: Connection) -> Iterator[bool]:
    """Hold the cluster's key in this block; raise InvalidInput where another run holds it.

    Yields False where the cluster takes no writes (NOSPACE), so that nothing can be held.
    """
    with ExitStack() as held:
        try:
            session = held.enter_context(LeaseSession(connection, _TTL_SECONDS, Stop()))
        except CallFailed as error:
            if "database space exceeded" not in error.details:
                raise
            yield False
            return
        claim = TxnRequest(
            compare=[created_at(KEY, 0)],
            success=[RequestOp(request_put=PutRequest(key=KEY, lease=session.lease))],
        )
        if not session.call(lambda limit: commit(connection, claim, limit)).succeeded:
            raise InvalidInput(
                f"another run is under way: it holds the key {KEY.decode()}",
                f"Try:  later; a run that died lets go of it after {_TTL_SECONDS} seconds",
            )
        yield True
