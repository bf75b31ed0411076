"""What the benchmarks make of their figures: JSON and back, the goals, the gate, the picture."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from benchmarks.figures import Figures, FiguresError, Row, Spread, read, spread, spreads
from benchmarks.goals import broken, goals
from benchmarks.plot import svg
from benchmarks.summary import markdown
from benchmarks.table import table

SVG = "{http://www.w3.org/2000/svg}"


def constant(value: float) -> Spread:
    return Spread(value, value, value, value, value, 10)


def figures(**rows: dict[str, float]) -> Figures:
    """A run in which every value of a contender was the same."""
    machine = {
        "Python": "CPython 3.11.7",
        "kernel": "Linux 6.1",
        "CPU": "A <fast> one",
        "cores": "2",
    }
    made = Figures(machine, {"lifeinit": "0.1.0", "tini": "tini version 0.19.0"})
    for name, values in rows.items():
        better = "more" if name == "reap" else "less"
        made.rows[name] = Row(name, "ms", better, {who: constant(value) for who, value in values.items()})
    return made


def healthy() -> dict[str, dict[str, float]]:
    return {
        "life": {"python -c pass": 8.0, "true alone": 1.0, "lifeinit": 10.0, "lifeinit, hooks": 26.0, "tini": 1.5},
        "private": {"lifeinit": 3400.0, "lifeinit, all features": 3700.0, "tini": 90.0},
        "wakeups": {"lifeinit": 0.0, "lifeinit, all features": 0.0, "tini": 1.0},
        "reap": {"lifeinit": 250.0, "tini": 260.0},
    }


def test_a_spread_tells_the_middle_and_the_ends() -> None:
    assert spread([5.0, 1.0, 2.0, 4.0, 3.0]) == Spread(3.0, 1.0, 2.0, 4.0, 4.96, 5)
    assert spread([7.0]) == Spread(7.0, 7.0, 7.0, 7.0, 7.0, 1)


def test_a_contender_that_was_not_measured_has_no_spread() -> None:
    assert list(spreads({"tini": [1.0, 2.0], "circus": []})) == ["tini"]


def test_figures_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    written = figures(**healthy())
    written.write(tmp_path / "figures.json")
    assert read(tmp_path / "figures.json") == written


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"rows": {"life": {}}, "machine": {}, "versions": {}}', "nonsense"])
def test_a_file_without_figures_is_a_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "other.json"
    file.write_text(text)
    with pytest.raises(FiguresError, match=re.escape(f"{str(file)!r} holds no figures of a run: make it with")):
        read(file)


def test_the_hooks_own_time_is_taken_off_before_the_ratio() -> None:
    """26 ms less two times 1 ms for the hooks in a row, against 8 ms."""
    hooked = next(goal for goal in goals(figures(**healthy())) if goal.what.startswith("start, a hook in each phase"))
    assert (hooked.measured, hooked.met) == (3.0, True)


def test_a_goal_says_whether_it_is_met_missed_or_not_measured() -> None:
    said = {goal.what: str(goal) for goal in goals(figures(**healthy()))}
    plain, reaping, stop = "start, plain, against python -c pass", "reaping, against tini", "stop, beyond tini's"
    assert said[plain] == f"met    {plain}: 1.25 times (goal ≤ 1.5)"
    assert said[reaping] == f"MISSED {reaping}: 0.96 times (goal ≥ 1)"
    assert said[stop] == f"       {stop}: not measured (goal ≤ 2 ms)"


def test_healthy_figures_pass_the_gate() -> None:
    assert broken(figures(**healthy())) == []


@pytest.mark.parametrize(
    ("row", "contender", "value", "sentence"),
    [
        ("life", "lifeinit", 24.1, "start, plain, against python -c pass is 3.01 times, and must not be above 3 times"),
        ("wakeups", "lifeinit", 1.0, "wake-ups while idle is 1.00 in a second, and must not be above 0 in a second"),
        ("private", "lifeinit, all features", 5001.0, "private memory is 5001.00 kB, and must not be above 5000 kB"),
        ("reap", "lifeinit", 129.0, "reaping, against tini is 0.50 times, and must not be below 0.5 times"),
    ],
)
def test_the_gate_tells_each_regression(row: str, contender: str, value: float, sentence: str) -> None:
    worse = healthy()
    worse[row][contender] = value
    assert broken(figures(**worse)) == [sentence]


def test_what_was_not_measured_does_not_pass_the_gate() -> None:
    without = healthy()
    del without["reap"]["tini"]
    assert broken(figures(**without)) == ["reaping, against tini was not measured: install what is missing"]


def test_noise_in_the_medians_alone_breaks_no_gate() -> None:
    """A machine that was busy in the one moment and not in the other: the best values still tell the truth."""
    noisy = figures(**healthy())
    noisy.rows["life"].values["lifeinit"] = Spread(40.0, 10.0, 30.0, 50.0, 60.0, 10)
    assert broken(noisy) == []


def test_the_table_names_the_machine_and_every_value() -> None:
    lines = table(figures(**healthy())).splitlines()
    assert lines[0] == "CPython 3.11.7, Linux 6.1, A <fast> one, 2 cores"
    assert lines[1] == "lifeinit 0.1.0, tini version 0.19.0"
    assert f"  {'lifeinit, hooks':44}" + "    26.00" * 5 + "      10" in lines


def test_the_picture_is_xml_with_a_bar_for_each_median() -> None:
    picture = ET.fromstring(svg(figures(**healthy())))  # the machine's name holds what XML must not
    texts = ["".join(text.itertext()) for text in picture.iter(f"{SVG}text")]
    assert "life, ms (less is better)" in texts
    assert "reap, ms (more is better)" in texts
    assert texts[-1] == "CPython 3.11.7, Linux 6.1, A <fast> one, 2 cores; bars are medians, lines quartiles"
    bars = [bar for bar in picture.iter(f"{SVG}rect") if bar.get("class") in {"ours", "other"}]
    assert len(bars) == sum(map(len, healthy().values()))
    widths = {name: float(bar.get("width") or 0) for name, bar in zip(healthy()["life"], bars, strict=False)}
    assert widths["lifeinit, hooks"] == pytest.approx(2.6 * widths["lifeinit"], abs=0.2)


def test_the_picture_has_colours_for_both_modes() -> None:
    style = svg(figures(**healthy())).partition("</style>")[0]
    light, _, dark = style.partition("@media (prefers-color-scheme: dark)")
    for name in (".back", ".ours", ".other", "text"):
        assert f"{name} {{" in light
        assert f"{name} {{" in dark


def test_the_summary_has_a_column_for_each_contender_and_a_line_for_each_goal() -> None:
    lines = markdown([figures(**healthy())]).splitlines()
    assert lines[0] == (
        "CPython 3.11.7, Linux 6.1, A <fast> one, 2 cores. lifeinit 0.1.0, tini 0.19.0. "
        "Medians, with the quartiles in small."
    )
    assert lines[2] == (
        "| | python -c pass | true alone | lifeinit | lifeinit, hooks | tini | lifeinit, all features |"
    )
    assert "| reap, ms |  |  | 250 |  | 260 |  |" in lines
    assert "| goal | limit | CPython 3.11.7 |" in lines
    assert "| reaping, against tini | ≥ 1 times | 0.962 **missed** |" in lines
    assert "| start, plain, against python -c pass | ≤ 1.5 times | 1.25 |" in lines


def test_probers_have_a_table_of_their_own() -> None:
    """Their columns are what they ask, not inits."""
    measured = figures(**healthy(), **{"prober private": {"http": 2000.0, "command": 1000.0}})
    lines = markdown([measured]).splitlines()
    assert "http" not in lines[2]
    table = lines.index("| prober | http | command |")
    assert lines[table + 2] == "| prober private, ms | 2,000 | 1,000 |"


def test_the_goals_of_further_runs_stand_beside_those_of_the_first() -> None:
    other = figures(**healthy())
    other.machine["Python"] = "CPython 3.13.0"
    lines = markdown([figures(**healthy()), other]).splitlines()
    assert "| goal | limit | CPython 3.11.7 | CPython 3.13.0 |" in lines
    assert "| start, plain, against python -c pass | ≤ 1.5 times | 1.25 | 1.25 |" in lines
