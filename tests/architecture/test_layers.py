"""Imports point one way; README's picture of the packages is this dictionary."""

import ast
from functools import cache
from pathlib import Path

import pytest

import pyetcdctl

PACKAGE = Path(pyetcdctl.__file__).parent
RESULTS = {"cluster_results", "file_results", "results"}
SHARED = {"errors", "escaping", "go_durations", "records", "settings", "strict_yaml", *RESULTS}
MAY_IMPORT = {
    "__init__": set(),
    "__main__": {"cli", "ending", "isolation"},
    "ending": set(),
    "isolation": set(),
    "signals": {"ending"},
    "escaping": set(),
    "go_durations": set(),
    "errors": set(),
    "settings": set(),
    "records": set(),
    "strict_yaml": set(),
    "results": {"changes", "keyspace", "records", "rpc"},
    "cluster_results": {"diagnosis", "records", "rpc"},
    "file_results": {"records", "results"},
    "rpc": set(),
    "keyspace": {"errors", "rpc"},
    "client": {"keyspace", "rpc", *SHARED},
    "concurrency": {"client", "keyspace", "rpc", *SHARED},
    "output": {"changes", "diagnosis", "kubernetes", "rpc", *SHARED},
    "diagnosis": {"rpc", *SHARED},
    "upkeep": {
        *("client", "concurrency", "diagnosis", "keyspace", "kubernetes", "measuring", "rpc"),
        *SHARED,
    },
    "measuring": {"client", "diagnosis", "keyspace", "kubernetes", "rpc", "storage", *SHARED},
    "discovery": SHARED,
    "sandbox": {"signals", *SHARED},
    "kubernetes": {"rpc", *SHARED},
    "kubectl": {"keyspace", "rpc", *SHARED},
    "transfer": {"client", "keyspace", "kubernetes", "rpc", *SHARED},
    "registry": {"keyspace", "kubernetes", "rpc", *SHARED},
    "storage": {"keyspace", "rpc", *SHARED},
    "changes": {"keyspace", "kubernetes", "rpc", *SHARED},
    "contexts": SHARED,
    "usage": {"kubernetes", "rpc", *SHARED},
    "traffic": {"kubernetes", "rpc", *SHARED},
    "tree": {"keyspace", "rpc", *SHARED},
    "completion": {"keyspace", "rpc", *SHARED},
    "cli": {
        # One a line, so that neighbours may be added.
        "changes",
        "client",
        "completion",
        "concurrency",
        "contexts",
        "diagnosis",
        "discovery",
        "ending",
        "isolation",
        "keyspace",
        "kubectl",
        "kubernetes",
        "measuring",
        "output",
        "registry",
        "rpc",
        "sandbox",
        "signals",
        "storage",
        "transfer",
        "traffic",
        "tree",
        "upkeep",
        "usage",
        *SHARED,
    },
}
HEAVY = {"grpc", "etcd3", "google", "yaml", "rich", "cryptography", "dns", "nacl"}
MAY_LOAD = {
    "client": {"grpc", "etcd3", "google", "cryptography", "dns"},
    "discovery": {"cryptography"},
    "kubernetes": {"yaml", "cryptography", "nacl", "grpc"},
    "output": {"rich", "yaml"},
    "rpc": {"google", "grpc"},
    "strict_yaml": {"yaml"},
    "sandbox": {"cryptography", "grpc"},
}


def test_readmes_picture_shows_who_is_above_whom():
    section = (PACKAGE.parent / "README.md").read_text().partition("## How it is built")[2]
    lines = section.split("```")[1].strip().splitlines()
    rows = [line.partition("  ")[0].split() for line in lines]
    level = {name: number for number, names in enumerate(rows) for name in names}
    leaves = {"__init__", "__main__", "ending", "isolation", "signals", *SHARED}
    assert set(level) | leaves == set(MAY_IMPORT)
    for package, imported in MAY_IMPORT.items():
        for name in imported - leaves if package not in leaves else ():
            assert level[name] > level[package], f"{package} imports {name}"


KINDS = (ast.Import, ast.ImportFrom, ast.Assign, ast.AugAssign, ast.Attribute, ast.ClassDef)


@cache
def parsed(path):
    """Return the nodes of a module that the tests look at: all, and those at its top."""
    tree = ast.parse(path.read_text())
    found = [node for node in ast.walk(tree) if isinstance(node, KINDS)]
    return found, [node for node in tree.body if isinstance(node, KINDS)]


def nodes(path):
    return parsed(path)[0]


def top_level(path):
    return parsed(path)[1]


@cache
def modules():
    return [path for path in PACKAGE.rglob("*.py") if "_pb2" not in path.name]


def imports(path):
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            yield node.module, node.lineno


def package_of(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_module_imports_only_what_its_package_may(package):
    paths = [path for path in modules() if package_of(path) == package]
    assert paths
    for path in paths:
        for name, line in imports(path):
            check_import(package, name, f"{path}:{line}: {package}")


def check_import(package, name, place):
    root, _, rest = name.partition(".")
    if root == "pyetcdctl" and rest:
        allowed = MAY_IMPORT[package] | {package}
        assert rest.split(".")[0] in allowed, f"{place} must not import {name}"
    elif root in HEAVY:
        assert root in MAY_LOAD.get(package, ()), f"{place} loads {name}"


def test_every_module_is_of_a_known_package():
    assert {package_of(path) for path in modules()} == set(MAY_IMPORT)


def test_one_module_imports_etcd3():
    importing = {
        path.relative_to(PACKAGE).as_posix()
        for path in modules()
        for name, _ in imports(path)
        if name.partition(".")[0] == "etcd3"
    }
    assert importing == {"client/etcd3_bridge/etcd3_package.py"}


def test_no_command_imports_another():
    commands = PACKAGE / "cli" / "commands"
    for path in commands.rglob("*.py"):
        group = path.parent.relative_to(commands).as_posix()
        own = "" if group == "." else f"pyetcdctl.cli.commands.{group}."
        for name, line in imports(path):
            is_own = own and name.startswith(own)
            assert is_own or not name.startswith("pyetcdctl.cli.commands"), f"{path}:{line}: {name}"


def test_only_main_exits_the_process():
    for path in modules():
        if path.name in ("main.py", "guardian.py", "generate.py", "kubectl_standin.py"):
            continue
        for node in nodes(path):
            if isinstance(node, ast.Attribute):
                called = f"{getattr(node.value, 'id', '')}.{node.attr}"
                assert called not in ("sys.exit", "os._exit"), f"{path}:{node.lineno}: {called}"


def test_an_error_is_not_changed_after_it_was_made():
    for path in modules():
        for node in nodes(path):
            targets = getattr(node, "targets", [getattr(node, "target", None)])
            for target in targets if isinstance(node, ast.Assign | ast.AugAssign) else ():
                if isinstance(target, ast.Attribute) and target.attr in ("advice", "message"):
                    owner = getattr(target.value, "id", "")
                    assert owner == "self", f"{path}:{node.lineno}: {target.attr} is assigned"


def test_no_two_classes_have_one_name():
    places = {}
    for path in modules():
        for node in top_level(path):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(path.relative_to(PACKAGE).as_posix())
    assert not {name: files for name, files in places.items() if len(files) > 1}


def test_no_modules_import_each_other_in_a_circle():
    """Imports for types alone do not count, nor those that a function makes when it is called."""
    names = {path: name_of(path) for path in modules()}
    graph = {name: imported_at_once(path, set(names.values())) for path, name in names.items()}
    done = set()

    def visit(name, way):
        assert name not in way, " imports ".join([*way[way.index(name) :], name])
        if name not in done:
            for each in sorted(graph[name]):
                visit(each, [*way, name])
            done.add(name)

    for name in graph:
        visit(name, [])


def name_of(path):
    parts = ("pyetcdctl", *path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts).removesuffix(".__init__")


def imported_at_once(path, known):
    """Return the modules that importing a module runs."""
    found = set()
    for node in top_level(path):
        if isinstance(node, ast.ImportFrom):
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    # A package of which a module is imported has been begun before; it may be going on.
    return (found & known) - {name_of(path)}
