"""The node whose files are read: every path is looked up under its root, and no file is trusted.

A root other than ``/`` behaves as in a chroot: absolute links and ``..`` stay inside it, so that a
mounted disk never leads to the files of the machine that it is mounted on. The YAML of manifests
and configuration files is parsed here, too.
"""

from __future__ import annotations

import errno
import os
import stat
from typing import Any

from pyetcdctl.discovery.findings import FoundFile, Reason, Skipped

SIZE_LIMIT = 1 << 18
_MOST_LINKS = 40
# No file can have this name: it stands for a path whose links never end.
_LOOP = "\0"


class Unusable(Exception):
    """A file cannot be used; caught inside the package, where it becomes a `Skipped`.

    ``path`` is set when the file itself could not be read.
    """

    def __init__(self, reason: Reason, why: str, path: str = "") -> None:
        super().__init__(why)
        self.reason = reason
        self.why = why
        self.path = path


class Node:
    """One node's file system, with a record of the files that were searched and not used."""

    def __init__(self, root: str | os.PathLike[str] = "/") -> None:
        self.root = os.path.abspath(root)
        self.skipped: list[Skipped] = []
        self.looked_at: list[str] = []

    def file(self, path: str) -> FoundFile:
        """Name the file that the node calls ``path``."""
        path = "/" + path.lstrip("/")
        return FoundFile(path, path if self.root == "/" else _inside(self.root, path))

    def skip(self, path: str, unusable: Unusable) -> None:
        """Record that a file was not used, once."""
        entry = Skipped(self.file(path), unusable.reason, unusable.why)
        if entry not in self.skipped:
            self.skipped.append(entry)

    def look_at(self, path: str) -> None:
        """Record that a path was searched."""
        if path not in self.looked_at:
            self.looked_at.append(path)

    def exists(self, path: str) -> bool:
        """Return whether a file or folder exists there, readable or not."""
        try:
            return os.path.lexists(self.file(path).real)
        except ValueError:
            return False

    def is_link_to_null(self, path: str) -> bool:
        """Return whether a file was replaced by a link to ``/dev/null``, as systemd's masks are."""
        places = (self.file(each).real for each in (path, "/dev/null"))
        try:
            place, null = map(os.path.realpath, places)
        except ValueError:
            return False
        return place == null

    def names_in(self, folder: str) -> list[str]:
        """List a folder; one that is missing or unreadable is empty."""
        try:
            return sorted(os.listdir(self.file(folder).real))
        except (OSError, ValueError):
            return []

    def read(self, path: str) -> bytes:
        """Return a regular file's bytes or raise `Unusable`."""
        try:
            return _read_regular(self.file(path).real)
        except FileNotFoundError:
            raise Unusable(Reason.MISSING, "no such file", path) from None
        except PermissionError:
            raise Unusable(Reason.UNREADABLE, "not readable by this user: use sudo", path) from None
        except OSError as error:
            raise Unusable(_reason_of(error), _words_of(error), path) from None
        except ValueError:
            raise Unusable(Reason.MALFORMED, "not a path, or its links never end", path) from None

    def text(self, path: str) -> str | None:
        """Return a file's text; a missing one is None, and an unusable one is recorded as well."""
        self.look_at(path)
        try:
            return _as_text(self.read(path))
        except Unusable as unusable:
            if unusable.reason is not Reason.MISSING:
                self.skip(path, unusable)
            return None


def _reason_of(error: OSError) -> Reason:
    # A file where the path wants a folder is as good as missing.
    return Reason.MISSING if error.errno == errno.ENOTDIR else Reason.MALFORMED


def _words_of(error: OSError) -> str:
    return os.strerror(error.errno or errno.EIO).lower()


def _read_regular(path: str) -> bytes:
    # A named pipe without a writer would block an ordinary open forever.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Unusable(Reason.MALFORMED, "not a regular file", path)
        with open(descriptor, "rb", closefd=False) as file:
            content = file.read(SIZE_LIMIT + 1)
    finally:
        os.close(descriptor)
    if len(content) > SIZE_LIMIT:
        raise Unusable(Reason.MALFORMED, "larger than 256 KiB", path)
    return content


def _as_text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unusable(Reason.MALFORMED, "not UTF-8 text") from None
    if "\0" in text:
        raise Unusable(Reason.MALFORMED, "not text: it has a zero byte")
    return text


def _inside(root: str, path: str) -> str:
    pending = _segments(path)
    here = root
    links = 0
    while pending:
        name = pending.pop()
        if name == "..":
            here = here if here == root else os.path.dirname(here)
            continue
        step = os.path.join(here, name)
        target = _link_target(step)
        if target is None:
            here = step
            continue
        links += 1
        if links > _MOST_LINKS:
            return os.path.join(root, _LOOP)
        here = root if target.startswith("/") else here
        pending += _segments(target)
    return here


def _segments(path: str) -> list[str]:
    return [name for name in reversed(path.split("/")) if name not in ("", ".")]


def _link_target(path: str) -> str | None:
    try:
        return os.readlink(path)
    except (OSError, ValueError):
        return None


def parse_mapping(text: str) -> dict[str, Any]:
    """Return the first document of a YAML file, which must be a mapping, or raise `Unusable`."""
    from pyetcdctl.strict_yaml import BeyondLimits, NotYaml, first_document

    try:
        document = first_document(text)
    except BeyondLimits as error:
        raise Unusable(Reason.MALFORMED, str(error)) from None
    except NotYaml as error:
        raise Unusable(Reason.MALFORMED, f"not YAML: {error}") from None
    if not isinstance(document, dict):
        raise Unusable(Reason.MALFORMED, "not a mapping of names to values")
    return document
