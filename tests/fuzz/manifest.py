"""A manifest's bytes: a container, or one sentence about what is wrong."""

import json

from lifeinit.check import manifest, timeline
from lifeinit.check.manifest import ManifestError
from lifeinit.check.rules.registry import RULES
from lifeinit.config.parser import parse
from tests.unit.check.manifest import samples

_TEXTS = [
    *(samples.COMPOSE, samples.COMPOSE_JSON, samples.KUBERNETES, samples.DOCKER, samples.PODMAN, samples.ECS),
    samples.KNATIVE,
    "services: {a: &a {<<: *a, user: 0}}",
    "- &a [*a]",
]
_PIECES = [
    *(
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "- ",
        "\n",
        "  ",
        "&a ",
        "*a",
        "<<: ",
        "!!int ",
        "---\n",
        "null",
        "true",
        "1e999",
        "-1",
    ),
    *(
        '"',
        "'",
        "|\n",
        "? ",
        "\t",
        "\x00",
        "é",
        "services",
        "spec",
        "containers",
        "Config",
        "kind",
        "items",
        "9" * 5000,
    ),
]
_HOOKS = 'stop_timeout = "9s"\nready_file = "/run/x"\npre_start = "x"\npost_stop = "y"\n[app]\nuser = "1000"'

SEEDS = [text.encode() for text in _TEXTS]
PIECES = [text.encode() for text in _PIECES]


def look(raw: bytes) -> None:
    try:
        container = manifest.container("m", raw, None)
        hook_file = manifest.with_environment(parse(_HOOKS.encode()), container)
    except (ManifestError, ValueError):
        return  # the sentence
    found = [
        *timeline.diagnostics(hook_file, container.time_to_stop()),
        *manifest.diagnostics(hook_file, container),
    ]
    assert {one.code for one in found} <= set(RULES)
    assert json.dumps([one.message for one in found])
    assert timeline.table(hook_file, container.time_to_stop(), 80, True)
