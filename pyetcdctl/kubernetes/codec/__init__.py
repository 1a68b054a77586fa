"""Decoding and encoding of stored objects: protobuf, JSON, CBOR and YAML."""
