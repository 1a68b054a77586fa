"""Look up resources by name: the built-in ones of every release, and those of stored CRDs.

The keys of a built-in resource begin with its plural, or with an older name; those of a custom
resource with GROUP/PLURAL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyetcdctl.kubernetes.objects import Plain


class Resource(NamedTuple):
    """A kind of objects, and the path of their keys below the API server's prefix."""

    plural: str
    group: str
    kind: str
    path: str
    namespaced: bool
    singular: str
    short_names: tuple[str, ...] = ()
    custom: bool = False

    @property
    def is_beside(self) -> bool:
        """Whether another API server keeps it beside Kubernetes' prefix: ``../openshift.io/``."""
        return self.path.startswith("../")

    @property
    def full_name(self) -> str:
        """The plural, with the group if there is one."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def name(self) -> str:
        """The shortest name that is unambiguous in every cluster."""
        return self.full_name if self.custom or self.is_beside else self.plural

    def is_called(self, name: str) -> bool:
        """Return whether a lower-case word without a group is one of the names."""
        return name in (self.plural, self.singular, self.kind.lower(), *self.short_names)


# GROUP, then a line for each resource: scope, kind, plural, short names, older name in the key.
_TABLE = """
core
N ConfigMap configmaps cm
C Namespace namespaces ns
N Event events ev
N Pod pods po
N PodTemplate podtemplates
N ReplicationController replicationcontrollers rc controllers
N LimitRange limitranges limits
C Node nodes no minions
N PersistentVolumeClaim persistentvolumeclaims pvc
C PersistentVolume persistentvolumes pv
N ResourceQuota resourcequotas quota
N Secret secrets
N ServiceAccount serviceaccounts sa
N Endpoints endpoints ep services/endpoints
N Service services svc services/specs
admissionregistration.k8s.io
C MutatingWebhookConfiguration mutatingwebhookconfigurations
C ValidatingWebhookConfiguration validatingwebhookconfigurations
C MutatingAdmissionPolicy mutatingadmissionpolicies
C MutatingAdmissionPolicyBinding mutatingadmissionpolicybindings
C ValidatingAdmissionPolicy validatingadmissionpolicies
C ValidatingAdmissionPolicyBinding validatingadmissionpolicybindings
C InitializerConfiguration initializerconfigurations
apiextensions.k8s.io
C CustomResourceDefinition customresourcedefinitions crd,crds GROUP/PLURAL
apiregistration.k8s.io
C APIService apiservices - GROUP/PLURAL
apps
N ControllerRevision controllerrevisions
N DaemonSet daemonsets ds
N Deployment deployments deploy
N ReplicaSet replicasets rs
N StatefulSet statefulsets sts
auditregistration.k8s.io
C AuditSink auditsinks
autoscaling
N HorizontalPodAutoscaler horizontalpodautoscalers hpa
batch
N CronJob cronjobs cj
N Job jobs
certificates.k8s.io
C CertificateSigningRequest certificatesigningrequests csr
C ClusterTrustBundle clustertrustbundles
N PodCertificateRequest podcertificaterequests
coordination.k8s.io
N Lease leases
N LeaseCandidate leasecandidates
discovery.k8s.io
N EndpointSlice endpointslices
flowcontrol.apiserver.k8s.io
C FlowSchema flowschemas
C PriorityLevelConfiguration prioritylevelconfigurations
internal.apiserver.k8s.io
C StorageVersion storageversions
lifecycle.k8s.io
N Eviction evictions
N EvictionRequest evictionrequests
networking.k8s.io
N Ingress ingresses ing ingress
C IngressClass ingressclasses
C IPAddress ipaddresses ip
N NetworkPolicy networkpolicies netpol
C ServiceCIDR servicecidrs
C ClusterCIDR clustercidrs
node.k8s.io
C RuntimeClass runtimeclasses
policy
N PodDisruptionBudget poddisruptionbudgets pdb
C PodSecurityPolicy podsecuritypolicies psp podsecuritypolicy
rbac.authorization.k8s.io
C ClusterRole clusterroles
C ClusterRoleBinding clusterrolebindings
N Role roles
N RoleBinding rolebindings
resource.k8s.io
C DeviceClass deviceclasses
C ResourceSlice resourceslices
C DeviceTaintRule devicetaintrules
C ResourcePoolStatusRequest resourcepoolstatusrequests
N ResourceClaim resourceclaims
N ResourceClaimTemplate resourceclaimtemplates
C ResourceClass resourceclasses
N PodScheduling podschedulings
N PodSchedulingContext podschedulingcontexts
N ResourceClassParameters resourceclassparameters
N ResourceClaimParameters resourceclaimparameters
scheduling.k8s.io
C PriorityClass priorityclasses pc
N Workload workloads
N PodGroup podgroups
N CompositePodGroup compositepodgroups
settings.k8s.io
N PodPreset podpresets
storage.k8s.io
C CSIDriver csidrivers
C CSINode csinodes
C StorageClass storageclasses sc
C VolumeAttachment volumeattachments
C VolumeAttributesClass volumeattributesclasses vac
N CSIStorageCapacity csistoragecapacities
storagemigration.k8s.io
C StorageVersionMigration storageversionmigrations
"""
# Other groups that serve, or served in older releases, the same objects.
EVENTS = "events.k8s.io"
_OTHER_GROUPS = ("extensions", EVENTS)
DEFINITIONS = "apiextensions.k8s.io/customresourcedefinitions"


def read_table(lines: str, folder: str = "") -> Iterator[Resource]:
    """Read a table in the form of the one above, of resources below a folder of the prefix."""
    group = ""
    for line in lines.split("\n")[1:-1]:
        words = line.split()
        if len(words) == 1:
            group = "" if line == "core" else line
            continue
        scope, kind, plural, *rest = words
        short = rest[0] if rest and rest[0] != "-" else ""
        names = tuple(short.split(",")) if short else ()
        path = rest[1] if len(rest) > 1 else plural
        path = folder + path.replace("GROUP", group).replace("PLURAL", plural)
        yield Resource(plural, group, kind, path, scope == "N", kind.lower(), names)


BUILT_IN = tuple(read_table(_TABLE))


def custom_resource(definition: Plain) -> Resource | None:
    """Return the resource of a CustomResourceDefinition; None if the definition is incomplete."""
    spec = definition.get("spec") if isinstance(definition, dict) else None
    names = spec.get("names") if isinstance(spec, dict) else None
    if not isinstance(spec, dict) or not isinstance(names, dict):
        return None
    plural, group, kind = names.get("plural"), spec.get("group"), names.get("kind")
    if not (isinstance(plural, str) and isinstance(group, str) and isinstance(kind, str)):
        return None
    short = names.get("shortNames")
    return Resource(
        plural,
        group,
        kind,
        f"{group}/{plural}",
        spec.get("scope") != "Cluster",
        str(names.get("singular") or kind.lower()),
        tuple(map(str, short)) if isinstance(short, list) else (),
        custom=True,
    )


def of_kind(kind: str, group: str, custom: Iterable[Resource] | None = None) -> Resource | None:
    """Return the resource of an object's kind and group: a built-in one, or one of ``custom``."""
    for resource in BUILT_IN if custom is None else custom:
        if resource.kind == kind and (resource.group == group or group in _OTHER_GROUPS):
            return resource
    return None


def find_among(word: str, resources: Iterable[Resource]) -> Resource | None:
    """Return the resource of a name among those given alone."""
    name, _, group = word.lower().partition(".")
    found = (each for each in resources if each.is_called(name) and _is_of_group(each, group))
    return next(found, None)


def find(word: str, custom: Iterable[Resource] = ()) -> Resource | None:
    """Return the resource of a name: plural, singular, kind or short name, with or without group.

    Built-in resources come first, as with kubectl. ``events.events.k8s.io`` are the events, in the
    group that is named.
    """
    name, _, group = word.lower().partition(".")
    for resource in (*BUILT_IN, *custom):
        if resource.is_called(name) and _is_of_group(resource, group):
            is_newer = resource.kind == "Event" and group and not resource.custom
            return resource._replace(group=EVENTS) if is_newer else resource
    return None


def similar_names(word: str, resources: Iterable[Resource]) -> list[str]:
    """Return the plurals that a misspelt name may have meant, the most similar first."""
    from difflib import get_close_matches

    return get_close_matches(word, [each.name for each in resources], n=3, cutoff=0.7)


def _is_of_group(resource: Resource, group: str) -> bool:
    """Return whether a GROUP or VERSION.GROUP, or none, matches the resource."""
    without_version = group.partition(".")[2]
    if not group or group == resource.group or without_version == resource.group != "":
        return True
    if resource.kind == "Event" and without_version == EVENTS:
        return not resource.custom
    return group in _OTHER_GROUPS and not resource.custom
