"""A batch of more and more countries: time, time beside the notebooks' own, and memory.

    python benchmarks/batch_scale.py [--counts 1 2 4] [--cores 2] [--size 0.05]
        [--chapters cp so1-1]

Makes training countries of varied sizes in a temporary folder: copies of Drylandia with
``size`` to five times ``size`` of its 600 cells a side. Runs a batch of the first, of two
and so on, each from a fresh state and then once more when nothing is due. Beside each batch it
notes how busy the machine was before it. Rows are added to ``batch_scale.csv`` in this folder.
With ``chapters`` the handbook has only these: many countries, in a time that one can wait.
Nobody should change the library meanwhile: run it in a copy of the handbook.

``overhead`` is what a chapter costs beside its notebook: the time of all jobs at once, less the
notebooks' own, a chapter. ``start`` is the time of the smallest notebook: its kernel's start
and its imports. ``processor`` is the processor's time of the whole batch, which a busy machine
changes less than the time by the clock.
"""

import argparse
import csv
import json
import os
import platform
import resource
import shutil
import string
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from sohandbook import input_files, paths, training

FILE = Path(__file__).with_suffix(".csv")
LARGEST = 5.0  # against the smallest, cells a side
STEPS = 5  # sizes


def make_countries(folder: Path, count: int, *, size: float) -> list[str]:
    """Write the settings and raw data of ``count`` countries; return their codes."""
    source = paths.countries() / "XDL"
    made: dict[float, Path] = {}
    names = []
    for number in range(count):
        iso3 = "X" + string.ascii_uppercase[number // 26] + string.ascii_uppercase[number % 26]
        shutil.copytree(source, folder / "countries" / iso3)
        settings = folder / "countries" / iso3 / "country.yml"
        text = settings.read_text(encoding="utf-8").replace("\niso3: XDL", f"\niso3: {iso3}")
        settings.write_text(text)  # the name stays: the finance sheets know it
        scale = round(size * (1 + (LARGEST - 1) * (number % STEPS) / (STEPS - 1)), 3)
        raw = folder / "raw" / iso3
        if scale not in made:
            training.generate("XDL", raw, scale=scale)
            made[scale] = raw
        else:
            shutil.copytree(made[scale], raw)
        names.append(iso3)
    return names


def keep_only(chapter_ids: list[str], folder: Path) -> Path:
    """Make a handbook with these chapters, and countries with settings and data for no other.

    All else in it are links to this handbook.
    """
    handbook = folder / "handbook"
    notebooks = handbook / "notebooks"
    notebooks.mkdir(parents=True)
    for path in paths.root().iterdir():
        if path.name != "notebooks":
            (handbook / path.name).symlink_to(path)
    for path in paths.notebooks().glob("*.ipynb"):
        (notebooks / path.name).symlink_to(path)
    every = yaml.safe_load((paths.notebooks() / "chapters.yml").read_text(encoding="utf-8"))
    kept = [chapter for chapter in every if chapter["id"] in chapter_ids]
    for chapter in kept:
        if isinstance(chapter.get("after"), list):
            chapter["after"] = [other for other in chapter["after"] if other in chapter_ids]
    (notebooks / "chapters.yml").write_text(yaml.safe_dump(kept), encoding="utf-8")
    unread = _datasets(every) - _datasets(kept)  # the runner refuses what no chapter reads
    for file in (folder / "countries").glob("*/country.yml"):
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        for name in unread - {content["grid"].get("dataset")}:
            content["datasets"].pop(name, None)
        settings = content["settings"]
        content["settings"] = {name: settings[name] for name in settings if name in chapter_ids}
        file.write_text(yaml.safe_dump(content), encoding="utf-8")
    return handbook


def _datasets(entries: list[dict[str, Any]]) -> set[str]:
    return {
        name
        for chapter in entries
        for entry in (*chapter.get("datasets", []), *chapter.get("optional", []))
        for name in entry.split(input_files.OR)
    }


def batch(folder: Path, iso3s: list[str], *, cores: int, handbook: Path) -> dict[str, Any]:
    """Run a batch in a process of its own and return what it took."""
    environment = {
        **os.environ,
        "SOHANDBOOK_ROOT": str(handbook),
        "SOHANDBOOK_COUNTRIES": str(folder / "countries"),
        "SOHANDBOOK_RAW": str(folder / "raw"),
        "SOHANDBOOK_OUTPUTS": str(folder / "outputs"),
    }
    load = os.getloadavg()[0]
    command = [sys.executable, "-m", "sohandbook.batch", *iso3s, "--cores", str(cores)]
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [*command, "--no-books"], env=environment, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    stamps = [
        json.loads(file.read_text())
        for file in (folder / "outputs" / ".batch").glob("*/*/chapters/*.json")
    ]
    computed = [stamp for stamp in stamps if stamp.get("seconds")]
    failed = [stamp for stamp in stamps if stamp["result"] in ("failed", "broken", "refused")]
    if done.returncode and not failed:
        raise RuntimeError(done.stdout + done.stderr)
    notebooks = sum(stamp["seconds"] for stamp in computed)
    at_once = min(cores, len(iso3s))  # a country's chapters follow one another
    overhead = (at_once * seconds - notebooks) / len(computed) if computed else 0.0
    return {
        "countries": len(iso3s),
        "chapters": len(computed),
        "failed": len(failed),
        "seconds": round(seconds, 1),
        "seconds_a_country": round(seconds / len(iso3s), 1),
        "processor_s": round(processor, 1),
        "notebooks_s": round(notebooks, 1),
        "overhead_s": round(overhead, 2),
        "start_s": min((stamp["seconds"] for stamp in computed), default=""),
        "peak_mb": max((stamp["peak_mb"] for stamp in computed), default=""),
        "load_before": round(load, 1),
    }


def main() -> None:
    """Measure and add to the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--size", type=float, default=0.05)
    parser.add_argument("--chapters", nargs="+", default=[], help="all by default")
    options = parser.parse_args()
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        iso3s = make_countries(folder, max(options.counts), size=options.size)
        handbook = keep_only(options.chapters, folder) if options.chapters else paths.root()
        for count in options.counts:
            shutil.rmtree(folder / "outputs", ignore_errors=True)
            for state in ("fresh", "nothing due"):
                row = {
                    "date": datetime.now(UTC).date().isoformat(),
                    "machine": machine,
                    "cores": options.cores,
                    "state": state,
                    **batch(folder, iso3s[:count], cores=options.cores, handbook=handbook),
                }
                print(", ".join(f"{key} {value}" for key, value in row.items()), flush=True)
                note(row)


def note(row: dict[str, Any]) -> None:
    """Add a row to the table: what was measured stays, also if the next batch is stopped."""
    exists = FILE.is_file()
    with FILE.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, row, lineterminator="\n")
        if not exists:
            writer.writeheader()
        writer.writerow(row)


if __name__ == "__main__":
    main()
