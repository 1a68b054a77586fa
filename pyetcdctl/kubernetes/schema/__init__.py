"""The field table of the Kubernetes API, merged over releases."""
