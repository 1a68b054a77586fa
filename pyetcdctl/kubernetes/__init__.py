"""The objects that kube-apiserver stores in etcd: decode, decrypt, print and encode them."""
