"""What the handbook measures of each indicator, from a country's results and its own files.

Nothing is computed from data again: tables, maps, manifest and catalogues say it all. What cannot
be measured in a country is NaN, and no score is made of it.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

import numpy as np
import pandas as pd
import xarray as xr
import yaml

from sohandbook import catalogue, chapters, crosswalk, forms, guidance, input_files, manifest, paths
from sohandbook.chapters import Chapter
from sohandbook.country import Country, Dataset
from sohandbook.errors import InputError
from sohandbook.judging.method import MEASURES
from sohandbook.netcdf import is_netcdf, variables
from sohandbook.report import Report
from sohandbook.windows import open_raster

RASTERS = (".tif", ".tiff", ".nc", ".nc4")
METRES_PER_DEGREE = 111_320.0  # along a meridian, about; enough to tell 300 m from 5 km
BY_PEOPLE = ("dropdown", "text", "toggle", "file", "spatial")
BY_COMPUTER = ("computed", "default", "auto")
# Where the area without data stands, and the map that is held against the truth.
JUDGED_AREAS = {
    "so1-1": "SO1-1.T7", "so1-2": "SO1-2.T3", "so1-3": "SO1-3.T2", "so1-4": "SO1-4.T1",
}  # fmt: skip
MAPS_OF_STATUS = {
    "so1-1": "land_cover_degradation_reporting",
    "so1-2": "land_productivity_degradation_reporting",
    "so1-3": "soil_organic_carbon_degradation_reporting",
    "so1-4": "land_degradation_assessment_reporting",
}
CHOICES = {
    "so1-1": "degraded_land_cover", "so1-2": "degraded_productivity", "so1-3": "degraded_soc",
    "so1-4": "sdg_15_3_1",
}  # fmt: skip
SERIES = {
    "so2-1": "SO2-1.T1", "so2-2": "SO2-2.T1", "so2-3": "SO2-3.T1", "so3-1": "SO3-1.T2",
    "so3-2": "SO3-2.T1", "so3-3": "SO3-3.T1", "so4-2": "SO4-2.T1", "so4-3": "SO4-3.T1",
    "so5-1": "SO5-1.SUMMARY", "so5-2": "SO5-2.SUMMARY", "so5-3": "SO5-3.SUMMARY",
    "so5-4": "SO5-4.SUMMARY", "so5-5": "SO5-5.NEEDS",
}  # fmt: skip
SAME_AS = {"so4-1": "so1-3"}  # reported there, so it has that one's evidence
COMPARED_WITH = {"so3-2": "so3-1"}  # data/validation.yml holds both under one
TRUTH = "condition_report_2"


def measure(report: Report, indicators: Iterable[str]) -> pd.DataFrame:
    """Return one row an indicator and one column a measure; see ``scales`` of the method.

    Parameters
    ----------
    report : Report
    indicators : iterable of str
        Ids of chapters.
    """
    by_id = {chapter.id: chapter for chapter in chapters.read()}
    functions: Mapping[str, Callable[[Report, Chapter], float]] = {
        "coverage": _coverage, "lag": _lag, "cell_size": _cell_size, "time_share": _time_share,
        "people_share": _people_share, "inputs": _inputs, "open_rules": _open_rules,
        "comparisons": _comparisons, "range_of_choices": _range_of_choices, "truth": _truth,
        "feeds": partial(_feeds, every=by_id), "by_sex": _by_sex, "frameworks": _frameworks,
        "open_sources": _open_sources,
    }  # fmt: skip
    rows = {}
    for name in indicators:
        stands_for = by_id[SAME_AS.get(name, name)]
        own = {"frameworks", "feeds"}  # what is not the same where another indicator reports it
        rows[name] = {
            measured: functions[measured](report, by_id[name] if measured in own else stands_for)
            for measured in MEASURES
        }
    return pd.DataFrame.from_dict(rows, orient="index", dtype=float).rename_axis("indicator")


def inputs_of(chapter: Chapter, country: Country, *, optional: bool = True) -> dict[str, Dataset]:
    """Return the datasets that a chapter's figures rest on, those of earlier chapters too.

    Of the country profile later chapters take the land mask and none of its people. A dataset
    that only gives the grid does not count.
    """
    every = chapters.read()
    found: set[str] = set()
    for one in chapters.choose(every, chapters.needed(every, [chapter.id]) | {chapter.id}):
        found |= {name for entry in one.datasets for name in entry.split(input_files.OR)}
        if optional and (one.id == chapter.id or one.objective != "CP"):
            found |= set(one.optional)
    return {name: dataset for name, dataset in country.datasets.items() if name in found}


def _coverage(report: Report, chapter: Chapter) -> float:
    """Share of the land that is judged, or of the cells of a series that have a number; %."""
    name = JUDGED_AREAS.get(chapter.id) or SERIES.get(chapter.id, "")
    if not name or not report.has_table(name):
        return np.nan
    frame = report.table(name)
    key, numbers = frame.columns[0], frame.select_dtypes("number")
    if chapter.id not in JUDGED_AREAS:
        column = numbers.drop(columns=[key], errors="ignore").notna().any(axis=1)
        return 100 * float(column.mean())
    if name == "SO1-4.T1":
        known = numbers[frame[key] != "no_data"].drop(columns="no_data")
        return 100 * float(known.to_numpy().sum() / numbers.to_numpy().sum())
    areas = frame.set_index(key)["area_reporting"]
    return 100 * float(1 - areas["no_data"] / areas.sum())


def _lag(report: Report, chapter: Chapter) -> float:
    """Years between the last year that is reported and the last year of its own in the data."""
    last = report.country.periods.status_years[-1]
    lags = [
        last - dataset.years[1]
        for dataset in inputs_of(chapter, report.country, optional=False).values()
        if dataset.years
    ]
    name = SERIES.get(chapter.id, "")
    if name and report.has_table(name):
        frame = report.table(name)
        if "year" in frame:
            numbers = frame.drop(columns="year").select_dtypes("number").notna().any(axis=1)
            if numbers.any():
                lags.append(last - int(frame.loc[numbers, "year"].max()))
    return float(max(0, *lags)) if lags else np.nan


def _cell_size(report: Report, chapter: Chapter) -> float:
    """Metres across the coarsest cell of the maps that it cannot do without."""
    sizes = []
    for name, dataset in inputs_of(chapter, report.country, optional=False).items():
        files = input_files.find(dataset, name=name, country=report.country)
        if chapter.maps and files and files[0].suffix.lower() in RASTERS:
            variable = next(iter(variables(files[0])), None) if is_netcdf(files[0]) else None
            with open_raster(files[0], variable=variable) as (opened, lattice):
                step = abs(lattice.transform.a)
                degrees = opened.crs is None or opened.crs.is_geographic
                sizes.append(step * METRES_PER_DEGREE if degrees else step)
    return max(sizes, default=np.nan)


def _time_share(report: Report, chapter: Chapter) -> float:
    """Share of the whole run's time that the chapter takes; %."""
    entries = manifest.read(report.output_folder)["chapters"]
    seconds = {name: entry.get("seconds") or 0.0 for name, entry in entries.items()}
    total = sum(seconds.values())
    return 100 * seconds[chapter.id] / total if seconds.get(chapter.id) else np.nan


def _people_share(report: Report, chapter: Chapter) -> float:
    """Share of the columns of its forms that a person writes or chooses; %."""
    entries = [column.entry for name in chapter.tables for column in forms.table(name).columns]
    people = sum(entry in BY_PEOPLE for entry in entries)
    counted = people + sum(entry in BY_COMPUTER for entry in entries)
    return 100 * people / counted if counted else np.nan


def _inputs(report: Report, chapter: Chapter) -> float:
    """Datasets that have to be brought, those of earlier chapters counted."""
    return float(len(inputs_of(chapter, report.country)))


def _open_rules(report: Report, chapter: Chapter) -> float:
    """Rules its tables rest on that nobody has read in the official text."""
    entries = manifest.read(report.output_folder)["chapters"]
    parameters = {name: entry.get("parameters", {}) for name, entry in entries.items()}
    used = guidance.used(chapter.tables, country=report.country, parameters=parameters)
    return float(sum(not use.verified for use in used))


def _comparisons(report: Report, chapter: Chapter) -> float:
    """Comparisons with somebody else's result; our own training countries do not count."""
    content = yaml.safe_load((paths.data() / "validation.yml").read_text(encoding="utf-8"))
    by_id = {entry["id"]: entry["evidence"] for entry in content}
    names = (chapter.id, COMPARED_WITH.get(chapter.id, ""), chapter.id.split("-")[0])
    found = next((by_id[name] for name in names if name in by_id), [])
    return float(sum(one["kind"] != "truth" for one in found))


def _range_of_choices(report: Report, chapter: Chapter) -> float:
    """Range of the figure over the plausible choices, one at a time, in % of the figure."""
    file = report.output_folder / "choices.csv"
    if chapter.id not in CHOICES or not file.is_file():
        return np.nan
    figures = pd.read_csv(file, index_col=0)
    column = [name for name in figures.columns if name.startswith(CHOICES[chapter.id])][-1]
    values = figures[column].drop("Preset Trends.Earth", errors="ignore")
    return float(100 * (values.max() - values.min()) / values.iloc[0]) if values.iloc[0] else np.nan


def _truth(report: Report, chapter: Chapter) -> float:
    """Harmonic mean of how much is found and how much of it is right, for worse land; %."""
    name = MAPS_OF_STATUS.get(chapter.id, "")
    if not name or not report.has_maps(name):
        return np.nan
    try:
        known = report.truth(TRUTH)
    except (InputError, OSError):  # only training countries have it
        return np.nan
    return found_and_right(report.map(name), known)


def found_and_right(status: xr.DataArray, known: xr.DataArray) -> float:
    """Return the harmonic mean of recall and precision for degraded cells, in %.

    Cells without data in either map are left out. With no degraded cell in either it is NaN.
    """
    found, true = np.asarray(status), np.asarray(known)
    both = (found >= -1) & (true >= -1)  # no data is -128
    hits = float(((found == -1) & (true == -1) & both).sum())
    said, real = float(((found == -1) & both).sum()), float(((true == -1) & both).sum())
    return 200 * hits / (said + real) if said + real else np.nan


def _feeds(report: Report, chapter: Chapter, *, every: Mapping[str, Chapter]) -> float:
    """Other indicators that are made from it."""
    return float(sum(chapter.id in one.needs and one.id.startswith("so") for one in every.values()))


def _by_sex(report: Report, chapter: Chapter) -> float:
    """Whether its tables tell women from men: 1 or 0."""
    tables = [forms.table(name) for name in chapter.tables]
    names = [column.name for table in tables for column in table.columns]
    said = " ".join([*names, *(table.title for table in tables)])
    return float("female" in said or "sex_" in said)


def _frameworks(report: Report, chapter: Chapter) -> float:
    """Other goals and conventions that take the figure, or make their own from it."""
    code = chapter.id.upper().replace("SO", "SO ")
    return float(
        len(
            {
                link.to
                for row in crosswalk.read().indicators
                if row.indicator == code
                for link in row.serves
                if not link.how.startswith("context")
            }
        )
    )


def _open_sources(report: Report, chapter: Chapter) -> float:
    """Datasets of the catalogue that serve it and can be had without an account.

    Of an indicator that is made from others, it is the least of theirs.
    """
    code = chapter.id.upper()
    serving = [
        entry
        for entry in catalogue.entries().values()
        if any(use.split()[0] in (code, code.split("-")[0]) for use in entry.used_for)
    ]
    parts = [one for one in chapters.choose(chapters.read(), chapter.needs) if one.id[:2] == "so"]
    if not serving and parts:
        return min(_open_sources(report, one) for one in parts)
    return float(sum(not entry.needs_account for entry in serving))
