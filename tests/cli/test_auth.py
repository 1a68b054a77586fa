"""Turning authentication on, and who is served then, with simple tokens and with JWT."""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from tests.runner import run_here
from tests.server import enable_authentication, running

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.server import Etcd

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
DEAD = {"ETCDCTL_ENDPOINTS": "127.0.0.1:1"}
INVALID = "Error: etcdserver: invalid auth token\n"


class JwtServer(NamedTuple):
    """A server that gives and takes JSON web tokens."""

    etcd: Etcd
    method: str
    key: Key

    def token(self, user: str, seconds: float = 300) -> str:
        """Sign a token for a user as it is now, which expires so many seconds from now."""
        status = run_here("auth", "status", "-w", "json", env=self.etcd.environment)
        claims = {
            "username": user,
            "revision": json.loads(status.stdout)["authRevision"],
            "exp": int(time.time() + seconds),
        }
        head = {"alg": self.method, "typ": "JWT"}
        signed = ".".join(map(url_safe, (json.dumps(head).encode(), json.dumps(claims).encode())))
        return f"{signed}.{url_safe(signature(self.key, signed.encode()))}"

    def run(self, *args: str, env: Mapping[str, str] | None = None):
        """Run a command without the root user's name."""
        return run_here(*args, env={"ETCDCTL_ENDPOINTS": self.etcd.endpoint, **(env or {})})


def url_safe(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def signature(key: Key, data: bytes) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, PKCS1v15(), SHA256())
    r, s = decode_dss_signature(key.sign(data, ec.ECDSA(SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def new_key(method: str) -> Key:
    if method == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def token_flag(key: Key, method: str, folder: Path) -> str:
    private, public = folder / "jwt.key", folder / "jwt.pub"
    private.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    )
    public.write_bytes(
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    return f"--auth-token=jwt,pub-key={public},priv-key={private},sign-method={method},ttl=10m"


@pytest.fixture(scope="module", params=["ES256", "RS256"])
def jwt_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[JwtServer]:
    method = request.param
    key = new_key(method)
    flags = [token_flag(key, method, tmp_path_factory.mktemp("jwt")), "--bcrypt-cost=4"]
    with running(flags=flags) as plain:
        etcd = enable_authentication(plain)
        run_here("user", "add", "alice:pw", env=etcd.environment)
        run_here("role", "add", "reader", env=etcd.environment)
        run_here("role", "grant-permission", "reader", "read", "a", env=etcd.environment)
        run_here("user", "grant-role", "alice", "reader", env=etcd.environment)
        yield JwtServer(etcd, method, key)


def test_authentication_is_turned_on_and_off_on_every_release(own_etcd, every_etcd):
    etcd = own_etcd(every_etcd.cluster.programs)
    env = {"ETCDCTL_ENDPOINTS": etcd.endpoint}
    as_root = {**env, "ETCDCTL_USER": "root:rootpw"}

    assert run_here("user", "add", "root:rootpw", env=env).stdout == b"User root created\n"
    assert run_here("auth", "enable", env=env).stdout == b"Authentication Enabled\n"
    refused = run_here("get", "a", env=env)
    assert (refused.exit_code, refused.stderr) == (1, "Error: etcdserver: user name is empty\n")
    assert run_here("user", "get", "root", env=as_root).stdout == b"User: root\nRoles: root\n"
    assert run_here("auth", "disable", env=as_root).stdout == b"Authentication Disabled\n"
    assert run_here("get", "a", env=env).exit_code == 0


def test_a_root_role_without_a_user_is_explained(own_etcd):
    etcd = own_etcd()
    run_here("user", "add", "root:rootpw", env=etcd.environment)
    run_here("role", "add", "root", env=etcd.environment)

    refused = run_here("auth", "enable", env=etcd.environment)

    assert refused.exit_code == 1
    assert refused.stderr == (
        "Error: etcdserver: role name already exists\n"
        "  The role root exists, but the user root does not have it.\n"
        "  Try:  user grant-role root root\n"
    )
    run_here("user", "grant-role", "root", "root", env=etcd.environment)
    assert run_here("auth", "enable", env=etcd.environment).exit_code == 0


def test_the_status_is_printed_or_the_release_that_cannot(every_etcd):
    status = run_here("auth", "status", env=every_etcd.environment)
    if every_etcd.release >= (3, 5):
        assert status.stdout.startswith(b"Authentication Status: false\nAuthRevision: ")
        return
    assert (status.exit_code, status.stdout) == (1, b"")
    needed = f"auth status needs etcd 3.5 or later; {every_etcd.endpoint} runs "
    assert f"  {needed}{every_etcd.version}.\n" in status.stderr


@pytest.mark.parametrize(
    "command", ["auth status", "auth enable", "user list", "user add u:pw", "role get r"]
)
def test_no_command_waits_for_ever_for_a_dead_server(command):
    refused = run_here(*command.split(), "--command-timeout", "200ms", env=DEAD, seconds=10)

    assert refused.exit_code == 1
    assert refused.stderr.startswith("Error: context deadline exceeded\n")


def test_a_user_with_a_password_gets_a_json_web_token(jwt_server):
    assert jwt_server.run("get", "a", "--user", "alice:pw").exit_code == 0
    denied = jwt_server.run("get", "b", env={"ETCDCTL_USER": "alice:pw"})
    assert (denied.exit_code, denied.stderr) == (1, "Error: etcdserver: permission denied\n")
    wrong = jwt_server.run("get", "a", "--user", "alice:wrong")
    assert wrong.exit_code == 2


def test_a_ready_json_web_token_stands_for_its_user(jwt_server):
    token = jwt_server.token("alice")

    assert jwt_server.run("get", "a", "--auth-jwt-token", token).exit_code == 0
    assert jwt_server.run("get", "a", env={"ETCDCTL_AUTH_JWT_TOKEN": token}).exit_code == 0
    denied = jwt_server.run("user", "list", "--auth-jwt-token", token, "--user", "root:rootpw")
    assert (denied.exit_code, denied.stderr) == (1, "Error: etcdserver: permission denied\n")


def test_an_expired_json_web_token_is_refused_and_not_shown(jwt_server):
    token = jwt_server.token("alice", seconds=-60)

    refused = jwt_server.run("get", "a", "--auth-jwt-token", token)

    assert (refused.exit_code, refused.stderr) == (1, INVALID)


def test_a_json_web_token_of_another_key_is_refused(jwt_server):
    other = jwt_server._replace(key=new_key(jwt_server.method))

    refused = other.run("get", "a", "--auth-jwt-token", other.token("root"))

    assert (refused.exit_code, refused.stderr) == (1, INVALID)
