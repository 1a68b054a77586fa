"""What uses the space: values by resource, namespace, kind, owner, field or prefix."""
