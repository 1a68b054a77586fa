"""All messages, enums and stubs of etcd's API under one name, as the etcd3 package expects them."""

from pyetcdctl.rpc.authpb_pb2 import *  # noqa: F403
from pyetcdctl.rpc.etcdserverpb_pb2 import *  # noqa: F403
from pyetcdctl.rpc.etcdserverpb_pb2_grpc import *  # noqa: F403
from pyetcdctl.rpc.mvccpb_pb2 import *  # noqa: F403
from pyetcdctl.rpc.v3electionpb_pb2 import *  # noqa: F403
from pyetcdctl.rpc.v3electionpb_pb2_grpc import *  # noqa: F403
from pyetcdctl.rpc.v3lockpb_pb2 import *  # noqa: F403
from pyetcdctl.rpc.v3lockpb_pb2_grpc import *  # noqa: F403
