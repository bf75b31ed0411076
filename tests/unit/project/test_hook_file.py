"""Whatever a folder holds, its hook file is a valid one, and no line of its text escapes its comment."""

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from lifeinit.config import parser
from lifeinit.project import dockerfile, hook_file
from lifeinit.project.folder import Folder
from lifeinit.project.look import look
from tests.unit.project.folders import COMPOSE, ENTRYPOINT, MANAGE

_PIECES = st.sampled_from(
    [
        *COMPOSE.splitlines(keepends=True),
        *ENTRYPOINT.splitlines(keepends=True),
        MANAGE,
        "app = Flask(\n",
        "celery\n",
        '{"scripts": {"start": "a b"}, "main": "\x1b"}',
        'CMD ["a", "\x00\\"\x7f"]\n',
        "FROM a\n",
        "EXPOSE 99999\n",
        "nc -z $A ${B}; ",
        "exec $X\n",
        '"""',
        "\x85\u2028'",
    ]
)
_TEXTS = st.lists(_PIECES | st.text(max_size=5), max_size=12).map("".join)
_NAMES = ["manage.py", "app.py", "requirements.txt", "package.json", "compose.yaml", "entrypoint.sh", "Dockerfile"]


@given(st.dictionaries(st.sampled_from(_NAMES), _TEXTS))
def test_any_folder_gets_a_valid_file(files: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        for name, text in files.items():
            (Path(directory) / name).write_bytes(text.encode("utf-8", "surrogatepass"))
        found = look(Folder(directory))
    text = hook_file.text(found)
    parser.parse(text.encode())
    assert all(line.isprintable() or "\t" in line for line in text.split("\n"))
    assert all("\n" not in line for line in dockerfile.lines(found.app))
