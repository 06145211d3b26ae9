"""What a country hands in: workbook, tables, report files, series, maps, licences, citation."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from sohandbook.country import Country
from sohandbook.errors import InputError

# The report chapter keeps its own ``checks.csv``: a chapter's file may not change after it.
CHECKS = "checks_at_export.csv"
STAGING_PREFIX = ".export-"
# What an export may leave in ``report/``; what a new one does not write is removed.
OWN = (
    "{iso3}_report.xlsx",
    "{iso3}_land_condition_summary.json",
    "{iso3}_drought_summary.json",
    "{iso3}_sdg_series_sdmx_1.0.csv",
    "{iso3}_sdg_series_sdmx_2.0.csv",
    "tables",
    "stac",
    CHECKS,
    "licences.csv",
    "CITATION.cff",
)


def everything(country: Country, output_folder: Path | str, *, draft: bool = False) -> list[Path]:
    """Write all exports of a country's results into ``report/`` of its output folder.

    Each file appears whole or not at all, and the same results give the same files.
    ``checks_at_export.csv`` is written even if a check stops the export.

    Parameters
    ----------
    country : Country
    output_folder : path
        Where its tables, maps and ``manifest.json`` are.
    draft : bool
        Export although checks of severity error fail; every file then says so.

    Returns
    -------
    list of Path
        The files, and for the STAC catalogue its ``collection.json``.

    Raises
    ------
    InputError
        If there are no results, or a check of severity error fails and this is no draft.
    """
    # The writers are imported here: notebooks import this package for its maps only.
    from sohandbook.export import citation, licences, sdmx, stac, trends_earth_json, workbook
    from sohandbook.export import trends_earth_land as land
    from sohandbook.export.results import Results

    results = Results.read(country, output_folder, draft=draft)
    report = results.folder / "report"
    own = [name.format(iso3=country.iso3) for name in OWN]
    checked = results.checked().to_csv(index=False, lineterminator="\n")
    if len(results.blocking) and not draft:
        with _published(report, [CHECKS]) as folder:
            _write(folder / CHECKS, checked)
        raise _refused(results.blocking, report)
    with _published(report, own) as folder:
        (folder / f"{country.iso3}_report.xlsx").write_bytes(workbook.to_bytes(results))
        (folder / "tables").mkdir()
        for table_id in results.tables:
            file = f"tables/{table_id}.csv"
            shutil.copyfile(results.folder / file, folder / file)
        if land.possible(results):
            name = f"{country.iso3}_land_condition_summary.json"
            _write(folder / name, _json(land.land_condition(results)))
        if "SO3-1.T1" in results.tables:
            name = f"{country.iso3}_drought_summary.json"
            _write(folder / name, _json(trends_earth_json.drought(results)))
        series = sdmx.observations(results)
        for version in ("1.0", "2.0") if len(series) else ():
            name = f"{country.iso3}_sdg_series_sdmx_{version}.csv"
            _write(folder / name, sdmx.to_csv(series, version=version))
        if results.map_names:
            stac.write(results, folder / "stac")
        _write(folder / CHECKS, checked)
        _write(folder / "licences.csv", licences.to_csv(country))
        _write(folder / "CITATION.cff", citation.to_cff(results))
    files = [report / name for name in own if (report / name).is_file()]
    files += sorted((report / "tables").glob("*.csv"))
    return [*files, *(report / "stac").glob("collection.json")]


def refuse_out_of_step(
    country: Country, *, folder: Path | None = None, output: Path | None = None
) -> None:
    """Stop where chapters have not been run since a setting, a file or another result changed.

    On a machine without the input files nothing is known, and nothing is refused.

    Raises
    ------
    InputError
        Names the first such chapter.
    """
    from sohandbook import plan, runner

    try:
        late = runner.out_of_step(plan.check(country.iso3, folder=folder, output=output))
    except InputError:
        return
    if late:
        first, why = next(iter(late.items()))
        more = f" ({len(late) - 1} more after this one.)" if len(late) > 1 else ""
        raise InputError(
            f"results of chapter {first}",
            found=why,
            allowed="results of the settings and files of today",
            remedy=f"Run 'sohandbook run {country.iso3}' first, or export a draft with --draft."
            f"{more}",
        )


def _refused(blocking: pd.DataFrame, report: Path) -> InputError:
    first, more = blocking.iloc[0], len(blocking) - 1
    others = f" {more} more in {report / CHECKS}." if more else ""
    return InputError(
        f"check {first['id']}, {first['where']}",
        found=first["detail"] or "not passed",
        allowed=first["rule"],
        remedy=f"Mend it and run the chapter again, or export a draft with --draft.{others}",
    )


@contextmanager
def _published(report: Path, own: list[str]) -> Iterator[Path]:
    """Give a folder to write to; then move what is in it to its place, and remove what is old."""
    staging = report / f"{STAGING_PREFIX}{os.getpid()}"
    for leftover in report.glob(f"{STAGING_PREFIX}*"):  # of an export that was killed
        shutil.rmtree(leftover, ignore_errors=True)
    staging.mkdir(parents=True)
    try:
        yield staging
        for name in own:
            target = report / name
            if target.is_dir():
                shutil.rmtree(target)
            if (staging / name).exists():
                (staging / name).replace(target)
            else:
                target.unlink(missing_ok=True)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8", newline="")


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
