"""Parts of pages that are made from the handbook's own files, so that they cannot drift."""

import json
import re
import tempfile
import types
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import yaml
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from sohandbook import paths
from sohandbook.chapters import Chapter
from sohandbook.country import Country, Metadata
from sohandbook.errors import InputError
from sohandbook.language import translate

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>|#$~])")
_FACTS = {
    "Years": "years",
    "Licence": "licence",
    "Account": "account",
    "Cite": "citation",
    "Fetched live": "fetched_live",
}
_CHECKED = {"seen in a copy": "yes, in a copy of the source", "mixed": "in part", "memory": "no"}


def write(folder: Path, *, country: Country, chapters: Iterable[tuple[str, str]]) -> None:
    """Write the generated parts that the prose pages include.

    Parameters
    ----------
    folder : Path
        The staged ``generated/`` folder.
    country : Country
    chapters : iterable of (str, str)
        Each chapter's page, and why it has no results; empty where it has.
    """
    from sohandbook import chapters as chapter_list
    from sohandbook.book import dataset_names, numbers_sources

    folder.mkdir(parents=True)
    parts = {
        "this-book.md": this_book(country),
        "chapters.md": chapter_states(chapters),
        "datasets-used.md": datasets_used(country),
        "numbers-sources.md": numbers_sources.write(country),
        "catalogue.md": catalogue(paths.data() / "datasets.yml"),
        "country-fields.md": country_fields(paths.root() / "book" / "country-fields.yml"),
        "country-datasets.md": dataset_names.write(
            paths.root() / "book" / "country-datasets.yml", chapters=chapter_list.read()
        ),
        "errors.md": errors(),
        "story.md": story(paths.data() / "countries" / "XDL" / "training.yml"),
        "country.yml": (country.folder / "country.yml").read_text(encoding="utf-8"),
    }
    for name, text in parts.items():
        (folder / name).write_text(text, encoding="utf-8")


def this_book(country: Country) -> str:
    """Say whose book this is."""
    kind = translate("a fictional training country") if country.fictional else country.iso3
    periods = country.periods
    baseline, first, second = (
        translate("{first} to {last}", first=years[0], last=years[1])
        for years in (periods.baseline, periods.report_1, periods.report_2)
    )
    return (
        translate(
            "This copy of the handbook is about **{country}** ({kind}). The baseline is "
            "{baseline}; the reporting periods are {first} and {second}. The preset is `{preset}`.",
            country=escape(country.name), kind=kind, baseline=baseline, first=first,
            second=second, preset=country.preset,
        ) + "\n"
    )  # fmt: skip


def chapter_states(chapters: Iterable[tuple[str, str]]) -> str:
    """List the chapters' pages and say which have results."""
    there = translate("in this book")
    rows = (
        (f"{{doc}}`/{page}`", escape(translate(why)) if why else there) for page, why in chapters
    )
    return table((translate("Chapter"), translate("State")), rows)


def absent_chapter(chapter: Chapter, *, country: Country, why: str) -> str:
    """Write the short page that stands in for a chapter without results."""
    named = {"country": escape(country.name), "reason": escape(translate(why))}
    advice = translate(
        "To make it, put the data it needs into the country's folder "
        "(see {doc}`/add-your-country`) and run:"
    )
    return (
        f"# {escape(translate(chapter.title))}\n\n"
        f"{translate('This chapter has no results for {country}: {reason}.', **named)}\n\n"
        f"{advice}\n\n"
        f"```bash\nsohandbook run {country.iso3} --only {chapter.id}\n"
        f"sohandbook book {country.iso3}\n```\n"
    )


def datasets_used(country: Country) -> str:
    """List the datasets of ``country.yml``, and how to cite each source once."""
    rows = (
        (
            f"`{name}`",
            f"`{dataset.product}`",
            "{} to {}".format(*dataset.years) if dataset.years else "one map or table",
            ", ".join(f"{other} for {year}" for year, other in dataset.stands_for.items())
            or "none",
        )
        for name, dataset in country.datasets.items()
    )
    users: dict[Metadata, list[str]] = {}
    for name, dataset in country.datasets.items():
        users.setdefault(dataset.metadata, []).append(f"`{name}`")
    sources = (
        f"- {', '.join(names)}: [{escape(about.title)}](<{about.link}>), {escape(about.author)}. "
        f"{escape(about.citation)}"
        for about, names in users.items()
    )
    head = ("Name in `country.yml`", "Product", "Years", "Years that stand in")
    return table(head, rows) + "\n\nSources:\n\n" + "\n".join(sources) + "\n"


def story(file: Path) -> str:
    """Tell what happens in the training country, as its generator knows it."""
    if not file.is_file():  # a centre may keep its own countries only
        return "This copy of the handbook was made without the training country.\n"
    truth = {-1: "worse", 0: "the same", 1: "better"}
    rows = (
        (escape(process["label"]), truth[process["sign"]], escape(process["lesson"]))
        for process in yaml.safe_load(file.read_text(encoding="utf-8"))["processes"]
    )
    return table(("What happens", "The land is", "What it teaches"), rows)


def catalogue(file: Path) -> str:
    """List the catalogue's datasets with their licence, and say which facts were checked."""
    entries = []
    for row in yaml.safe_load(file.read_text(encoding="utf-8"))["datasets"]:
        facts = {name: escape(_plain(row.get(field))) for name, field in _FACTS.items()}
        facts["Checked"] = _CHECKED.get(row.get("verified", ""), "not stated")
        lines = "\\\n  ".join(f"{name}: {fact}" for name, fact in facts.items())
        entries.append(f"{escape(row['title'])} (`{row['id']}`)\n: {lines}\n")
    return "\n".join(entries)


def country_fields(meanings_file: Path) -> str:
    """List every field of ``country.yml`` from the model that checks the file.

    Raises
    ------
    InputError
        A field of the model has no meaning in ``country-fields.yml``, or a meaning has no field.
    """
    meanings = yaml.safe_load(meanings_file.read_text(encoding="utf-8"))
    fields = dict(_fields(Country))
    if set(fields) != set(meanings):
        raise InputError(
            str(meanings_file),
            found=sorted(set(fields) ^ set(meanings)),
            allowed="exactly the fields of sohandbook.country.Country",
            remedy="Add the missing meaning or take out the one without a field.",
        )
    rows = (
        (f"`{name}`", meanings[name], kind, default) for name, (kind, default) in fields.items()
    )
    return table(("Field", "What it says", "Values", "If left out"), rows)


def errors() -> str:
    """Make typical mistakes in a ``country.yml`` and show the real messages."""
    cases: list[tuple[str, Callable[[dict[str, Any]], object]]] = [
        ("A field is misspelt.", lambda content: content.update(nmae=content.pop("name"))),
        ("A field has a value that is not allowed.", lambda content: content.update(party="rich")),
        (
            "A period ends before it starts.",
            lambda content: content.update(periods={"baseline": [2015, 2000]}),
        ),
        (
            "A file is not where the settings say.",
            lambda content: content["boundary"].update(file="border.gpkg"),
        ),
        (
            "The grid is taken from a dataset that is not listed.",
            lambda content: content.update(grid={"dataset": "land_cover_map"}),
        ),
    ]
    return "\n".join(f"{title}\n\n```text\n{_message(spoil)}\n```\n" for title, spoil in cases)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table; cells are Markdown."""
    head = list(head)
    lines = [head, ["---"] * len(head), *(list(row) for row in rows)]
    return "\n".join(f"| {' | '.join(' '.join(cell.split()) for cell in line)} |" for line in lines)


def escape(text: str) -> str:
    """Return text that Markdown shows as it is."""
    return _MARKDOWN.sub(r"\\\1", text)


def _plain(value: object) -> str:
    if value is None:
        return "not stated"
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_plain(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return ", ".join(_plain(inner) for inner in value)
    return str(value)


def _fields(model: type[BaseModel], before: str = "") -> Iterator[tuple[str, tuple[str, str]]]:
    for name, field in model.model_fields.items():
        if field.exclude:
            continue
        inner, many = _inner_model(field.annotation)
        default = field.get_default(call_default_factory=True)
        if default is PydanticUndefined:
            shown = "it must be there"
        elif default is None or default == {}:
            shown = "nothing"
        elif isinstance(default, BaseModel):
            shown = "the values below"
        else:
            # as it is written in YAML: false, [2000, 2015]
            written = list(default) if isinstance(default, tuple) else default
            shown = f"`{json.dumps(written).strip(chr(34))}`"
        yield f"{before}{name}", (_kind(field.annotation, field.metadata), shown)
        if inner is not None:
            yield from _fields(inner, f"{before}{name}.{'NAME.' if many else ''}")


def _inner_model(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, False
    for part in get_args(annotation):
        inner, many = _inner_model(part)
        if inner is not None:
            return inner, many or get_origin(annotation) is dict
    return None, False


def _kind(annotation: Any, constraints: Iterable[object] = ()) -> str:
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _kind(parts[0], parts[1:])
    if origin is Literal:
        return " or ".join(f"`{part}`" for part in parts)
    if origin in (types.UnionType, Union):
        return " or ".join(_kind(part) for part in parts if part is not type(None))
    if _inner_model(annotation)[0] is not None:
        return "the fields below"
    if origin is list:
        return f"list of {_kind(parts[0])}"
    if origin is tuple:
        return "two years, first and last"
    if origin is dict:
        return "names and values"
    pattern = next((found for part in constraints if (found := getattr(part, "pattern", None))), "")
    names = {str: "text", int: "whole number", float: "number", bool: "`true` or `false`"}
    names |= {Any: "any value", Path: "path"}
    return names.get(annotation, str(annotation)) + (f" like `{pattern}`" if pattern else "")


def _message(spoil: Callable[[dict[str, Any]], object]) -> str:
    metadata = dict.fromkeys(("title", "link", "author", "citation"), "...")
    content: dict[str, Any] = {
        "name": "Exampleland",
        "iso3": "XEX",
        "party": "affected",
        "boundary": {"file": "boundary.gpkg", "source": "..."},
        "grid": {"dataset": "land_cover"},
        "datasets": {
            "land_cover": {
                "product": "national_land_cover",
                "files": ["{year}.tif"],
                "metadata": metadata,
            }
        },
    }
    spoil(content)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder).resolve()
        (path / "boundary.gpkg").touch()
        (path / "country.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
        try:
            Country.load("XEX", folder=path)
        except InputError as error:
            return str(error).replace(str(path), "data/countries/XEX")
    raise RuntimeError("the example of a wrong country.yml is accepted; mend the example")
