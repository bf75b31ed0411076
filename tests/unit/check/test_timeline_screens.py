"""The plan of a hook file on a screen and as a picture: whole screens, as they are printed."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given

from lifeinit.check import timeline
from lifeinit.check.output.text_width import width
from lifeinit.config.diagnostic import HookFileError
from lifeinit.config.model import HookFile
from lifeinit.config.parser import parse
from tests.unit.config.schema_grammar import Value, right_files, toml

EXAMPLE = (Path(__file__).parents[3] / "hooks.example.toml").read_text()
OVER = """\
stop_timeout = "25s"
ready = "notify"

[[pre_stop]]
name = "drain"
sleep = "5s"

[[pre_stop]]
command = "curl -fsS http://lb/leave"
timeout = "16s"

[[post_stop]]
name = "upload"
command = ["/usr/local/bin/upload", "--to", "s3://crash/"]
timeout = "5s"
retries = 1
"""
FREE = """\
[[pre_start]]
wait_for = ["postgres://shop:secret@db/shop", "$CACHE"]

[[pre_stop]]
sleep = "12s"

[[post_stop]]
command = "échappe 起動"

[process.web]
command = "web"
ready = "http://127.0.0.1:8000/healthz"
stop_signal = "QUIT"

[process.worker]
command = "worker"
ready = { after = "5s" }
"""

EXAMPLE_TABLE = """\
THE START                                                AT MOST  KNOWN  DONE BY
pre_start   migrate     3 tries: python3 shop.py mi...  no limit      -        -
start       app         ready as soon as it runs             0 s    0 s        -
post_start  announce    python3 shop.py announce             7 s      -        -

THE STOP                                                 AT MOST  KNOWN  DONE BY
pre_stop    drain       sleep 1 s                            1 s    1 s      1 s
stop        app         the stop signal, then SIGKILL        3 s      -      4 s
cleanup                 SIGTERM, then SIGKILL                1 s      -      5 s
post_stop   deregister  python3 shop.py deregister           3 s      -      8 s

AT MOST by its limits   KNOWN for sure   DONE BY at worst
At worst the stop takes 8 s, and Docker kills everything after 10 s: 2 s to spare.
"""

EXAMPLE_DRAWING = """\
THE START
pre_start migrate     ░░░░░░░░░░░░░░░→                                  no limit
start app                             ◆                                      0 s
post_start announce                   ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░      ≤ 7 s

THE STOP
pre_stop drain        █████              ╎                  ┊        ┃       1 s
stop app                   ░░░░░░░░░░░░░░╎                  ┊        ┃     ≤ 3 s
cleanup                                  ░░░░░              ┊        ┃     ≤ 1 s
post_stop deregister                     ╎    ░░░░░░░░░░░░░░┊        ┃     ≤ 3 s
                      ┴────────┴─────────┴────────┴─────────┴────────┴
                      0 s      2 s       4 s      6 s       8 s      10 s

█ takes this long   ░ at most   → no limit   ◆ at once
╎  4 s  SIGKILL for the app: the rest is reserved for cleanup and post_stop
┊  8 s  stop_timeout: lifeinit exits
┃ 10 s  Docker kills everything
"""

EXAMPLE_ASCII = """\
THE START
pre_start migrate     ........>                     no limit
start app                      *                         0 s
post_start announce            ..................     <= 7 s

THE STOP
pre_stop drain        ###           :            !       1 s
stop app                 ...........:            !    <= 3 s
cleanup                             ...          !    <= 1 s
post_stop deregister                :  ..........!    <= 3 s
                      +----------------+----------
                      0 s              5 s

# takes this long   . at most   > no limit   * at once
: 4 s  SIGKILL for the app: the rest is reserved for cleanup and post_stop
! 8 s  stop_timeout: lifeinit exits
"""

OVER_TABLE = """\
THE START                                                               AT MOST  KNOWN  DONE BY
start      app     ready by sd_notify                                     1 min      -    1 min

THE STOP                                                                AT MOST  KNOWN  DONE BY
pre_stop   drain   sleep 5 s                                                5 s    5 s      5 s
pre_stop   [1]     curl -fsS http://lb/leave                        8 s of 16 s      -     13 s
stop       app     the stop signal, then SIGKILL                            1 s      -     14 s
cleanup            SIGTERM, then SIGKILL                                    0 s      -     14 s
post_stop  upload  2 tries: /usr/local/bin/upload --to s3://crash/         11 s      -     25 s

AT MOST by its limits   KNOWN for sure   DONE BY at worst
At worst the stop takes 25 s, and Docker kills everything after 10 s: 15 s too late.
"""

OVER_DRAWING = """\
THE START
start app         ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░   ≤ 1 min
                  ┴────────────┴────────────┴────────────┴────────────┴
                  0 s          15 s         30 s         45 s         1 min

THE STOP
pre_stop drain    ██████████           ┃     ╎                        ┊      5 s
pre_stop[1]                 ░░░░░░░░░░░┃▚▚▚▚▚╎                        ┊    ≤ 8 s
stop app                               ┃     ▚▚                       ┊    ≤ 1 s
cleanup                                ┃     ╎ ▚                      ┊    ≤ 0 s
post_stop upload                       ┃     ╎ ▚▚▚▚▚▚▚▚▚▚▚▚▚▚▚▚▚▚▚▚▚▚▚┊   ≤ 11 s
                  ┴─────────┴──────────┴─────────┴──────────┴─────────┴
                  0 s       5 s        10 s      15 s       20 s      25 s

█ takes this long   ░ at most   ▚ never happens   ◆ at once
┃ 10 s  Docker kills everything
╎ 13 s  pre_stop is cut, the app is stopped: the rest is reserved for cleanup and post_stop
┊ 25 s  stop_timeout: lifeinit exits
"""

FREE_TABLE = """\
THE START                                                AT MOST  KNOWN  DONE BY
pre_start  [0]          wait for postgres://...@db/...  no limit      -        -
start      web          ready by http://127.0.0.1:8...     1 min      -        -
start      worker       ready after 5 s                      5 s    5 s        -

THE STOP                                                 AT MOST  KNOWN  DONE BY
pre_stop   [0]          sleep 12 s                          12 s   12 s     12 s
stop       web, worker  the stop signal, and no limit   no limit      -        -
cleanup                 SIGTERM, then SIGKILL                1 s      -        -
post_stop  [0]          échappe 起動                         7 s      -        -

AT MOST by its limits   KNOWN for sure   DONE BY at worst
Nothing in lifeinit limits the stop: Kubernetes kills everything after 45 s.
One out-of-memory kill ends the whole container (memory.oom.group): post_stop does not run.
"""

FREE_DRAWING = """\
THE START
pre_start[0]      ░░░░░░░░░░░░░░░░░→                                    no limit
start web                           ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░    ≤ 1 min
start worker                        ███                                      5 s

THE STOP
pre_stop[0]       ███████████                             ┃                 12 s
stop web, worker             ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░┃▚▚▚          no limit
cleanup                                                   ┃   ▚            ≤ 1 s
post_stop[0]                                              ┃    ▚▚▚▚▚▚      ≤ 7 s
                  ┴────────────┴─────────────┴────────────┴
                  0 s          15 s          30 s         45 s

█ takes this long   ░ at most   → no limit   ▚ never happens
┃ 45 s  Kubernetes kills everything
"""

FREE_ASCII_TABLE = """\
THE START                                                AT MOST  KNOWN  DONE BY
pre_start  [0]          wait for postgres://...@db/...  no limit      -        -
start      web          ready by http://127.0.0.1:8...     1 min      -        -
start      worker       ready after 5 s                      5 s    5 s        -

THE STOP                                                 AT MOST  KNOWN  DONE BY
pre_stop   [0]          sleep 12 s                          12 s   12 s     12 s
stop       web, worker  the stop signal, and no limit   no limit      -        -
cleanup                 SIGTERM, then SIGKILL                1 s      -        -
post_stop  [0]          \\xe9chappe \\u8d77\\u52d5              7 s      -        -

AT MOST by its limits   KNOWN for sure   DONE BY at worst
Nothing in lifeinit limits the stop.
"""

EMPTY_TABLE = """\
THE START                                     AT MOST  KNOWN  DONE BY
start    app  ready as soon as it runs            0 s    0 s      0 s

THE STOP                                      AT MOST  KNOWN  DONE BY
stop     app  the stop signal, and no limit  no limit      -        -
cleanup       SIGTERM, then SIGKILL               1 s      -        -

AT MOST by its limits   KNOWN for sure   DONE BY at worst
Nothing in lifeinit limits the stop.
"""

EMPTY_DRAWING = """\
THE START
start app  ◆                         0 s

THE STOP
stop app   ░░░░░░░░→            no limit
cleanup             ░░░░░░░░░      ≤ 1 s

█ takes this long   ░ at most   → no limit   ◆ at once
"""


SICK = """\
stop_timeout = "9s"

[process.web]
command = "web"
alive = { http = "http://u:secret@127.0.0.1:8000/healthz", on_failure = "restart" }

[process.worker]
command = "worker"
alive = { command = ["celery", "inspect", "ping"], interval = "1m", timeout = "20s", on_failure = "warn" }

[process.beat]
command = "beat"
alive = "watchdog"
"""

SICK_TABLE = """\
THE START                                                                     AT MOST  KNOWN     DONE BY
start    web                ready as soon as it runs                              0 s    0 s         0 s
start    worker             ready as soon as it runs                              0 s    0 s         0 s
start    beat               ready as soon as it runs                              0 s    0 s         0 s

A HANG                                                                        AT MOST  KNOWN     DONE BY
alive    web                every 10 s: http://...@127.0.0.1:8000/healthz        35 s      -        35 s
alive    worker             every 1 min: celery inspect ping               3 min 20 s      -  3 min 20 s
alive    beat               the app sends WATCHDOG=1                             30 s      -        30 s
stop     web, worker, beat  the whole stop                                        9 s      -        44 s

THE STOP                                                                      AT MOST  KNOWN     DONE BY
stop     web, worker, beat  the stop signal, then SIGKILL                         8 s      -         8 s
cleanup                     SIGTERM, then SIGKILL                                 1 s      -         9 s

AT MOST by its limits   KNOWN for sure   DONE BY at worst
A hang of web is noticed within 35 s, the stop then takes at most 9 s, and the app is started again.
A hang of worker is noticed within 3 min 20 s, and only logged.
A hang of beat is noticed within 30 s, and the stop then takes at most 9 s.
At worst the stop takes 9 s.
"""

SICK_DRAWING = """\
THE START
start web               ◆                                                    0 s
start worker            ◆                                                    0 s
start beat              ◆                                                    0 s

A HANG
alive web               ░░░░░░░                                           ≤ 35 s
alive worker            ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░   ≤ 3 min 20 s
alive beat              ░░░░░░                                            ≤ 30 s
stop web, worker, beat         ░░                                          ≤ 9 s
                        ┴───────────┴────────────┴───────────┴────
                        0 s         1 min        2 min       3 min

THE STOP
stop web, worker, beat  ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░╎    ┊         ≤ 8 s
cleanup                                                     ░░░░░┊         ≤ 1 s
                        ┴──────────────────────┴──────────────────
                        0 s                    5 s

█ takes this long   ░ at most   ◆ at once
╎ 8 s  SIGKILL for the app: the rest is reserved for cleanup and post_stop
┊ 9 s  stop_timeout: lifeinit exits
"""

UNLIMITED_HANG_TABLE = """\
THE START                                     AT MOST  KNOWN  DONE BY
start    app  ready as soon as it runs            0 s    0 s      0 s

A HANG                                        AT MOST  KNOWN  DONE BY
alive    app  the app sends WATCHDOG=1            5 s      -      5 s
stop     app  the whole stop                     10 s      -     15 s

THE STOP                                      AT MOST  KNOWN  DONE BY
stop     app  the stop signal, and no limit  no limit      -        -
cleanup       SIGTERM, then SIGKILL               1 s      -        -

AT MOST by its limits   KNOWN for sure   DONE BY at worst
A hang of the app is noticed within 5 s, and the stop then takes at most 10 s (stop_timeout is not set).
Nothing in lifeinit limits a requested stop.
"""


def file_of(text: str) -> HookFile:
    return parse(text.encode())


Screen = tuple[str, float | None, str | None, int, bool, str]
TABLES: dict[str, Screen] = {
    "the example": (EXAMPLE, None, "docker", 80, True, EXAMPLE_TABLE),
    "a stop that does not fit": (OVER, None, "docker", 100, True, OVER_TABLE),
    "a stop without a limit": (FREE, 45.0, "kubernetes", 80, True, FREE_TABLE),
    "without Unicode": (FREE, None, None, 80, False, FREE_ASCII_TABLE),
    "an empty file": ("", None, None, 80, True, EMPTY_TABLE),
    "hangs that are noticed": (SICK, None, None, 110, True, SICK_TABLE),
    "a hang, and a stop without a limit": ('alive = { watchdog = "5s" }', None, None, 80, True, UNLIMITED_HANG_TABLE),
}
DRAWINGS: dict[str, Screen] = {
    "the example": (EXAMPLE, None, "docker", 80, True, EXAMPLE_DRAWING),
    "without Unicode": (EXAMPLE, None, None, 60, False, EXAMPLE_ASCII),
    "a stop that does not fit": (OVER, None, "docker", 80, True, OVER_DRAWING),
    "a stop without a limit": (FREE, 45.0, "kubernetes", 80, True, FREE_DRAWING),
    "an empty file": ("", None, None, 40, True, EMPTY_DRAWING),
    "hangs that are noticed": (SICK, None, None, 80, True, SICK_DRAWING),
}


@pytest.mark.parametrize("case", TABLES.values(), ids=TABLES)
def test_the_table(case: Screen) -> None:
    text, grace, runtime, columns, unicode, screen = case
    assert timeline.table(file_of(text), timeline.grace_of(grace, runtime), columns, unicode) == screen.removesuffix(
        "\n"
    )


@pytest.mark.parametrize("case", DRAWINGS.values(), ids=DRAWINGS)
def test_the_drawing(case: Screen) -> None:
    text, grace, runtime, columns, unicode, screen = case
    assert timeline.drawing(file_of(text), timeline.grace_of(grace, runtime), columns, unicode) == screen.removesuffix(
        "\n"
    )


def test_no_password_is_shown() -> None:
    for shown in (timeline.table(file_of(FREE), None, 200), timeline.svg(file_of(FREE), None)):
        assert "secret" not in shown
        assert "@db/" in shown


def test_a_thousand_hooks_are_drawn_in_a_moment() -> None:
    """Each on a line of its own, also those of which hundreds share a cell."""
    hook_file = file_of("".join(f'[[pre_start]]\nname = "h{i}"\ncommand = "x"\n' for i in range(1000)))
    lines = timeline.drawing(hook_file, None).splitlines()
    assert len([line for line in lines if line.startswith("pre_start h")]) == 1000
    assert all("→" in line for line in lines if line.startswith("pre_start h"))


# The picture.

SVG = "{http://www.w3.org/2000/svg}"


def picture(text: str, grace: float | None = None, runtime: str | None = None) -> ET.Element:
    return ET.fromstring(timeline.svg(file_of(text), timeline.grace_of(grace, runtime)))


def boxes(root: ET.Element, kind: str) -> list[tuple[float, float]]:
    """Where the rectangles of a class begin and end."""
    found = [box for box in root.iter(f"{SVG}rect") if box.get("class") == kind]
    return [(float(box.attrib["x"]), float(box.attrib["x"]) + float(box.attrib["width"])) for box in found]


def test_the_picture_tells_what_the_table_tells() -> None:
    root = picture(EXAMPLE, None, "docker")
    texts = [text.text for text in root.iter(f"{SVG}text")]
    for shown in ("migrate", "3 tries: python3 shop.py migrate", "no limit", "≤ 7 s", "drain", "sleep 1 s", "≤ 3 s"):
        assert shown in texts
    assert [text for text in texts if text and "s" in text and ", " in text][-3:] == [
        "SIGKILL for the app, 4 s",
        "stop_timeout: lifeinit exits, 8 s",
        "Docker kills everything, 10 s",
    ]


def test_the_bars_of_the_picture_are_to_scale() -> None:
    """10 s are 440 units wide; the last box of each kind is the legend's."""
    root = picture(EXAMPLE, None, "docker")
    assert boxes(root, "stop")[:-1] == [(312.0, 356.0)]
    assert boxes(root, "stop most")[:-1] == [(356.0, 488.0), (488.0, 532.0), (532.0, 664.0)]
    grace = [line for line in root.iter(f"{SVG}line") if line.get("class") == "grace"]
    assert {(line.get("x1"), line.get("x2")) for line in grace} == {("752", "752")}
    assert boxes(root, "lost") == []


def test_the_picture_has_every_time_on_its_axes() -> None:
    """Also where a mark stands; behind a hook without a limit the start is counted from the app's own."""
    texts = picture(EXAMPLE, None, "docker").iter(f"{SVG}text")
    axes = [text.text for text in texts if text.get("class") == "quiet middle"]
    assert axes == "0 s,2 s,4 s,6 s,0 s,2 s,4 s,6 s,8 s,10 s".split(",")


def test_the_picture_has_a_hang_where_one_is_noticed() -> None:
    """200 s are 440 units wide; the stop begins when the slower of the two that end in one has been noticed."""
    root = picture(SICK)
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert "A HANG" in texts
    assert "the app runs until a stop is requested, or it hangs" in texts
    assert boxes(root, "app most")[1:] == [(312.0, 389.0), (312.0, 752.0), (312.0, 378.0), (389.0, 408.8)]
    described = root.findtext(f"{SVG}desc") or ""
    assert "alive web: every 10 s: http://...@127.0.0.1:8000/healthz, ≤ 35 s." in described
    assert "A hang of beat is noticed within 30 s, and the stop then takes at most 9 s." in described
    assert "A HANG" not in [text.text for text in picture(OVER).iter(f"{SVG}text")]


def test_what_comes_after_the_grace_period_is_marked() -> None:
    assert boxes(picture(OVER, None, "docker"), "lost") == [(488.0, 752.0)]


def test_the_picture_stands_alone() -> None:
    """A page that shows it runs no script for it and loads nothing; a reader that cannot see it is told the same."""
    text = timeline.svg(file_of(FREE), timeline.grace_of(None, "docker"))
    root = ET.fromstring(text)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} == {
        *("svg", "title", "desc", "style", "linearGradient", "stop", "rect", "text", "line", "circle", "path"),
    } - {"circle"}
    assert not re.search(r"href|url\((?!#)|@import|@font-face|<script|on\w+=", text)
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "title desc")
    described = root.findtext(f"{SVG}desc") or ""
    assert described.startswith("pre_start[0]: wait for postgres://...@db/shop, $CACHE, no limit. start web: ready by")
    assert described.endswith("Nothing in lifeinit limits the stop: Docker kills everything after 10 s.")
    assert "@media (prefers-color-scheme: dark)" in text


def test_every_class_of_the_picture_has_a_look() -> None:
    text = timeline.svg(file_of(OVER), timeline.grace_of(None, "docker")) + timeline.svg(
        file_of(FREE), timeline.grace_of(None, "docker")
    )
    used = {name for names in re.findall(r'class="([^"]+)"', text) for name in names.split()}
    styled = set(re.findall(r"\.([a-z-]+) \{", text))
    assert used - styled == set()


def test_the_picture_is_the_same_each_time() -> None:
    assert timeline.svg(file_of(EXAMPLE), timeline.grace_of(9.0, "docker")) == timeline.svg(
        file_of(EXAMPLE), timeline.grace_of(9.0, "docker")
    )


def test_a_table_makes_room_for_times_by_shorter_names() -> None:
    """Hypothesis found it: three times of hours, minutes and seconds, of which one has two, made 101 columns."""
    text = """
    stop_timeout = "21h1m"
    post_start = "0"
    post_stop = { sleep = "11h1m1s0ms", name = "a-name-of-some-length" }
    """
    lines = timeline.table(file_of(text), timeline.grace_of(10.0, "docker"), 100, True).split("\n")
    assert max(map(width, lines)) == 100
    assert any("  a-n...  " in line for line in lines)


def test_a_table_has_room_for_the_longest_times() -> None:
    text = """
    ready = "71s"
    stop_timeout = "1h1m2s1ms"
    post_start = { command = "x", retries = 587, timeout = "17h1m" }
    pre_stop = { command = "x", name = "000000", retries = 157, retry_delay = "64h" }
    """
    lines = timeline.table(file_of(text), timeline.grace_of(10.0, "docker"), 100, True).split("\n")
    assert max(map(width, lines)) <= 100
    assert any("1 h 1 min 1 s of 10049 h" in line for line in lines)


@given(right_files)
def test_every_right_file_is_drawn(file: dict[str, Value]) -> None:
    """Whatever its names and commands hold: no line is too long, none holds what cannot be printed."""
    try:
        hook_file = file_of(toml(file))
    except HookFileError:
        return  # a rule between several keys
    for unicode in (True, False):
        drawing = timeline.drawing(hook_file, timeline.grace_of(10.0, "docker"), 80, unicode).partition("\n\nTHE STOP")[
            0
        ]
        table = timeline.table(hook_file, timeline.grace_of(10.0, "docker"), 100, unicode).rpartition("\n\n")[0]
        for line in (*drawing.split("\n"), *table.split("\n")):
            assert line.isprintable()
            assert width(line) <= 100
            assert unicode or line.isascii()
    assert ET.fromstring(timeline.svg(hook_file, timeline.grace_of(10.0, "docker"))).tag == f"{SVG}svg"
