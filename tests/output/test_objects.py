"""Objects and their tables as kubectl 1.37.2 printed them beside an API server of that release."""

import pytest

from pyetcdctl.kubernetes.objects import Literal
from pyetcdctl.output.columns import Columns
from pyetcdctl.output.objects import object_text

PRINTED = {
    "1.50": "1.5",
    "1E3": "1000",
    "1e-7": "1e-7",
    "1.5e-6": "0.0000015",
    "1e20": "100000000000000000000",
    "1e21": "1e+21",
    "123456789012345678": "123456789012345678",
    "1e-5": "0.00001",
    "-2.50e22": "-2.5e+22",
    "12345678.25": "12345678.25",
}
NO_SUBJECTS = (
    "NAME                                   ROLE                                        "
    "AGE    USERS              GROUPS   SERVICEACCOUNTS\n"
    "kubeadm:bootstrap-signer-clusterinfo   Role/kubeadm:bootstrap-signer-clusterinfo   "
    "273d   system:anonymous            \n"
)
NO_PHASE = (
    "NAME          SIZE   PHASE\n"
    "c-widget-01   1      \n"
    "c-widget-03   13     Ready\n"
    "c-widget-07   2      \n"
)


@pytest.mark.parametrize("written", PRINTED)
def test_a_number_in_json_is_printed_as_its_reader_writes_it(written: str) -> None:
    assert object_text(Literal(written), "json") == f"{PRINTED[written]}\n"
    inside = Literal(f'{{"a":[{written}]}}')
    assert f"        {PRINTED[written]}\n" in object_text({"raw": inside}, "json")


def test_a_number_beyond_every_float_is_printed_as_it_is_stored() -> None:
    assert object_text(Literal("1e400"), "json") == "1e400\n"


@pytest.mark.parametrize(
    ("printed", "rows"),
    [
        (
            NO_SUBJECTS,
            [
                ("NAME", "ROLE", "AGE", "USERS", "GROUPS", "SERVICEACCOUNTS"),
                (
                    "kubeadm:bootstrap-signer-clusterinfo",
                    "Role/kubeadm:bootstrap-signer-clusterinfo",
                    *("273d", "system:anonymous", "", ""),
                ),
            ],
        ),
        (
            NO_PHASE,
            [
                ("NAME", "SIZE", "PHASE"),
                ("c-widget-01", "1", ""),
                ("c-widget-03", "13", "Ready"),
                ("c-widget-07", "2", ""),
            ],
        ),
    ],
    ids=["role bindings", "custom resources"],
)
def test_a_line_whose_last_cells_are_empty_ends_with_blanks_as_kubectls(
    printed: str, rows: list[tuple[str, ...]]
) -> None:
    assert Columns(keeps_blanks=True).lines(rows).decode() == printed
    assert Columns().lines(rows).decode() == "".join(
        f"{line.rstrip()}\n" for line in printed.splitlines()
    )
