"""The resources of OpenShift's own API servers, which keep them beside Kubernetes' prefix.

Kubernetes' objects are below ``/kubernetes.io`` there, these below ``/openshift.io``. Its other
kinds (config.openshift.io, operator.openshift.io, SecurityContextConstraints) are custom resources.
"""

from __future__ import annotations

from pyetcdctl.kubernetes.resources import read_table

FOLDER = "openshift.io"
# As in resources.py.
_TABLE = """
apps.openshift.io
N DeploymentConfig deploymentconfigs dc
build.openshift.io
N Build builds
N BuildConfig buildconfigs bc
image.openshift.io
C Image images
N ImageStream imagestreams is
oauth.openshift.io
C OAuthAccessToken oauthaccesstokens - oauth/accesstokens
C OAuthAuthorizeToken oauthauthorizetokens - oauth/authorizetokens
C OAuthClient oauthclients - oauth/clients
C OAuthClientAuthorization oauthclientauthorizations - oauth/clientauthorizations
route.openshift.io
N Route routes
security.openshift.io
C RangeAllocation rangeallocations
template.openshift.io
C BrokerTemplateInstance brokertemplateinstances
N Template templates
N TemplateInstance templateinstances
user.openshift.io
C Group groups
C Identity identities - useridentities
C User users
"""
RESOURCES = tuple(read_table(_TABLE, f"../{FOLDER}/"))
KINDS = {(resource.group, resource.kind) for resource in RESOURCES}


def is_custom(group: str, kind: str) -> bool:
    """Return whether a kind is stored as a custom resource, though the field table has it."""
    return group.endswith(f".{FOLDER}") and (group, kind) not in KINDS
