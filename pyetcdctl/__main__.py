"""Run the program as ``python -m pyetcdctl``."""

from pyetcdctl.cli.main import run

if __name__ == "__main__":
    run()
