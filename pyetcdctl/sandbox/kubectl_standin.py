"""A stand-in for kubectl in the sandbox, which has etcd but no API server; its output names it so.

The script is run by its path with the path of its pods (see toolbox.py) and kubectl's arguments.
``exec`` runs the programs of etcd with the paths and the address that they have in an etcd pod;
what kubectl reads is read from etcd, and plugins run as ever.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any, NoReturn

NAMESPACE = "kube-system"
READING = ("get", "describe", "explain")
HELP = """\
This kubectl is a stand-in of pyetcdctl's sandbox, where etcd runs but no API server. It knows:

  kubectl exec POD -n kube-system -- COMMAND   what etcdctl, etcdutl or sh print in the pod: {pods}
  kubectl get, describe, explain ...           what is in etcd, by pyetcdctl kubernetes get, ...
  kubectl etcd ...                             pyetcdctl ... --via kubectl
"""
CONFIG = {
    "apiVersion": "v1",
    "kind": "Config",
    "current-context": "sandbox",
    "contexts": [{"name": "sandbox", "context": {"cluster": "sandbox", "user": "you"}}],
    "clusters": [{"name": "sandbox", "cluster": {}}],
    "users": [{"name": "you", "user": {}}],
}
_VALUED = ("-n", "--namespace", "-c", "--container")
_SERVER = re.compile(r"(?<![\w.])(?:127\.0\.0\.1|localhost|\[127\.0\.0\.1\]|\[::1\]):2379\b")
_PATH = re.compile(r"(?<![\w./-])(?=/(?:etc/kubernetes|var/lib/etcd)\b)")


def main(place: str, arguments: Sequence[str]) -> NoReturn:
    """Replace this process by the program that the arguments name."""
    with open(place, encoding="utf-8") as file:
        pods: dict[str, Any] = json.load(file)
    verb = next(_words(arguments), "")
    if verb in READING:
        if sys.stderr.isatty():
            print("# The sandbox's stand-in for kubectl reads this from etcd", file=sys.stderr)
        # The plugin's: without it this would be asked again.
        own = {name: os.environ[name] for name in os.environ if name != "PYETCDCTL_VIA"}
        _run(["pyetcdctl", "kubernetes", *arguments], own)
    if verb == "exec":
        _execute(pods, arguments)
    if verb == "config":
        print(json.dumps(CONFIG))
        sys.exit(0)
    if verb and verb == arguments[0] and shutil.which(f"kubectl-{verb}"):
        _run([f"kubectl-{verb}", *arguments[1:]], os.environ)
    known = HELP.format(pods=", ".join(pods))
    if verb in ("", "help") and not set(arguments) - {"help", "-h", "--help"}:
        print(known, end="")
        sys.exit(0)
    # Programs that run kubectl show its last line.
    sys.exit(f'{known}\nerror: there is no "kubectl {verb}" in the sandbox')


def _words(arguments: Sequence[str]) -> Iterator[str]:
    """Yield the words among kubectl's own flags."""
    rest = iter(arguments)
    for each in rest:
        if each in _VALUED:
            next(rest, None)
        elif each == "--":
            return
        elif not each.startswith("-"):
            yield each


def _execute(pods: Mapping[str, Any], arguments: Sequence[str]) -> NoReturn:
    own, dashes, command = _divided(arguments)
    _, *words = _words(own)
    if not words:
        sys.exit("error: pod, type/name or --filename must be specified")
    if not (dashes and command):
        sys.exit(
            "error: the command follows two dashes\n"
            f"  Try:  kubectl exec {words[0]} -n {NAMESPACE} -- {' '.join(words[1:]) or 'COMMAND'}"
        )
    name = words[0].rpartition("/")[2]
    if _namespace(own) != NAMESPACE or name not in pods:
        known = ", ".join(pods) or "none"
        sys.exit(
            f'Error from server (NotFound): pods "{name}" not found\n'
            f"  The etcd pods of this sandbox, in the namespace {NAMESPACE}: {known}"
        )
    pod = pods[name]
    words = [_in_pod(word, pod) for word in command]
    environment = _environment(pod, " ".join(command))
    # Ctrl-C is for the program, as it is in a pod.
    with subprocess.Popen(words, executable=_found(words[0]), env=environment) as child:
        signal.signal(signal.SIGINT, lambda number, frame: None)
        code = child.wait()
    if code > 0:
        print(f"command terminated with exit code {code}", file=sys.stderr)
    sys.exit(code if code >= 0 else 128 - code)


def _divided(arguments: Sequence[str]) -> tuple[list[str], bool, list[str]]:
    if "--" not in arguments:
        return list(arguments), False, []
    at = list(arguments).index("--")
    return list(arguments[:at]), True, list(arguments[at + 1 :])


def _namespace(own: Sequence[str]) -> str:
    found = "default"
    for flag, value in zip(own, [*own[1:], ""], strict=True):
        name, equals, text = flag.partition("=")
        if name in ("-n", "--namespace"):
            found = text if equals else value
        elif flag.startswith("-n"):
            found = flag[2:]
    return found


def _in_pod(word: str, pod: Mapping[str, Any]) -> str:
    """Replace the pod's paths, and etcd's usual address, by those in the sandbox."""
    return _SERVER.sub(pod["address"], _PATH.sub(lambda _: pod["root"], word))


def _environment(pod: Mapping[str, Any], line: str) -> dict[str, str]:
    """Return the environment; etcdctl refuses a variable beside its flag."""
    given = {name for name in pod["variables"] if re.search(rf"--{name[8:].lower()}[= ]", line)}
    variables = {name: pod["variables"][name] for name in pod["variables"] if name not in given}
    kept = {name: os.environ[name] for name in os.environ if not name.startswith("ETCDCTL_")}
    return {**kept, **variables}


def _run(command: list[str], environment: Mapping[str, str]) -> NoReturn:
    sys.stdout.flush()
    os.execve(_found(command[0]), command, environment)


def _found(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        sys.exit(f'error: exec: "{program}": executable file not found in $PATH')
    return found


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
