"""``kubernetes get``: objects by the names that people know, in the forms that kubectl prints."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pyetcdctl.errors import BadArguments
from pyetcdctl.kubernetes.kubectl.selectors import label_selector
from pyetcdctl.kubernetes.kubectl.sorting import rank
from pyetcdctl.kubernetes.objects import Literal
from tests.kubernetes.fixtures import fixture
from tests.kubernetes.sample import DATA, responses
from tests.kubernetes.wire import field, stored
from tests.runner import run_here as run

if TYPE_CHECKING:
    from tests.runner import Result
    from tests.server import Etcd

CONFIG = ("--encryption-config", str(DATA / "encryption-config.yaml"))


def get(server: Etcd, *words: str) -> Result:
    return run("kubernetes", "get", *words, env=server.environment)


def names(result: Result) -> list[str]:
    return [line.rpartition("/")[2] for line in result.stdout.decode().splitlines()]


def keys_under(prefix: str) -> list[str]:
    return [key.rpartition("/")[2] for key in sorted(responses()) if key.startswith(prefix)]


def test_pods_have_the_columns_of_kubectl(sample_etcd: Etcd) -> None:
    lines = get(sample_etcd, "pods", "-n", "kube-system").stdout.decode().splitlines()
    assert lines[0].split() == ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]
    assert [line.split()[0] for line in lines[1:]] == keys_under("/registry/pods/kube-system/")
    etcd = next(line for line in lines if line.startswith("etcd-master"))
    assert etcd.split()[1:4] == ["1/1", "Running", "0"]


@pytest.mark.parametrize(
    ("word", "columns"),
    [
        ("nodes", "NAME STATUS ROLES AGE VERSION"),
        ("deploy", "NAMESPACE NAME READY UP-TO-DATE AVAILABLE AGE"),
        ("svc", "NAMESPACE NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE"),
        ("Namespace", "NAME STATUS AGE"),
        ("leases", "NAMESPACE NAME HOLDER AGE"),
        ("events", "NAMESPACE LAST SEEN TYPE REASON OBJECT MESSAGE"),
        ("crd", "NAME SCOPE VERSIONS CREATED AT"),
        ("widgets", "NAMESPACE NAME SIZE"),
        ("relics", "NAMESPACE NAME AGE"),
        ("anything.misc.example.com", "NAME AGE"),
    ],
)
def test_a_resource_has_its_columns(sample_etcd: Etcd, word: str, columns: str) -> None:
    lines = get(sample_etcd, word, "-A").stdout.decode().splitlines()
    assert lines[0].split() == columns.split()
    assert len(lines) > 1


def test_what_columns_add_to_names_stands_behind_them(sample_etcd: Etcd) -> None:
    flags = ("events,sc,ing", "-n", "shop", "-o", "wide")
    events, classes, ingresses = get(sample_etcd, *flags).stdout.decode().split("\n\n")
    assert events.splitlines()[0].endswith("   COUNT   NAME")
    assert events.splitlines()[1].split()[-1].startswith("event/")
    assert "storageclass.storage.k8s.io/" in classes
    assert classes.splitlines()[1].split()[1] == "(default)"
    assert "   80, 443   " in ingresses


def test_nodes_and_services_show_what_they_are(sample_etcd: Etcd) -> None:
    node = get(sample_etcd, "no", "master", "-o", "wide").stdout.decode().splitlines()[1].split()
    assert node[1:3] == ["Ready", "control-plane"]
    assert node[5] == "192.168.56.10"
    service = get(sample_etcd, "svc", "kube-dns", "-n", "kube-system").stdout.decode()
    assert service.splitlines()[1].split()[:5] == [
        *("kube-dns", "ClusterIP", "10.96.0.10", "<none>", "53/UDP,53/TCP,9153/TCP")
    ]


@pytest.mark.parametrize(
    "word", ["cronjobs.batch", "cj", "CronJob", "cronjob", "cronjobs.v1.batch"]
)
def test_every_name_of_a_resource_means_it(sample_etcd: Etcd, word: str) -> None:
    assert names(get(sample_etcd, word, "-A", "-o", "name")) == keys_under("/registry/cronjobs/")


def test_one_object_is_kubectls_yaml(sample_etcd: Etcd) -> None:
    key = "/registry/secrets/vault-aescbc-old/db-00"
    shown = get(sample_etcd, "secret", "db-00", "-n", "vault-aescbc-old", "-o", "yaml", *CONFIG)
    assert shown.stdout.decode() == responses()[key]["kubectl_yaml"]
    flags = ("-n", "vault-aescbc-old", "-o", "jsonl", "--as-stored", *CONFIG)
    stored = get(sample_etcd, "secret/db-00", *flags)
    assert stored.stdout.decode() == responses()[key]["json"] + "\n"


def test_several_objects_are_a_list(sample_etcd: Etcd) -> None:
    shown = json.loads(get(sample_etcd, "nodes", "-o", "json").stdout)
    assert (shown["kind"], shown["apiVersion"]) == ("List", "v1")
    assert [each["metadata"]["name"] for each in shown["items"]] == ["master", "node01"]


def test_several_resources_are_tables_with_their_kinds(sample_etcd: Etcd) -> None:
    tables = get(sample_etcd, "deploy,svc", "-A", "-l", "k8s-app=kube-dns").stdout.decode()
    first, second = tables.split("\n\n")
    assert first.splitlines()[1].split()[1] == "deployment.apps/coredns"
    assert second.splitlines()[1].split()[1] == "service/kube-dns"


def test_a_jsonpath_is_filled_in(sample_etcd: Etcd) -> None:
    text = '{range .items[*]}{.metadata.name}={.status.addresses[0].address}{"\\n"}{end}'
    shown = get(sample_etcd, "nodes", "-o", f"jsonpath={text}")
    assert shown.stdout == b"master=192.168.56.10\nnode01=192.168.56.11\n"


def test_a_jsonpath_that_does_not_fit_fails_with_the_reason(sample_etcd: Etcd) -> None:
    failed = get(sample_etcd, "nodes", "-o", "jsonpath={.items[9].kind}")
    assert (failed.exit_code, failed.stdout) == (1, b"")
    why = "array index out of bounds: index 9, length 2"
    assert failed.stderr == f'Error: error executing jsonpath "{{.items[9].kind}}": {why}\n'


def test_objects_are_sorted_by_a_field(sample_etcd: Etcd) -> None:
    flags = ("-A", "-o", "jsonl", "--sort-by", "{.metadata.creationTimestamp}")
    shown = get(sample_etcd, "pods", *flags).stdout.decode().splitlines()
    created = [json.loads(line)["metadata"]["creationTimestamp"] for line in shown]
    assert len(created) == 212
    assert created == sorted(created)
    refused = get(sample_etcd, "pods,pv", "-A", "--sort-by", ".metadata.nmae")
    assert (refused.exit_code, refused.stdout) == (1, b"")
    assert 'no object that was found has a field ".metadata.nmae"' in refused.stderr
    assert get(sample_etcd, "pods,pv", "-A", "--sort-by", ".spec.capacity.storage").exit_code == 0


ASCENDING = (None, -5, "-0.5", "500m", Literal("0.75"), 1, "007", "1e3", "2Gi", "10Gi")
TEXTS = ("", "10.0.0.1", "2026-03-02", "web", "web-", "web-2", "web-02-a", "web-10", "web1", "weba")


def test_numbers_and_quantities_are_sorted_by_value_and_text_by_its_numbers() -> None:
    in_order = [*ASCENDING, 10**400, *TEXTS, {}]
    mixed = in_order[::2] + in_order[1::2]
    assert sorted(mixed, key=lambda value: rank([value])) == in_order


def test_flow_schemas_stand_in_the_order_in_which_they_match(sample_etcd: Etcd) -> None:
    rows = get(sample_etcd, "flowschemas", "--no-headers").stdout.decode().splitlines()
    matched = [(int(row.split()[2]), row.split()[0]) for row in rows]
    assert matched == [(1, "exempt"), (9000, "service-accounts"), (10000, "catch-all")]
    by_name = get(sample_etcd, "flowschemas", "-o", "name")
    assert names(by_name) == keys_under("/registry/flowschemas/")
    assert names(get(sample_etcd, "flowschemas", "-o", "name", "--sort-by", ".metadata.name"))
    sorted_rows = get(sample_etcd, "flowschemas", "--sort-by", "{.metadata.name}").stdout
    assert [row.split()[0].decode() for row in sorted_rows.splitlines()[1:]] == names(by_name)


def test_an_event_is_of_the_group_that_is_asked_for(etcd: Etcd, prefix: str) -> None:
    older = fixture("core.v1.Event")
    newer = fixture("events.k8s.io.v1.Event")
    run("put", f"{prefix}events/a/older", input=older.protobuf, env=etcd.environment)
    run("put", f"{prefix}events/a/newer", input=newer.protobuf, env=etcd.environment)
    asked = {"events": "v1", "ev": "v1", "events.events.k8s.io": "events.k8s.io/v1"}
    for word, version in {**asked, "events.v1.events.k8s.io": "events.k8s.io/v1"}.items():
        flags = ("-n", "a", "--etcd-prefix", prefix)
        shown = [
            json.loads(line) for line in get(etcd, word, "-o", "jsonl", *flags).stdout.splitlines()
        ]
        assert [event["apiVersion"] for event in shown] == [version] * 2
        assert {key for event in shown for key in event} == set(
            json.loads((older if version == "v1" else newer).json)
        )
        name = "event" if version == "v1" else "event.events.k8s.io"
        lines = get(etcd, word, "-o", "name", *flags).stdout.decode().splitlines()
        assert lines == [f"{name}/newer", f"{name}/older"]


def test_a_missing_object_fails_and_no_objects_do_not(sample_etcd: Etcd) -> None:
    missing = get(sample_etcd, "pods", "nope")
    assert (missing.exit_code, missing.stderr) == (1, 'Error: pods "nope" not found\n')
    none = get(sample_etcd, "pods", "-n", "nowhere")
    assert (none.exit_code, none.stdout) == (0, b"")
    assert none.stderr == "No resources found in nowhere namespace\n"


def test_encrypted_objects_are_listed_and_reported_once(sample_etcd: Etcd) -> None:
    shown = get(sample_etcd, "secrets", "-n", "vault-aescbc")
    assert shown.stdout.decode().splitlines()[1].split()[1:] == ["<encrypted>"] * 3
    assert shown.stderr.startswith(
        "# 8 values could not be decrypted, the first: /registry/secrets/vault-aes"
    )
    assert shown.stderr.endswith(
        "\n# Try:  --encryption-config FILE, the file of the API server's "
        "--encryption-provider-config\n"
    )
    assert (shown.exit_code, shown.stderr.count("\n")) == (0, 2)


@pytest.mark.parametrize("flags", [("-o", "yaml"), ("-o", "jsonpath={.items}"), ("-l", "a=b")])
def test_an_object_that_is_not_decrypted_fails_where_its_content_is_asked_for(
    sample_etcd: Etcd, flags: tuple[str, ...]
) -> None:
    assert get(sample_etcd, "secrets", "-n", "vault-aescbc", *flags).exit_code == 1
    assert get(sample_etcd, "secrets", "-n", "vault-aescbc", *flags, *CONFIG).exit_code == 0


def test_what_is_no_object_has_a_row_and_fails_where_its_content_is_asked_for(
    etcd: Etcd, prefix: str
) -> None:
    fine = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"fine"}}'
    for name, value in (("fine", fine), ("number", "42")):
        run("put", f"{prefix}configmaps/a/{name}", value, env=etcd.environment)
    route = stored("route.example.io/v1", "Route", field(1, field(1, "web")), field(2, 7))
    run("put", f"{prefix}routes/a/web", input=route, env=etcd.environment)
    flags = ("-n", "a", "--etcd-prefix", prefix)
    reported = f"# {prefix}configmaps/a/number: it holds no object of Kubernetes\n"
    table = get(etcd, "cm", *flags)
    assert table.stdout.splitlines()[-1].split() == [b"number", b"<unknown>", b"<unknown>"]
    assert (table.stderr, table.exit_code) == (reported, 0)
    lines = get(etcd, "cm", "-o", "jsonl", *flags)
    assert (lines.stderr, lines.exit_code, lines.stdout.count(b"\n")) == (reported, 1, 1)
    one = get(etcd, "cm", "number", "-o", "yaml", *flags)
    assert (one.stderr, one.exit_code, one.stdout) == (reported, 1, b"")
    assert get(etcd, "routes", *flags).stderr == ""
    assert "the kind is not known here" in get(etcd, "routes", "-o", "yaml", *flags).stderr


def newer_deployment(form: str) -> bytes:
    """Return a Deployment of a version that is not known, in the store's usual form or in JSON."""
    if form == "json":
        metadata = (
            '{"name":"web","namespace":"shop","labels":{"app":"shop"},'
            '"creationTimestamp":"2023-11-14T22:13:20Z"}'
        )
        spec = '"spec":{"replicas":3},"status":{"ready":3}'
        return (
            f'{{"apiVersion":"apps/v2","kind":"Deployment","metadata":{metadata},{spec}}}'.encode()
        )
    created = field(1, 1_700_000_000)
    labelled = field(11, field(1, "app") + field(2, "shop"))
    metadata = field(1, "web") + field(3, "shop") + field(8, created) + labelled
    return stored("apps/v2", "Deployment", field(1, metadata), field(2, field(1, 3)))


@pytest.mark.parametrize("form", ["protobuf", "json"])
@pytest.mark.parametrize("output", [(), ("-o", "wide", "--show-labels")])
def test_an_object_of_a_version_to_come_has_no_cells_that_were_guessed(
    etcd: Etcd, prefix: str, output: tuple[str, ...], form: str
) -> None:
    newer = newer_deployment(form)
    run("put", f"{prefix}deployments/shop/web", input=newer, env=etcd.environment)
    table = get(etcd, "deploy", "-A", "--etcd-prefix", prefix, *output)
    cells = table.stdout.decode().splitlines()[1].split()
    assert cells[:5] == ["shop", "web", *["<unknown>"] * 3]
    assert cells[5].endswith(("d", "y"))
    assert cells[6:] == ([*["<unknown>"] * 3, "app=shop"] if output else [])
    assert table.stderr == (
        f"# {prefix}deployments/shop/web: apps/v2 Deployment is not known here: "
        "only its metadata can be shown\n"
    )


def test_etcdctls_format_flag_is_not_taken_for_o(sample_etcd: Etcd) -> None:
    refused = get(sample_etcd, "nodes", "-w", "json")
    assert refused.exit_code == 4
    assert "take -o FORMAT" in refused.stderr
    assert "--watch" not in refused.stderr


def test_rows_may_come_without_titles_and_with_labels(sample_etcd: Etcd) -> None:
    flags = ("-n", "kube-system", "-l", "k8s-app=kube-dns", "--no-headers", "--show-labels")
    for words in (("po",), ("po", "--sort-by", ".metadata.name"), ("po,svc",)):
        rows = get(sample_etcd, *words, *flags).stdout.decode().split("\n\n")[0].splitlines()
        assert [row.split()[0].rpartition("/")[2][:8] for row in rows] == ["coredns-"] * 2
        labels = "k8s-app=kube-dns,pod-template-hash=78fcdf6894"
        assert [row.split()[-1] for row in rows] == [labels] * 2
    closed = get(sample_etcd, "secrets", "-n", "vault-aescbc", "--show-labels").stdout.decode()
    assert {line.split()[-1] for line in closed.splitlines()[1:]} != {"<none>"}


def test_a_format_that_the_environment_names_for_etcdctls_commands_is_passed_over(
    sample_etcd: Etcd,
) -> None:
    environment = {**sample_etcd.environment, "ETCDCTL_WRITE_OUT": "json"}
    shown = run("kubernetes", "get", "nodes", "-o", "name", env=environment)
    assert shown.stdout.split() == [b"node/master", b"node/node01"]


@pytest.mark.parametrize("words", [("pods", "-w"), ("-w", "pods"), ("po", "-w", "-n", "shop")])
def test_advice_names_the_flag_for_a_watch_asked_for_by_a_letter(
    sample_etcd: Etcd, words: tuple[str, ...]
) -> None:
    refused = get(sample_etcd, *words)
    assert refused.exit_code != 0
    assert "Did you mean --watch" in refused.stderr


@pytest.mark.parametrize(
    "words",
    [(), ("pods/a/b",), ("pods", "-o", "xml"), ("pods", "x", "-A"), ("po", "-o=jsonpath=")],
)
def test_what_cannot_be_meant_is_refused(sample_etcd: Etcd, words: tuple[str, ...]) -> None:
    assert get(sample_etcd, *words).exit_code == 128


def test_advice_for_an_object_named_as_in_other_commands_has_the_right_form() -> None:
    refused = run("kubernetes", "get", "pods/kube-system/etcd-a", "/registry/pods/a/b")
    assert refused.stderr.splitlines()[1:] == [
        "  Try:  pyetcdctl kubernetes get pods etcd-a -n kube-system",
        "  Try:  pyetcdctl get /registry/pods/a/b -w yaml",
    ]


@pytest.mark.parametrize(
    ("text", "selects"),
    [
        ("app=web", True),
        ("app==web,tier!=db", True),
        ("app!=web", False),
        ("app", True),
        ("!app", False),
        ("!tier", True),
        ("app in ( web, api )", True),
        ("tier in (,web)", False),
        ("app notin (web,api)", False),
        ("tier notin (db),app in (web)", True),
        ("tier in (None)", False),
        ("example.com/of-2 > 9, app", True),
        ("example.com/of-2<10", False),
        ("app>1", False),
        ("tier<1", False),
        ("tier!=", True),
    ],
)
def test_a_label_selector_selects(text: str, selects: bool) -> None:
    labels = {"app": "web", "example.com/of-2": "10"}
    assert label_selector(text)({"metadata": {"labels": labels}}) is selects
    for odd in (None, 7, "x", [[1]], {"app": [1]}, {"app": {}, "tier": True}):
        assert label_selector(text)({"metadata": {"labels": odd}}) in (True, False)


@pytest.mark.parametrize(
    "text",
    [
        *(",", "a=b,", "=b", "!", "a b", "a=b=c", "-a=b", "a-=b", "a=-b", "a/b/c=d", "a=$(x)"),
        *("a in b", "a in ()", "a in (b", "a in (b)c", "a in (b c)", "a=b(", "exists(a)"),
        *("a>b", "a>", "a>=1"),
    ],
)
def test_what_is_no_label_selector_is_refused(text: str) -> None:
    with pytest.raises(BadArguments, match="is not a valid label selector"):
        label_selector(text)
