"""Maps as cloud-optimised GeoTIFF, with names and colours of their classes.

A GeoTIFF holds a colour table for one band of classes stored without sign only, and no names
of classes at all. So beside ``status.tif`` stand ``status.tif.aux.xml``, from which GDAL and QGIS
read the attribute table of the classes, and ``status.qml``, the style that QGIS applies by
itself. The GeoTIFF alone is complete too: its metadata name the system of classes and its codes.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import numpy as np
import rasterio
import xarray as xr

from sohandbook import classes as class_systems
from sohandbook.classes import ClassSystem
from sohandbook.errors import InputError
from sohandbook.lattice import Lattice

# The metadata item that holds a map's attributes as JSON.
ATTRIBUTES = "SOHANDBOOK_ATTRIBUTES"

# Types of GDAL's raster attribute table: integer and text; and what its columns are for.
INTEGER, TEXT = 0, 2
PROBE = 2**20  # bytes at a time that the disk is asked to take
COLUMNS = (
    ("Value", INTEGER, 5),
    ("Class", TEXT, 2),
    ("Red", INTEGER, 6),
    ("Green", INTEGER, 7),
    ("Blue", INTEGER, 8),
    ("Alpha", INTEGER, 9),
)


def write(
    path: Path | str,
    data: xr.DataArray,
    *,
    title: str,
    classes: ClassSystem | str | None = None,
    tags: Mapping[str, object] | None = None,
) -> Path:
    """Write a map as a cloud-optimised GeoTIFF in its own CRS.

    The file appears whole or not at all: it is written beside its place and then moved.

    Parameters
    ----------
    path : path
        Ends in ``.tif``; missing folders are made.
    data : DataArray, shape (y, x) or (year, y, x)
        One band, or one band a year.
    title : str
    classes : ClassSystem or str, optional
        By default the map's attribute ``class_system``. Overviews of classes hold the most
        frequent class, those of other maps the mean.
    tags : mapping, optional
        More metadata items, for example source and licence.

    Returns
    -------
    Path
        The file.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    classes = classes or data.attrs.get("class_system")
    if isinstance(classes, str):
        classes = class_systems.system(classes)
    leading = [dim for dim in data.dims if dim not in ("y", "x")]
    if len(leading) > 1:
        raise InputError(
            f"{path}, dimensions",
            found=data.dims,
            allowed="(y, x), or one dimension more",
            remedy="Write one map a file.",
        )
    lattice = Lattice.of(data)
    values = np.asarray(data.transpose(*leading, "y", "x").data).reshape(-1, *lattice.shape)
    if values.dtype == bool:
        values = values.astype(np.uint8)
    names = [str(name) for name in data[leading[0]].values] if leading else [title]
    attributes = {**data.attrs, **(classes.attributes() if classes else {})}
    nodata = attributes.get("_FillValue")
    if nodata is None and np.issubdtype(values.dtype, np.floating):
        nodata = np.nan
    profile = {
        "driver": "COG",
        "dtype": values.dtype,
        "count": len(values),
        "height": lattice.height,
        "width": lattice.width,
        "crs": lattice.crs,
        "transform": lattice.transform,
        "nodata": nodata,
        "compress": "deflate",
        "predictor": "yes",
        "num_threads": "all_cpus",
        "bigtiff": "if_safer",
        "overview_resampling": "mode" if classes else "average",
    }
    partial = path.with_name(f".{path.stem}.{os.getpid()}.tif")
    try:
        with _plain_reason(partial, values.nbytes), rasterio.open(partial, "w", **profile) as file:
            file.write(values)
            file.update_tags(TITLE=title, TIFFTAG_IMAGEDESCRIPTION=title)
            file.update_tags(**{key: _text(value) for key, value in (tags or {}).items()})
            file.update_tags(
                **{ATTRIBUTES: _text({**attributes, "dimension": leading[0] if leading else ""})}
            )
            for band, name in enumerate(names, start=1):
                file.set_band_description(band, name)
                if classes and len(values) == 1 and values.dtype == np.uint8:
                    file.write_colormap(band, _colour_table(classes))
        if classes:
            _replace(Path(f"{path}.aux.xml"), _attribute_table(classes, bands=len(values)))
            _replace(path.with_suffix(".qml"), _style(classes))
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
        Path(f"{partial}.aux.xml").unlink(missing_ok=True)
    return path


def read(path: Path | str) -> xr.DataArray:
    """Read a map that :func:`write` wrote, with its attributes.

    Returns
    -------
    DataArray, shape (y, x) or (year, y, x)
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(
            str(path),
            found="no such file",
            allowed="a map of an earlier chapter",
            remedy="Run that chapter first: 'sohandbook run' keeps them in order.",
        )
    with rasterio.open(path) as file:
        values = file.read()
        tags = file.tags()
        names = file.descriptions
        lattice = Lattice.from_transform(
            file.transform, width=file.width, height=file.height, crs=file.crs, where=str(path)
        )
        attributes: dict[str, Any] = json.loads(tags.get(ATTRIBUTES, "{}"))
        if file.nodata is not None and not np.isnan(file.nodata):
            attributes["_FillValue"] = values.dtype.type(file.nodata)
    dimension = attributes.pop("dimension", "band")
    if "class_system" in attributes:
        attributes |= class_systems.system(attributes["class_system"]).attributes()
    attributes["title"] = tags.get("TITLE", path.stem)
    if not dimension:
        return lattice.array(values[0], attributes=attributes, name=path.stem)
    steps = [int(name) if name and name.lstrip("-").isdigit() else name for name in names]
    return lattice.array(values, leading={dimension: steps}, attributes=attributes, name=path.stem)


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, default=_plain, ensure_ascii=False)


def _plain(value: Any) -> Any:
    """Turn numpy's numbers and arrays into plain ones for JSON."""
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else str(value)


def _rgb(colour: str) -> tuple[int, int, int]:
    return tuple(int(colour[start : start + 2], 16) for start in (1, 3, 5))


def _colour_table(classes: ClassSystem) -> dict[int, tuple[int, int, int, int]]:
    pairs = zip(classes.codes, classes.colours, strict=True)
    return {code: (*_rgb(colour), 255) for code, colour in pairs}


def _attribute_table(classes: ClassSystem, *, bands: int) -> str:
    """Return GDAL's sidecar metadata with a raster attribute table for every band."""
    root = Xml.Element("PAMDataset")
    for band in range(1, bands + 1):
        element = Xml.SubElement(root, "PAMRasterBand", band=str(band))
        table = Xml.SubElement(element, "GDALRasterAttributeTable", tableType="thematic")
        for index, (name, kind, usage) in enumerate(COLUMNS):
            field = Xml.SubElement(table, "FieldDefn", index=str(index))
            Xml.SubElement(field, "Name").text = name
            Xml.SubElement(field, "Type").text = str(kind)
            Xml.SubElement(field, "Usage").text = str(usage)
        rows = zip(classes.codes, classes.labels, classes.colours, strict=True)
        for index, (code, label, colour) in enumerate(rows):
            row = Xml.SubElement(table, "Row", index=str(index))
            for value in (code, label, *_rgb(colour), 255):
                Xml.SubElement(row, "F").text = str(value)
    return _xml(root)


def _style(classes: ClassSystem) -> str:
    """Return a QGIS style that draws the first band in the classes' colours."""
    root = Xml.Element("qgis", version="3.28", styleCategories="Symbology")
    pipe = Xml.SubElement(root, "pipe")
    renderer = Xml.SubElement(
        pipe, "rasterrenderer", type="paletted", band="1", opacity="1", alphaBand="-1"
    )
    palette = Xml.SubElement(renderer, "colorPalette")
    for code, label, colour in zip(classes.codes, classes.labels, classes.colours, strict=True):
        Xml.SubElement(
            palette, "paletteEntry", value=str(code), label=label, color=colour, alpha="255"
        )
    return _xml(root)


def _xml(root: Xml.Element) -> str:
    Xml.indent(root)
    return Xml.tostring(root, encoding="unicode") + "\n"


@contextmanager
def _plain_reason(partial: Path, size: int) -> Iterator[None]:
    """Say that a disk is full where GDAL only tells of the part of a file that it could not write.

    The system knows why: it is asked to take as many bytes in the same place.
    """
    try:
        yield
    except Exception:
        try:
            with partial.open("wb") as file:
                for _ in range(0, size, PROBE):
                    file.write(bytes(PROBE))
        except OSError as reason:
            reason.filename = reason.filename or str(partial)
            raise
        raise


def _replace(path: Path, text: str) -> None:
    """Write a text file in one step, so that no reader sees half of it."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
