"""What the bundle's archive, image and bill of materials look like, made of a small folder."""

import hashlib
import io
import json
import re
import tarfile
import tomllib
from pathlib import Path

import pytest

from tools.bundle import sbom
from tools.bundle.image import archive, compressed, digest_of, image
from tools.bundle.libraries import libraries
from tools.bundle.packages import Package, Root

EPOCH = 1_700_000_000
ROOT = Path(__file__).parents[3]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Its modes are those of a careless umask, and not those of the archive."""
    for name in ("bin/lifeinit", "share/doc/lifeinit/copyright"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(name)
        (tmp_path / name).chmod(0o777)
    return tmp_path


def test_the_archive_belongs_to_root_and_has_one_time(folder: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(archive(folder, EPOCH))) as tar:
        entries = {entry.name: entry for entry in tar}
    assert list(entries) == [
        "opt", "opt/lifeinit", "opt/lifeinit/bin", "opt/lifeinit/bin/lifeinit", "opt/lifeinit/share",
        "opt/lifeinit/share/doc", "opt/lifeinit/share/doc/lifeinit", "opt/lifeinit/share/doc/lifeinit/copyright",
    ]  # fmt: skip
    assert {(entry.uid, entry.gid, entry.mtime) for entry in entries.values()} == {(0, 0, EPOCH)}
    assert entries["opt/lifeinit/bin/lifeinit"].mode == 0o755
    assert entries["opt/lifeinit/share/doc/lifeinit/copyright"].mode == 0o644


def test_each_blob_of_the_image_has_its_digest_as_its_name(folder: Path) -> None:
    """As both formats name it: OCI's index, and the manifest.json of `docker load`."""
    tar = archive(folder, EPOCH)
    data = image(tar, compressed(tar), "lifeinit:1.2.3", "amd64", EPOCH)
    with tarfile.open(fileobj=io.BytesIO(data)) as file:
        files = {entry.name: file.extractfile(entry).read() for entry in file if entry.isfile()}  # type: ignore[union-attr]
    for name, blob in files.items():
        if name.startswith("blobs/"):
            assert name == f"blobs/sha256/{hashlib.sha256(blob).hexdigest()}"
    (manifest,) = json.loads(files["index.json"])["manifests"]
    assert manifest["digest"] == digest_of(data)
    (of_docker,) = json.loads(files["manifest.json"])
    assert of_docker["RepoTags"] == ["lifeinit:1.2.3"]
    config = json.loads(files[of_docker["Config"]])
    assert config["rootfs"]["diff_ids"] == [f"sha256:{hashlib.sha256(tar).hexdigest()}"]
    assert config["architecture"] == "amd64"
    assert image(tar, compressed(tar), "lifeinit:1.2.3", "amd64", EPOCH) == data


def test_the_bill_names_what_is_linked_and_what_has_compiled_it() -> None:
    packages = tuple(
        Package(file, f"SHA256:{'0' * 64}", f"https://mirror.example/debian/{file}")
        for file in ("zlib1g-dev_1%3a1.3_amd64.deb", "gcc-14-x86-64-linux-gnu_14.2_amd64.deb", "tzdata_2026f_all.deb")
    )
    bill = json.loads(sbom.bill(Root(Path("/nowhere"), packages, "amd64"), EPOCH))
    assert bill["creationInfo"]["created"] == "2023-11-14T22:13:20Z"
    parts = {part["SPDXID"]: part for part in bill["packages"]}
    relations = {
        (one["spdxElementId"], one["relationshipType"], one["relatedSpdxElement"]) for one in bill["relationships"]
    }
    assert ("SPDXRef-lifeinit", "STATIC_LINK", "SPDXRef-zlib1g-dev") in relations
    assert ("SPDXRef-gcc-14-x86-64-linux-gnu", "BUILD_TOOL_OF", "SPDXRef-lifeinit") in relations
    assert ("SPDXRef-lifeinit", "CONTAINS", "SPDXRef-psutil") in relations
    assert "SPDXRef-tzdata" not in parts
    (reference,) = parts["SPDXRef-zlib1g-dev"]["externalRefs"]
    assert reference["referenceLocator"] == "pkg:deb/debian/zlib1g-dev@1%3A1.3?arch=amd64&distro=trixie"
    assert {relation[2] for relation in relations} | {relation[0] for relation in relations} == {
        *parts,
        "SPDXRef-DOCUMENT",
    }


def test_the_libraries_are_those_that_lifeinit_depends_on() -> None:
    """Each as new as pyproject.toml asks for, and pinned by a checksum."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    least = dict(requirement.split(">=") for requirement in declared)
    pinned = {library.name: library for library in libraries()}
    assert pinned.keys() == least.keys()
    for name, library in pinned.items():
        assert _numbers(library.version) >= _numbers(least[name])
        assert re.fullmatch("[0-9a-f]{64}", library.checksum)


def _numbers(version: str) -> list[int]:
    return [int(number) for number in version.split(".")]
