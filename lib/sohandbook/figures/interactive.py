"""Maps that answer to the mouse: an addition to the static ones, never a replacement."""

import html
from typing import Any

import numpy as np
import xarray as xr

from sohandbook import classes
from sohandbook.figures import cartography
from sohandbook.figures.display import Figure, caption_html, check_words, is_static
from sohandbook.figures.maps import class_map, continuous_map

WIDTH = 480
FINEST = 400  # cells a side: a page stays under 5 MB with several maps


def interactive_map(
    data: xr.DataArray, *, caption: str, alt: str, report: Any = None, unit: str = ""
) -> Figure:
    """Show a map to zoom into, that names the value under the pointer.

    The plot is BokehJS without a server; JupyterLab gets its script with the map. A page
    without a kernel shows a still map that says the same and needs no script.

    Parameters
    ----------
    data : DataArray, dims (y, x)
        A class map (it has ``class_system``), or numbers with NaN as no data.
    caption, alt : str
        What the map shows, and what one would see on it, in words.
    report : Report, optional
        Gives the boundary.
    unit : str
        Of the numbers; not used for classes.
    """
    check_words(caption, alt)
    if is_static():
        shown = {"caption": caption, "alt": alt, "report": report}
        known = "class_system" in data.attrs
        return class_map(data, **shown) if known else continuous_map(data, unit=unit, **shown)
    # Loading these takes seconds; only pages with such a map pay for it.
    import holoviews
    import hvplot.xarray  # noqa: F401
    from bokeh.core.validation import silence
    from bokeh.core.validation.warnings import FIXED_SIZING_MODE
    from bokeh.embed import components
    from bokeh.resources import Resources

    silence(FIXED_SIZING_MODE)  # HoloViews sizes the frame, which this check does not know
    if report is not None:
        data = data.where(report.grid, data.attrs.get("_FillValue", np.nan))
    holoviews.Store.set_current_backend("bokeh")
    layer = _classes(data) if "class_system" in data.attrs else _numbers(data, unit)
    if report is not None and data.rio.crs is not None:
        outline = report.boundary.to_crs(data.rio.crs).boundary.explode()
        paths = [np.asarray(line.coords)[:, :2] for line in outline.simplify(_step(data))]
        layer = layer * holoviews.Path(paths).opts(color=cartography.INK, line_width=1)
    left, right, bottom, top = cartography.extent(data)
    narrow = 1.0
    if data.rio.crs is not None and data.rio.crs.is_geographic:
        narrow = float(np.cos(np.radians((bottom + top) / 2)))
    height = round(min(620.0, WIDTH * (top - bottom) / ((right - left) * narrow)))
    layer = layer.opts(
        xaxis=None, yaxis=None, title="", frame_width=WIDTH, frame_height=height,
        active_tools=["pan"], toolbar="above",
    )  # fmt: skip
    script, holder = components(holoviews.render(layer, backend="bokeh"))
    # Not render_js(): with panel installed that asks for scripts of panel's, which we do without.
    inline = Resources("inline", components=["bokeh"]).js_raw
    library = f"<script>{''.join(inline)}</script>"
    page = (
        f'<figure role="group" aria-label="{html.escape(alt)}" '
        'style="margin:1em 0;overflow-x:auto">'
        f"{library}{holder}{script}{caption_html(caption, cartography.imprint(report))}</figure>"
    )
    return Figure(page, caption, alt)


def _classes(data: xr.DataArray) -> Any:
    """Return an image of classes whose pointer and colour bar name them."""
    from bokeh.models import CustomJSHover, FixedTicker, HoverTool

    system = classes.system(data.attrs["class_system"])
    thin = cartography.thin_classes(data, nodata=system.nodata, finest=FINEST)
    places = np.full(thin.shape, np.nan, dtype=np.float32)
    for place, code in enumerate(system.codes):
        places[thin.values == code] = place
    names = CustomJSHover(
        args={"names": list(system.labels)}, code="return names[value] ?? 'No data'"
    )
    hover = HoverTool(tooltips=[("", "@image{custom}")], formatters={"@image": names})
    last = len(system.codes) - 1
    image = xr.DataArray(places, dims=("y", "x"), coords={"y": thin.y, "x": thin.x}, name="class")
    return image.hvplot.image(
        x="x", y="y", cmap=list(system.colours), clim=(-0.5, last + 0.5), hover=False, clabel=""
    ).opts(
        tools=[hover],
        color_levels=len(system.codes),
        colorbar_opts={
            "ticker": FixedTicker(ticks=list(range(last + 1))),
            "major_label_overrides": dict(enumerate(system.labels)),
        },
    )


def _numbers(data: xr.DataArray, unit: str) -> Any:
    """Return an image of numbers with a colour bar that states the unit."""
    thin = cartography.thin_values(data.astype("float32"), finest=FINEST)
    image = xr.DataArray(
        thin.values, dims=("y", "x"), coords={"y": thin.y.values, "x": thin.x.values}, name="value"
    )
    return image.hvplot.image(x="x", y="y", cmap="cividis", clabel=unit)


def _step(data: xr.DataArray) -> float:
    """The size of a shown cell: finer bends of a boundary cannot be seen."""
    left, right, bottom, top = cartography.extent(data)
    return max(right - left, top - bottom) / FINEST
