"""Standard output without a reader, that is full, that is closed: one right ending each."""

import fcntl
import os
import signal
import struct
import subprocess
import sys
import termios
from threading import Thread

import pytest

from pyetcdctl.cli.session.streams import Descriptor, Messages, Streams
from tests.runner import clean_environment, command, run_here
from tests.server import write


@pytest.fixture(scope="module")
def many_keys(etcd):
    write(etcd, ((f"/many/{number}", "x" * 60_000) for number in range(30)))
    return etcd


def started(server, *args, stdout):
    environment = clean_environment({"ETCDCTL_ENDPOINTS": server.endpoint})
    return subprocess.Popen(command(*args), env=environment, stdout=stdout, stderr=subprocess.PIPE)


def test_a_pipe_that_is_closed_ends_the_program_quietly_by_its_signal(many_keys):
    run = started(many_keys, "get", "/many/", "--prefix", stdout=subprocess.PIPE)
    assert run.stdout.readline() == b"/many/0\n"
    run.stdout.close()
    assert run.stderr.read() == b""
    run.stderr.close()
    assert run.wait(60) == -signal.SIGPIPE


def test_a_full_disk_is_an_error(many_keys):
    with open("/dev/full", "wb") as full:
        run = started(many_keys, "get", "/many/1", stdout=full)
        _, errors = run.communicate(timeout=60)
    assert errors == b"Error: write to standard output: no space left on device\n"
    assert run.returncode == 1


@pytest.mark.parametrize(
    ("line", "code"), [("du /many/ --larger-than 1", 1), ("diff @1", 2)], ids=["du", "diff"]
)
def test_a_full_disk_is_an_error_also_where_what_was_found_is_one(many_keys, line, code):
    with open("/dev/full", "wb") as full:
        run = started(many_keys, *line.split(), stdout=full)
        _, errors = run.communicate(timeout=60)
    assert errors == b"Error: write to standard output: no space left on device\n"
    assert run.returncode == code


def test_the_reader_of_differences_may_close_the_pipe(many_keys):
    run = started(many_keys, "diff", "@1", "-p", stdout=subprocess.PIPE)  # more than a pipe holds
    assert run.stdout.readline()
    run.stdout.close()
    assert run.stderr.read() == b""
    run.stderr.close()
    assert run.wait(60) == -signal.SIGPIPE


def test_a_standard_output_that_is_closed_is_an_error(many_keys):
    script = f"exec {' '.join(command('get', '/many/1'))} >&-"
    run = subprocess.run(
        ["sh", "-c", script],
        env=clean_environment({"ETCDCTL_ENDPOINTS": many_keys.endpoint}),
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    assert run.stderr == b"Error: write to standard output: bad file descriptor\n"
    assert run.returncode == 1


def test_nothing_is_printed_into_a_standard_error_that_is_closed(many_keys):
    run = subprocess.run(
        ["sh", "-c", f"exec {' '.join(command('get', 'k', '--limit', 'x'))} 2>&-"],
        env=clean_environment(),
        stdout=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    assert run.stdout == b""
    assert run.returncode == 1


def test_ctrl_c_at_the_very_start_ends_the_program_without_a_word(tmp_path):
    """The signal comes when the first of our own modules is about to be loaded."""
    (tmp_path / "sitecustomize.py").write_text(
        "import os, signal, sys\n"
        "class Finder:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'pyetcdctl.cli':\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Finder())\n"
    )
    run = subprocess.run(
        command("version"),
        env=clean_environment({"PYTHONPATH": str(tmp_path)}),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (run.stdout, run.stderr, run.returncode) == (b"", b"", -signal.SIGINT)


def test_a_file_that_cannot_be_read_is_named_as_it_was_given():
    for words in (("decode",), ("encode",), ("put", "--yes", "-f")):
        refused = run_here("kubernetes", *words, b"no\xff file")
        shown = "Error: no\\xff file: no such file or directory\n"
        assert (refused.stderr, refused.exit_code) == (shown, 1)


def test_a_system_without_a_null_device_is_no_obstacle():
    script = "import os; os.devnull = '/no/null'; from pyetcdctl.cli.main import run; run()"
    done = subprocess.run(
        [sys.executable, "-c", script, "version"],
        env=clean_environment(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_passing_line_stays_within_a_narrow_terminal():
    reader, writer = os.openpty()
    fcntl.ioctl(writer, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 20, 0, 0))
    messages = Messages(Descriptor(writer), takes_escapes=True)
    for text, shown in (("Reading\x1b " * 9, rb"Reading\x1b Reading"), ("", b"")):
        messages.status(text)
        assert os.read(reader, 200) == b"\r\x1b[K" + shown
    os.close(reader)
    os.close(writer)


@pytest.mark.parametrize("target", ["out", "err"])
def test_a_pipe_that_is_not_ready_is_waited_for(target):
    """Another program that shares the pipe may have made it non-blocking."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    streams = Streams({}, out=Descriptor(writer), err=Descriptor(writer))
    data = os.urandom(100_000).hex()
    received = bytearray()

    def read():
        while piece := os.read(reader, 1000):
            received.extend(piece)

    reading = Thread(target=read)
    reading.start()
    if target == "out":
        streams.out.text(data)
        streams.out.flush()
    else:
        streams.err.line(data)
    os.close(writer)
    reading.join()
    os.close(reader)
    assert received.decode().rstrip("\n") == data
