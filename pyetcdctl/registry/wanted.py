"""Resolve the arguments of ``kubernetes get`` to resources and names."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from pyetcdctl.errors import BadArguments, InvalidInput, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pyetcdctl.kubernetes.resources import Resource
    from pyetcdctl.registry.store import Store

T = TypeVar("T")

ALL = (
    *("pods", "replicationcontrollers", "services", "daemonsets", "deployments", "replicasets"),
    *("statefulsets", "horizontalpodautoscalers", "cronjobs", "jobs"),
)
CATEGORIES = {
    "all": ALL,
    "api-extensions": (
        *("mutatingwebhookconfigurations", "validatingwebhookconfigurations"),
        *("validatingadmissionpolicies", "validatingadmissionpolicybindings"),
        *("customresourcedefinitions", "apiservices"),
    ),
}


class Wanted(NamedTuple):
    """A resource, and a name in it; an empty name means all."""

    resource: Resource
    name: str = ""


class Words(NamedTuple):
    """The words of resources, and the names in each of them; none means all."""

    resources: tuple[str, ...]
    names: tuple[str, ...] = ()


def parse_words(words: Sequence[str]) -> list[Words]:
    """Read RESOURCE[,RESOURCE] [NAME...] or RESOURCE/NAME...; raises BadArguments."""
    if not words:
        raise UsageError("a RESOURCE is needed, then names of objects")
    if any("/" in word for word in words):
        pairs = [word.partition("/") for word in words]
        if any(not name or "/" in name for _, _, name in pairs):
            advice = filter(None, map(_instead, words))
            raise BadArguments("RESOURCE/NAME is the form of each word, or of none", *advice)
        return [Words((resource,), (name,)) for resource, _, name in pairs]
    return [Words(tuple(words[0].split(",")), tuple(words[1:]))]


def wanted(store: Store, asked: Sequence[Words], note: Callable[[str], None]) -> list[Wanted]:
    """Return the resources and names that words mean.

    ``note`` is called where a name may mean several resources.
    """
    found: dict[Wanted, None] = {}
    for words, names in asked:
        resources = [each for word in words for each in _resources(store, word, note)]
        found |= dict.fromkeys(Wanted(each, name) for each in resources for name in names or ("",))
    return list(found)


def in_first(stores: Iterable[Store], find: Callable[[Store], T]) -> tuple[Store, T]:
    """Return the first store in which ``find`` succeeds, and its result.

    A resource may be defined in one state of a cluster and no longer, or not yet, in another.
    Raises the last store's InvalidInput.
    """
    error = InvalidInput("there is no store that knows resources")
    for store in stores:
        try:
            return store, find(store)
        except InvalidInput as unknown:
            error = unknown
    raise error


def preferred(store: Store, word: str, note: Callable[[str], None]) -> Resource:
    """Return the resource of a name; raises InvalidInput where the store knows none."""
    first, *others = store.meanings(word)
    if others:
        names = ", ".join(each.full_name for each in others)
        note(f"# {word} is taken for {first.full_name}; it may also mean {names}")
    return first


def _resources(store: Store, word: str, note: Callable[[str], None]) -> Iterator[Resource]:
    """Yield the resources of a name or a category."""
    built_in = CATEGORIES.get(word, ())
    for name in built_in:
        yield from store.meanings(name)
    defined = store.in_category(word) if built_in or not store.knows(word) else []
    yield from defined
    if not (built_in or defined):
        yield preferred(store, word, note)


def _instead(word: str) -> str:
    """Return the command for a key, or for an object as other commands name it; else an empty
    string.
    """
    if word.startswith("/"):
        return f"Try:  pyetcdctl get {word} -w yaml"
    parts = word.split("/")
    if len(parts) != 3 or not all(parts):
        return ""
    return f"Try:  pyetcdctl kubernetes get {parts[0]} {parts[2]} -n {parts[1]}"
