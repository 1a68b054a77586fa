"""etcd's wire definitions: messages, stubs and the script that makes the stubs."""
