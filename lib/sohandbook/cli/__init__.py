"""The command line, ``sohandbook``: what a reporting officer types.

Libraries are imported inside the commands, so that ``--help`` answers at once.
"""

from sohandbook.cli import running, results, data, course  # isort: skip  (the order of the commands in --help)
from sohandbook.cli.basis import app

__all__ = ["app", "course", "data", "results", "running"]
