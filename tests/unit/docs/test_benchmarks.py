"""What the benchmarks make of their figures: JSON and back, several runs in one, goals, gate and picture."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from benchmarks.figures import Figures, FiguresError, Row, Spread, merged, read, spread, spreads, write
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
        "private": {"lifeinit": 3400.0, "lifeinit, all features": 3701.0, "tini": 90.0},
        "wakeups": {"lifeinit": 0.0, "lifeinit, all features": 0.0, "tini": 1.0},
        "reap": {"lifeinit": 250.0, "tini": 260.0},
    }


def test_a_spread_tells_the_middle_and_the_ends() -> None:
    assert spread([5.0, 1.0, 2.0, 4.0, 3.0]) == Spread(3.0, 1.0, 2.0, 4.0, 4.96, 5)
    assert spread([7.0]) == Spread(7.0, 7.0, 7.0, 7.0, 7.0, 1)


def test_a_contender_that_was_not_measured_has_no_spread() -> None:
    assert list(spreads({"tini": [1.0, 2.0], "circus": []})) == ["tini"]


def test_figures_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    written = [figures(**healthy()), figures(life={"lifeinit": 2.5})]
    write(tmp_path / "figures.json", written)
    assert read(tmp_path / "figures.json") == written


def test_of_several_runs_the_median_counts_and_the_least_of_all() -> None:
    """A run that the machine has disturbed moves neither; one that misses a contender takes nothing away."""
    runs = [figures(life={"lifeinit": value, "tini": 1.0}) for value in (20.0, 90.0, 21.0, 19.0)]
    runs.append(figures(life={"lifeinit": 22.0}))
    runs[2].rows["life"].values["lifeinit"] = Spread(21.0, 17.5, 20.0, 22.0, 30.0, 5)
    of_all = merged([*runs[4:], *runs[:4]]).rows["life"].values
    assert of_all["lifeinit"] == Spread(21.0, 17.5, 20.0, 22.0, 22.0, 45)
    assert of_all["tini"] == Spread(1.0, 1.0, 1.0, 1.0, 1.0, 40)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"rows": {"life": {}}, "machine": {}, "versions": {}}', "nonsense"])
def test_a_file_without_figures_is_a_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "other.json"
    file.write_text(text)
    with pytest.raises(FiguresError, match=re.escape(f"{str(file)!r} holds no figures of a run: make it with")):
        read(file)


def test_the_hooks_own_time_is_taken_off_before_the_ratio() -> None:
    """26 ms less two times 1 ms for the hooks in a row, against 8 ms."""
    hooked = next(goal for goal in goals(figures(**healthy())) if goal.what == "start with a hook in each phase")
    assert (hooked.measured, hooked.least, hooked.met) == (3.0, 3.0, True)


def test_a_goal_says_whether_it_is_met_missed_or_not_measured() -> None:
    said = {goal.what: str(goal) for goal in goals(figures(**healthy()))}
    plain, features, stop = "start without a hook file", "private memory, all features", "stop, beyond tini's"
    assert said[plain] == f"met    {plain}: 1.25 times, 1.25 by the least values (goal ≤ 1.3)"
    assert said[features] == f"MISSED {features}: 3701.00 KiB (goal ≤ 3700)"
    assert said[stop] == f"       {stop}: not measured (goal ≤ 2 ms)"


def test_healthy_figures_pass_the_gate() -> None:
    assert broken(figures(**healthy())) == []


@pytest.mark.parametrize(
    ("row", "contender", "value", "sentence"),
    [
        ("life", "lifeinit", 24.1, "start, plain, against python -c pass is 3.01 times, and must not be above 3 times"),
        ("wakeups", "lifeinit", 1.0, "wake-ups while idle is 1.00 in a second, and must not be above 0 in a second"),
        ("private", "lifeinit, all features", 5001.0, "private memory is 5001.00 KiB, and must not be above 5000 KiB"),
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


def of_panels() -> Figures:
    """A supervisor takes twenty times as long as lifeinit."""
    return figures(
        hooks={"lifeinit, hooks": 40.0, "lifeinit, hooks, compiled": 20.0, "supervisord": 800.0},
        private={"lifeinit": 3400.0, "tini": 90.0, "python that waits": 2800.0},
        forward={"lifeinit": 12.0, "no init": 6.0},
        reap={"lifeinit": 250.0, "tini": 260.0},
    )


def test_the_picture_has_three_panels_with_a_bar_for_each_median() -> None:
    picture = ET.fromstring(svg([of_panels()]))  # the machine's name holds what XML must not
    texts = ["".join(text.itertext()) for text in picture.iter(f"{SVG}text")]
    assert [text for text in texts if "is better" in text] == [
        "Start with hooks, until the app's first word, ms (less is better)",
        "Memory that is PID 1's alone, idle, ms (less is better)",
        "A forwarded signal, there and back, ms (less is better)",
    ]
    assert texts[-1] == "CPython 3.11.7, Linux 6.1, A <fast> one, 2 cores"
    assert texts[-2].startswith("Medians of 1 whole run, lines")
    assert {"the app without an init", "a Python that only waits"} <= set(texts)
    bars = [float(bar.get("width") or 0) for bar in picture.iter(f"{SVG}rect") if bar.get("class") != "back"]
    assert len(bars) == 8
    assert bars[0] == pytest.approx(2 * bars[1], abs=0.2)


def test_a_bar_that_is_cut_has_a_gap_and_its_number() -> None:
    """The control is a picture in which all fit."""
    cut, fits = of_panels(), of_panels()
    fits.rows["hooks"].values["supervisord"] = constant(80.0)
    for figure, gaps in ((cut, 1), (fits, 0)):
        picture = ET.fromstring(svg([figure]))
        assert len([path for path in picture.iter(f"{SVG}path") if path.get("class") == "back"]) == gaps
    assert ">800<" in svg([cut])


def test_the_picture_of_all_contenders_fits_one_screen() -> None:
    """As many bars as a whole run has."""
    full = figures(**{name: {f"{name} {i}": 1.0 for i in range(9)} for name in ("hooks", "private", "forward")})
    assert float(ET.fromstring(svg([full])).get("height") or 0) <= 700


def test_the_picture_has_colours_for_both_modes() -> None:
    style = svg([of_panels()]).partition("</style>")[0]
    light, _, dark = style.partition("@media (prefers-color-scheme: dark)")
    for name in (".back", ".ours", ".other", "text"):
        assert f"{name} {{" in light
        assert f"{name} {{" in dark


def test_the_summary_has_the_goals_of_each_file_and_the_tables_of_the_first() -> None:
    rows = healthy() | {"hooks": {"lifeinit, hooks": 20.0}}
    runs, other = [figures(**rows), figures(**rows), figures(**rows)], figures(**rows)
    runs[1].rows["life"].values["lifeinit"] = Spread(12.0, 9.0, 11.0, 13.0, 20.0, 10)
    other.machine["Python"] = "CPython 3.13.0"
    text = markdown([runs, [other]])
    lines = text.splitlines()
    assert lines[0] == (
        "CPython 3.11.7, Linux 6.1, A <fast> one, 2 cores. lifeinit 0.1.0, tini 0.19.0. "
        "Medians of 3 whole runs, with the least values in small."
    )
    assert lines[2] == "| goal | limit | CPython 3.11.7 | CPython 3.13.0 |"
    assert lines[4] == "| start without a hook file | ≤ 1.3 times | 1.25 <sub>1.12</sub> | 1.25 <sub>1.25</sub> |"
    assert "| private memory, all features | ≤ 3,700 KiB | 3,701 **missed** | 3,701 **missed** |" in lines
    assert "| lifeinit | 10 <sub>9</sub> |" in lines
    assert "stop, beyond" not in text  # measured in none
    assert "| lifeinit, hooks | 20 | 26 |" in lines  # in the table of those that have hooks, and in no other
    assert text.count("| lifeinit, hooks |") == 1
