"""Codes, labels and colours of every class system, read from ``data/``."""

import colorsys
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import yaml

from sohandbook import paths
from sohandbook.errors import InputError


@dataclass(frozen=True)
class ClassSystem:
    """The classes that one kind of map may hold.

    Attributes
    ----------
    name, title, source : str
    dtype : str
        How the codes are stored.
    nodata : int
        The code of cells without a value.
    codes : tuple of int
    keys : tuple of str
        Machine-readable names, used as column names.
    labels : tuple of str
        Names for people.
    colours : tuple of str
        ``#rrggbb``, readable with colour blindness.
    """

    name: str
    title: str
    source: str
    dtype: str
    nodata: int
    codes: tuple[int, ...]
    keys: tuple[str, ...]
    labels: tuple[str, ...]
    colours: tuple[str, ...]

    def code(self, key: str) -> int:
        """Return the code of a class given by its key."""
        if key not in self.keys:
            raise InputError(
                f"class of {self.name}", found=key, allowed=self.keys, remedy="Use one of these."
            )
        return self.codes[self.keys.index(key)]

    def label(self, code: int) -> str:
        """Return the name of a class given by its code; nodata is ``No data``."""
        if code == self.nodata:
            return "No data"
        if code not in self.codes:
            raise InputError(
                f"code of {self.name}", found=code, allowed=self.codes, remedy="Use one of these."
            )
        return self.labels[self.codes.index(code)]

    def attributes(self) -> dict[str, Any]:
        """Return the CF attributes that travel with a map of these classes.

        ``class_system`` names a system of ``data/classes.yml``; a national legend has none.
        """
        attributes = {
            "long_name": self.title,
            "_FillValue": np.dtype(self.dtype).type(self.nodata),
            "flag_values": np.array(self.codes, dtype=self.dtype),
            "flag_meanings": " ".join(self.keys),
        }
        return {**attributes, "class_system": self.name} if self.name else attributes


@dataclass(frozen=True)
class Legend:
    """The legend of a land cover product and its way to the seven classes.

    Attributes
    ----------
    name, title, source : str
    nodata : int
    labels : dict of int to str
        Every code of the product.
    unccd : dict of int to int
        The UNCCD class, 1 to 7, of every code.
    fills : tuple of int
        Further codes of cells without a value.
    """

    name: str
    title: str
    source: str
    nodata: int
    labels: dict[int, str]
    unccd: dict[int, int]
    fills: tuple[int, ...] = ()


@cache
def _read(file_name: str) -> dict[str, Any]:
    return yaml.safe_load((paths.data() / file_name).read_text(encoding="utf-8"))


def reference_table(name: str) -> Any:
    """Return one of the reporting manual's reference tables from ``prais_forms.yml``."""
    tables = _read("prais_forms.yml")["reference_tables"]
    if name not in tables:
        raise InputError(
            "prais_forms.yml, reference_tables", found=name, allowed=tables, remedy="Use one."
        )
    return tables[name]


@cache
def system(name: str) -> ClassSystem:
    """Return a class system by name, for example ``system("status")``."""
    systems = _read("classes.yml")
    if name not in systems:
        raise InputError(
            "data/classes.yml", found=name, allowed=systems, remedy="Use one of these."
        )
    entry = systems[name]
    rows = entry["classes"]
    printed = {row["key"]: row["label"] for row in reference_table("land_cover_classes")}
    return ClassSystem(
        name=name,
        title=entry["title"],
        source=entry["source"],
        dtype=entry["dtype"],
        nodata=entry["nodata"],
        codes=tuple(row["code"] for row in rows),
        keys=tuple(row["key"] for row in rows),
        labels=tuple(row.get("label") or printed[row["key"]] for row in rows),
        colours=tuple(row["colour"] for row in rows),
    )


def legends() -> tuple[str, ...]:
    """Return the names of the legends of land cover products."""
    return tuple(_read("land_cover_legends.yml"))


@cache
def legend(name: str) -> Legend:
    """Return the legend of a land cover product, for example ``legend("esa_cci")``."""
    legends = _read("land_cover_legends.yml")
    if name not in legends:
        raise InputError(
            "data/land_cover_legends.yml", found=name, allowed=legends, remedy="Use one of these."
        )
    entry = legends[name]
    if entry["unccd"] == "prais_forms.yml":
        members = {
            row["code"]: row["esa_cci"] + row.get("esa_cci_missing_in_manual", [])
            for row in reference_table("land_cover_classes")
        }
    else:
        members = entry["unccd"]
    return Legend(
        name=name,
        title=entry["title"],
        source=entry["source"],
        nodata=entry["nodata"],
        labels=dict(entry["labels"]),
        unccd={code: unccd for unccd, codes in members.items() for code in codes},
        fills=tuple(entry.get("fills", ())),
    )


def key_of(name: str) -> str:
    """Return the machine-readable name of a class of a national legend."""
    return re.sub(r"\W+", "_", name.casefold()).strip("_")


def national_system(national: Legend) -> ClassSystem:
    """Return the class system of a country's own legend.

    Keys are made from the names. Each class takes a shade of the colour of its
    UNCCD class, so that a national map reads like the seven-class one.
    """
    parents = system("land_cover")
    shades = dict.fromkeys(parents.codes, 0)
    colours = []
    for code in national.labels:
        parent = national.unccd[code]
        hue, light, saturation = colorsys.rgb_to_hls(
            *(
                int(parents.colours[parents.codes.index(parent)][at : at + 2], 16) / 255
                for at in (1, 3, 5)
            )
        )
        light = (
            min(0.92, light + 0.11 * shades[parent])
            if light < 0.6
            else light - 0.11 * shades[parent]
        )
        shades[parent] += 1
        rgb = colorsys.hls_to_rgb(hue, max(0.05, light), saturation)
        colours.append("#" + "".join(f"{round(255 * part):02x}" for part in rgb))
    return ClassSystem(
        name="",
        title=national.title,
        source=national.source,
        dtype="uint8",
        nodata=national.nodata,
        codes=tuple(national.labels),
        keys=tuple(key_of(name) for name in national.labels.values()),
        labels=tuple(national.labels.values()),
        colours=tuple(colours),
    )


@cache
def transition_matrix() -> np.ndarray:
    """Return the manual's default meaning of each transition (its Table 9).

    Returns
    -------
    numpy.ndarray of int8, shape (7, 7)
        Rows are the classes at the start, columns those at the end;
        -1 degradation, 0 stable, 1 improvement.
    """
    table = reference_table("land_cover_transition_default")
    meaning = {"-": -1, "0": 0, "+": 1}
    rows = [[meaning[sign] for sign in table["matrix"][code]] for code in table["order"]]
    matrix = np.array(rows, dtype=np.int8)
    matrix.flags.writeable = False
    return matrix
