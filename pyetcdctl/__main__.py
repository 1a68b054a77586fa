"""Run the program: as ``python -m pyetcdctl``, as the installed command, as kubectl's plugin."""

from pyetcdctl.ending import ENDING, let_signals_end

# Until a command installs a handler Ctrl-C ends the program at once and silently, as it ends
# etcdctl; from here on, before anything that takes time is loaded.
let_signals_end(ENDING)

from pyetcdctl.isolation import leave_python_path  # noqa: E402

leave_python_path()

from pyetcdctl.cli.main import run, run_as_plugin  # noqa: E402

__all__ = ["run", "run_as_plugin"]

if __name__ == "__main__":
    run()
