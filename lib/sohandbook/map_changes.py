"""What differs between two versions of a map, cell by cell, in strips of rows."""

import filecmp
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.windows import Window

from sohandbook import areas
from sohandbook.export import cog
from sohandbook.lattice import Lattice

COLUMNS = ["map", "change", "cells", "percent", "area_km2", "mean_difference", "detail"]
MOST_PAIRS = 5
STRIP_CELLS = 4_000_000
NO_DATA = "no data"

# Stands for cells without data; no class has this code.
NOTHING = np.iinfo(np.int64).min


@dataclass
class _Sum:
    """What was counted so far."""

    known: int = 0
    cells: int = 0
    area: float = 0.0
    gap: float = 0.0
    both: int = 0
    largest: float = 0.0
    appeared: int = 0
    vanished: int = 0
    pairs: Counter[tuple[Any, Any]] = field(default_factory=Counter)


def change(before: Path, after: Path) -> dict[str, Any]:
    """Compare two maps.

    Parameters
    ----------
    before, after : Path
        GeoTIFF files; one of the two may be missing.

    Returns
    -------
    dict
        ``map``: the name. ``change``: same, changed, new, gone, or other grid. ``cells`` and
        ``percent``: how many cells differ, also as a share of the cells with data in either.
        ``area_km2``: their true area. ``mean_difference``: after less before, over the cells
        with numbers in both that differ; NaN for classes. ``detail``: the largest moves from
        class to class in km2, or the largest gap; and cells that got or lost their data.
    """
    name = (after if after.is_file() else before).stem
    if not after.is_file() or not before.is_file():
        kind = "gone" if before.is_file() else "new"
        return _row(name, kind, "" if kind == "new" else "the map is not there any more")
    if filecmp.cmp(before, after, shallow=False):
        return _row(name, "same", "")
    with rasterio.open(before) as first, rasterio.open(after) as second:
        if unlike := _unlike(first, second):
            return _row(name, "other grid", unlike)
        tags = json.loads(second.tags().get(cog.ATTRIBUTES, "{}"))
        is_class = "flag_values" in tags
        total = _Sum()
        for strip in _strips(second, str(after)):
            _add(total, *(_read(file, strip[0]) for file in (first, second)), strip[1], is_class)
    if not total.cells:
        return _row(name, "same", "only the file's metadata differ")
    return _row(
        name,
        "changed",
        "; ".join(_details(total, tags, is_class)),
        cells=total.cells,
        percent=100 * total.cells / total.known,
        area_km2=total.area,
        mean_difference=total.gap / total.both if total.both and not is_class else np.nan,
    )


def _row(name: str, kind: str, detail: str, **numbers: Any) -> dict[str, Any]:
    nothing = 0 if kind == "same" else np.nan
    blank = {"cells": nothing, "percent": nothing, "area_km2": nothing, "mean_difference": np.nan}
    return {"map": name, "change": kind, **blank, **numbers, "detail": detail}


def _unlike(first: rasterio.DatasetReader, second: rasterio.DatasetReader) -> str:
    """Say in what two maps' grids differ; empty if in nothing."""
    facts = {
        "bands": (first.count, second.count),
        "rows and columns": (first.shape, second.shape),
        "coordinate system": (str(first.crs), str(second.crs)),
        "corner and cell size": (tuple(first.transform)[:6], tuple(second.transform)[:6]),
    }
    return "; ".join(f"{name}: {a} against {b}" for name, (a, b) in facts.items() if a != b)


def _strips(file: rasterio.DatasetReader, where: str) -> Iterator[tuple[Window, np.ndarray]]:
    """Yield windows of whole rows with the true area of their cells, km2."""
    lattice = Lattice.from_transform(
        file.transform, width=file.width, height=file.height, crs=file.crs, where=where
    )
    nothing = np.broadcast_to(np.uint8(0), lattice.shape)
    area = areas.cell_area(lattice.array(nothing)).to_numpy()
    rows = max(1, STRIP_CELLS // file.width)
    for top in range(0, file.height, rows):
        yield Window(0, top, file.width, min(rows, file.height - top)), area[top : top + rows]


def _read(file: rasterio.DatasetReader, window: Window) -> tuple[np.ndarray, np.ndarray]:
    """Return the values of a strip and where it has data."""
    values = file.read(window=window)
    has = np.ones(values.shape, dtype=bool) if file.nodata is None else values != file.nodata
    return values, has & ~np.isnan(values) if values.dtype.kind == "f" else has


def _add(
    total: _Sum,
    before: tuple[np.ndarray, np.ndarray],
    after: tuple[np.ndarray, np.ndarray],
    area: np.ndarray,
    is_class: bool,
) -> None:
    (old, had), (new, has) = before, after
    both = had & has
    differs = (both & (old != new)) | (had != has)
    total.known += int((had | has).sum())
    total.cells += int(differs.sum())
    total.appeared += int((has & ~had).sum())
    total.vanished += int((had & ~has).sum())
    weights = np.broadcast_to(area, old.shape)[differs]
    total.area += float(weights.sum())
    if is_class:
        codes = [np.where(there, v.astype(np.int64), NOTHING) for v, there in (before, after)]
        pairs, which = np.unique(
            np.stack([c[differs] for c in codes], axis=1), axis=0, return_inverse=True
        )
        for pair, km2 in zip(pairs, np.bincount(which.ravel(), weights), strict=True):
            total.pairs[tuple(int(code) for code in pair)] += float(km2)
        return
    moved = both & differs
    gap = new[moved].astype(float) - old[moved].astype(float)
    total.both += gap.size
    total.gap += float(gap.sum())
    total.largest = max(total.largest, float(np.abs(gap).max(initial=0.0)))


def _details(total: _Sum, tags: dict[str, Any], is_class: bool) -> Iterator[str]:
    if is_class:
        words = str(tags.get("flag_meanings", "")).split()
        names = dict(zip(tags["flag_values"], words, strict=False))
        names[NOTHING] = NO_DATA
        for (old, new), km2 in total.pairs.most_common(MOST_PAIRS):
            yield f"{names.get(old, old)} to {names.get(new, new)} {km2:.6g} km2".replace("_", " ")
        if len(total.pairs) > MOST_PAIRS:
            yield f"and {len(total.pairs) - MOST_PAIRS} other moves"
        return
    if total.both:
        yield f"largest gap {total.largest:.6g}"
    if total.appeared:
        yield f"{total.appeared} cells got data"
    if total.vanished:
        yield f"{total.vanished} cells lost their data"
