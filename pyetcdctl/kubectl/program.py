"""The kubectl program: its command lines, and short requests to the API server."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from pyetcdctl.errors import KubectlFailed
from pyetcdctl.kubectl.child import KubectlChild, cannot_start
from pyetcdctl.kubectl.failures import failure_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pyetcdctl.kubectl.pods import EtcdPod


class NamedCluster(NamedTuple):
    """The cluster and the user of the kubeconfig's context."""

    name: str
    user: str
    server: str


@dataclass(frozen=True)
class Kubectl:
    """The program's path and environment, and the options that each of its command lines has."""

    program: str
    environment: Mapping[str, str] = field(repr=False)
    kubeconfig: str = ""
    context: str = ""
    seconds: float = 30.0
    """The time limit of a short request, in seconds."""
    log: Callable[[str], None] | None = None
    """Receives every command line."""

    def words(self, *words: str | bytes) -> list[str | bytes]:
        """Return a command line."""
        options: list[str | bytes] = [self.program]
        options += ["--kubeconfig", self.kubeconfig] if self.kubeconfig else []
        options += ["--context", self.context] if self.context else []
        command = [*options, *words]
        if self.log is not None:
            self.log(shlex.join(os.fsdecode(word) for word in command))
        return command

    def start_in(
        self,
        pod: EtcdPod,
        program: Sequence[str | bytes],
        input: bytes = b"",
        *,
        is_dialog: bool = False,
    ) -> KubectlChild:
        """Run a program in a pod, without a terminal."""
        stdin = ["-i"] if input or is_dialog else []
        place = ["-n", pod.namespace, pod.name, "-c", pod.container]
        command = self.words("exec", *stdin, *place, "--", *program)
        return KubectlChild(command, self.environment, input, is_dialog=is_dialog)

    def start(self, words: Sequence[str | bytes]) -> KubectlChild:
        """Start a command that may run long."""
        return KubectlChild(self.words(*words), self.environment)

    def json(self, tried: str, *words: str) -> Any:
        """Return the JSON that a short request prints; ``tried`` is for errors."""
        command = self.words(*words, "-o", "json")
        try:
            # Standard input is the user's: a plugin of the kubeconfig may have to ask for a login.
            done = subprocess.run(
                command,
                env=self.environment,
                capture_output=True,
                check=False,
                timeout=self.seconds,
            )
        except subprocess.TimeoutExpired:
            raise KubectlFailed(
                f"kubectl has not responded for {self.seconds:g} s", f"Tried: {tried}."
            ) from None
        except OSError as error:
            raise cannot_start(error) from error
        if done.returncode:
            raise failure_of(done.stderr.decode("utf-8", "backslashreplace"), tried)
        try:
            return json.loads(done.stdout)
        except ValueError:
            raise KubectlFailed("kubectl's response is not JSON", f"Tried: {tried}.") from None

    def cluster(self) -> NamedCluster:
        """Return the cluster and the user of the kubeconfig's context."""
        view = self.json("the kubeconfig", "config", "view", "--minify")
        context = (view.get("contexts") or [{}])[0].get("context") or {}
        cluster = (view.get("clusters") or [{}])[0].get("cluster") or {}
        return NamedCluster(
            context.get("cluster", ""), context.get("user", ""), cluster.get("server", "")
        )
