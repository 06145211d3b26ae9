"""Controls of SO3: how long rain is summed, what is called normal, what each factor weighs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import ipywidgets
import numpy as np
import pandas as pd
import xarray as xr

from sohandbook import classes, drought_choices, figures, reporting_tables_so3
from sohandbook.figures.display import Figure
from sohandbook.figures.words import number, readable
from sohandbook.indicators import drought_hazard, drought_vulnerability
from sohandbook.keyboard import Controls
from sohandbook.language import translate
from sohandbook.widgets.live import WIDE, WORDS, Shown, live, menu
from sohandbook.widgets.live import choice as stops
from sohandbook.widgets.scene import Scene, map_of

LENGTHS = (1, 3, 6, 9, 12, 24, 36)
DROUGHT = classes.system("drought")
HEAVIER = 3.0  # what one factor counts in a page without a kernel


def spi_explorer(
    rain: xr.DataArray,
    *,
    choice: drought_choices.Choice,
    land: Mapping[int, xr.DataArray],
    places: xr.DataArray,
    years: Sequence[int],
    year: int,
    report: Any,
    evapotranspiration: xr.DataArray | None = None,
    static: bool | None = None,
) -> Controls | Shown:
    """Change the length of the sums and the reference period, and see drought follow.

    Parameters
    ----------
    rain : DataArray, dims (time, y, x)
        Monthly rain, mm, in memory.
    choice : Choice
        What to begin with.
    land : mapping of int to DataArray
        As in :func:`sohandbook.reporting_tables_so3.land_by_drought_class`.
    places : DataArray of int32, dims (y, x)
        From :func:`sohandbook.drought_cells.nearest_cells`.
    years : sequence of int
        The reported years.
    year : int
        The year to begin with.
    report : Report
    evapotranspiration : DataArray, dims (time, y, x), optional
    static : bool, optional
        Show a few settings side by side; by default in pages without a kernel.
    """
    scene = Scene.of(report)
    beneath = scene.cells(places).values
    record = int(rain.time.dt.year[0]), int(rain.time.dt.year[-1])

    @cache
    def computed(months: int, reference: tuple[int, int]) -> tuple[xr.DataArray, pd.DataFrame]:
        shortest = min(choice.minimum_years, drought_choices.SHORT_REFERENCE)
        chosen = replace(choice, months=months, reference=reference, minimum_years=shortest)
        drought = chosen.classes(rain, evapotranspiration=evapotranspiration).sel(year=list(years))
        areas = reporting_tables_so3.land_by_drought_class(drought, land=land)
        return drought, drought_hazard.area_table(areas, years=years).set_index("year")

    def on_cells(drought: xr.DataArray, year: int) -> xr.DataArray:
        """Give each cell of the scene the class of the rain cell above it."""
        known = drought.sel(year=year).transpose("y", "x").values.ravel()
        values = np.append(known, np.int8(DROUGHT.nodata))[beneath]
        return scene.within.copy(data=values).assign_attrs(DROUGHT.attributes())

    def draw(months: int, reference: tuple[int, int], year: int) -> list[Figure]:
        drought, areas = computed(months, tuple(reference))
        share = 100 * areas.div(areas.sum(axis=1), axis=0)
        under = share[list(drought_hazard.DROUGHT_CLASSES)]
        setting = translate(
            "{index}, reference {first}-{last}",
            index=f"{choice.index.upper()}-{months}",
            first=reference[0],
            last=reference[1],
        )
        words = translate(
            "In {year}, {share} % of the land is under drought.",
            year=year,
            share=number(under.loc[year].sum()),
        )
        table = pd.DataFrame({"area": areas.loc[year], "percent": share.loc[year]})
        return [
            scene.map(
                on_cells(drought, year),
                caption=translate("Drought in {year}: {setting}.", year=year, setting=setting),
                alt=map_of(report, words),
            ),
            figures.stacked_chart(
                under,
                caption=translate("Land under drought: {setting}.", setting=setting),
                alt=words,
                unit=translate("% of the land"),
                system=DROUGHT,
            ),
            figures.table(
                table.rename_axis("class").reset_index(),
                caption=f"{translate('Land in each class in {year}.', year=year)} {words}",
                units={"area": "km²", "percent": "% of the land"},
            ),
        ]

    def twin() -> list[Figure]:
        late = (max(record[0], record[1] - 29), record[1])
        settings = [
            (choice.months, choice.reference),
            (3, choice.reference),
            (choice.months, late),
        ]
        found = {
            translate(
                "{months} months, {first}-{last}",
                months=months,
                first=reference[0],
                last=reference[1],
            ): computed(months, reference)[0]
            for months, reference in settings
        }
        frame = drought_choices.compare(found, land=land, years=years, drought_year=year)
        name = f"drought_{year}"
        words = "; ".join(f"{row.choice}: {getattr(row, name):.1f} %" for row in frame.itertuples())
        return [
            figures.small_multiples(
                {name: on_cells(drought, year) for name, drought in found.items()},
                caption=translate(
                    "Drought in {year} for other lengths and reference periods.", year=year
                ),
                alt=map_of(report, translate("Land under drought: {setting}.", setting=words)),
                report=report,
                within=scene.within,
            ),
            figures.table(
                frame, caption=translate("Land under drought at these settings, % of the land.")
            ),
        ]

    controls = {
        "months": stops(
            translate("Months of rain"), sorted({*LENGTHS, choice.months}), choice.months
        ),
        "reference": ipywidgets.IntRangeSlider(
            value=choice.reference,
            min=record[0],
            max=record[1],
            description=translate("Reference years"),
            continuous_update=False,
            style=WORDS,
            layout=WIDE,
        ),
        "year": menu(translate("Year on the map"), list(years), year),
    }
    return live(draw, controls=controls, static=static, twin=twin)


def weight_explorer(
    factors: pd.DataFrame,
    *,
    components: Mapping[str, str],
    direction: Mapping[str, int],
    years: Sequence[int],
    weights: Mapping[str, float] | None = None,
    static: bool | None = None,
) -> Controls | Shown:
    """Weigh the factors of vulnerability and see the index and its components follow.

    Parameters
    ----------
    factors, components, direction, weights
        As in :func:`sohandbook.indicators.drought_vulnerability.index`.
    years : sequence of int
        The reported years.
    static : bool, optional
        Show what one factor with more weight does; by default in pages without a kernel.
    """
    total = factors[factors.sex == "total"] if "sex" in factors else factors
    names = sorted(total.factor.unique(), key=lambda name: (components[name], name))
    begin = {name: float((weights or {}).get(name, 1.0)) for name in names}

    def index(weights: Mapping[str, float]) -> pd.DataFrame:
        found = drought_vulnerability.index(
            total, components=components, direction=direction, weights=weights
        )
        return found.set_index("year").loc[list(years)]

    plain = index(dict.fromkeys(names, 1.0))

    def chart(weighed: pd.DataFrame, name: str, caption: str) -> Figure:
        lines = pd.DataFrame({"equal_weights": plain.dvi, name: weighed.dvi})
        words = figures.describe_series(weighed.reset_index(), value="dvi", unit="(0 to 1)")
        return figures.line_chart(
            lines, caption=caption, alt=f"Two lines. {words}", unit="DVI, 0 to 1"
        )

    def draw(**weights: float) -> list[Figure]:
        weighed = index(weights)
        parts = list(drought_vulnerability.COMPONENTS)
        last = weighed[parts].iloc[-1]
        frame = pd.DataFrame(
            [
                {
                    "weights": name,
                    "first": of.dvi.iloc[0],
                    "last": of.dvi.iloc[-1],
                    "change": of.dvi.iloc[-1] - of.dvi.iloc[0],
                }
                for name, of in {"equal": plain, "yours": weighed}.items()
            ]
        )
        words = ", ".join(f"{readable(name)} {number(last[name], 2)}" for name in parts)
        return [
            chart(
                weighed, "your_weights", translate("The index with equal weights and with yours.")
            ),
            figures.bar_chart(
                last,
                caption=translate("The components in {year} with your weights.", year=years[-1]),
                alt=translate("Components in {year}: {values}.", year=years[-1], values=words),
                unit="0 least, 1 most vulnerable",
                digits=2,
            ),
            figures.table(
                frame,
                caption=translate(
                    "The index in {first} (first) and {last} (last).",
                    first=years[0],
                    last=years[-1],
                ),
                digits=3,
            ),
        ]

    def twin() -> list[Figure]:
        heavy = {name: index({**dict.fromkeys(names, 1.0), name: HEAVIER}) for name in names}
        rows = [{"factor": "Equal weights", "last": plain.dvi.iloc[-1]}] + [
            {"factor": name, "last": of.dvi.iloc[-1]} for name, of in heavy.items()
        ]
        frame = pd.DataFrame(rows)
        frame["difference"] = frame["last"] - frame["last"].iloc[0]
        moved = names[int(frame.difference[1:].abs().to_numpy().argmax())]
        return [
            chart(
                heavy[moved],
                f"{moved}_counts_{HEAVIER:g}_times",
                translate(
                    "The index with equal weights, and with one factor that counts {times} times: "
                    "{factor}, which moves the last year most.",
                    times=f"{HEAVIER:g}",
                    factor=readable(moved),
                ),
            ),
            figures.table(
                frame,
                digits=3,
                caption=translate(
                    "The index in {year} when one factor counts {times} times.",
                    year=years[-1],
                    times=f"{HEAVIER:g}",
                ),
            ),
        ]

    controls = {
        name: ipywidgets.FloatSlider(
            weight,
            min=min(0.25, weight),
            max=max(4.0, weight),
            step=0.25,
            style=WORDS,
            description=f"{readable(name)} ({readable(components[name])})",
            layout=WIDE,
        )
        for name, weight in begin.items()
    }
    return live(draw, controls=controls, static=static, twin=twin)
