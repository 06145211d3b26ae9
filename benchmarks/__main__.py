"""Run all benchmarks, show one table and keep it in data/benchmarks.csv.

    python benchmarks [--quick] [--only trend ...] [--threads 1]

``--quick`` takes small maps, shows the table and keeps nothing: small maps fit into the cache.
"""

import argparse
import importlib
import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "MKL_NUM_THREADS")
# Arguments of each benchmark's run(): in full, and quick.
BENCHMARKS: dict[str, tuple[dict[str, int], dict[str, int]]] = {
    "trend": ({}, {"size": 300, "repeat": 3}),
    "status_and_area": ({}, {"size": 1000, "repeat": 3}),
    "area_by_class": ({}, {"size": 1000, "repeat": 3}),
    "drought_index": ({}, {"cells": 3000, "repeat": 1}),
    "so1_chain": ({}, {"size": 1024}),
}
PACKAGES = ("numpy", "numba", "xarray", "pymannkendall", "exactextract", "climate-indices", "xclim")


def machine() -> dict[str, Any]:
    """Return the day, the processor, its cores, how busy it is, and the versions that count."""
    cpu = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.is_file():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                cpu = line.partition(":")[2].strip()
                break
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "not known"
    versions = [f"Python {platform.python_version()}", *(f"{p} {version(p)}" for p in PACKAGES)]
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": cpu,
        "cores": os.cpu_count(),
        "load": load,
        "versions": ", ".join(versions),
    }


def rounded(row: dict[str, Any]) -> dict[str, Any]:
    """Return the row with three figures in every number."""
    return {
        name: f"{float(f'{value:.3g}'):g}" if isinstance(value, float) else value
        for name, value in row.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small maps; keeps no file")
    parser.add_argument("--only", nargs="+", choices=BENCHMARKS, default=list(BENCHMARKS))
    parser.add_argument("--threads", type=int, default=1, help="for all of SO1; others take one")
    options = parser.parse_args()
    os.environ.update(dict.fromkeys(THREADS, "1"))  # before numpy is imported

    import pandas as pd
    from rich.console import Console
    from rich.table import Table

    from sohandbook import paths

    console, about, rows = Console(), machine(), []
    for number, name in enumerate(options.only, start=1):
        full, quick = BENCHMARKS[name]
        arguments = dict(quick if options.quick else full)
        if name == "so1_chain":
            arguments["threads"] = options.threads
        with console.status(f"{number} of {len(options.only)}: {name}"):
            rows += [rounded(row) for row in importlib.import_module(name).run(**arguments)]
    columns = ["work", "implementation", "seconds", "megapixels_per_second", "ratio", "note"]
    frame = pd.DataFrame(rows)[columns]
    shown = Table(title=f"{about['machine']}, {about['cores']} cores, load {about['load']}")
    shown.add_column("Way")
    for head in ("Seconds", "Million cells per second", "Ratio"):
        shown.add_column(head, justify="right", max_width=13)
    shown.add_column("Note")
    for work, group in frame.groupby("work", sort=False):
        shown.add_section()
        shown.add_row(f"[bold]{work}")
        for row in group.drop(columns="work").astype(str).itertuples(index=False):
            shown.add_row(*row)
    console.print(shown)
    if not options.quick:
        file = paths.data() / "benchmarks.csv"
        kept = pd.read_csv(file, dtype=str) if file.is_file() else pd.DataFrame()
        if not kept.empty:
            kept = kept[~kept["work"].isin(frame["work"])]
        pd.concat([kept, frame.assign(**about)]).to_csv(file, index=False, lineterminator="\n")
        console.print(f"Kept in {file.relative_to(paths.root())}; the book shows it.")


if __name__ == "__main__":
    main()
