"""What SO 2-1 and SO 2-2 read: published series, a national table, and rows by region.

A national table stands before the published series where it has rows of the whole country; the
published series is then kept for comparison. Rows by region never become the country.
"""

from dataclasses import dataclass
from typing import Any, Self

import pandas as pd

from sohandbook.errors import InputError
from sohandbook.indicators import short_series

POVERTY_SERIES, WATER_SERIES = "SI_POV_DAY1", "SH_H2O_SAFE"
EVERY_ROW = {"location": None, "sex": None}


@dataclass(frozen=True)
class SocialSeries:
    """One figure of a country by year.

    Attributes
    ----------
    source : str
        The dataset that is reported, by its name in ``country.yml``.
    country : DataFrame
        Its rows of the whole country: ``year`` and ``value``; of water, ``location`` too.
    published : DataFrame or None
        All groups of people in the SDG database's series, where the country lists it.
    regions : DataFrame
        ``region``, ``year``, ``value`` and, as given, ``population`` and ``location``; may be
        empty.
    """

    source: str
    country: pd.DataFrame
    published: pd.DataFrame | None
    regions: pd.DataFrame

    @classmethod
    def poverty(cls, report: Any, *, metric: str) -> Self:
        """Read poverty, or the Gini index.

        Parameters
        ----------
        report : Report
        metric : {"poverty", "gini"}

        Raises
        ------
        InputError
            The metric is not known, or the country lists no series of it.
        """
        if metric not in ("poverty", "gini"):
            raise InputError(
                "so2-1, metric",
                found=metric,
                allowed=("poverty", "gini"),
                remedy="Choose one of the two; a Party reports one.",
            )
        if metric == "gini":
            if "gini" not in report.country.datasets:
                raise _nothing_listed(report, "gini", metric)
            return cls("gini", report.data("gini"), _published(report, POVERTY_SERIES), _regions())
        found = cls._national_or_published(report, "poverty", POVERTY_SERIES)
        if found is None:
            raise _nothing_listed(report, "sdg_series or poverty", metric)
        return found

    @classmethod
    def drinking_water(cls, report: Any) -> Self:
        """Read the share of people with safely managed drinking water, by location.

        Raises
        ------
        InputError
            The country lists no series of it, or a national table lacks ``location``.
        """
        found = cls._national_or_published(report, "drinking_water", WATER_SERIES, by_location=True)
        if found is None:
            raise _nothing_listed(report, "sdg_series or drinking_water", "drinking water")
        return found

    @property
    def by_region(self) -> pd.DataFrame:
        """The figures of the regions: a row a year, a column a region (and location)."""
        columns = [name for name in ("region", "location") if name in self.regions]
        wide = self.regions.pivot(index="year", columns=columns, values="value")
        if len(columns) > 1:
            wide.columns = [", ".join(names) for names in wide.columns]
        return wide.reset_index().rename_axis(columns=None)

    @property
    def groups(self) -> pd.DataFrame:
        """The published series by year, a column for each group of people; empty without one."""
        if self.published is None:
            return pd.DataFrame()
        rows = self.published
        names = rows["location"].str.lower() + ", " + rows["sex"].str.lower()
        known = {"allarea, bothsex": "all", "urban, bothsex": "urban", "rural, bothsex": "rural",
                 "allarea, female": "female", "allarea, male": "male"}  # fmt: skip
        wide = rows.assign(group=names.replace(known)).pivot_table(
            index="year", columns="group", values="value"
        )
        first = [name for name in known.values() if name in wide]
        return wide[first + [name for name in wide if name not in first]].rename_axis(columns=None)

    def beside_published(self, series: pd.Series) -> pd.DataFrame:
        """Lay a national series beside the published one; empty unless there are both.

        Parameters
        ----------
        series : Series
            The reported figures of all people, by year.
        """
        if self.published is None or self.source != "poverty":
            return pd.DataFrame(columns=["year", "national", "published", "gap"])
        published = short_series.of(self.published, POVERTY_SERIES).set_index("year")["value"]
        both = pd.DataFrame({"national": series, "published": published}).dropna(how="all")
        return both.assign(gap=both["national"] - both["published"]).rename_axis("year")

    @classmethod
    def _national_or_published(
        cls, report: Any, name: str, series: str, *, by_location: bool = False
    ) -> Self | None:
        published = _published(report, series)
        table = report.data(name) if name in report.country.datasets else _regions()
        if by_location and len(table):
            short_series.require_columns(table, ["location"], name=name)
        own, regions = table[table["region"] == ""], table[table["region"] != ""]
        if len(own):
            return cls(name, own, published, regions)
        if published is None:
            return None
        location = None if by_location else "ALLAREA"
        rows = short_series.of(report.data("sdg_series"), series, location=location)
        return cls("sdg_series", rows, published, regions)


def _published(report: Any, series: str) -> pd.DataFrame | None:
    if "sdg_series" not in report.country.datasets:
        return None
    table = report.data("sdg_series")
    return short_series.of(table, series, **EVERY_ROW) if series in set(table["series"]) else None


def _regions() -> pd.DataFrame:
    kinds = {"region": str, "year": int, "value": float}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def _nothing_listed(report: Any, wanted: str, metric: str) -> InputError:
    other = "gini" if metric == "poverty" else "poverty"
    choose = f", or set so2-1.metric to {other}" if metric in ("poverty", "gini") else ""
    return InputError(
        f"{report.country.folder / 'country.yml'}, datasets",
        found=f"no series of {metric} for the whole country",
        allowed=f"{wanted}, with rows of the whole country",
        remedy=f"Add it{choose}.",
    )
