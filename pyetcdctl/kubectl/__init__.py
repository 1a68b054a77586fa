"""The transport through kubectl: the etcdctl in an etcd pod, or a port forwarded to it."""
