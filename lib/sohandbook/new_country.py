"""Start a country: a settings file whose comments say what to fill in, and empty forms."""

import re
from pathlib import Path

from sohandbook import national_templates, paths
from sohandbook.errors import InputError


def write(iso3: str) -> Path:
    """Write ``country.yml`` for a country from the template of a country ABC, and ``forms/``.

    Parameters
    ----------
    iso3 : str
        Three capital letters.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        The code is none, or the country has a settings file, which stays as it is.
    """
    if not re.fullmatch(r"[A-Z]{3}", iso3):
        raise InputError(
            "ISO3", found=iso3, allowed="three capital letters", remedy="For example MRT."
        )
    file = paths.countries() / iso3 / "country.yml"
    if file.exists():
        raise InputError(
            str(file),
            found="a settings file",
            allowed="a country without one",
            remedy="Edit it, or move it away first.",
        )
    template = (paths.data() / "templates" / "country.yml").read_text(encoding="utf-8")
    text = template.replace("ABC", iso3).replace("abc_", f"{iso3.lower()}_")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    national_templates.write_templates(file.parent)
    return file
