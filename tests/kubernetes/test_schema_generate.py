"""The generator of the field table: sources in, the same table out, and no silent guess."""

import json
import subprocess
import sys
from itertools import permutations
from pathlib import Path
from shutil import copytree

import pytest

from pyetcdctl.kubernetes.schema import generate, table
from tests.kubernetes.go_sources import declared_in, write_sources
from tests.kubernetes.wire import field, stored

AT_HAND = [Path("/usr/share/gocode/src/k8s.io")]
"""Where Debian's golang-k8s-api-dev puts a release."""
DECODE = """
import sys
from pathlib import Path
from pyetcdctl.kubernetes.codec.decoding import decode
from pyetcdctl.kubernetes.codec.json_writing import json_text
from pyetcdctl.kubernetes.schema import table
table.TABLE = Path(sys.argv[1])
print(json_text(decode(sys.stdin.buffer.read()).object), end="")
"""
PROTO = """
syntax = "proto2";

package k8s.io.api.garden.v1;

import "k8s.io/api/garden/v1/other.proto";

/* A bed
   of flowers. */
message Bed {
  // +optional
  optional BedSpec spec = 2;
  repeated Plant plants = 1;
  map<string, Plant> byColour = 3;
}
message BedSpec {
  optional Frame frame = 4;
  repeated string tools = 5;
  optional int32 rows = 6;
  optional bool raised = 7;
  optional .k8s.io.api.garden.v1.Moment sown = 8;
}
message Frame {
  optional string wood = 1;
}
message Plant {
  optional string latin = 1;
  optional Crop crop = 2;
}
message Crop {
  optional string latin = 1;
}
message Moment {
  repeated string items = 1;
}
"""
GO = """package v1

import (
	harvest "k8s.io/api/harvest-time/v1"
)

// Bed is where plants stand.
type Bed struct {
	Other   string
	Spec    BedSpec `json:"spec" protobuf:"bytes,2,opt,name=spec"`
	Plants  []Plant `json:"plants" protobuf:"bytes,1,rep,name=plants"` // a list
	ByColour map[Colour]Plant `json:"byColour,omitempty" protobuf:"bytes,3,rep,name=byColour"`
}

type Colour string

type BedSpec struct {
	Frame `json:",inline" protobuf:"bytes,4,opt,name=frame"`
	// Tools `protobuf:"bytes,99,opt,name=spade"` were once here.
	Tools  []string `json:"tools,omitempty" protobuf:"bytes,5,rep,name=tools"`
	Rows   *int32   `json:"rows,omitempty" protobuf:"varint,6,opt,name=rows"`
	Raised bool     `json:"raised" protobuf:"varint,7,opt,name=raised"`
	Sown   Moment   `json:"sown,omitzero" protobuf:"bytes,8,opt,name=sown"`
}

type Frame struct {
	Wood string `json:"wood-kind" protobuf:"bytes,1,opt,name=wood"`
}

type Plant struct {
	Latin string `protobuf:"bytes,1,opt,name=latin"`
	Crop  *Crop  `json:"crop" protobuf:"bytes,2,opt,name=crop"`
}

type Crop harvest.Crop

type Moment []string
"""
HARVEST_PROTO = """
package k8s.io.api.harvest_time.v1;
message Crop {
  optional string latin = 1;
}
"""
HARVEST_GO = """
type Crop struct {
	Latin string `json:"name" protobuf:"bytes,1,opt,name=latin"`
}
"""
TALLY = "message Tally {\n  optional int64 baskets = 3;\n}\n"
MARSHALER = "func (c *Crop) MarshalJSON() ([]byte, error) {\n}\n\ntype Crop harvest.Crop"
GO_TALLY = 'type Tally struct {\n\tN int64 `json:"n" protobuf:"varint,3,opt,name=baskets"`\n}\n'


@pytest.fixture
def garden(tmp_path):
    """A folder of sources with two small groups."""
    for name, proto, go in (("garden", PROTO, GO), ("harvest-time", HARVEST_PROTO, HARVEST_GO)):
        folder = tmp_path / "garden" / "api" / name / "v1"
        folder.mkdir(parents=True)
        (folder / "generated.proto").write_text(proto)
        (folder / "types.go").write_text(go)
        (folder / "types_test.go").write_text("type Bed struct {")
    return tmp_path / "garden"


@pytest.fixture
def merge(tmp_path):
    """Merge a folder into a table of the test's own; return the complaint."""
    path = tmp_path / "fields.zlib"

    def run(folder, release, *flags):
        return generate.main([str(folder), "--release", release, "--table", str(path), *flags])

    run.path = path
    return run


def edit(folder, old, new):
    """Change every source file of a folder in which a text occurs."""
    paths = [path for path in folder.rglob("*.*") if path.is_file() and old in path.read_text()]
    assert paths
    for path in paths:
        path.write_text(path.read_text().replace(old, new))


def as_json(path, *fields):
    """Decode a Bed of these fields with a table file."""
    value = stored("garden.k8s.io/v1", "Bed", *fields)
    command = [sys.executable, "-c", DECODE, str(path)]
    output = subprocess.run(command, input=value, capture_output=True, check=True).stdout
    found = json.loads(output)
    assert [found.pop("kind"), found.pop("apiVersion")] == ["Bed", "garden.k8s.io/v1"]
    return json.dumps(found)


def test_a_table_made_of_a_folder_decodes_real_bytes(garden, merge):
    assert merge(garden, "1.40") is None
    frame, plant = field(4, field(1, "oak")), field(1, "rosa") + field(2, field(1, "hip"))
    spec = field(2, frame + field(5, "hoe") + field(6, 0) + field(7, 1))
    entry = field(3, field(1, "red") + field(2, plant))
    assert as_json(merge.path, spec, entry) == (
        '{"spec": {"wood-kind": "oak", "tools": ["hoe"], "rows": 0, "raised": true}, '
        '"plants": null, "byColour": {"red": {"Latin": "rosa", "crop": {"name": "hip"}}}}'
    )
    assert as_json(merge.path) == '{"spec": {"wood-kind": "", "raised": false}, "plants": null}'


def test_a_field_that_went_is_printed_in_its_place_when_it_says_something(garden, merge):
    assert merge(garden, "1.40") is None
    edit(garden, "  optional Frame frame = 4;\n", "")
    edit(garden, "\tFrame `", "\tFrame `//")
    edit(garden, "  optional bool raised = 7;\n", "")
    edit(garden, "\tRaised ", "\t// ")
    edit(garden, '`//json:",inline" protobuf:"bytes,4,opt,name=frame"`', "")
    assert merge(garden, "1.41") is None
    assert as_json(merge.path) == '{"spec": {}, "plants": null}'
    spec = field(2, field(4, field(1, "oak")) + field(6, 3) + field(7, 1))
    assert as_json(merge.path, spec) == (
        '{"spec": {"wood-kind": "oak", "rows": 3, "raised": true}, "plants": null}'
    )


def test_a_message_that_went_keeps_the_rules_of_its_last_release(garden, merge):
    assert merge(garden, "1.40") is None
    edit(garden, 'json:"plants"', 'json:"plants,omitempty"')
    assert merge(garden, "1.41") is None
    (garden / "api/garden/v1/generated.proto").write_text("package k8s.io.api.garden.v1;")
    assert merge(garden, "1.42") is None
    assert as_json(merge.path) == '{"spec": {"wood-kind": "", "raised": false}}'


def test_a_message_in_place_of_another_keeps_what_only_the_other_had(garden, merge):
    assert merge(garden, "1.40") is None
    edit(garden, "optional Frame frame", "optional Border frame")
    edit(garden, "\tFrame `", "\tBorder `")
    edit(garden, "message Frame {\n  optional string wood = 1;", "message Border {")
    edit(garden, "type Frame struct {", "type Border struct {")
    edit(garden, "\tWood string", "\t// string")
    assert merge(garden, "1.41") is None
    assert '"wood-kind": "oak"' in as_json(merge.path, field(2, field(4, field(1, "oak"))))


def test_the_order_of_merging_does_not_matter(garden, merge, tmp_path):
    folders = {}
    for release, old, new in (
        ("1.9", "omitempty", "omitempty"),
        ("1.10", "map<string, Plant> byColour", "map<string, Plant> byTint"),
        ("1.11", ",omitzero", ",omitempty"),
    ):
        edit(garden, old, new)
        folders[release] = copytree(garden, tmp_path / release)
    (folders["1.10"] / "api/harvest-time/v1/generated.proto").write_text(HARVEST_PROTO + TALLY)
    (folders["1.10"] / "api/harvest-time/v1/types.go").write_text(HARVEST_GO + GO_TALLY)
    tables = set()
    for order in permutations(folders):
        merge.path.unlink(missing_ok=True)
        for release in (*order, order[0]):
            assert merge(folders[release], release) is None
        tables.add(merge.path.read_bytes())
    (packed,) = tables
    assert table.unpack_releases(packed) == {"k8s.io.api": ["1.9", "1.10", "1.11"]}
    assert table.unpack(packed)["k8s.io.api.harvest_time.v1.Tally"][0] == "~ 1.9=-,1.10=+"
    spec = table.unpack(packed)["k8s.io.api.garden.v1.BedSpec"][1]
    assert spec.endswith("8 sown k8s.io.api.garden.v1.Moment e 1.10=z")


@pytest.mark.parametrize("release", ["1.16", "1.37"])
def test_the_shipped_table_is_what_its_releases_declare(release, tmp_path):
    before = table.TABLE.read_bytes()
    folder = write_sources(tmp_path, declared_in(release), release)
    assert generate.main([str(folder), "--check"]) is None
    assert table.TABLE.read_bytes() == before


def test_the_sources_at_hand_are_in_the_shipped_table():
    packed = table.TABLE.read_bytes()
    for folder in filter(Path.exists, AT_HAND):
        release = generate.release_of([folder])
        merged = generate.merge(packed, [folder], release)
        known = table.unpack_releases(packed)["k8s.io.api"]
        assert merged == packed or release not in known


def test_releases_that_disagree_are_an_error_that_names_both(garden, merge):
    assert merge(garden, "1.40") is None
    before = merge.path.read_bytes()
    edit(garden, "optional bool raised = 7", "optional string raised = 7")
    assert merge(garden, "1.41") == (
        f"{garden}: k8s.io.api.garden.v1.BedSpec: field 7 is raised (bool) in 1.40 "
        "and raised (string) in 1.41"
    )
    edit(garden, "optional string raised = 7", "optional bool raised = 7")
    edit(garden, 'json:"plants"', 'json:"flowers"')
    assert "field 1 is flowers (list of " in merge(garden, "1.39")
    assert merge.path.read_bytes() == before


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            "  optional int32 rows = 6;",
            "  oneof rows {",
            "generated.proto:19: not understood: oneof",
        ),
        ("message Frame {", "message Frame { }", "generated.proto:23: not understood: message"),
        ("message Frame {", "message X {\nmessage Frame {", "generated.proto:24: a message inside"),
        (
            "repeated string items = 1;\n}",
            "",
            "generated.proto:33: k8s.io.api.garden.v1.Moment has",
        ),
        ("map<string, Plant>", "map<string, bool>", "generated.proto:14: not understood: map"),
        ("int32 rows", "float rows", "BedSpec: field 6 of 1.40 is k8s.io.api.garden.v1.float, "),
        ("message Frame", "message Border", "generated.proto:23: no Go type beside it is named"),
        ("string wood = 1", "string wood = 2", "types.go:27: k8s.io.api.garden.v1.Frame of "),
        (
            "optional int32 rows = 6;",
            "optional int32 rows = 6;\noptional int32 two = 9;",
            "generated.proto:16: k8s.io.api.garden.v1.BedSpec has a field 9",
        ),
        ("varint,6,opt", "varint,six,opt", "types.go:21: not understood: Rows "),
        ("varint,6,opt", "varint,5,opt", "types.go:21: protobuf number 5 is used twice"),
        ('json:"raised"', 'json:"-"', "types.go:22: Raised is not in the JSON"),
    ],
)
def test_what_is_not_understood_is_named_with_its_file_and_line(garden, merge, old, new, complaint):
    edit(garden, old, new)
    assert complaint in merge(garden, "1.40")
    assert not merge.path.exists()


def test_a_release_that_no_source_names_is_asked_for(garden, merge, tmp_path):
    words = [str(garden), "--table", str(merge.path)]
    assert generate.main(words).startswith("the go.mod files do not require one release")
    (garden / "go.mod").write_text("require k8s.io/apimachinery v0.40.2")
    assert generate.main(words) is None
    assert table.unpack_releases(merge.path.read_bytes()) == {"k8s.io.api": ["1.40"]}
    (garden / "api" / "go.mod").write_text("require k8s.io/apimachinery v0.41.0")
    assert generate.main(words).startswith("the go.mod files do not require one release")
    assert generate.main([str(tmp_path / "nothing"), "--release", "1.40"]).endswith(
        "messages below this folder"
    )


def test_a_release_that_is_merged_again_replaces_itself(garden, merge):
    assert merge(garden, "1.40") is None
    edit(garden, PROTO, PROTO.replace("message Plant", "message Shrub").replace("Plant ", "Shrub "))
    edit(garden, GO, GO.replace("type Plant", "type Shrub"))
    edit(garden, "Plant>", "Shrub>")
    assert merge(garden, "1.40") is None
    merged = table.unpack(merge.path.read_bytes())
    assert "k8s.io.api.garden.v1.Plant" not in merged
    marks = {name.rpartition(".")[2]: marks for name, (marks, _) in merged.items()}
    assert marks == {"Bed": "", "BedSpec": "", "Crop": "", "Frame": "", "Moment": "!", "Shrub": ""}


@pytest.mark.parametrize("own", ['type Crop struct {\n\ttime.Time `protobuf:"-"`\n}', MARSHALER])
def test_a_json_form_of_its_own_needs_a_reader(garden, merge, own):
    edit(garden, "type Crop harvest.Crop", own)
    assert merge(garden, "1.40") == (
        f"{garden}: k8s.io.api.garden.v1.Crop is a special message, and codec/ has no reader for it"
    )
    assert not merge.path.exists()


def test_a_list_of_strings_under_a_name_of_its_own_is_read_as_one(garden, merge):
    assert merge(garden, "1.40") is None
    assert '"sown": ["may", "june"]' in as_json(
        merge.path, field(2, field(8, field(1, "may") + field(1, "june")))
    )


def test_copies_of_other_modules_are_left_out(garden, merge):
    copytree(garden / "api", garden / "vendor" / "k8s.io" / "api")
    assert merge(garden, "1.40") is None


def test_openshift_s_module_has_a_table_of_its_own(garden, merge):
    assert generate.table_of([garden]) == table.TABLE
    edit(garden, "optional Frame frame = 4", "optional k8s.io.api.core.v1.Pod frame = 4")
    assert "is k8s.io.api.core.v1.Pod, which is not declared" in merge(garden, "1.40")

    (garden / "go.mod").write_text("module github.com/openshift/api\n\ngo 1.24\n")

    assert generate.table_of([garden]) == table.OPENSHIFT_TABLE
    assert merge(garden, "1.40") is None


def test_two_releases_in_one_folder_are_refused(garden, merge):
    copytree(garden / "api" / "garden", garden / "api@v0.39.0" / "garden")
    assert "Bed is declared a second time" in merge(garden, "1.40")


def test_a_check_writes_nothing_and_names_what_would_change(garden, merge):
    assert merge(garden, "1.40") is None
    before = merge.path.read_bytes()
    assert merge(garden, "1.40", "--check") is None
    edit(garden, 'json:"crop"', 'json:"crop,omitempty"')
    assert merge(garden, "1.41", "--check") == "not up to date:\nchanged k8s.io.api.garden.v1.Plant"
    assert merge.path.read_bytes() == before
