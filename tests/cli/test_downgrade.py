"""A downgrade is examined; servers too old for that are named.

etcd 3.5.1 lets the time run out where it should begin a downgrade, so no test does.
"""

from tests.runner import run


def test_a_server_without_downgrades_is_named_with_its_version(every_etcd):
    major, minor = every_etcd.release
    result = run("downgrade", "validate", f"{major}.{minor - 1}", env=every_etcd.environment)
    if every_etcd.release >= (3, 5):
        told = f"Downgrade validate success, cluster version {major}.{minor}"
        assert result.stdout.decode().startswith(told)
        return
    first, second = result.stderr.splitlines()
    assert result.exit_code == 1
    assert first.startswith("Error: rpc error: code = Unimplemented desc = ")
    endpoint, version = every_etcd.endpoint, every_etcd.version
    assert second == f"  downgrade needs etcd 3.5 or later; {endpoint} runs {version}."


def test_a_downgrade_without_an_action_shows_the_help():
    for words in (("downgrade",), ("downgrade", "3.4")):
        result = run(*words)
        assert result.exit_code == 0
        assert result.stdout.startswith(b"Usage: pyetcdctl downgrade COMMAND")
