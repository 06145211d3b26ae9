"""The strict runner, on toy notebooks: nothing half-done, nothing stale, nothing misread."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner

import handbook_folder
from handbook_folder import SAVE, Handbook
from sohandbook import export, plan, runner
from sohandbook.cli import app
from sohandbook.errors import MAKE_ROOM, InputError


@pytest.fixture
def handbook(tmp_path, monkeypatch) -> Handbook:
    return handbook_folder.use(tmp_path, monkeypatch)


def results(outcomes) -> dict[str, str]:
    return {outcome.chapter.id: outcome.result for outcome in outcomes}


def two_chapters(handbook: Handbook) -> None:
    handbook.add_dataset("rain", content="7")
    handbook.add_chapter(
        "one",
        SAVE,
        '(tables / "one.csv").write_text(str(factor))',
        parameters="factor: int = 2  # times the rain",
        datasets=["rain"],
    )
    handbook.add_chapter(
        "two",
        SAVE,
        'one = Path("..") / "outputs" / "XTT" / "tables" / "one.csv"',
        '(tables / "two.csv").write_text(one.read_text() + "!")',
        needs=["one"],
    )


def test_runs_in_order_and_keeps_whole_results(handbook):
    two_chapters(handbook)
    handbook.write_settings(settings={"one": {"factor": 5}})
    seen = []
    outcomes = runner.run("XTT", progress=lambda outcome: seen.append(outcome.result))
    assert results(outcomes) == {"one": "done", "two": "done"}
    assert seen == ["running", "done", "running", "done"]
    assert (handbook.output / "tables" / "two.csv").read_text() == "5!"
    assert handbook.staging_folders() == []
    manifest = handbook.manifest()
    assert manifest["chapters"]["one"]["parameters"] == {"factor": 5}
    assert set(manifest["chapters"]["two"]["outputs"]) == {"notebooks/two.ipynb", "tables/two.csv"}
    assert manifest["data"]["rain"] == {
        "data/raw/XTT/rain.txt": "7902699be42c8a8e46fbbb4501726517e86b22c56a189f7625a6da49081b2451"
    }
    assert manifest["code"]["packages"]["papermill"]
    assert manifest["run"]["finished"]


def test_second_run_continues(handbook):
    two_chapters(handbook)
    runner.run("XTT")
    assert results(runner.run("XTT")) == {"one": "up to date", "two": "up to date"}
    assert results(runner.run("XTT", only=["two"], again=True)) == {
        "one": "up to date",
        "two": "done",
    }
    # a new setting changes what 'one' writes, and so 'two' as well
    handbook.write_settings(settings={"one": {"factor": 3}})
    assert results(runner.run("XTT")) == {"one": "done", "two": "done"}
    assert (handbook.output / "tables" / "two.csv").read_text() == "3!"
    # new data change nothing in what 'one' writes: 'two' stays
    (handbook.raw / "rain.txt").write_text("8")
    assert results(runner.run("XTT")) == {"one": "done", "two": "up to date"}
    (handbook.output / "tables" / "two.csv").write_text("by hand")
    seen = []
    runner.run("XTT", progress=seen.append)
    assert seen[1].reason == "tables/two.csv is gone or was changed by hand"
    assert (handbook.output / "tables" / "two.csv").read_text() == "3!"


def test_failed_chapter_is_kept_aside_and_others_go_on(handbook):
    two_chapters(handbook)
    runner.run("XTT")
    handbook.add_chapter("one", "1 + 1", "# look\nfactor = 1 / 0", datasets=["rain"])
    handbook.chapters.reverse()
    handbook.add_chapter("three", "'alone'")
    outcomes = {outcome.chapter.id: outcome for outcome in runner.run("XTT")}
    assert {name: o.result for name, o in outcomes.items()} == {
        "one": "failed",
        "two": "not run",
        "three": "done",
    }
    assert outcomes["one"].reason == "cell 3, '# look': ZeroDivisionError: division by zero"
    assert outcomes["two"].reason == "not possible: needs one (failed)"
    kept = nbformat.read(handbook.output / "failed" / "one.ipynb", as_version=4)
    assert any(
        out.get("ename") == "ZeroDivisionError" for c in kept.cells for out in c.get("outputs", [])
    )
    # results of other code are gone: none is better than a stale one
    assert not (handbook.output / "tables" / "two.csv").exists()
    assert not (handbook.output / "notebooks" / "one.ipynb").exists()
    handbook.add_chapter("one", "1 + 1", datasets=["rain"])
    handbook.add_chapter("two", "2", needs=["one"])
    assert set(results(runner.run("XTT")).values()) == {"done", "up to date"}
    assert not (handbook.output / "failed" / "one.ipynb").exists()


def test_results_in_order_outlive_a_failure_when_run_again(handbook, tmp_path):
    """Nothing but the machine was at fault, so they are as good as before, and what needs them."""
    handbook.add_chapter(
        "one", SAVE, f'assert not Path({str(tmp_path / "full")!r}).exists(), "full"',
        '(tables / "one.csv").write_text("1")',
    )  # fmt: skip
    handbook.add_chapter("two", "2", needs=["one"])
    runner.run("XTT")
    before = handbook.manifest()["chapters"]
    (tmp_path / "full").touch()
    one, two = runner.run("XTT", only=["one", "two"], again=True)
    assert (one.result, two.result) == ("failed", "done")
    assert one.reason.endswith("AssertionError: full. Its earlier results stay.")
    assert (handbook.output / "failed" / "one.ipynb").is_file()
    assert handbook.manifest()["chapters"]["one"] == before["one"]
    assert set(results(runner.run("XTT")).values()) == {"up to date"}


def test_a_dead_kernel_is_a_failed_chapter(handbook):
    handbook.add_chapter("one", "import os", "os._exit(9)")
    (outcome,) = runner.run("XTT")
    assert outcome.result == "failed"
    assert outcome.reason.startswith("cell 3, 'os._exit(9)': its process ended by itself")
    assert (handbook.output / "failed" / "one.ipynb").is_file()


def test_a_full_disk_says_which_and_what_to_do(handbook, monkeypatch):
    """In a cell, and when the notebook itself is written: then there is none to look at."""
    limit = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))"
    handbook.add_chapter("one", SAVE, limit, '(tables / "one.csv").write_text("x" * 5000)')
    (outcome,) = runner.run("XTT")
    assert "OSError: [Errno 27] File too large" in outcome.reason
    assert outcome.reason.endswith(f". {MAKE_ROOM}.")

    def fill(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("papermill.execute_notebook", fill)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(handbook.output))
    done = CliRunner().invoke(app, ["run", "XTT"])
    assert done.exit_code == 1
    reason = f"could not write. No space left on device: {handbook.output}. {MAKE_ROOM}."
    assert reason in done.output
    assert "1 failed." in done.output
    assert "Partly run notebooks" not in done.output


def test_killed_run_leaves_nothing_half_done(handbook):
    handbook.add_chapter("one", SAVE, '(tables / "one.csv").write_text("1")')
    slow = 'Path("started").write_text("")\nimport time\ntime.sleep(60)'
    handbook.add_chapter("two", SAVE, '(tables / "two.csv").write_text("half")', slow)
    command = [sys.executable, "-m", "sohandbook", "run", "XTT"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    started = handbook.root / "notebooks" / "started"
    until = time.monotonic() + 30
    while not started.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert started.exists()
    with pytest.raises(InputError, match=f"process {process.pid}"):
        runner.run("XTT")
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert handbook.staging_folders() != []
    assert not (handbook.output / "tables" / "two.csv").exists()
    assert handbook.manifest()["run"]["finished"] is None
    handbook.add_chapter("two", SAVE, '(tables / "two.csv").write_text("whole")')
    assert results(runner.run("XTT")) == {"one": "up to date", "two": "done"}
    assert handbook.staging_folders() == []
    assert (handbook.output / "tables" / "two.csv").read_text() == "whole"


def test_missing_dataset_is_no_failure_unless_asked_for(handbook):
    handbook.add_chapter("one", "1", datasets=["rain"])
    handbook.add_chapter("two", "2", needs=["one"])
    one, two = runner.run("XTT")
    assert (one.result, one.reason) == (
        "no data",
        "not possible: no dataset rain in country.yml",
    )
    assert (two.result, two.reason) == ("no data", "not possible: needs one (no data)")
    with pytest.raises(InputError, match=r"no dataset 'rain'.*chapter one needs it"):
        runner.run("XTT", only=["two"])


def test_a_chapter_after_others_runs_whatever_became_of_them(handbook):
    def add_last() -> None:
        names = 'sorted(p.name for p in Path("../outputs/XTT/tables").glob("*.csv"))'
        write = f'(tables / "last.txt").write_text(" ".join({names}))'
        handbook.add_chapter("last", SAVE, write, after="all")

    handbook.add_chapter("one", SAVE, '(tables / "one.csv").write_text("1")')
    handbook.add_chapter("rainy", "1", datasets=["rain"])
    handbook.add_chapter("broken", "1 / 0")
    add_last()
    states = {"one": "done", "rainy": "no data", "broken": "failed"}
    assert results(runner.run("XTT")) == states | {"last": "done"}
    assert (handbook.output / "tables" / "last.txt").read_text() == "one.csv"
    # what failed before fails again and changes nothing
    states["one"] = "up to date"
    assert results(runner.run("XTT")) == states | {"last": "up to date"}
    # a state that changed makes it run again, also without a new table
    handbook.add_dataset("rain")
    assert results(runner.run("XTT")) == states | {"rainy": "done", "last": "done"}
    handbook.add_chapter("two", SAVE, '(tables / "two.csv").write_text("2")')
    add_last()
    assert results(runner.run("XTT"))["last"] == "done"
    assert (handbook.output / "tables" / "last.txt").read_text() == "one.csv two.csv"


def test_only_the_last_chapter_reads_what_is_there(handbook):
    handbook.add_chapter("one", SAVE, '(tables / "one.csv").write_text("1")')
    handbook.add_chapter("last", "1", after=["one"])
    assert results(runner.run("XTT", only=["last"])) == {"last": "done"}
    runner.run("XTT", only=["one"])
    assert results(runner.run("XTT", only=["last"])) == {"last": "done"}
    assert results(runner.run("XTT", only=["last"])) == {"last": "up to date"}


def test_one_chapter_runs_without_those_it_needs(handbook):
    two_chapters(handbook)
    blocked = runner.run_one("XTT", "two")
    assert (blocked.result, blocked.reason) == ("not run", "not possible: needs one (not run)")
    assert runner.run_one("XTT", "one").result == "done"
    assert runner.run_one("XTT", "two", threads=1).result == "done"
    assert runner.run_one("XTT", "two").result == "up to date"
    # it never builds on results of other settings
    handbook.write_settings(settings={"one": {"factor": 3}, "two": {}})
    assert runner.run_one("XTT", "two").reason == "not possible: needs one (out of date)"
    assert not (handbook.output / "tables" / "two.csv").exists()
    assert (handbook.output / "tables" / "one.csv").read_text() == "2"
    with pytest.raises(InputError, match="found 'three'; allowed: one, two"):
        runner.run_one("XTT", "three")


def test_what_is_due_is_known_without_running(handbook):
    def due() -> dict[str, str]:
        return runner.due(plan.check("XTT"))

    two_chapters(handbook)
    handbook.add_chapter("rainless", "1", datasets=["snow"])
    handbook.add_chapter("last", "1", after="all")
    assert due() == {
        "one": "no result yet",
        "two": "comes after one",
        "rainless": "not yet recorded as not possible",
        "last": "comes after one",
    }
    assert not handbook.output.exists()
    runner.run("XTT")
    assert due() == {}
    (handbook.output / "tables" / "two.csv").unlink()
    assert due() == {
        "two": "tables/two.csv is gone or was changed by hand",
        "last": "comes after two",
    }
    handbook.add_chapter("two", "1 / 0", needs=["one"])
    runner.run("XTT")
    assert due()["two"] == "no result yet"
    # what was due and turned out the same leaves nothing due
    handbook.add_chapter("two", "2", needs=["one"])
    runner.run("XTT")
    assert due() == {}


def test_a_kernel_that_does_not_start_gets_a_second_chance(handbook, monkeypatch):
    from sohandbook import execution

    handbook.add_chapter("one", 'with open("runs", "a") as file:\n    file.write("x")')
    really, tries = execution.papermill.execute_notebook, []

    def unlucky(*arguments, **options):
        tries.append(1)
        if len(tries) < failures + 1:
            raise RuntimeError("Kernel died before replying to kernel_info")
        return really(*arguments, **options)

    monkeypatch.setattr(execution.papermill, "execute_notebook", unlucky)
    failures = 2
    (outcome,) = runner.run("XTT")
    assert (outcome.result, len(tries)) == ("failed", 2)
    assert "Kernel died before replying" in outcome.reason
    tries.clear()
    failures = 1
    (outcome,) = runner.run("XTT")
    assert (outcome.result, len(tries)) == ("done", 2)
    # an error in a cell is no matter of luck
    tries.clear()
    failures = 0
    handbook.add_chapter("one", 'with open("runs", "a") as file:\n    file.write("y")', "1 / 0")
    (outcome,) = runner.run("XTT")
    assert (outcome.result, len(tries)) == ("failed", 1)
    assert (handbook.root / "notebooks" / "runs").read_text() == "xy"


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (
            lambda h: h.write_settings(settings={"so9": {}}),
            r"country.yml, settings: found 'so9'; allowed: one, two",
        ),
        (
            lambda h: h.write_settings(settings={"one": {"faktor": 3}}),
            r"settings.one: found 'faktor'; allowed: factor",
        ),
        (
            lambda h: h.write_settings(settings={"one": {"factor": "3"}}),
            r"settings.one.factor: found '3'; allowed: int, for example 2. It means: times the",
        ),
        (
            lambda h: h.write_settings(settings={"one": {"factor": True}}),
            r"settings.one.factor: found True; allowed: int",
        ),
        (
            lambda h: h.write_settings(settings={"one": {"iso3": "XXX"}}),
            r"settings.one: found 'iso3'; allowed: factor",
        ),
        (
            lambda h: (h.raw / "rain.txt").unlink(),
            r"datasets.rain.files: found 'no file rain.txt'; allowed: a file in .*raw/XTT",
        ),
        (
            lambda h: (h.country / "boundary.geojson").unlink(),
            r"boundary.file: found 'boundary.geojson'",
        ),
    ],
)
def test_wrong_input_stops_before_any_kernel(handbook, break_it, message):
    two_chapters(handbook)
    break_it(handbook)
    with pytest.raises(InputError, match=message):
        runner.run("XTT")
    assert not handbook.output.exists()


def test_results_that_do_not_fit_one_another_are_named(handbook):
    two_chapters(handbook)
    runner.run("XTT")
    checked = CliRunner().invoke(app, ["check", "XTT"])
    assert runner.out_of_step(plan.check("XTT")) == {} and checked.exit_code == 0
    handbook.write_settings(settings={"one": {"factor": 3}})
    late = {"one": "changed: settings"}
    assert runner.out_of_step(plan.check("XTT")) == late
    runner.run("XTT", only=["one"])
    late = {"two": "changed: earlier chapters"}
    assert runner.out_of_step(plan.check("XTT")) == late
    checked = CliRunner().invoke(app, ["check", "XTT"])
    assert checked.exit_code == 1
    assert "two is not up to date: changed: earlier chapters" in checked.output
    with pytest.raises(InputError, match=r"chapter two: .*earlier chapters.*sohandbook run XTT"):
        export.refuse_out_of_step(plan.check("XTT").country)
    assert CliRunner().invoke(app, ["export", "XTT"]).exit_code == 2
    runner.run("XTT")
    assert runner.out_of_step(plan.check("XTT")) == {}
    export.refuse_out_of_step(plan.check("XTT").country)


def test_newer_code_alone_leaves_results_fit_for_a_report(handbook):
    two_chapters(handbook)
    runner.run("XTT")
    handbook.add_chapter("two", SAVE, "# the same, said in other words", needs=["one"])
    assert runner.due(plan.check("XTT")) and runner.out_of_step(plan.check("XTT")) == {}


def test_without_the_input_files_nothing_is_refused(handbook):
    two_chapters(handbook)
    runner.run("XTT")
    country = plan.check("XTT").country
    (handbook.raw / "rain.txt").unlink()
    export.refuse_out_of_step(country)


def test_two_chapters_may_not_write_the_same_file(handbook):
    handbook.add_chapter("one", SAVE, '(tables / "same.csv").write_text("1")')
    handbook.add_chapter("two", SAVE, '(tables / "same.csv").write_text("2")')
    one, two = runner.run("XTT")
    assert (one.result, two.result) == ("done", "failed")
    assert two.reason == "it wrote tables/same.csv, which is a result of chapter one"
    assert (handbook.output / "tables" / "same.csv").read_text() == "1"


def test_forgotten_chapter_takes_its_results_along(handbook):
    handbook.add_chapter("old", SAVE, '(tables / "old.csv").write_text("1")')
    runner.run("XTT")
    handbook.chapters.clear()
    handbook.add_chapter("one", "1")
    runner.run("XTT")
    assert set(handbook.manifest()["chapters"]) == {"one"}
    assert not (handbook.output / "tables" / "old.csv").exists()


def test_executed_notebook_is_fit_for_the_book(handbook):
    handbook.add_chapter(
        "one",
        "from pathlib import Path\nprint(Path.cwd() / 'x')\nPath.cwd()",
        "import os, sys\nprint('careful', file=sys.stderr)",
        "os.environ['SOHANDBOOK_STATIC'], os.environ['NUMBA_NUM_THREADS']",
    )
    (outcome,) = runner.run("XTT", threads=1)
    assert outcome.warnings == ("cell 3: careful",)
    file = handbook.output / "notebooks" / "one.ipynb"
    assert str(handbook.root) not in file.read_text()
    assert str(handbook.root) not in json.dumps(handbook.manifest())
    cells = nbformat.read(file, as_version=4).cells
    assert [cell.metadata.tags for cell in cells[:2]] == [
        ["parameters", "remove-cell"],
        ["injected-parameters", "remove-cell"],
    ]
    assert cells[2].outputs[0].text == "notebooks/x\n"
    assert cells[4].outputs[0].data["text/plain"] == "('1', '1')"
    assert "NUMBA_NUM_THREADS" not in os.environ
    assert not any("papermill" in cell.metadata for cell in cells)


def test_other_folders_are_given_to_the_notebook(handbook, tmp_path):
    handbook.add_chapter("one", "print(country_folder, output_folder)")
    elsewhere = handbook.country.rename(tmp_path / "elsewhere")
    runner.run("XTT", folder=elsewhere, output=tmp_path / "results")
    cells = nbformat.read(tmp_path / "results" / "notebooks" / "one.ipynb", as_version=4).cells
    assert cells[2].outputs[0].text == "elsewhere results\n"
    assert Path(tmp_path / "results" / "manifest.json").is_file()
