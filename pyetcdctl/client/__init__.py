"""The connection to etcd.

``connection.Connection`` carries raw bytes and imports neither protobuf nor etcd3;
``client.EtcdClient`` is etcd3's client on top of it. Nothing is imported here, so that the first
starts fast.
"""
