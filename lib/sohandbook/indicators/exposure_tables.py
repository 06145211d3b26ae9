"""Reporting tables of people exposed: SO2-3.T1 and SO3-2.T1 to T3.

Used through :mod:`sohandbook.indicators.population_exposure`, which counts the people.
"""

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
        empty where the population is not known by sex.
    """
    shared = shares(people, national_thousands=national_thousands)
    degraded = shared[shared["key"].isin(["degraded", "exposed"])]
    wide = degraded.pivot(index="year", columns="sex", values=["people", "percent"])
    names = {"people": "exposed", "percent": "percent"}
    columns = pd.MultiIndex.from_product([["female", "male", "total"], names])
    wide = wide.swaplevel(axis=1).reindex(columns=columns)
    wide.columns = [f"{sex}_{names[measure]}" for sex, measure in columns]
    return wide.reset_index()


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
        The count is the share of CP-1.T2, as the platform computes it.
    """
    shared = shares(people, national_thousands=national_thousands)
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
    table["exposed_percent"] = table.sum(axis=1)
    table["exposed_count"] = chosen.groupby("year")["people"].sum()
    return table.reset_index()
