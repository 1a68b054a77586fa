"""A format that cannot show a command's result is refused before the command does anything."""

import pytest

from tests.runner import run_here

CHANGES = {
    "put": ("put", "/refused", "v"),
    "lease": ("lease", "grant", "60"),
    "user": ("user", "add", "refused", "--no-password"),
    "member": ("member", "add", "refused", "--peer-urls", "http://127.0.0.1:1", "--learner"),
}
STATE = (
    ("get", "/refused"),
    ("lease", "list"),
    ("user", "list"),
    ("member", "list"),
)


def state_of(etcd):
    return [etcd.etcdctl(*words, check=True).stdout for words in STATE]


CASES = [(change, name) for change in CHANGES for name in ("yaml", "table")]
CASES.remove(("put", "yaml"))


@pytest.mark.parametrize("source", ["environment", "flag"])
@pytest.mark.parametrize(("change", "format"), CASES)
def test_nothing_is_changed_when_the_format_cannot_show_the_change(etcd, change, source, format):
    before = state_of(etcd)
    flag = ("-w", format) if source == "flag" else ()
    env = {} if flag else {"ETCDCTL_WRITE_OUT": format}
    refused = run_here(*CHANGES[change], *flag, env={**etcd.environment, **env})
    assert (refused.stdout, refused.exit_code) == (b"", 4)
    assert refused.stderr.startswith(f"Error: {format} not supported as output format\n  Try:  -w ")
    assert state_of(etcd) == before


def test_a_format_of_the_environment_is_ignored_where_there_is_no_result(etcd, prefix):
    environment = {**etcd.environment, "ETCDCTL_WRITE_OUT": "yaml"}
    held = run_here("lock", prefix, "--", "true", env=environment)
    assert (held.stderr, held.exit_code) == ("", 0)
