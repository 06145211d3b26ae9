"""Drylandia: an island of the open Atlantic that does not exist.

Hyper-arid in the north, wet in the south; highlands in the west, whose rivers
feed a lake and a capital. Where each thing happens is written down here in
unit coordinates: u to the east, v to the south, 0 to 1.
"""

import numpy as np

from sohandbook.training import chance
from sohandbook.training.chance import Array
from sohandbook.training.geography import Country
from sohandbook.training.story import NEVER, YEARS, City, Process, Story, blob, front

PROCESSES = (
    Process(1, "lake_drying", -1, "Drying lake", "Water that turns to land: the default matrix calls it stable, the north's matrix degradation."),
    Process(2, "city_growth", -1, "Growing city", "Sealed soil; seen well by land cover."),
    Process(3, "woodland_clearing", -1, "Woodland cleared for crops", "Seen by land cover at once, by soil carbon only after years."),
    Process(4, "watershed_restoration", 1, "Restored watershed", "Slow at first: the baseline does not see it, the reporting period does."),
    Process(5, "woody_encroachment", -1, "Woody encroachment of pasture", "Greener and worse: every indicator calls it improvement. Add it as a false positive."),
    Process(6, "weed_clearance", 1, "Invasive thorn trees cleared from the wadi", "Browner and better: every indicator calls it degradation. Add it as a false negative."),
    Process(7, "overgrazing_wells", -1, "Overgrazing around wells, 2001 to 2014", "Land cover does not change; only productivity sees it."),
    Process(8, "overgrazing_new_wells", -1, "Overgrazing around new wells, from 2014", "Begins in one period and shows in the next."),
    Process(9, "salinisation", -1, "Salt in irrigated fields, from 2009", "Productivity falls inside the greenest class."),
    Process(10, "farmer_regreening", 1, "Trees brought back by farmers", "Improvement inside cropland; only productivity sees it."),
    Process(11, "wetland_drainage", -1, "Drained wetland", "Wetland to cropland; greener after than before."),
    Process(12, "fields_to_pasture", 1, "Exhausted fields returned to pasture", "The default matrix calls it degradation, the north's matrix improvement."),
    Process(13, "mine", -1, "Open-pit mine", "Small, complete and quick."),
)  # fmt: skip

CITIES = (
    City(0.440, 0.735, 520_000, 0.0135, 1.037),
    City(0.585, 0.560, 120_000, 0.0075, 1.026),
    City(0.745, 0.690, 95_000, 0.0068, 1.030),
    City(0.210, 0.610, 60_000, 0.0052, 1.020),
    City(0.330, 0.245, 38_000, 0.0045, 1.015),
    City(0.180, 0.330, 45_000, 0.0046, 1.022),
    City(0.560, 0.850, 70_000, 0.0056, 1.028),
)

# Wells: centre and radius. The first six were dug before 2000, the others in 2013.
WELLS = ((0.36, 0.36), (0.45, 0.33), (0.52, 0.39), (0.31, 0.43), (0.60, 0.44), (0.43, 0.45))
NEW_WELLS = ((0.38, 0.29), (0.50, 0.46), (0.66, 0.40), (0.29, 0.35))


class _Map:
    """The map under the pen: land cover by year, and what happened where."""

    def __init__(self, country: Country) -> None:
        self.country = country
        self.u, self.v = country.sides
        shape = (self.v.size, self.u.size)
        self.process = np.zeros(shape, dtype=np.uint8)
        self.begins = np.full(shape, NEVER, dtype=np.int16)
        self.ends = np.full(shape, NEVER, dtype=np.int16)
        self.vigour = np.ones(shape, dtype=np.float32)
        self.after = np.zeros(shape, dtype=np.uint8)

    def noise(self, name: str, waves: int, octaves: int = 4) -> Array:
        return chance.smooth("XDL", name, u=self.u, v=self.v, waves=waves, octaves=octaves)

    def oval(self, name: str, centre: tuple[float, float], radii: tuple[float, float]) -> Array:
        return blob(self.u, self.v, self.noise(name, 12, 5), centre=centre, radii=radii)

    def happen(
        self,
        key: str,
        where: Array,
        *,
        begins: Array | int,
        lasts: int = 1,
        vigour: float = 1.0,
        after: Array | int = 0,
    ) -> None:
        """Write down a process where nothing happened before; ``after``: the new class."""
        code = next(process.code for process in PROCESSES if process.key == key)
        begins = np.broadcast_to(np.asarray(begins), where.shape)
        where = where & self.country.inside & (self.process == 0) & (begins < NEVER)
        self.process[where] = code
        self.begins[where] = begins[where]
        self.ends[where] = begins[where] + lasts - 1
        self.vigour[where] = vigour
        self.after[where] = np.broadcast_to(np.asarray(after), where.shape)[where]


def tell(country: Country) -> Story:
    """Tell what happened in Drylandia from 2000 to 2023."""
    map_ = _Map(country)
    u, v = country.sides
    height = _height(map_)
    wetness = np.clip(
        1.16 * (v[:, None] - 0.13) + 0.13 * map_.noise("wetness", 5) + 0.20 * height, 0, 1
    )
    rivers = _rivers(map_)
    first = _land_cover_in_2000(map_, wetness, height, rivers)
    lake = map_.oval("lake", (0.655, 0.585), (0.060, 0.042))
    first = np.where((lake < 1.25) & (first != 190), np.uint8(180), first)
    first = np.where(lake < 1, np.uint8(210), first)
    first = np.where(country.inside, first, np.uint8(210))
    _what_happened(map_, first, wetness, height, rivers, lake)

    land_cover = np.empty((len(YEARS), *first.shape), dtype=np.uint8)
    changes = map_.after > 0
    # A slow process changes the class halfway.
    when = map_.begins.astype(np.int32) + (map_.ends.astype(np.int32) - map_.begins) // 2
    for number, year in enumerate(YEARS):
        land_cover[number] = np.where(changes & (year >= when), map_.after, first)

    salt = map_.oval("salt pan", (0.215, 0.285), (0.030, 0.022)) < 1
    outage = map_.oval("outage", (0.37, 0.63), (0.05, 0.06)) < 1
    return Story(
        iso3=country.iso3,
        name=country.name,
        window=country.window,
        boundary=country.boundary,
        districts=country.districts,
        inside=country.inside,
        land_cover=land_cover,
        process=map_.process,
        begins=map_.begins,
        ends=map_.ends,
        processes=PROCESSES,
        wetness=wetness,
        height=height,
        fertility=1 + 0.22 * map_.noise("fertility", 11, 4),
        vigour=map_.vigour,
        unseen=salt & country.inside,
        outage=outage & country.inside,
        outage_year=2004,
        cities=CITIES,
        villages=_villages(map_, wetness),
    )


def _height(map_: _Map) -> Array:
    """Highlands in the west, 0 to 1."""
    ridge = 0.27 + 0.06 * chance.curve("XDL", "ridge", at=map_.v, waves=5)
    across = (map_.u[None, :] - ridge[:, None]) / 0.085
    along = (map_.v[:, None] - 0.57) / 0.17
    rough = map_.noise("height", 8, 5)
    away = across * across + along * along
    mountain = (1 + 0.8 * rough) / (1 + away * away)
    return np.clip(0.85 * mountain + 0.15 * (rough + 0.5), 0, 1)


def _rivers(map_: _Map) -> dict[str, Array]:
    """Distances from two rivers and a wadi."""
    u, v = map_.u, map_.v
    east = 0.53 + 0.20 * (u - 0.33) + 0.028 * chance.curve("XDL", "east river", at=u, waves=7)
    south = 0.33 + 0.38 * (v - 0.60) + 0.035 * chance.curve("XDL", "south river", at=v, waves=8)
    wadi = 0.40 - 0.10 * (u - 0.5) + 0.030 * chance.curve("XDL", "wadi", at=u, waves=9)
    away = 1.0
    return {
        "east": np.where(
            (u[None, :] > 0.33) & (u[None, :] < 0.64), np.abs(v[:, None] - east[None, :]), away
        ),
        "south": np.where(
            (v[:, None] > 0.60) & (v[:, None] < 0.97), np.abs(u[None, :] - south[:, None]), away
        ),
        "wadi": np.where(
            (u[None, :] > 0.47) & (u[None, :] < 0.80), np.abs(v[:, None] - wadi[None, :]), away
        ),
    }


def _land_cover_in_2000(
    map_: _Map, wetness: Array, height: Array, rivers: dict[str, Array]
) -> Array:
    """Land cover before the story begins: wetness, height and a little chance."""
    patch = map_.noise("patches", 16, 4)
    grain = map_.noise("grain", 40, 3)
    m = wetness + 0.07 * patch
    rules = [
        (m < 0.10, np.where(height + 0.5 * patch > 0.35, 201, np.where(patch > -0.1, 202, 200))),
        (m < 0.17, np.where(grain > 0.25, 152, np.where(grain < -0.35, 200, 153))),
        (m < 0.24, np.where(grain > 0.30, 152, np.where(patch > 0.25, 150, 153))),
        (m < 0.42, np.where(grain > 0.30, 122, np.where(grain < -0.45, 110, 130))),
        (m < 0.54, np.where(grain > 0.28, 120, np.where(grain > -0.15, 110, 130))),
        (m < 0.68, np.where(grain > 0.20, 62, np.where(grain > -0.30, 100, 110))),
        (m < 0.84, np.where(grain > 0.15, 60, np.where(grain > -0.25, 62, 100))),
        (m >= 0.84, np.where(grain > -0.05, 50, 61)),
    ]
    cover = np.select([rule for rule, _ in rules], [value for _, value in rules]).astype(np.uint8)
    high = (height > 0.46) & (m > 0.36)
    cover = np.where(high, np.where(grain > 0.1, 90, np.where(patch > 0, 70, 72)), cover)
    cover = np.where((height > 0.86) & (grain > 0.1), 140, cover)

    farms = map_.noise("farms", 7, 5) + 0.30 * _near(rivers["south"], 0.10)
    farms = farms + 0.25 * _near(rivers["east"], 0.06) + 0.22 * patch
    suits = (m > 0.34) & (m < 0.86) & (height < 0.40)
    field = np.select([grain > 0.35, grain > 0.02, grain > -0.30], [40, 11, 10], 30)
    cover = np.where(suits & (farms > 0.16), field, cover)
    cover = np.where(suits & (m > 0.72) & (farms > 0.05) & (farms < 0.16), 12, cover)
    watered = (
        (np.minimum(rivers["east"], rivers["south"]) < 0.011 + 0.012 * patch)
        & (m > 0.25)
        & (height < 0.4)
    )
    cover = np.where(watered & (grain > -0.25), 20, cover)
    gallery = (rivers["south"] < 0.0065) & (m > 0.55)
    cover = np.where(gallery, 160, cover)
    cover = np.where((rivers["wadi"] < 0.0055 + 0.009 * patch) & (m < 0.5), 121, cover)
    water = (rivers["east"] < 0.0013) | (rivers["south"] < 0.0016)
    cover = np.where(water, 210, cover)
    return _coast_and_towns(map_, cover, m)


def _coast_and_towns(map_: _Map, cover: Array, m: Array) -> Array:
    """Mangroves on the sheltered southern coast; towns where people live."""
    outside = (~map_.country.inside).astype(float)
    reach = max(1, round(outside.shape[0] / 75))
    sea = chance.box_mean(outside, reach)
    cover = np.where((sea > 0.25) & (m > 0.72) & (map_.noise("mangrove", 8) > 0.12), 170, cover)
    town = map_.country.people_density(CITIES, 2000, map_.noise("town edge", 26, 4)) > 1
    return np.where(town, 190, cover).astype(np.uint8)


def _near(distance: Array, reach: float) -> Array:
    return np.maximum(1 - distance / reach, 0)


def _what_happened(
    map_: _Map, first: Array, wetness: Array, height: Array, rivers: dict[str, Array], lake: Array
) -> None:
    """Let the thirteen processes happen, the more certain ones first."""
    jitter = chance.uniform("XDL", "jitter", shape=first.shape) * 2 - 1
    edge = map_.noise("town edge", 26, 4)
    never = np.full(first.shape, NEVER, dtype=np.int16)

    growth = never.copy()
    for year in reversed(YEARS):
        town = map_.country.people_density(CITIES, year, edge) > 1
        growth = np.where(town, np.int16(year), growth)
    map_.happen("city_growth", (first != 190) & (first != 210), begins=growth, after=190)

    pit = map_.oval("mine", (0.205, 0.455), (0.016, 0.012))
    map_.happen("mine", pit < 1, begins=front(pit, 2007, 2012, jitter), after=201)

    # The shore falls back from level 1 to 0.52: fast to 2009, slower after.
    dried = np.where(lake > 0.72, 2001 + (1 - lake) * 27, 2009 + (0.72 - lake) * 60)
    dried = np.where((lake < 1) & (lake > 0.52), np.floor(dried + 0.6 * jitter), NEVER)
    bed = np.where(lake > 0.80, 153, 200)
    map_.happen("lake_drying", first == 210, begins=dried.astype(np.int16), after=bed)

    drained = map_.oval("drained", (0.592, 0.612), (0.045, 0.032))
    map_.happen(
        "wetland_drainage", (drained < 1) & (first == 180), begins=front(drained, 2017, 2020, jitter), after=11
    )  # fmt: skip

    old = map_.oval("clearing", (0.735, 0.775), (0.105, 0.085))
    new = map_.oval("new clearing", (0.850, 0.645), (0.075, 0.070))
    woods = np.isin(first, (50, 60, 61, 62, 100))
    field = np.where(edge > 0.2, 30, np.where(edge > -0.3, 10, 11))
    map_.happen(
        "woodland_clearing", woods & (old < 1), begins=front(old, 2002, 2014, jitter), after=field
    )
    map_.happen(
        "woodland_clearing", woods & (new < 1), begins=front(new, 2016, 2022, jitter), after=field
    )

    slope = map_.oval("restored", (0.345, 0.480), (0.075, 0.085))
    dry = np.isin(first, (110, 120, 122, 130, 150, 152, 153, 200))
    map_.happen(
        "watershed_restoration", (slope < 1) & dry, begins=2012, lasts=9, vigour=1.30,
        after=np.where(np.isin(first, (150, 152, 153, 200)), 130, 100),
    )  # fmt: skip

    bush = map_.oval("encroachment", (0.800, 0.520), (0.085, 0.070))
    pasture = np.isin(first, (110, 120, 122, 130))
    map_.happen(
        "woody_encroachment", (bush < 1) & pasture, begins=front(bush, 2003, 2009, jitter), lasts=9,
        vigour=1.15, after=100,
    )  # fmt: skip

    map_.happen(
        "weed_clearance", (first == 121) & (map_.u[None, :] < 0.70),
        begins=front(np.abs(map_.u[None, :] - 0.58) / 0.13 + 0 * wetness, 2016, 2019, jitter), lasts=3, after=130,
    )  # fmt: skip

    salt = map_.oval("salinisation", (0.475, 0.560), (0.070, 0.040))
    map_.happen("salinisation", (salt < 1) & (first == 20), begins=2009, lasts=14, vigour=0.55)

    farmers = map_.oval("farmers", (0.415, 0.690), (0.110, 0.075))
    crops = np.isin(first, (10, 11, 30, 40))
    map_.happen("farmer_regreening", (farmers < 1) & crops, begins=2005, lasts=15, vigour=1.42)

    tired = map_.oval("tired fields", (0.560, 0.475), (0.120, 0.050))
    map_.happen("fields_to_pasture", (tired < 1) & crops, begins=front(tired, 2008, 2018, jitter), after=130, vigour=1.1)  # fmt: skip

    for name, wells, begins, lasts in (
        ("overgrazing_wells", WELLS, 2001, 14),
        ("overgrazing_new_wells", NEW_WELLS, 2014, 10),
    ):
        for number, well in enumerate(wells):
            around = map_.oval(f"{name} {number}", well, (0.038, 0.034))
            grazed = (around < 1) & np.isin(first, (110, 120, 122, 130, 150, 152, 153))
            map_.happen(name, grazed, begins=begins, lasts=lasts, vigour=0.58)


def _villages(map_: _Map, wetness: Array) -> Array:
    """About 420 villages, where there is rain and land; u, v and people in 2000."""
    places = chance.uniform("XDL", "villages", shape=(900, 4))
    rows = np.minimum((places[:, 1] * map_.v.size).astype(int), map_.v.size - 1)
    columns = np.minimum((places[:, 0] * map_.u.size).astype(int), map_.u.size - 1)
    here = wetness[rows, columns]
    lives = map_.country.inside[rows, columns] & (places[:, 2] < np.clip(1.4 * here + 0.05, 0, 1))
    people = 250 + 2600 * places[:, 3] ** 2 * places[:, 3]
    return np.column_stack([places[:, 0], places[:, 1], people])[lives]
