"""Start a country: a settings file whose comments say what to fill in, and empty forms."""

import json
import re
from pathlib import Path

from sohandbook import country_codes, national_templates, paths
from sohandbook.country_codes import CountryCode
from sohandbook.errors import InputError


def write(iso3: str) -> Path:
    """Write ``country.yml`` for a country from the template of a country ABC, and ``forms/``.

    Name and M49 number come from the UN's list of countries, where it has the code.

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
    known = country_codes.find(iso3)
    if known is not None:
        text = _with_facts(text, known)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    national_templates.write_templates(file.parent)
    national_templates.write_money(file.parent)
    return file


def next_steps(iso3: str) -> list[str]:
    """Return what a person does after :func:`write`, one line each."""
    known = country_codes.find(iso3)
    if known is None:
        first = (
            f"The UN's list of countries (M49) has no {iso3}: fill in 'name' and 'm49' yourself, "
            "or remove the folder if the code is mistyped."
        )
    else:
        first = f"{known.name}, M49 number {known.m49}, {known.subregion}: change what is not so."
    steps = [
        first,
        "Fill in 'party'. Take away the '# ' of the datasets that you want.",
        "Put your boundary beside the file, or let 'fetch' bring an open one.",
        "forms/ has a file for each form that people write; leave empty what you do not report.",
        "finance/ has empty workbooks for the budget, private money and the needs of plans.",
    ]
    if known is not None and known.small_island_state:
        steps.append(
            "A small island State: 300 m may be too coarse. See 'Small islands' in the book's "
            "page on many countries."
        )
    return [*steps, f"Then: sohandbook fetch {iso3}, and sohandbook check {iso3}"]


def _with_facts(text: str, known: CountryCode) -> str:
    """Fill in name and M49 number; a name may hold what YAML would read as its own."""
    name = json.dumps(known.name, ensure_ascii=False)
    text = text.replace(f"name: {known.iso3} ", f"name: {name} ", 1)
    return text.replace("# m49: 999 ", f"m49: {known.m49} ", 1)
