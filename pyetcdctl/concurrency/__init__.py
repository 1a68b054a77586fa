"""What lives longer than a call: watches that follow the cluster from server to server."""
