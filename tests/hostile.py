"""Commands against a server whose responses are damaged: ``python -m tests.hostile``.

Whatever comes, a command ends in time with an error or a result, and never with a fault of the
program. The same seed makes the same responses.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pyetcdctl.rpc import etcdserverpb_pb2 as api
from pyetcdctl.rpc.authpb_pb2 import Permission
from pyetcdctl.rpc.mvccpb_pb2 import Event, KeyValue
from tests.rpc.fuzz import damaged
from tests.runner import run_here
from tests.stand_in import STREAMS, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import grpc
    from google.protobuf.message import Message

HEADER = api.ResponseHeader(cluster_id=7, member_id=8, revision=9, raft_term=2)
KVS = [
    KeyValue(key=b"k%d" % n, create_revision=2, mod_revision=3, version=1, value=b"v")
    for n in range(3)
]
MEMBER = api.Member(
    ID=8, name="m", peerURLs=["http://127.0.0.1:1"], clientURLs=["http://127.0.0.1:2"]
)
ALARM = api.AlarmMember(memberID=8, alarm=api.NOSPACE)
RANGE = api.RangeResponse(header=HEADER, kvs=KVS[:1], count=1)
PUT_OP = api.ResponseOp(response_put=api.PutResponse(header=HEADER))
RANGE_OP = api.ResponseOp(response_range=RANGE)
KV, AUTH, LEASE = "/etcdserverpb.KV/", "/etcdserverpb.Auth/", "/etcdserverpb.Lease/"
CLUSTER, UPKEEP = "/etcdserverpb.Cluster/", "/etcdserverpb.Maintenance/"
RESPONSES: dict[str, list[Message]] = {
    f"{KV}Range": [RANGE, api.RangeResponse(header=HEADER, kvs=KVS, count=3)],
    f"{KV}RangeStream": [
        api.RangeStreamResponse(range_response=api.RangeResponse(header=HEADER, kvs=KVS, count=3))
    ],
    f"{KV}Put": [api.PutResponse(header=HEADER, prev_kv=KVS[0])],
    f"{KV}DeleteRange": [api.DeleteRangeResponse(header=HEADER, deleted=3, prev_kvs=KVS)],
    f"{KV}Txn": [
        api.TxnResponse(header=HEADER, succeeded=True, responses=[PUT_OP, RANGE_OP]),
        api.TxnResponse(header=HEADER, succeeded=False, responses=[RANGE_OP, RANGE_OP]),
        api.TxnResponse(header=HEADER, responses=[RANGE_OP]),
    ],
    f"{KV}Compact": [api.CompactionResponse(header=HEADER)],
    f"{LEASE}LeaseGrant": [
        api.LeaseGrantResponse(header=HEADER, ID=5, TTL=1),
        api.LeaseGrantResponse(header=HEADER, ID=5, TTL=2**63 - 1),
    ],
    f"{LEASE}LeaseRevoke": [api.LeaseRevokeResponse(header=HEADER)],
    f"{LEASE}LeaseKeepAlive": [
        api.LeaseKeepAliveResponse(header=HEADER, ID=5, TTL=2**63 - 1),
        api.LeaseKeepAliveResponse(header=HEADER, ID=5),
    ],
    f"{LEASE}LeaseTimeToLive": [
        api.LeaseTimeToLiveResponse(header=HEADER, ID=5, TTL=9, grantedTTL=10, keys=[b"k"])
    ],
    f"{LEASE}LeaseLeases": [api.LeaseLeasesResponse(header=HEADER, leases=[api.LeaseStatus(ID=5)])],
    f"{AUTH}Authenticate": [api.AuthenticateResponse(header=HEADER, token="token")],
    f"{AUTH}AuthStatus": [api.AuthStatusResponse(header=HEADER, enabled=True, authRevision=3)],
    f"{AUTH}UserList": [api.AuthUserListResponse(header=HEADER, users=["root"])],
    f"{AUTH}UserGet": [api.AuthUserGetResponse(header=HEADER, roles=["root"])],
    f"{AUTH}RoleList": [api.AuthRoleListResponse(header=HEADER, roles=["root"])],
    f"{AUTH}RoleGet": [
        api.AuthRoleGetResponse(
            header=HEADER, perm=[Permission(permType=1, key=b"k", range_end=b"l")]
        )
    ],
    f"{CLUSTER}MemberList": [api.MemberListResponse(header=HEADER, members=[MEMBER])],
    f"{CLUSTER}MemberAdd": [api.MemberAddResponse(header=HEADER, member=MEMBER, members=[MEMBER])],
    f"{CLUSTER}MemberUpdate": [api.MemberUpdateResponse(header=HEADER, members=[MEMBER])],
    f"{CLUSTER}MemberRemove": [api.MemberRemoveResponse(header=HEADER, members=[MEMBER])],
    f"{CLUSTER}MemberPromote": [api.MemberPromoteResponse(header=HEADER, members=[MEMBER])],
    f"{UPKEEP}Status": [
        api.StatusResponse(
            header=HEADER, version="3.5.1", dbSize=9, leader=8, raftIndex=9, raftTerm=2
        )
    ],
    f"{UPKEEP}Alarm": [api.AlarmResponse(header=HEADER, alarms=[ALARM])],
    f"{UPKEEP}HashKV": [api.HashKVResponse(header=HEADER, hash=5, compact_revision=1)],
    f"{UPKEEP}Defragment": [api.DefragmentResponse(header=HEADER)],
    f"{UPKEEP}MoveLeader": [api.MoveLeaderResponse(header=HEADER)],
    f"{UPKEEP}Downgrade": [api.DowngradeResponse(header=HEADER, version="3.4.0")],
    f"{UPKEEP}Snapshot": [api.SnapshotResponse(header=HEADER, blob=b"x" * 600)],
    "/etcdserverpb.Watch/Watch": [
        api.WatchResponse(header=HEADER, created=True),
        api.WatchResponse(header=HEADER, events=[Event(type=1, kv=KVS[0])]),
        api.WatchResponse(header=HEADER, canceled=True, cancel_reason="done"),
    ],
}
FORMATS = ("simple", "simple", "simple", "json", "json", "fields", "table", "jsonl")
TXN = 'ver("k0") = "1"\n\nget k0\n\nget k0\n\n'
COMMANDS: tuple[str, ...] = (
    *("get k0", "get k --prefix", "get / --prefix --keys-only", "get k --prefix --limit 2"),
    *("get k --prefix --sort-by VERSION", "put k v --prev-kv", "del k --prefix --prev-kv"),
    *("txn", "compaction 5", "tree", "tree / --depth 1", "watch k", "lock name true"),
    *("elect name me", "elect name --listen", "lease grant 5", "lease revoke 5"),
    *("lease timetolive 5 --keys", "lease list", "lease keep-alive 5 --once"),
    *("member list", "member add m --peer-urls http://127.0.0.1:3", "member remove 8"),
    *("member update 8 --peer-urls http://127.0.0.1:3", "member promote 8"),
    *("endpoint status", "endpoint health", "endpoint hashkv", "endpoint status --cluster"),
    *("alarm list", "alarm disarm", "defrag", "move-leader 8", "downgrade validate 3.4.0"),
    *("auth status", "user list", "user get root", "user get root --detail", "role list"),
    *("role get root", "get k0 --user root:pw", "user add new:pw", "snapshot save {file}"),
    *(
        "kubernetes get pods",
        "kubernetes resources",
        "kubernetes prefixes",
        "kubernetes encryption status",
    ),
)
UNFORMATTED = ("kubernetes", "tree", "compaction", "snapshot", "defrag")
SECONDS = 3.0
EXPECTED_CODES = (0, 1, 2, 3, 4, 5, 128)


class Server:
    """Responds to each call with a damaged message of the right kind."""

    def __init__(self, dice: random.Random, damage: float) -> None:
        self._dice = dice
        self._damage = damage
        self.sent: list[tuple[str, bytes]] = []

    def methods(self) -> dict[str, Callable[..., object]]:
        """Return what tests/stand_in.py serves."""
        return {name: self._method(name) for name in RESPONSES}

    def _method(self, name: str) -> Callable[..., object]:
        def one(request: object, context: grpc.ServicerContext) -> bytes:
            return self._next(name, RESPONSES[name])

        def many(request: object, context: grpc.ServicerContext) -> Iterator[bytes]:
            for message in RESPONSES[name]:
                yield self._next(name, [message])

        def renewals(requests: Iterator[bytes], context: grpc.ServicerContext) -> Iterator[bytes]:
            return (self._next(name, RESPONSES[name]) for _ in requests)

        if name.endswith("LeaseKeepAlive"):
            return renewals
        return many if name in STREAMS else one

    def _next(self, name: str, messages: list[Message]) -> bytes:
        data = self._dice.choice(messages).SerializeToString()
        if self._dice.random() < self._damage:
            data = damaged(data, self._dice)
        self.sent.append((name, data))
        return data


class Held(BaseException):
    """The command has not ended by itself."""


def attempt(command: str, seed: int, folder: Path) -> int:
    """Run one command with the responses of one seed; return its exit code."""
    dice = random.Random(f"{command} {seed}")
    server = Server(dice, dice.choice((0.0, 0.3, 1.0)))
    words = [word.format(file=folder / "s.db") for word in command.split(" ") if word]
    form = dice.choice(FORMATS)
    with serving(server.methods()) as endpoint, interrupted(SECONDS):
        env = {"ETCDCTL_ENDPOINTS": endpoint, "ETCDCTL_COMMAND_TIMEOUT": "500ms"}
        try:
            formatted = words if words[0] in UNFORMATTED else [*words, "-w", form]
            done = run_here(*formatted, env=env, input=TXN)
        except Held:
            assert words[0] in ("watch", "lock", "elect"), f"{command}, seed {seed}: it hangs"
            return 0
    said = done.stderr
    if "internal error" in said or "Traceback" in said or done.exit_code not in EXPECTED_CODES:
        sent = "\n".join(f"{name} {data!r}" for name, data in server.sent)
        raise AssertionError(f"{command} -w {form}, seed {seed}: {done.exit_code}\n{said}\n{sent}")
    return done.exit_code


@contextmanager
def interrupted(seconds: float) -> Iterator[None]:
    """Send SIGTERM to this process after some seconds; where it is not handled, raise Held."""

    def hold(number: int, frame: object) -> None:
        raise Held

    before = signal.signal(signal.SIGTERM, hold)
    timer = threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGTERM))
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        signal.signal(signal.SIGTERM, before)


def main() -> None:
    """Run every command as often as asked for."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rounds", type=int, default=100)
    arguments.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    options = arguments.parse_args()
    codes: dict[int, int] = {}
    started = time.monotonic()
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for number in range(options.rounds):
            for command in COMMANDS:
                code = attempt(command, options.seed + number, Path(folder))
                codes[code] = codes.get(code, 0) + 1
    print(f"{codes} in {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
