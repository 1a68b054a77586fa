"""Find the Secret's item behind a file in a pod."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class SecretItem(NamedTuple):
    """An item of a Secret in the pod's own namespace."""

    secret: str
    item: str


class SecretMount(NamedTuple):
    """A Secret that is mounted at a path; ``items`` are (file, item), all of them when empty."""

    path: str
    secret: str
    items: tuple[tuple[str, str], ...] = ()
    sub_path: str = ""

    def item_at(self, path: str) -> SecretItem | None:
        """Return the item that a file of the pod is; None when it is not of this mount."""
        if self.sub_path and path == self.path:
            return SecretItem(self.secret, self._item(self.sub_path))
        folder = f"{self.path.rstrip('/')}/"
        if not path.startswith(folder):
            return None
        below = f"{self.sub_path}/" if self.sub_path else ""
        return SecretItem(self.secret, self._item(below + path.removeprefix(folder)))

    def _item(self, file: str) -> str:
        return dict(self.items).get(file, file)


def secret_mounts(spec: Mapping[str, Any], container: Mapping[str, Any]) -> tuple[SecretMount, ...]:
    """Return the Secrets that a container mounts, longest path first."""
    volumes = {volume["name"]: volume for volume in spec.get("volumes") or ()}
    found = [
        SecretMount(mount["mountPath"], secret, items, mount.get("subPath", ""))
        for mount in container.get("volumeMounts") or ()
        for secret, items in _secrets_of(volumes.get(mount["name"], {}))
    ]
    return tuple(sorted(found, key=lambda mount: -len(mount.path)))


def _secrets_of(volume: Mapping[str, Any]) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    if volume.get("secret"):
        yield volume["secret"].get("secretName", ""), _items(volume["secret"])
    projected = volume.get("projected") or {}
    for source in projected.get("sources") or ():
        if source.get("secret"):
            yield source["secret"].get("name", ""), _items(source["secret"])


def _items(source: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((each["path"], each["key"]) for each in source.get("items") or ())
