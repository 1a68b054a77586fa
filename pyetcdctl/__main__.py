"""Run the program: as ``python -m pyetcdctl``, as the installed command, as kubectl's plugin."""

# Built in, where ``signal`` loads enum and more first, during which Ctrl-C shows a traceback.
from _signal import SIG_DFL, SIGINT, signal  # type: ignore[import-not-found]

# Until a command says otherwise Ctrl-C ends the program at once and without a word, as it ends
# etcdctl; from here on, before anything that takes time is loaded.
signal(SIGINT, SIG_DFL)

from pyetcdctl.cli.main import run, run_as_plugin  # noqa: E402

__all__ = ["run", "run_as_plugin"]

if __name__ == "__main__":
    run()
