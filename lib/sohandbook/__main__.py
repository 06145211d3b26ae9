"""``python -m sohandbook`` is the command line."""

from sohandbook.cli import app

app()
