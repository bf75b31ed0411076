"""The folder as an archive, and as an image FROM scratch that holds nothing else: the same bytes at every build."""

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

_PLACE: Final = "opt/lifeinit"
_ARCHITECTURES: Final = {"amd64": "amd64", "arm64": "arm64"}
_MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
_CONFIG: Final = "application/vnd.oci.image.config.v1+json"
_LAYER: Final = "application/vnd.oci.image.layer.v1.tar+gzip"


def archive(folder: Path, epoch: int) -> bytes:
    """A tar file of the folder as opt/lifeinit, of root's, with one time for all."""
    result = io.BytesIO()
    with tarfile.open(fileobj=result, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name in ("opt", _PLACE):
            tar.addfile(_entry(name, epoch))
        for path in sorted(folder.rglob("*")):
            entry = _entry(f"{_PLACE}/{path.relative_to(folder)}", epoch)
            if path.is_dir():
                tar.addfile(entry)
            else:
                data = path.read_bytes()
                entry.type, entry.size = tarfile.REGTYPE, len(data)
                entry.mode = 0o755 if path.parent.name == "bin" else 0o644
                tar.addfile(entry, io.BytesIO(data))
    return result.getvalue()


def _entry(name: str, epoch: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode, entry.mtime = tarfile.DIRTYPE, 0o755, epoch
    return entry


def compressed(tar: bytes) -> bytes:
    return gzip.compress(tar, 9, mtime=0)


def image(tar: bytes, layer: bytes, name: str, architecture: str, epoch: int) -> bytes:
    """An OCI image layout that `docker load` and `podman load` of any age read.

    `layer` is the compressed `tar`, `name` the repository and tag.
    """
    created = datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    config = _json({
        "created": created, "architecture": _ARCHITECTURES[architecture], "os": "linux",
        "config": {"Entrypoint": ["/opt/lifeinit/bin/lifeinit"], "Env": ["PATH=/opt/lifeinit/bin"]},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{_digest(tar)}"]},
        "history": [{"created": created, "created_by": "COPY /opt/lifeinit /opt/lifeinit"}],
    })  # fmt: skip
    manifest = _json({
        "schemaVersion": 2, "mediaType": _MANIFEST,
        "config": _descriptor(_CONFIG, config), "layers": [_descriptor(_LAYER, layer)],
    })  # fmt: skip
    index = _json(
        {
            "schemaVersion": 2,
            "manifests": [
                {**_descriptor(_MANIFEST, manifest), "annotations": {"org.opencontainers.image.ref.name": name}}
            ],
        }
    )
    of_docker = _json([{"Config": _blob(config), "RepoTags": [name], "Layers": [_blob(layer)]}])
    files = {_blob(data): data for data in (config, layer, manifest)}
    heads = {"oci-layout": _json({"imageLayoutVersion": "1.0.0"}), "index.json": index, "manifest.json": of_docker}
    return _tar_of(sorted({**files, **heads}.items()), epoch)


def digest_of(image_file: bytes) -> str:
    """The digest of the manifest in such a file: by it the image is pinned."""
    with tarfile.open(fileobj=io.BytesIO(image_file)) as tar:
        index = tar.extractfile("index.json")
        assert index is not None
        return str(json.load(index)["manifests"][0]["digest"])


def _tar_of(files: Iterable[tuple[str, bytes]], epoch: int) -> bytes:
    result = io.BytesIO()
    with tarfile.open(fileobj=result, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for directory in ("blobs", "blobs/sha256"):
            tar.addfile(_entry(directory, epoch))
        for name, data in files:
            entry = _entry(name, epoch)
            entry.type, entry.mode, entry.size = tarfile.REGTYPE, 0o644, len(data)
            tar.addfile(entry, io.BytesIO(data))
    return result.getvalue()


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _blob(data: bytes) -> str:
    return f"blobs/sha256/{_digest(data)}"


def _descriptor(kind: str, data: bytes) -> dict[str, object]:
    return {"mediaType": kind, "digest": f"sha256:{_digest(data)}", "size": len(data)}
