"""The connection to etcd.

``connection.Connection`` carries raw bytes and imports neither protobuf nor etcd3.
``etcd3_bridge`` is the Python client, etcd3's on top of it. Neither is imported here: commands that
need only the first start fast. Importing this package changes nothing for the program that does so:
no variable, no signal, no finder of modules.
"""
