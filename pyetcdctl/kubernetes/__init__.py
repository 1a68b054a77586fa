"""What kube-apiserver keeps in etcd: read, decrypted, printed and written back."""
