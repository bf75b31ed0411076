"""The bill of materials, as SPDX 2.3: what is in the program, what compiled it, from where, with checksums."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

import lifeinit
from tools.bundle.folder import LINKED
from tools.bundle.libraries import libraries
from tools.bundle.packages import RELEASE, Package, Root

Json = dict[str, object]
_TOOLS: Final = ("gcc-14-x86-64-linux-gnu", "gcc-14-aarch64-linux-gnu", "binutils")
_LICENSES: Final = {"lifeinit": "MIT", "click": "BSD-3-Clause", "psutil": "BSD-3-Clause"}
_NO_ASSERTION: Final = "NOASSERTION"


def bill(root: Root, epoch: int) -> str:
    """The document. `epoch` is the time that it names, in seconds."""
    parts = [_part("lifeinit", lifeinit.__version__, f"pkg:pypi/lifeinit@{lifeinit.__version__}")]
    for library in libraries():
        purl = f"pkg:pypi/{library.name}@{library.version}"
        parts.append(_part(library.name, library.version, purl, library.checksum))
    relations: list[tuple[object, str, object]] = [("SPDXRef-DOCUMENT", "DESCRIBES", parts[0]["SPDXID"])]
    relations += [(parts[0]["SPDXID"], "CONTAINS", part["SPDXID"]) for part in parts[1:]]
    for package, relation in _packages(root):
        name, version, architecture = package.file.removesuffix(".deb").split("_")
        purl = f"pkg:deb/debian/{name}@{quote(_decoded(version))}?arch={architecture}&distro={RELEASE}"
        part = _part(name, _decoded(version), purl, package.checksum.removeprefix("SHA256:"), package.url)
        parts.append(part)
        ends = (parts[0]["SPDXID"], part["SPDXID"])
        relations.append((ends[0], relation, ends[1]) if relation == "STATIC_LINK" else (ends[1], relation, ends[0]))
    content: Json = {
        "packages": parts,
        "relationships": [
            {"spdxElementId": of, "relationshipType": kind, "relatedSpdxElement": to} for of, kind, to in relations
        ],
    }
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    head: Json = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"lifeinit-{lifeinit.__version__}",
        "documentNamespace": f"https://spdx.org/spdxdocs/lifeinit-{lifeinit.__version__}-{digest}",
        "creationInfo": {
            "created": datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "creators": ["Tool: lifeinit-tools-bundle"],
        },
    }
    return json.dumps({**head, **content}, indent=2) + "\n"


def _packages(root: Root) -> Iterator[tuple[Package, str]]:
    for package in root.packages:
        name = package.file.partition("_")[0]
        if name in LINKED:
            yield package, "STATIC_LINK"
        elif name in _TOOLS:
            yield package, "BUILD_TOOL_OF"


def _part(name: str, version: str, purl: str, checksum: str = "", url: str = "") -> Json:
    return {
        "SPDXID": f"SPDXRef-{name.replace('+', '-')}",
        "name": name,
        "versionInfo": version,
        "downloadLocation": url or _NO_ASSERTION,
        "filesAnalyzed": False,
        "licenseConcluded": _NO_ASSERTION,
        "licenseDeclared": _LICENSES.get(name, _NO_ASSERTION),
        "copyrightText": _NO_ASSERTION,
        **({"checksums": [{"algorithm": "SHA256", "checksumValue": checksum}]} if checksum else {}),
        "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}],
    }


def _decoded(version: str) -> str:
    """Debian's version, of which a file's name has the colon encoded."""
    return version.replace("%3a", ":")
