"""How long a trainee waits after touching a control: each one, on a training country.

Processor time, so that a busy machine gives the same numbers. Needs the country's raw data
and finished chapters (``sohandbook run XDL``).

    python benchmarks/controls.py [ISO3]
"""

import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import ipywidgets

from sohandbook import drought_cells, drought_choices, land_inputs, vulnerability_tables, widgets
from sohandbook.indicators import drought_vulnerability as vulnerability
from sohandbook.indicators import land_degradation, land_productivity
from sohandbook.report import Report

Touches = tuple[Callable[[], Any], Callable[[Any], Iterable[Callable[[], None]]]]


def main(iso3: str = "XDL") -> None:
    """Print the slowest and the median touch of each control, in milliseconds."""
    report = Report.open(iso3)
    print(f"{'control':24}{'first':>10}{'median':>10}{'slowest':>10}  (ms, {iso3})")
    for name, (make, touches) in controls(report):
        began = time.process_time()
        shown = make()
        first = time.process_time() - began
        seconds = []
        for touch in touches(shown):
            began = time.process_time()
            touch()
            seconds.append(time.process_time() - began)
        times = (first, statistics.median(seconds), max(seconds))
        print(f"{name:24}" + "".join(f"{1000 * t:10.0f}" for t in times))


def slides(place: int, values: Iterable[Any]) -> Callable[[Any], Iterable[Callable[[], None]]]:
    """Return touches that set the control at a place to one value after the other."""

    def touches(shown: ipywidgets.VBox) -> Iterator[Callable[[], None]]:
        for value in values:
            yield lambda value=value: setattr(shown.children[place], "value", value)

    return touches


def signs(shown: ipywidgets.VBox) -> Iterator[Callable[[], None]]:
    """Return touches that change one sign of the matrix."""
    for sign in (0, 1, -1, 0, 1):
        yield lambda sign=sign: setattr(shown.children[1].cell(2, 1), "value", sign)


def controls(report: Report) -> Iterator[tuple[str, Touches]]:
    """Return each control with the inputs that its notebook gives it, and touches of it."""
    periods = report.country.periods
    first, latest = periods.baseline[0], periods.report_2[1]
    land = report.land_mask(latest) == 1
    common = {"within": land, "report": report, "static": False}
    years = [first, periods.baseline[1], latest]
    cover = report.land_cover(years).compute()
    yield "transition matrix", (
        lambda: widgets.transition_explorer(
            start=cover.sel(year=first), end=cover.sel(year=latest), report=report,
            matrix=report.transition_matrix(), system=report.land_cover_system(),
            caption="Matrix.", static=False,
        ),
        signs,
    )  # fmt: skip
    yield (
        "swipe",
        (
            lambda: widgets.swipe(cover, report=report, subject="Land cover", static=False),
            slides(2, (10, 30, 50, 70, 90)),
        ),
    )
    productivity = land_inputs.annual_productivity(
        report, annual_value="calendar_year", first_year=first
    ).productivity
    window = land_inputs.productivity_windows(
        report, productivity=productivity, trend_years=16, recent_years=3
    )["reporting"]
    series = productivity.sel(year=slice(*window["trend"]))
    tests = land_productivity.trend_statistics(series).compute()
    metrics = {
        "state": land_productivity.state(
            productivity, history=window["history"], recent=window["recent"]
        ),
        "performance": land_productivity.performance(
            series,
            units=land_inputs.ecological_units(
                report, year=window["trend"][0], units="land_cover_by_soil"
            ),
        ),
    }
    yield (
        "significance",
        (
            lambda: widgets.significance_explorer(tests, **metrics, **common),
            slides(0, (0.01, 0.02, 0.1, 0.2, 0.3)),
        ),
    )
    start, end = (
        report.map(f"soil_organic_carbon_{year}") for year in (periods.area_years[0], latest)
    )
    yield (
        "carbon threshold",
        (
            lambda: widgets.threshold_explorer(start, end=end, **common),
            slides(0, (0.01, 0.02, 0.05, 0.2, 0.3)),
        ),
    )
    assessed = {
        name: report.map(f"land_degradation_assessment_{name}")
        for name in ("baseline", "report_1", "reporting")
    }
    middle = land_degradation.status(assessed["baseline"], period=assessed["report_1"])
    yield "baseline", (
        lambda: widgets.baseline_explorer(
            {"a": assessed["baseline"], "b": middle, "none": None},
            period=assessed["reporting"], **common,
        ),
        slides(0, ("b", "none", "a", "none", "b")),
    )  # fmt: skip
    west, _, east, _ = report.boundary.total_bounds
    yield (
        "site",
        (
            lambda: widgets.site_explorer(
                assessed["baseline"], period=assessed["reporting"], **common
            ),
            slides(2, [(west, west + share * (east - west)) for share in (0.2, 0.4, 0.6, 0.8, 1)]),
        ),
    )
    rain = report.data("precipitation", native=True).compute()
    places = drought_cells.nearest_cells(rain, grid=report.grid)
    beneath = {
        latest: drought_cells.gathered(report.cell_area.where(land), places=places, drought=rain)
    }
    yield "SPI length, reference", (
        lambda: widgets.spi_explorer(
            rain, choice=drought_choices.Choice(), land=beneath, places=places,
            years=range(first, latest + 1), year=2015, report=report, static=False,
        ),
        slides(0, (1, 3, 6, 24, 36)),
    )  # fmt: skip
    factors = report.data("vulnerability_factors")
    reported = list(range(first, latest + 1))
    direction = vulnerability.recommended_directions(agriculture_share_gdp=None)
    overview = vulnerability_tables.factor_overview(
        factors, years=reported, reach=3, direction=direction, leave_out=[]
    )
    history = range(int(factors.year.min()), latest + 1)
    whole = vulnerability.nearest_values(factors, years=history, reach=3)
    yield "vulnerability weights", (
        lambda: widgets.weight_explorer(
            whole[whole.factor.isin(overview.factor[overview.used])], years=reported,
            components=vulnerability.recommended_components(), direction=direction, static=False,
        ),
        slides(0, (0.5, 2, 3, 4, 1)),
    )  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])
