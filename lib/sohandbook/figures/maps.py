"""Maps: of classes, of many years side by side, of continuous values."""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Patch

from sohandbook import classes, tables
from sohandbook.errors import InputError
from sohandbook.figures import cartography, fitting
from sohandbook.figures.display import WIDTH_INCHES, Figure, check_words, picture
from sohandbook.figures.fonts import in_its_direction, in_letters_at_hand, note_style
from sohandbook.figures.words import percent
from sohandbook.language import translate

TITLE_INCHES, FOOT_INCHES, LINE_INCHES = 0.26, 0.36, 0.2
SHADES = 24  # more cannot be told apart, and noisy maps would make heavy pages


def class_map(data: xr.DataArray, *, caption: str, alt: str, **options: Any) -> Figure:
    """Show a map of classes with its legend, scale, north arrow and boundary note.

    Parameters
    ----------
    data : DataArray of int, dims (y, x)
        A class map with the attributes of its class system.
    caption, alt, **options
        As in :func:`small_multiples`. For a map on the country's own grid the legend also
        gives each class's share of the country.
    """
    return small_multiples({"": data}, caption=caption, alt=alt, **options)


@in_letters_at_hand
def small_multiples(
    data: xr.DataArray | Mapping[str, xr.DataArray],
    *,
    caption: str,
    alt: str,
    report: Any = None,
    boundary: gpd.GeoDataFrame | None = None,
    within: xr.DataArray | None = None,
    system: classes.ClassSystem | None = None,
    source: str = "",
) -> Figure:
    """Show several class maps of one legend side by side.

    Parameters
    ----------
    data : DataArray of int, dims (..., y, x), or mapping of title to DataArray (y, x)
        Class maps with the attributes of their class system. Each step of the first
        dimension, for example each year, is one map.
    caption, alt : str
        What the maps show, and what one would see on them, in words.
    report : Report, optional
        Gives the boundary, the cells of the country and the small print.
    boundary : GeoDataFrame, optional
        A line to draw in place of the report's.
    within : DataArray of bool, optional
        Cells outside stay white; by default the report's country.
    system : ClassSystem, optional
        By default the one that ``data`` names.
    source : str
        Where the data come from, for the small print.

    Raises
    ------
    InputError
        If the caption or the alternative says nothing, or the map names no class system.
    """
    check_words(caption, alt)
    panels = _panels(data)
    first = next(iter(panels.values()))
    system = system or _system_of(first)
    boundary, within = _from_report(report, boundary, within)
    titles = [fitting.in_lines(translate(title)) for title in panels]
    lines = max(title.count("\n") + 1 for title in titles)
    drawing, axes = _sheet(len(panels), first, title_lines=lines)
    for place, title, panel in zip(axes, titles, panels.values(), strict=True):
        _draw_classes(place, panel, within, system)
        place.set_title(title, fontsize=11, pad=4)
        last_row_first = place is axes[-1 - (len(axes) - 1) % 2]
        cartography.furnish(place, panel, boundary=boundary, furniture=last_row_first)
    handles = [
        Patch(facecolor=colour, edgecolor="#777777", linewidth=0.4, label=translate(label))
        for label, colour in zip(system.labels, system.colours, strict=True)
    ]
    handles.append(_no_data())
    title = None
    if report is not None and len(panels) == 1 and first.sizes == report.grid.sizes:
        title = translate("Share of the country area")
        shares = _shares(first, system, report)
        for handle, share in zip(handles, shares, strict=True):
            handle.set_label(f"{handle.get_label()}, {percent(share)}")
    _legend(drawing, handles, title, report)
    return picture(
        drawing, caption=caption, alt=alt, notes=cartography.imprint(report, source=source)
    )


@in_letters_at_hand
def continuous_map(
    data: xr.DataArray,
    *,
    caption: str,
    alt: str,
    unit: str,
    colours: str = "cividis",
    limits: tuple[float, float] | None = None,
    report: Any = None,
    boundary: gpd.GeoDataFrame | None = None,
    within: xr.DataArray | None = None,
    source: str = "",
) -> Figure:
    """Show a map of numbers with a colour bar that states the unit.

    Parameters
    ----------
    data : DataArray of float, dims (y, x)
        NaN is no data.
    unit : str
        For example ``"t C/ha"``.
    colours : str
        A matplotlib colour map; ``"cividis"`` for amounts, ``"PuOr"`` for differences, both
        readable with colour blindness.
    limits : pair of float, optional
        Values of the first and last colour; by default the 2nd and 98th percentile, so that
        a few odd cells do not take all the colours.
    caption, alt, report, boundary, within, source
        As in :func:`small_multiples`.
    """
    check_words(caption, alt)
    boundary, within = _from_report(report, boundary, within)
    palette = mpl.colormaps[colours].resampled(SHADES)
    thin = cartography.thin_values(data.astype("float32"), finest=cartography.FINEST // 2)
    known = np.isfinite(thin.values)
    low, high = limits or (
        tuple(np.percentile(thin.values[known], [2, 98])) if known.any() else (0.0, 1.0)
    )
    scale = mpl.colors.Normalize(low, high if high > low else low + 1)
    image = (palette(scale(np.where(known, thin, low)))[..., :3] * 255).astype("u1")
    inside = (
        np.ones_like(known) if within is None else _inside(within, finest=cartography.FINEST // 2)
    )
    image[~(known & inside)] = 255
    hatched = inside & ~known
    drawing, (axes,) = _sheet(1, data)
    axes.imshow(
        cartography.paint(image, hatched=hatched),
        extent=cartography.extent(thin),
        interpolation="nearest",
    )
    cartography.furnish(axes, data, boundary=boundary)
    height = drawing.get_figheight()
    bar = drawing.colorbar(
        mpl.cm.ScalarMappable(scale, palette),
        cax=drawing.add_axes((0.1, -(FOOT_INCHES + 0.2) / height, 0.8, 0.14 / height)),
        orientation="horizontal",
        extend="both" if limits is None else "neither",
    )
    bar.set_label(translate(unit), fontsize=10)
    bar.ax.tick_params(labelsize=10)
    _legend(drawing, [_no_data()] if hatched.any() else [], None, report, below=0.7)
    return picture(
        drawing, caption=caption, alt=alt, notes=cartography.imprint(report, source=source)
    )


def _panels(data: xr.DataArray | Mapping[str, xr.DataArray]) -> dict[str, xr.DataArray]:
    if isinstance(data, Mapping):
        return {str(title): panel for title, panel in data.items()}
    (dim,) = [name for name in data.dims if name not in ("y", "x")]
    return {str(value): data.sel({dim: value}) for value in data[dim].values}


def _system_of(data: xr.DataArray) -> classes.ClassSystem:
    if "class_system" in data.attrs:
        return classes.system(data.attrs["class_system"])
    raise InputError(
        f"map {data.name or ''}".strip(),
        found="no class_system in its attributes",
        allowed="a class map",
        remedy="Set attrs from classes.system(name).attributes(), or pass system=.",
    )


def _from_report(
    report: Any, boundary: gpd.GeoDataFrame | None, within: xr.DataArray | None
) -> tuple[gpd.GeoDataFrame | None, xr.DataArray | None]:
    if report is None:
        return boundary, within
    return (
        report.boundary if boundary is None else boundary,
        report.grid if within is None else within,
    )


def _inside(within: xr.DataArray, *, finest: int = cartography.FINEST) -> np.ndarray:
    """Return the mask thinned as the map is; a block with one cell inside is inside."""
    mask = within.astype(np.uint8)
    return cartography.thin_classes(mask, nodata=0, finest=finest).values.astype(bool)


def _sheet(count: int, data: xr.DataArray, *, title_lines: int = 1) -> tuple[Drawing, list[Axes]]:
    """Return a drawing with room for one map, or for maps in two columns."""
    left, right, bottom, top = cartography.extent(data)
    crs = data.rio.crs
    degrees = crs is not None and crs.is_geographic
    narrowing = np.cos(np.radians((bottom + top) / 2)) if degrees else 1.0
    columns, rows = min(count, 2), -(-count // 2)
    panel_width = (WIDTH_INCHES - 0.15 * (columns - 1)) / columns
    panel_height = min(1.4, (top - bottom) / ((right - left) * narrowing)) * panel_width
    row_height = panel_height + TITLE_INCHES + LINE_INCHES * (title_lines - 1)
    height = rows * row_height
    drawing = Drawing(figsize=(WIDTH_INCHES, height))
    axes = [
        drawing.add_axes(
            (
                (place % 2) * (panel_width + 0.15) / WIDTH_INCHES,
                1 - ((place // 2 + 1) * row_height) / height,
                panel_width / WIDTH_INCHES,
                panel_height / height,
            )
        )
        for place in range(count)
    ]
    return drawing, axes


def _draw_classes(
    axes: Axes, data: xr.DataArray, within: xr.DataArray | None, system: classes.ClassSystem
) -> None:
    """Draw one class map: its colours inside, stripes without data, white outside."""
    nodata = data.dtype.type(system.nodata)
    if within is not None:
        data = data.where(within, nodata)
    thin = cartography.thin_classes(data, nodata=system.nodata)
    image = np.full((*thin.shape, 3), 255, dtype=np.uint8)
    for code, colour in zip(system.codes, system.colours, strict=True):
        image[thin.values == code] = [round(255 * part) for part in mpl.colors.to_rgb(colour)]
    unknown = thin.values == nodata
    hatched = unknown if within is None else unknown & _inside(within)
    axes.imshow(
        cartography.paint(image, hatched=hatched),
        extent=cartography.extent(thin),
        interpolation="nearest",
    )


def _no_data() -> Patch:
    label = translate("No data")
    return Patch(facecolor="#cdcdcd", edgecolor="#6e6e6e", hatch="//////", lw=0, label=label)


def _shares(data: xr.DataArray, system: classes.ClassSystem, report: Any) -> list[float]:
    """Return the share of each class, no data last, in the country area, in percent."""
    stated = data.assign_attrs(system.attributes())
    areas = tables.area_by_class(stated, cell_area=report.cell_area, within=report.grid)["area_km2"]
    return (100 * areas / areas.sum()).tolist()


def _legend(
    drawing: Drawing, handles: list[Patch], title: str | None, report: Any, below: float = 0.0
) -> None:
    """Write the legend, and that a country is fictional, under the maps."""
    height = drawing.get_figheight()
    if handles:
        tall = fitting.fitting_legend(
            lambda count: drawing.legend(
                handles=handles, title=title, title_fontsize=10, fontsize=10, ncols=count,
                loc="upper left", bbox_to_anchor=(-0.02, -(FOOT_INCHES + below) / height),
                borderaxespad=0, handlelength=1.4, handletextpad=0.5, columnspacing=1.2,
                labelspacing=0.35, alignment="left", frameon=False,
            ),
            columns=2,
        )  # fmt: skip
        below += tall + 0.1
    if report is not None and report.country.fictional:
        place = -(FOOT_INCHES + below) / height
        note = in_its_direction(cartography.note(report))
        drawing.text(0, place, note, fontsize=9, va="top", style=note_style())
