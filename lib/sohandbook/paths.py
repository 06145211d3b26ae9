"""Where the handbook's folders are.

The handbook is a folder that people work in: library, notebooks, data and
book stand side by side. ``SOHANDBOOK_ROOT`` points to another copy of it.
"""

import os
from pathlib import Path


def root() -> Path:
    """Return the handbook's top folder."""
    return Path(os.environ.get("SOHANDBOOK_ROOT", Path(__file__).parents[2])).resolve()


def data() -> Path:
    """Return the folder of reference tables, catalogue and countries."""
    return root() / "data"


def raw_data() -> Path:
    """Return the folder of raw inputs, one folder a country; never in git."""
    return Path(os.environ.get("SOHANDBOOK_RAW", data() / "raw")).resolve()


def countries() -> Path:
    """Return the folder that holds one folder of settings a country."""
    return Path(os.environ.get("SOHANDBOOK_COUNTRIES", data() / "countries")).resolve()


def notebooks() -> Path:
    """Return the folder of the parameterised notebooks."""
    return root() / "notebooks"


def outputs() -> Path:
    """Return the folder of results, one folder a country; never in git."""
    return Path(os.environ.get("SOHANDBOOK_OUTPUTS", root() / "outputs")).resolve()
