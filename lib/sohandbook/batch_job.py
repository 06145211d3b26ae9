"""One job of a batch: a chapter or a book of one country.

A job ends well if it can say what became of its chapter, also if the chapter failed; it
leaves a stamp, a small JSON file with ``result``, ``reason``, ``seconds`` and ``peak_mb``.
It fails, and is tried again, if it could not do its work at all.
"""

import argparse
import json
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from sohandbook import input_files, runner
from sohandbook.batch_plan import RETRIES
from sohandbook.errors import InputError, cannot_write

REFUSED, BROKEN = "refused", "broken"


def chapter(iso3: str, chapter_id: str, *, threads: int) -> dict[str, Any]:
    """Run one chapter and return what its stamp says."""
    outcome = runner.run_one(iso3, chapter_id, threads=threads)
    return {"result": outcome.result, "reason": outcome.reason, "seconds": outcome.seconds}


def book(iso3: str) -> dict[str, Any]:
    """Make one country's book and return what its stamp says."""
    from sohandbook import book as books

    start = time.monotonic()
    try:
        books.build([iso3])
    except books.BookError as error:
        return {"result": "failed", "reason": str(error)}
    return {"result": "done", "reason": "", "seconds": round(time.monotonic() - start, 2)}


def main(arguments: list[str] | None = None) -> int:
    """Do one job, write its stamp and say in one line what became of it."""
    parser = argparse.ArgumentParser(prog="python -m sohandbook.batch_job", description=__doc__)
    parser.add_argument("kind", choices=["chapter", "book"])
    parser.add_argument("iso3")
    parser.add_argument("chapter", nargs="?", default="")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--attempt", type=int, default=1)
    parser.add_argument("--stamp", type=Path, required=True)
    options = parser.parse_args(arguments)
    try:
        if options.kind == "book":
            done = book(options.iso3)
        else:
            done = chapter(options.iso3, options.chapter, threads=options.threads)
    except InputError as error:
        done = {"result": REFUSED, "reason": str(error)}
    except Exception as error:
        traceback.print_exc()
        if options.attempt <= RETRIES and not cannot_write(error):
            return 1
        done = {"result": BROKEN, "reason": f"{type(error).__name__}: {error}"}
    done["peak_mb"] = _peak_mb()
    options.stamp.parent.mkdir(parents=True, exist_ok=True)
    input_files.write_whole(options.stamp, json.dumps(done))
    seconds = f" in {done['seconds']:.1f} s" if done.get("seconds") else ""
    reason = f" ({done['reason']})" if done["reason"] else ""
    print(f"{options.iso3} {options.chapter or 'book'}: {done['result']}{seconds}{reason}")
    return 0


def _peak_mb() -> int | None:
    """Return the most memory that the notebook's process held; None where no one counts."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return largest // (1024**2 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    sys.exit(main())
