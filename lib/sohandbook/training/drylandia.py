"""Drylandia: an island of the open Atlantic that does not exist.

Hyper-arid in the north, wet in the south; highlands in the west, whose rivers
feed a lake and a capital. Where each thing happens is written down here in
unit coordinates: u to the east, v to the south, 0 to 1.
"""

import numpy as np

from sohandbook.training import chance
from sohandbook.training.chance import Array
from sohandbook.training.drawing import Drawing, front
from sohandbook.training.drylandia_land import CITIES, height, land_cover_in_2000, rivers
from sohandbook.training.geography import Country
from sohandbook.training.story import NEVER, Story

# Wells: centre and radius. The first six were dug before 2000, the others in 2013.
WELLS = ((0.36, 0.36), (0.45, 0.33), (0.52, 0.39), (0.31, 0.43), (0.60, 0.44), (0.43, 0.45))
NEW_WELLS = ((0.38, 0.29), (0.50, 0.46), (0.66, 0.40), (0.29, 0.35))


def tell(country: Country) -> Story:
    """Tell what happened in Drylandia from 2000 to 2023."""
    drawing = Drawing(country)
    hills = height(drawing)
    to_the_south = 1.16 * (drawing.v[:, None] - 0.13)
    wetness = np.clip(to_the_south + 0.13 * drawing.noise("wetness", 5) + 0.20 * hills, 0, 1)
    streams = rivers(drawing)
    lake = drawing.oval("lake", (0.655, 0.585), (0.060, 0.042))
    first = land_cover_in_2000(drawing, wetness, hills, streams, lake)
    _what_happened(drawing, first, streams, lake)
    salt = drawing.oval("salt pan", (0.215, 0.285), (0.030, 0.022)) < 1
    outage = drawing.oval("outage", (0.37, 0.63), (0.05, 0.06)) < 1
    # Worn out before 2000 and no worse since: only performance can see it.
    worn = (drawing.oval("worn fields", (0.615, 0.665), (0.045, 0.035)) < 1) | (
        drawing.oval("worn pasture", (0.235, 0.395), (0.050, 0.040)) < 1
    )
    fertility = (1 + 0.30 * drawing.noise("fertility", 11, 4)) * np.where(worn, 0.36, 1)
    return drawing.story(
        first,
        wetness=wetness,
        height=hills,
        fertility=fertility,
        unseen=salt & country.inside,
        outage=outage & country.inside,
        outage_year=2004,
        cities=CITIES,
        villages=_villages(drawing, wetness),
    )


def _what_happened(drawing: Drawing, first: Array, rivers: dict[str, Array], lake: Array) -> None:
    """Let the thirteen processes happen, the more certain ones first."""
    jitter = chance.uniform("XDL", "jitter", shape=first.shape) * 2 - 1
    edge = drawing.noise("town edge", 26, 4)
    lived_in = (first != 190) & (first != 210)
    drawing.happen("city_growth", lived_in, begins=drawing.town_growth(CITIES), after=190)

    pit = drawing.oval("mine", (0.205, 0.455), (0.016, 0.012))
    drawing.happen("mine", pit < 1, begins=front(pit, 2007, 2012, jitter), after=201)

    # The shore falls back from level 1 to 0.52: fast to 2009, slower after.
    dried = np.where(lake > 0.72, 2001 + (1 - lake) * 27, 2009 + (0.72 - lake) * 60)
    dried = np.where((lake < 1) & (lake > 0.52), np.floor(dried + 0.6 * jitter), NEVER)
    bed = np.where(lake > 0.80, 153, 200)
    drawing.happen("lake_drying", first == 210, begins=dried.astype(np.int16), after=bed)

    drained = drawing.oval("drained", (0.592, 0.612), (0.045, 0.032))
    drawing.happen(
        "wetland_drainage",
        (drained < 1) & (first == 180),
        begins=front(drained, 2017, 2020, jitter),
        after=11,
    )

    old = drawing.oval("clearing", (0.735, 0.775), (0.105, 0.085))
    new = drawing.oval("new clearing", (0.850, 0.645), (0.075, 0.070))
    woods = np.isin(first, (50, 60, 61, 62, 100))
    field = np.where(edge > 0.2, 30, np.where(edge > -0.3, 10, 11))
    drawing.happen(
        "woodland_clearing", woods & (old < 1), begins=front(old, 2002, 2014, jitter), after=field
    )
    drawing.happen(
        "woodland_clearing", woods & (new < 1), begins=front(new, 2016, 2022, jitter), after=field
    )

    slope = drawing.oval("restored", (0.345, 0.480), (0.075, 0.085))
    dry = np.isin(first, (110, 120, 122, 130, 150, 152, 153, 200))
    drawing.happen(
        "watershed_restoration",
        (slope < 1) & dry,
        begins=2012,
        lasts=9,
        vigour=1.30,
        after=np.where(np.isin(first, (150, 152, 153, 200)), 130, 100),
    )

    bush = drawing.oval("encroachment", (0.800, 0.520), (0.085, 0.070))
    pasture = np.isin(first, (110, 120, 122, 130))
    drawing.happen(
        "woody_encroachment",
        (bush < 1) & pasture,
        begins=front(bush, 2003, 2009, jitter),
        lasts=9,
        vigour=1.15,
        after=100,
    )

    drawing.happen(
        "weed_clearance",
        (first == 100) & (rivers["wadi"] < 0.02) & (drawing.u[None, :] < 0.70),
        begins=front(np.abs(drawing.u[None, :] - 0.58) / 0.13, 2016, 2019, jitter),
        lasts=3,
        after=130,
    )

    salt = drawing.oval("salinisation", (0.475, 0.560), (0.070, 0.040))
    drawing.happen("salinisation", (salt < 1) & (first == 20), begins=2009, lasts=14, vigour=0.55)

    farmers = drawing.oval("farmers", (0.415, 0.690), (0.110, 0.075))
    crops = np.isin(first, (10, 11, 30, 40))
    drawing.happen("farmer_regreening", (farmers < 1) & crops, begins=2005, lasts=15, vigour=1.42)

    tired = drawing.oval("tired fields", (0.560, 0.475), (0.120, 0.050))
    drawing.happen(
        "fields_to_pasture",
        (tired < 1) & crops,
        begins=front(tired, 2008, 2018, jitter),
        after=130,
        lasts=4,
        vigour=1.35,
    )

    for name, wells, begins, lasts in (
        ("overgrazing_wells", WELLS, 2001, 14),
        ("overgrazing_new_wells", NEW_WELLS, 2014, 10),
    ):
        for number, well in enumerate(wells):
            around = drawing.oval(f"{name} {number}", well, (0.038, 0.034))
            grazed = (around < 1) & np.isin(first, (110, 120, 122, 130, 150, 152, 153))
            drawing.happen(name, grazed, begins=begins, lasts=lasts, vigour=0.52)


def _villages(drawing: Drawing, wetness: Array) -> Array:
    """About 420 villages, where there is rain and land; u, v and people in 2000."""
    places = chance.uniform("XDL", "villages", shape=(900, 4))
    rows = np.minimum((places[:, 1] * drawing.v.size).astype(int), drawing.v.size - 1)
    columns = np.minimum((places[:, 0] * drawing.u.size).astype(int), drawing.u.size - 1)
    here = wetness[rows, columns]
    lives = drawing.country.inside[rows, columns] & (
        places[:, 2] < np.clip(1.4 * here + 0.05, 0, 1)
    )
    people = 250 + 2600 * places[:, 3] ** 2 * places[:, 3]
    return np.column_stack([places[:, 0], places[:, 1], people])[lives]
