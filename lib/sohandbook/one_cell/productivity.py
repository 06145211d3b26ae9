"""Trend, State and Performance of one cell."""

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr


def kendall_score(series: pd.Series) -> pd.DataFrame:
    """Count for each year the later years that are higher and lower.

    Parameters
    ----------
    series : Series
        One value a year; the index holds the years.

    Returns
    -------
    DataFrame
        ``year``, ``value``, ``later_higher``, ``later_lower``, ``difference``, whose sum is S.
    """
    values = series.dropna()
    rows = []
    for place, (year, value) in enumerate(values.items()):
        later = values.iloc[place + 1 :]
        higher, lower = int((later > value).sum()), int((later < value).sum())
        rows.append((int(year), float(value), higher, lower, higher - lower))
    return pd.DataFrame(
        rows, columns=["year", "value", "later_higher", "later_lower", "difference"]
    )


def kendall_test(scores: pd.DataFrame) -> pd.DataFrame:
    r"""Go from S to p on paper, with the bell curve in place of the exact table.

    .. math:: s = \sqrt{[n (n - 1) (2 n + 5) - \sum t (t - 1) (2 t + 5)] / 18},
              \quad z = (|S| - 1) / s

    where t are the numbers of years that share one value.

    Parameters
    ----------
    scores : DataFrame
        From :func:`kendall_score`.

    Returns
    -------
    DataFrame
        ``step``, ``how`` and ``result``.
    """
    n, score = len(scores), int(scores["difference"].sum())
    ties = [int(t) for t in scores["value"].value_counts() if t > 1]
    less = sum(t * (t - 1) * (2 * t + 5) for t in ties)
    spread = math.sqrt((n * (n - 1) * (2 * n + 5) - less) / 18)
    z = max(abs(score) - 1, 0) / spread if spread else 0.0
    inside = f"{n} × {n - 1} × {2 * n + 5}" + (f" − {less}" if ties else "")
    rows = [
        ("Years, n", "", f"{n}"),
        ("Pairs of years", f"{n} × {n - 1} / 2", f"{n * (n - 1) // 2}"),
        ("Score S", "sum of the differences", f"{score}".replace("-", "−")),
        ("Spread s", f"√(({inside}) / 18)", f"{spread:.2f}"),
        ("Distance z", f"({abs(score)} − 1) / {spread:.2f}", f"{z:.3f}"),
        ("p from the bell curve", "both tails beyond z", f"{math.erfc(z / math.sqrt(2)):.5f}"),
    ]
    if ties:
        shared = ", ".join(str(t) for t in ties)
        correction = ("Years that share a value, t", shared, f"sum of t (t − 1) (2 t + 5) = {less}")
        rows.insert(3, correction)
    return pd.DataFrame(rows, columns=["step", "how", "result"])


def state_lines(
    series: pd.Series, *, history: tuple[int, int], recent: tuple[int, int]
) -> pd.DataFrame:
    """Return the yearly values of a cell and the two means that State compares, for a chart."""
    frame = series.to_frame("this cell")
    for name, (first, last) in (("mean of the history", history), ("mean of the recent", recent)):
        inside = (frame.index >= first) & (frame.index <= last)
        frame[name] = np.where(inside, series[inside].mean(), np.nan)
    return frame


def state_classes(
    series: pd.Series,
    *,
    history: tuple[int, int],
    recent: tuple[int, int],
    number_of_classes: int = 10,
    widen: float = 0.0,
) -> pd.DataFrame:
    """Sort the history into classes and say in which each mean falls.

    Parameters
    ----------
    series : Series
        One value a year.
    history, recent : (int, int)
        First and last year.
    number_of_classes : int
    widen : float
        Share of its range by which the history is widened at both ends.

    Returns
    -------
    DataFrame
        A row for each class: ``class``, ``up_to`` (its upper limit), ``years`` of the history
        in it, and ``mean_of``: which of the two means it holds.
    """
    values = series.loc[history[0] : history[1]].dropna()
    sample, gap = values.to_numpy(dtype=float), widen * float(values.max() - values.min())
    if gap:
        sample = np.r_[sample.min() - gap, sample, sample.max() + gap]
    limits = np.percentile(sample, np.arange(1, number_of_classes) * 100 / number_of_classes)
    means = {
        "history": float(values.mean()),
        "recent years": float(series.loc[recent[0] : recent[1]].mean()),
    }
    place = {name: 1 + int((limits < mean).sum()) for name, mean in means.items()}
    of_year = 1 + (limits[None, :] < values.to_numpy(dtype=float)[:, None]).sum(axis=1)
    rows = [
        (
            number,
            float(limits[number - 1]) if number < number_of_classes else float(sample.max()),
            ", ".join(str(year) for year in values.index[of_year == number]),
            " and ".join(
                f"{name}, {means[name]:.4f}" for name, found in place.items() if found == number
            ),
        )
        for number in range(1, number_of_classes + 1)
    ]
    return pd.DataFrame(rows, columns=["class", "up_to", "years", "mean_of"])


def performance(
    place: Mapping[str, int], *, mean: xr.DataArray, units: xr.DataArray, least_share: float
) -> pd.DataFrame:
    """Compare a cell with the best land of its kind.

    Parameters
    ----------
    place : dict
    mean : xarray.DataArray, dims (y, x)
        Mean productivity of the window.
    units : xarray.DataArray, dims (y, x)
        Ecological units; 0 is none.
    least_share : float

    Returns
    -------
    DataFrame
        ``step``, ``how`` and ``result``.
    """
    unit, own = int(units.isel(place)), float(mean.isel(place))
    alike = mean.values[(units == unit).values & mean.notnull().values].astype(float)
    best = float(np.percentile(alike, 90))
    rows = [
        ("Cells of its kind", f"unit {unit}", f"{alike.size}"),
        ("The best of them", "90th percentile of their means", f"{best:.4f}"),
        ("The line", f"{least_share:g} × {best:.4f}", f"{least_share * best:.4f}"),
        ("This cell", "mean of its years", f"{own:.4f}"),
        ("Its share", f"{own:.4f} / {best:.4f}", f"{own / best:.2f}"),
        ("Performance", "below the line?", "degraded" if own < least_share * best else "stable"),
    ]
    return pd.DataFrame(rows, columns=["step", "how", "result"])
