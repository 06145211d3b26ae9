"""Reporting tables of people exposed: SO2-3.T1 and SO3-2.T1 to T3.

Used through :mod:`sohandbook.indicators.population_exposure`, which counts the people.
"""

import numpy as np
import pandas as pd

from sohandbook.errors import InputError
from sohandbook.indicators.drought_hazard import DROUGHT_CLASSES


def shares(people: pd.DataFrame, *, national_thousands: pd.DataFrame) -> pd.DataFrame:
    """Add each class's share of the national population of the same sex and year.

    Parameters
    ----------
    people : DataFrame
        The result of :func:`exposed`, with ``year``.
    national_thousands : DataFrame
        Table CP-1.T2: ``year``, ``female``, ``male``, ``total``, in thousand persons.

    Returns
    -------
    DataFrame
        With ``national`` (persons) and ``percent`` = 100 * people / national. The share of
        women is of all women, not of all exposed people (rule of the 2022 edition).

    Raises
    ------
    InputError
        If a national figure is missing, or more people are exposed than there are.
    """
    result = people.copy()
    if "sex" not in result:
        result.insert(result.columns.get_loc("code"), "sex", "total")
    national = national_thousands.set_index("year")[["female", "male", "total"]] * 1000.0
    long = national.rename_axis(columns="sex").stack().rename("national")
    result = result.join(long, on=["year", "sex"])
    if result["national"].isna().any():
        first = result[result["national"].isna()].iloc[0]
        raise InputError(
            f"table CP-1.T2, year {first['year']}, {first['sex']}",
            found="nothing",
            allowed="the national population in thousand persons",
            remedy="Fill table CP-1.T2 first; without it no share can be given.",
        )
    above = result[result["people"] > result["national"] * (1 + 1e-6)]
    if len(above):
        first = above.iloc[0]
        raise InputError(
            f"people in class {first['key']}, year {first['year']}, {first['sex']}",
            found=first["people"],
            allowed=f"at most {first['national']:.0f}, the figure of table CP-1.T2",
            remedy="Take both from one source, or check the unit (thousand persons).",
        )
    return result.assign(percent=100 * result["people"] / result["national"])


def degradation_table(people: pd.DataFrame, *, national_thousands: pd.DataFrame) -> pd.DataFrame:
    """Return table SO2-3.T1: people on degraded land, by year and sex.

    Parameters
    ----------
    people : DataFrame
        The result of :func:`exposed` on status maps, with ``year``.
    national_thousands : DataFrame
        Table CP-1.T2; see :func:`shares`.

    Returns
    -------
    DataFrame
        ``year``, then ``<sex>_exposed`` (persons) and ``<sex>_percent`` for female, male, total;
        empty where the population is not known by sex, or where nobody's land could be
        judged: nobody known to be exposed is not the same as nobody exposed.
    """
    shared = _judged_shares(people, national_thousands)
    degraded = shared[shared["key"].isin(["degraded", "exposed"])]
    wide = degraded.pivot(index="year", columns="sex", values=["people", "percent"])
    names = {"people": "exposed", "percent": "percent"}
    columns = pd.MultiIndex.from_product([["female", "male", "total"], names])
    wide = wide.swaplevel(axis=1).reindex(columns=columns)
    wide.columns = [f"{sex}_{names[measure]}" for sex, measure in columns]
    return wide.reset_index()


def _judged_shares(people: pd.DataFrame, national_thousands: pd.DataFrame) -> pd.DataFrame:
    """Return shares, empty in years in which nobody's land could be judged."""
    shared = shares(people, national_thousands=national_thousands)
    judged = shared["people"].where(shared["key"] != "no_data", 0)
    of_row = judged.groupby([shared["year"], shared["sex"]]).transform("sum")
    shared[["people", "percent"]] = shared[["people", "percent"]].where(of_row > 0)
    return shared


def national(profile: pd.DataFrame) -> pd.DataFrame:
    """Return table CP-1.T2 in the form that :func:`shares` reads.

    Parameters
    ----------
    profile : DataFrame
        ``year``, ``population_female``, ``population_male``, ``population_total``.
    """
    renamed = profile.rename(columns=lambda name: name.removeprefix("population_"))
    return renamed[["year", "female", "male", "total"]]


def against_totals(counted: pd.Series, *, totals: pd.DataFrame, largest_gap: float) -> pd.DataFrame:
    """Compare the people of a population map with totals of another source.

    A map of densities that was taken for counts, a boundary of another year, or a map of another
    release shows here first.

    Parameters
    ----------
    counted : Series
        People of the map, with the year as index.
    totals : DataFrame
        ``year`` and ``value``, persons.
    largest_gap : float
        Percent; a larger difference is a warning.

    Returns
    -------
    DataFrame
        ``year``, ``on_the_map``, ``total``, ``gap`` (% of the total) and ``warning``, empty where
        all is well; only years with a total.
    """
    known = totals.dropna(subset=["value"]).set_index("year")["value"]
    years = [year for year in counted.index if year in known.index]
    frame = pd.DataFrame({"on_the_map": counted[years], "total": known[years]})
    frame["gap"] = 100 * (frame["on_the_map"] / frame["total"] - 1)
    wide = frame["gap"].abs() > largest_gap
    far = frame["gap"].abs() > 50
    words = f"more than {largest_gap:g} % apart: other boundary, year or release?"
    frame["warning"] = np.where(
        far, "counts or densities? see 'measure' in country.yml", np.where(wide, words, "")
    )
    return frame.rename_axis("year").reset_index()


def by_period(table: pd.DataFrame, *, baseline: int, reporting: int) -> pd.DataFrame:
    """Name the rows of table SO2-3.T1 as the form does: by period, with the year in brackets.

    Parameters
    ----------
    table : DataFrame
        The result of :func:`degradation_table`.
    baseline, reporting : int
        The years of the two rows.
    """
    rows = table.set_index("year").loc[[baseline, reporting]].reset_index(drop=True)
    periods = [f"baseline (population {baseline})", f"reporting (population {reporting})"]
    return pd.concat([pd.Series(periods, name="period"), rows], axis=1)


def assessment(change: pd.DataFrame, *, smallest: float) -> pd.DataFrame:
    """Propose table SO2-3.T2: the direction, and how much of it land and people explain.

    Parameters
    ----------
    change : DataFrame
        The result of :func:`sohandbook.indicators.population_exposure.change`.
    smallest : float
        Percentage points; a smaller change of the share is called stable.
    """
    row = change.set_index("sex").loc["total"]
    moved = row["percent_end"] - row["percent_start"]
    if np.isnan(moved):
        withheld = "Proposal withheld: in one of the years nobody's land could be judged."
        return pd.DataFrame(
            {
                "change_in_indicator": [""],
                "drivers_and_interpretation": [""],
                "comments": [withheld],
            }
        )
    word = "stable" if abs(moved) < smallest else "increase" if moved > 0 else "decrease"
    interpretation = (
        f"The share of exposed people moved by {moved:+.2f} percentage points: "
        f"{row['from_land']:+.2f} because the land changed, {row['from_people']:+.2f} because "
        f"people's numbers and places did. Of the change in exposed people, "
        f"{row['from_growth']:+,.0f} follow from population growth at the old share."
    )
    return pd.DataFrame(
        {
            "change_in_indicator": [word],
            "drivers_and_interpretation": [interpretation],
            "comments": [f"Proposed; less than {smallest:g} points is stable. To be confirmed."],
        }
    )


def drought_table(
    people: pd.DataFrame, *, national_thousands: pd.DataFrame, sex: str = "total"
) -> pd.DataFrame:
    """Return table SO3-2.T1, or T2 (female) or T3 (male): shares of people by drought class.

    Parameters
    ----------
    people : DataFrame
        The result of :func:`exposed` on drought classes, with ``year``.
    national_thousands : DataFrame
        Table CP-1.T2; see :func:`shares`.
    sex : {"total", "female", "male"}

    Returns
    -------
    DataFrame
        ``year``, ``mild_percent`` to ``extreme_percent``, ``exposed_percent``, ``exposed_count``.
        The count is the share of CP-1.T2, as the platform computes it. Empty in years in which
        nobody's land could be judged.
    """
    shared = _judged_shares(people, national_thousands)
    chosen = shared[(shared["sex"] == sex) & shared["key"].isin(DROUGHT_CLASSES)]
    if chosen.empty:
        raise InputError(
            "people by sex",
            found=sorted(shared["sex"].unique()),
            allowed=sex,
            remedy="Give a population by sex, or leave the table empty.",
        )
    table = chosen.pivot(index="year", columns="key", values="percent")[list(DROUGHT_CLASSES)]
    table.columns = [f"{name}_percent" for name in table.columns]
    table["exposed_percent"] = table.sum(axis=1, skipna=False)
    table["exposed_count"] = chosen.groupby("year")["people"].sum(min_count=1)
    return table.reset_index()
