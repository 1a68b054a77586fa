"""The least that reads a key in Python: what ``pyetcdctl get KEY`` is measured against."""

import sys

import grpc

endpoint, key = sys.argv[1], sys.argv[2].encode()
with grpc.insecure_channel(endpoint) as channel:
    get = channel.unary_unary("/etcdserverpb.KV/Range")
    response = get(b"\x0a" + bytes([len(key)]) + key)
sys.stdout.buffer.write(response)
