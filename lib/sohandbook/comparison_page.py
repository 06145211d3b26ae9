"""The page of a comparison: one HTML file that needs nothing else."""

import html
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sohandbook import figures

if TYPE_CHECKING:
    from sohandbook.comparison import Comparison

MOST_ROWS = 40
DIGITS = 6
STYLE = """
:root { color-scheme: light dark; --line: #888; --head: #e9f1ee; --same: #0a6b3d; --other: #a13a00 }
@media (prefers-color-scheme: dark) { :root { --head: #24332d; --same: #7fd6a8; --other: #ffb48a } }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 72rem; padding: 1rem }
h1 { font-size: 1.6rem } h2 { font-size: 1.2rem; margin-top: 2rem }
table { border-collapse: collapse; font-size: .9rem } caption { padding: .3rem 0; font-weight: 600 }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .6rem; vertical-align: top }
thead th { background: var(--head) } tbody th { font-weight: 500 }
.sohandbook-table { overflow-x: auto; margin: .5rem 0 }
.verdict { border-left: .4rem solid var(--other); padding: .4rem 1rem; font-size: 1.1rem }
.verdict.same { border-color: var(--same) }
"""


def render(comparison: "Comparison") -> str:
    """Return the page as HTML: the verdict, the two runs, the causes, the tables and the maps."""
    kind = "verdict same" if comparison.is_same else "verdict"
    name = comparison.manifests[1].get("country") or comparison.after.name
    title = f"Two runs of {name}"
    body = "\n".join(
        [
            f"<h1>{html.escape(title)}</h1>",
            f'<p class="{kind}">{html.escape(comparison.verdict)}</p>',
            "<h2>The two runs</h2>",
            _table(_runs(comparison), "Before and after."),
            "<h2>Why they differ</h2>",
            *_causes(comparison.causes),
            "<h2>Tables</h2>",
            *_cells(comparison.cells),
            "<h2>Maps</h2>",
            *_maps(comparison),
        ]
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _runs(comparison: "Comparison") -> pd.DataFrame:
    sides = zip((comparison.before, comparison.after), comparison.manifests, strict=True)
    columns = [_facts(folder.as_posix(), content) for folder, content in sides]
    facts = {"Fact": list(columns[0]), "Before": columns[0].values(), "After": columns[1].values()}
    return pd.DataFrame({name: list(values) for name, values in facts.items()})


def _facts(folder: str, content: Mapping[str, Any]) -> dict[str, str]:
    code = content.get("code", {})
    results = [entry.get("result") for entry in content["chapters"].values()]
    return {
        "Folder": folder,
        "Finished": str(content.get("run", {}).get("finished") or "not stated"),
        "Preset": str(content.get("preset", "not stated")),
        "Version": str(code.get("version", "not stated")),
        "Commit": f"commit {code['commit'][:10]}" if code.get("commit") else "not stated",
        "Chapters with results": f"{results.count('done')} of {len(results)}",
    }


def _causes(causes: pd.DataFrame) -> Iterator[str]:
    if causes.empty:
        yield "<p>The two manifests name no difference in data, parameters or code.</p>"
        return
    yield (
        "<p>What the chapters were made from, where it differs. A chapter can be made from "
        "other things and still give the same result.</p>"
    )
    shown = causes.groupby(["because_of", "what", "before", "after"], sort=False)["chapter"]
    joined = shown.agg(", ".join).reset_index()
    # Names and values as the settings write them, not as words for people.
    settings = joined["because_of"] == "parameters"
    for name, value in joined.loc[settings, "what"].items():
        old, new = joined.at[name, "before"], joined.at[name, "after"]
        sides = (f"{value} = {old}", f"{value} = {new}")
        joined.loc[name, ["what", "before", "after"]] = [f"setting {value}", *sides]
    yield _table(joined, "Differences between the two manifests.")


def _cells(cells: pd.DataFrame) -> Iterator[str]:
    if cells.empty:
        yield "<p>Every cell of every table is the same.</p>"
    for table_id, group in cells.groupby("table", sort=False):
        why = ", ".join(dict.fromkeys(group["because_of"]))
        first = group.reindex(group["percent"].abs().sort_values(ascending=False).index)
        shown = first.head(MOST_ROWS).sort_index()
        rest = len(group) - len(shown)
        more = f" The {len(shown)} largest; {rest} more in cells.csv." if rest else ""
        number = f"{len(group)} cell{'' if len(group) == 1 else 's'}"
        caption = f"{table_id}: {number} changed, because of {why}.{more}"
        columns = ["row", "column", "change", "before", "after", "difference", "percent"]
        yield _table(_short(shown[columns]), caption)


def _maps(comparison: "Comparison") -> Iterator[str]:
    changed = comparison.changed_maps
    if changed.empty:
        yield "<p>Every cell of every map is the same.</p>"
        return
    same = len(comparison.maps) - len(changed)
    columns = [
        *("map", "change", "cells", "percent", "area_km2", "mean_difference"),
        *("detail", "because_of"),
    ]
    caption = (
        f"Maps that changed: {len(changed)}; the same: {same}. Percent of the cells with data."
    )
    yield _table(_short(changed[columns]), caption)


def _short(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with numbers of few digits, as text, so that small and large ones fit."""
    shown = frame.copy()
    for name in shown.columns:
        numeric = pd.api.types.is_numeric_dtype(shown[name])
        shown[name] = [_number(value) if numeric else _written(value) for value in shown[name]]
    return shown


def _number(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.{DIGITS}g}"


def _written(text: str) -> str:
    """Shorten a number as it stands in a file; leave words as they are."""
    try:
        return _number(float(text)) if len(text) > DIGITS + 2 else text
    except ValueError:
        return text


def _table(frame: pd.DataFrame, caption: str) -> str:
    return figures.table(frame.reset_index(drop=True), caption=caption).html
