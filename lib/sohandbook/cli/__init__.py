"""The command line, ``sohandbook``: what a reporting officer types.

Libraries are imported inside the commands, so that ``--help`` answers at once.
"""

from sohandbook.cli import running, results, data  # isort: skip  (the order of the commands in --help)
from sohandbook.cli.basis import app

__all__ = ["app", "data", "results", "running"]
