"""The batch on toy notebooks: only what is due, nothing lost, nothing that stops the others."""

import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

import handbook_folder
from handbook_folder import BOUNDARY, SAVE, Handbook
from sohandbook import batch_job, batch_plan, overview, runner

ROOT = Path(__file__).parents[1]
NAMES = {"XTT": "Toyland", "XTU": "Tuyland", "XTV": "Tvyland"}
BATCH = [sys.executable, "-m", "sohandbook.batch", "--no-books"]
RESULT = '(tables / "{0}.csv").write_text("{0} of " + iso3)'


@pytest.fixture
def handbook(tmp_path, monkeypatch) -> Handbook:
    """A toy handbook of two countries with the real Snakefile, profiles and page."""
    handbook = handbook_folder.use(tmp_path, monkeypatch)
    for name in ("Snakefile", "profiles", "book"):
        (tmp_path / name).symlink_to(ROOT / name)
    add_country(handbook, "XTU")
    return handbook


def add_country(handbook: Handbook, iso3: str, **changes: object) -> None:
    settings = handbook.settings | {"iso3": iso3, "name": NAMES[iso3]} | changes
    folder = handbook.country.with_name(iso3)
    folder.mkdir(exist_ok=True)
    (folder / "boundary.geojson").write_text(BOUNDARY)
    (folder / "country.yml").write_text(yaml.safe_dump(settings))


def three_chapters(handbook: Handbook, before: str = "size") -> None:
    """Write three chapters; the first begins with the statement ``before``."""
    handbook.chapters.clear()
    size = "size: int = 2  # of it"
    handbook.add_chapter("one", before, SAVE, RESULT.format("one"), parameters=size)
    handbook.add_chapter("two", SAVE, RESULT.format("two"), needs=["one"])
    handbook.add_chapter("three", SAVE, RESULT.format("three"))


def run(*arguments: str, cores: int = 2) -> tuple[int, str]:
    done = subprocess.run(
        [*BATCH, "--cores", str(cores), *arguments], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def said(text: str) -> list[str]:
    """What the jobs said, without the times."""
    lines = re.findall(r"^X\w\w [\w-]+: .*", text, re.MULTILINE)
    return sorted(re.sub(r" in [\d.]+ s\b", "", line) for line in lines)


def results(outputs: Path) -> dict[str, str]:
    """Every result of every country."""
    files = sorted(outputs.glob("X*/tables/*")) + sorted(outputs.glob("X*/notebooks/*"))
    return {str(file.relative_to(outputs)): file.read_text() for file in files}


def test_only_what_is_due_and_failures_alone(handbook):
    """Each notebook takes seconds to start: three batches show it all."""
    three_chapters(handbook, 'assert not open(f"../rain-{iso3}").read(), "no rain"')
    (handbook.root / "rain-XTT").write_text("none")
    (handbook.root / "rain-XTU").touch()
    add_country(handbook, "XTV", settings={"one": {"syze": 3}})
    code, text = run()
    assert code == 1, text
    assert said(text) == [
        'XTT one: failed (cell 2, \'assert not open(f"../rain-{iso3}").read(), "no rain"\': '
        "AssertionError: no rain)",
        "XTT three: done",
        "XTT two: not run (not possible: needs one (failed))",
        "XTU one: done",
        "XTU three: done",
        "XTU two: done",
    ]
    page = (handbook.root / "build" / "site" / "index.html").read_text()
    assert "settings.one: found &#39;syze&#39;; allowed: size" in page
    assert "One (one) failed: cell 2" in page
    assert "Two (two) was not run: not possible: needs one (failed)" in page
    assert "1 done, 1 failed, 1 not run" in page
    assert str(handbook.root) not in page
    # only what was wrong is run again, and what was set anew, as far as it changes anything
    (handbook.root / "rain-XTT").write_text("")
    add_country(handbook, "XTU", settings={"one": {"size": 3}})
    shutil.rmtree(handbook.country.with_name("XTV"))
    code, text = run()
    assert code == 0, text
    assert said(text) == ["XTT one: done", "XTT two: done", "XTU one: done", "XTU two: up to date"]
    assert "What went wrong" not in (handbook.root / "build" / "site" / "index.html").read_text()
    assert len(results(handbook.root / "outputs")) == 12
    code, text = run()
    assert (code, said(text)) == (0, []), text
    assert "Countries: 2, chapters due: 0, books to make: 0" in text


def kill_in_mid_run(handbook: Handbook, *, with_its_jobs: bool) -> None:
    """Start a batch and kill it, or it and its jobs, in the middle of Toyland's chapter two."""
    started = handbook.root / "notebooks" / "started-XTT"
    started.unlink(missing_ok=True)
    process = subprocess.Popen(
        [*BATCH, "XTT", "--cores", "2"], start_new_session=True, stdout=subprocess.DEVNULL
    )
    until = time.monotonic() + 60
    while not started.exists() and time.monotonic() < until:
        time.sleep(0.05)
    if with_its_jobs:
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
    assert started.exists()
    assert not (handbook.output / "tables" / "two.csv").exists()


def test_killed_in_mid_run_the_next_completes_with_the_same_results(handbook):
    handbook.add_chapter("one", SAVE, RESULT.format("one"))
    wait = 'import time\nPath(f"started-{iso3}").touch()\ntime.sleep(2)'
    handbook.add_chapter("two", SAVE, RESULT.format("two"), wait, needs=["one"])
    kill_in_mid_run(handbook, with_its_jobs=True)
    kill_in_mid_run(handbook, with_its_jobs=False)
    code, text = run("XTT")
    assert code == 0, text
    assert not [line for line in said(text) if " one: " in line]  # that was finished before
    killed = results(handbook.root / "outputs")
    assert len(killed) == 4
    assert not list((handbook.root / "outputs").glob("*/.running-*"))
    shutil.rmtree(handbook.root / "outputs")
    assert run("XTT")[0] == 0
    assert results(handbook.root / "outputs") == killed


def in_small_file_system(handbook: Handbook, script: str) -> str:
    """Run a shell script with ``outputs`` on a file system of its own, of 300 kB."""
    outputs = handbook.root / "outputs"
    outputs.mkdir(exist_ok=True)
    mount = f"mount -t tmpfs -o size=300k tmpfs {outputs}"
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
    if not shutil.which("unshare") or subprocess.run([*command, mount], check=False).returncode:
        pytest.skip("this system lets no user mount a file system of his own")
    script = script.format(batch=" ".join([*BATCH, "--cores", "1", "XTT"]), outputs=outputs)
    done = subprocess.run(
        [*command, f"{mount}; {script}"], capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def test_a_full_disk_and_then_room(handbook):
    handbook.add_chapter("one", SAVE, RESULT.format("one"))
    large = '(tables / "two.csv").write_text("x" * 200_000)'
    handbook.add_chapter("two", SAVE, large, needs=["one"])
    script = "head -c 80000 /dev/zero > {outputs}/full; {batch}; echo FIRST $?;"
    script += "rm {outputs}/full; mount -o remount,size=9m {outputs}; {batch}; echo SECOND $?;"
    script += "cat {outputs}/XTT/tables/*"
    text = in_small_file_system(handbook, script)
    first, second = text.split("FIRST 1")
    assert "No space left on device" in first
    assert "SECOND 0" in second, text
    assert "XTT two: done" in second
    assert "one of XTT" in second
    assert "x" * 200_000 in second


def test_a_read_only_folder_and_then_a_writable_one(handbook):
    handbook.add_chapter("one", SAVE, RESULT.format("one"))
    script = "mount -o remount,size=9m {outputs}; {batch}; mount -o remount,ro {outputs};"
    script += "echo changed >> data/countries/XTT/boundary.geojson;"
    script += "{batch}; echo FIRST $?; mount -o remount,rw {outputs}; {batch}; echo SECOND $?"
    text = in_small_file_system(handbook, f"cd {handbook.root}; {script}")
    first, second = text.split("FIRST 2")
    assert "Read-only file system" in first
    assert "Traceback" not in first
    assert said(second) == ["XTT one: done"], text
    assert "SECOND 0" in second


def test_cores_are_never_oversubscribed(handbook):
    note = (
        'import time\nwith open(f"times-{iso3}", "a") as file:\n    begin = time.time()\n'
        '    time.sleep(0.5)\n    file.write(f"{begin} {time.time()} %d\\n")'
    )
    handbook.add_chapter("narrow", note % 1)
    handbook.add_chapter("wide", note % 2, threads=2)
    code, text = run(cores=2)
    assert code == 0, text
    files = (handbook.root / "notebooks").glob("times-*")
    spans = [tuple(map(float, line.split())) for f in files for line in f.read_text().splitlines()]
    assert len(spans) == 4
    for now, *_ in spans:
        assert sum(n for begin, end, n in spans if begin <= now < end) <= 2


def test_what_a_plan_grants(handbook, monkeypatch):
    handbook.add_chapter("one", "1", memory=[500, 100])
    handbook.add_chapter("two", "2", threads=4, memory=[900, 0])
    monkeypatch.setattr(batch_plan, "_million_cells", lambda iso3: 2.5)
    plan = batch_plan.make_plan(["XTT", "XTU"], cores=2, memory_mb=800)
    assert [(job.iso3, job.chapter, job.threads, job.memory_mb) for job in plan.jobs] == [
        ("XTT", "one", 1, 750),
        ("XTT", "two", 2, 800),
        ("XTU", "one", 1, 750),
        ("XTU", "two", 2, 800),
    ]
    assert plan.before("XTU", "one") == []
    assert plan.before("XTU", "two") == ["XTU/chapters/one.json"]
    assert plan.before_book("XTU") == ["XTU/chapters/two.json"]
    # one country has the machine for itself
    (first, _) = batch_plan.make_plan(["XTT"], cores=8).jobs
    assert (first.threads, first.memory_mb) == (8, 750)


def test_a_job_is_tried_again_only_if_it_did_not_do_its_work(handbook, monkeypatch, tmp_path):
    handbook.add_chapter("one", "1")
    stamp = tmp_path / "stamp.json"

    def job(error: Exception, attempt: int) -> tuple[int, str]:
        def raise_it(*arguments: object, **options: object) -> None:
            raise error

        stamp.unlink(missing_ok=True)
        monkeypatch.setattr(runner, "run_one", raise_it)
        words = ["chapter", "XTT", "one", "--attempt", str(attempt), "--stamp", str(stamp)]
        code = batch_job.main(words)
        return code, json.loads(stamp.read_text())["result"] if stamp.exists() else ""

    assert job(RuntimeError("gone"), 1) == (1, "")
    assert job(RuntimeError("gone"), 2) == (0, "broken")
    assert job(OSError(errno.ENOSPC, "No space left on device"), 1) == (0, "broken")
    monkeypatch.undo()
    monkeypatch.setenv("SOHANDBOOK_ROOT", str(handbook.root))
    handbook.write_settings(party="none")
    words = ["chapter", "XTT", "one", "--stamp", str(stamp)]
    assert batch_job.main(words) == 0
    content = json.loads(stamp.read_text())
    assert content["result"] == "refused"
    assert "party" in content["reason"]


def test_a_job_that_came_to_no_end_is_named_on_the_page(handbook):
    three_chapters(handbook)
    plan = batch_plan.make_plan(["XTT", "XTU"], cores=1, books=False)
    plan.write()
    for stamp in plan.stamps:
        if stamp.startswith("XTT") and "two" not in stamp:
            (plan.place / stamp).parent.mkdir(parents=True, exist_ok=True)
            broken = "one" in stamp
            content = {"result": "broken" if broken else "done", "reason": "disk gone"}
            (plan.place / stamp).write_text(json.dumps(content))
    (toyland, _) = overview.read(batch_plan.site())
    assert toyland.trouble == [
        "The job of one did not do its work: disk gone",
        "Came to no end, and is done by the next batch: two.",
    ]


@pytest.mark.parametrize("profile", ["local", "slurm", "kubernetes"])
def test_each_profile_plans_the_same_jobs(handbook, profile):
    three_chapters(handbook)
    code, text = run("--dry-run", "--profile", profile)
    assert code == 0, text
    assert re.search(r"^chapter +6$", text, re.MULTILINE), text
    assert said(text)[:2] == [
        "XTT one: no result yet (1 threads, 600 MB)",
        "XTT three: no result yet (1 threads, 600 MB)",
    ]
    assert not list((handbook.root / "outputs").glob("*/*/plan.json"))  # nothing is left


def test_an_unknown_profile_and_a_second_batch_are_refused(handbook):
    three_chapters(handbook)
    assert run("--profile", "moon")[0] == 2
    import filelock

    batch_plan.home().mkdir(parents=True)
    with filelock.FileLock(batch_plan.home() / ".lock"):
        code, text = run()
    assert (code, text) == (2, "Another batch is under way in this folder; wait until it ends.\n")
