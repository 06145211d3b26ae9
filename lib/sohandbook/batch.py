"""The batch: the chapters of many countries, scheduled by Snakemake.

Here is the command behind 'make batch'; the plan is in :mod:`sohandbook.batch_plan`, what a job
does in :mod:`sohandbook.batch_job`, and how jobs hang together in the ``Snakefile``.
"""

import argparse
import contextlib
import os
import shutil
import sys
from typing import Any

import filelock

from sohandbook import paths, quick_start
from sohandbook.batch_plan import Plan, home, make_plan, site
from sohandbook.errors import MAKE_ROOM, InputError, cannot_write, not_written

SHARE_OF_MEMORY = 0.9  # the rest is the system's
LOCAL = "local"


def run(plan: Plan, *, profile: str, cores: int, memory_mb: int, more: list[str]) -> bool:
    """Let Snakemake do what a plan says, in this process, so that one kill ends both.

    Returns
    -------
    bool
        Whether all jobs could do their work.
    """
    from snakemake.cli import main as snakemake

    folder = paths.root() / "profiles" / profile
    arguments = ["--snakefile", str(paths.root() / "Snakefile"), "--profile", str(folder)]
    arguments += ["--directory", str(plan.place), "--config", f"plan={plan.file}"]
    if profile == LOCAL:
        arguments += ["--cores", str(cores), "--resources", f"mem_mb={memory_mb}"]
    else:  # where jobs that share no folder leave their stamps
        arguments += ["--default-storage-prefix", str(plan.place)]
    try:
        with contextlib.chdir(plan.place):
            snakemake([*arguments, *more])
    except SystemExit as end:
        return not end.code
    return True


def main(arguments: list[str] | None = None) -> int:
    """Run a batch and write the page of all countries, whatever failed."""
    options = _options(arguments)
    profiles = [path.parent.name for path in (paths.root() / "profiles").glob("*/config.yaml")]
    if options.profile not in profiles:
        print(f"No profile {options.profile!r}; there are {', '.join(sorted(profiles))}.")
        return 2
    if options.dask:
        os.environ["SOHANDBOOK_DASK"] = options.dask
    try:
        home().mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(home() / ".lock", timeout=0):
            return _run_locked(options)
    except filelock.Timeout:
        print("Another batch is under way in this folder; wait until it ends.")
    except InputError as error:  # of the handbook itself: each country's own are in the plan
        print(error)
    except OSError as error:
        if not cannot_write(error):
            raise
        print(f"Could not write. {not_written(error, paths.outputs())}.")
        print(f"{MAKE_ROOM}.")
    return 2


def _run_locked(options: argparse.Namespace) -> int:
    with quick_start.without_address_grammar():
        from sohandbook import overview
        from sohandbook.book import publish

    known = sorted(file.parent.name for file in paths.countries().glob("*/country.yml"))
    local = options.profile == LOCAL
    todo = make_plan(
        options.countries or known,
        cores=options.cores,
        memory_mb=options.memory if local else None,
        books=not options.no_books,
    )
    for iso3, message in todo.refused.items():
        print(f"{iso3}: refused. {message}")
    counts = {"Countries": len(todo.countries), "chapters due": len(todo.jobs)}
    counts["books to make"] = len(todo.books)
    print(", ".join(f"{name}: {count}" for name, count in counts.items()))
    if options.dry_run:
        for job in todo.jobs:
            needs = f"{job.threads} threads, {job.memory_mb} MB"
            print(f"{job.iso3} {job.chapter}: {job.reason} ({needs})")
    else:
        for earlier in home().glob("*Z-*"):
            shutil.rmtree(earlier, ignore_errors=True)
    todo.write()
    sys.stdout.flush()
    more = ["--dry-run"] if options.dry_run else []
    whole = True
    try:
        if todo.stamps:
            whole = run(
                todo,
                profile=options.profile,
                cores=options.cores,
                memory_mb=options.memory,
                more=more,
            )
    finally:
        if options.dry_run:
            shutil.rmtree(todo.place)
        else:
            page = publish.list_countries(site())
            print(f"Open {page}")
    if options.dry_run:
        return int(not whole)
    states = {state.iso3: state for state in overview.read(site())}
    wrong = [iso3 for iso3 in todo.countries if states[iso3].trouble]
    if wrong:
        print(f"Something is wrong in {', '.join(wrong)}; the page says what.")
    return int(not whole or bool(wrong))


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sohandbook.batch", description=__doc__)
    add: Any = parser.add_argument
    add("countries", metavar="ISO3", nargs="*", help="all countries if none is named")
    add("--profile", default=LOCAL, help="a folder of profiles/: local, slurm or kubernetes")
    add("--cores", type=int, default=_cores(), help="of this machine; all by default")
    add("--memory", type=int, default=_memory_mb(), help="MB of this machine to use")
    add("--dask", default="", help="address of a dask scheduler that large countries use")
    add("--no-books", action="store_true", help="compute only")
    add("--dry-run", "-n", action="store_true", help="say what would run")
    return parser.parse_args(arguments)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _memory_mb() -> int:
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return int(SHARE_OF_MEMORY * pages * size / 2**20)


if __name__ == "__main__":
    sys.exit(main())
