"""Apply changes of users, roles and permissions, and turn authentication on and off."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING

from pyetcdctl.rpc.auth import Role, User, UserAddOptions
from pyetcdctl.storage.replay.model import Refused
from pyetcdctl.storage.replay.permissions import (
    AUTH,
    ENABLED,
    NO_USER,
    REVISION,
    ROLES,
    ROOT,
    USER_EMPTY,
    USERS,
)

if TYPE_CHECKING:
    from pyetcdctl.rpc.auth import (
        GrantPermissionRequest,
        NameRequest,
        Permission,
        RevokePermissionRequest,
        UserRoleRequest,
    )
    from pyetcdctl.rpc.raft_internal import ChangePasswordRequest, UserAddRequest
    from pyetcdctl.storage.replay.model import ReplayBuckets
    from pyetcdctl.storage.replay.permissions import Permissions

_INVALID = "etcdserver: invalid auth management"
_NO_ROLE = "etcdserver: role name not found"


class Accounts:
    """Changes the users and roles of a model."""

    def __init__(self, buckets: ReplayBuckets, permissions: Permissions) -> None:
        self._buckets = buckets
        self._permissions = permissions

    def enable(self) -> None:
        """Turn authentication on."""
        root = self._permissions.user(ROOT)
        if self._permissions.is_enabled:
            return
        if root is None:
            raise Refused("etcdserver: root user does not exist")
        if ROOT not in root.roles:
            raise Refused("etcdserver: root user does not have root role")
        self._set_enabled(True)

    def disable(self) -> None:
        """Turn authentication off."""
        if self._permissions.is_enabled:
            self._set_enabled(False)
            self._count()

    def add_user(self, request: UserAddRequest) -> None:
        """Add a user. A password that is logged without its hash, as before 3.5, is not kept."""
        if not request.name:
            raise Refused(USER_EMPTY)
        if self._permissions.user(request.name):
            raise Refused("etcdserver: user name already exists")
        options = request.options or UserAddOptions()
        password = b"" if options.no_password else _hash_of(request)
        self._put_user(User(name=request.name, password=password, options=options))

    def change_password(self, request: ChangePasswordRequest) -> None:
        """Change a user's password."""
        user = self._user(request.name)
        has_password = not (user.options and user.options.no_password)
        user.password = _hash_of(request) if has_password else b""
        self._put_user(user)

    def delete_user(self, request: NameRequest) -> None:
        """Delete a user."""
        if self._permissions.is_enabled and request.name == ROOT:
            raise Refused(_INVALID)
        self._user(request.name)
        self._buckets.delete(USERS, request.name.encode())
        self._count()

    def grant_role(self, request: UserRoleRequest) -> None:
        """Grant a role to a user."""
        user = self._user(request.user)
        if request.role != ROOT:
            self._role(request.role)
        if request.role not in user.roles:
            user.roles = sorted((*user.roles, request.role))
            self._put_user(user)

    def revoke_role(self, request: UserRoleRequest) -> None:
        """Revoke a role from a user."""
        if self._permissions.is_enabled and request.user == request.role == ROOT:
            raise Refused(_INVALID)
        user = self._user(request.user)
        if request.role not in user.roles:
            raise Refused("etcdserver: role is not granted to the user")
        user.roles = [role for role in user.roles if role != request.role]
        self._put_user(user)

    def add_role(self, request: NameRequest) -> None:
        """Add a role."""
        if not request.name:
            raise Refused("etcdserver: role name is empty")
        if self._permissions.role(request.name):
            raise Refused("etcdserver: role name already exists")
        self._put_role(Role(name=request.name))

    def delete_role(self, request: NameRequest) -> None:
        """Delete a role and revoke it from all users."""
        if self._permissions.is_enabled and request.name == ROOT:
            raise Refused(_INVALID)
        self._role(request.name)
        self._buckets.delete(ROLES, request.name.encode())
        for key, encoded in list(self._buckets.items(USERS)):
            user = User.decode(encoded)
            if request.name in user.roles:
                user.roles = [role for role in user.roles if role != request.name]
                self._buckets.put(USERS, key, user.encode())
        self._count()

    def grant_permission(self, request: GrantPermissionRequest) -> None:
        """Grant a role a permission for a range of keys."""
        if request.perm is None:
            raise Refused("etcdserver: permission not given")
        role, new = self._role(request.name), request.perm
        # etcd compares with the first of those keys alone, and so keeps some ranges twice.
        first = next((each for each in role.keyPermission if each.key >= new.key), None)
        if first is not None and _range_of(first) == _range_of(new):
            first.permType = new.permType
        else:
            role.keyPermission = sorted((*role.keyPermission, new), key=lambda each: each.key)
        self._put_role(role)

    def revoke_permission(self, request: RevokePermissionRequest) -> None:
        """Revoke a role's permission for a range of keys."""
        role = self._role(request.role)
        kept = [each for each in role.keyPermission if _range_of(each) != _range_of(request)]
        if len(kept) == len(role.keyPermission):
            raise Refused("etcdserver: permission is not granted to the role")
        role.keyPermission = kept
        self._put_role(role)

    def _user(self, name: str) -> User:
        user = self._permissions.user(name)
        if user is None:
            raise Refused(NO_USER)
        return user

    def _role(self, name: str) -> Role:
        role = self._permissions.role(name)
        if role is None:
            raise Refused(_NO_ROLE)
        return role

    def _put_user(self, user: User) -> None:
        self._buckets.put(USERS, user.name.encode(), user.encode())
        self._count()

    def _put_role(self, role: Role) -> None:
        self._buckets.put(ROLES, role.name.encode(), role.encode())
        self._count()

    def _set_enabled(self, enabled: bool) -> None:
        self._permissions.is_enabled = enabled
        self._buckets.put(AUTH, ENABLED, b"\1" if enabled else b"\0")

    def _count(self) -> None:
        revision = self._permissions.revision + 1
        self._buckets.put(AUTH, REVISION, revision.to_bytes(8, "big"))


def _range_of(of: Permission | RevokePermissionRequest) -> tuple[bytes, bytes]:
    return of.key, of.range_end


def _hash_of(request: UserAddRequest | ChangePasswordRequest) -> bytes:
    """Return the hash of a password: from 3.5 on it is logged instead of the password."""
    try:
        return b64decode(request.hashedPassword)
    except ValueError:
        raise Refused("etcdserver: authentication failed") from None
