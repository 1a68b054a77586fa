"""Run the program: as ``python -m pyetcdctl``, and as the installed command."""

import signal

# Until a command says otherwise Ctrl-C ends the program at once and without a word, as it ends
# etcdctl; from here on, before anything that takes time is loaded.
signal.signal(signal.SIGINT, signal.SIG_DFL)

from pyetcdctl.cli.main import run  # noqa: E402

if __name__ == "__main__":
    run()
