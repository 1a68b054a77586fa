"""Show and change what Kubernetes keeps in etcd, by its own names."""

EXAMPLE = """\
  pyetcdctl kubernetes get pods -n kube-system
  pyetcdctl kubernetes resources
  pyetcdctl kubernetes path pods/kube-system/etcd-master
  pyetcdctl kubernetes encryption status
  pyetcdctl kubernetes edit namespace stuck
  pyetcdctl kube decode value.bin"""
