"""Class systems: the codes of the manual, the matrix of the default data, colours for every eye."""

import json
from itertools import combinations, pairwise

import numpy as np
import pytest

from sohandbook import classes, forms
from sohandbook.errors import InputError

SYSTEMS = ["land_cover", "status", "land_productivity_dynamics", "expanded_status", "drought",
           "land_mask"]  # fmt: skip

# Machado, Oliveira and Fernandes (2009), A physiologically-based model for simulation of color
# vision deficiency: full deficiency, applied to linear RGB.
EYES = {
    "usual": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                   [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                     [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                   [0.004733, 0.691367, 0.303900]],
}  # fmt: skip


def linear(colour: str) -> np.ndarray:
    parts = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def oklab(rgb: np.ndarray) -> np.ndarray:
    """Ottosson (2020), A perceptual color space for image processing; lightness 0 to 100."""
    cones = np.cbrt(
        np.array([[0.4122214708, 0.5363325363, 0.0514459929],
                  [0.2119034982, 0.6806995451, 0.1073969566],
                  [0.0883024619, 0.2817188376, 0.6299787005]]) @ rgb.clip(0, 1)
    )  # fmt: skip
    return 100 * np.array(
        [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
         [0.0259040371, 0.7827717662, -0.8086757660]]
    ) @ cones  # fmt: skip


def lightness(colour: str) -> float:
    return float(oklab(linear(colour))[0])


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("name", SYSTEMS)
def test_colours_differ_for_every_eye(name, eye):
    system = classes.system(name)
    seen = {
        key: oklab(np.array(EYES[eye]) @ linear(colour))
        for key, colour in zip(system.keys, system.colours, strict=True)
    }
    for (one, first), (other, second) in combinations(seen.items(), 2):
        assert np.linalg.norm(first - second) > 8, f"{one} and {other} look alike"


def test_the_eye_simulation_can_fail():
    green, yellow = linear("#a6c36f"), linear("#f2d06b")  # once our grassland and cropland
    protanopia = np.array(EYES["protanopia"])
    assert np.linalg.norm(oklab(green) - oklab(yellow)) > 8
    assert np.linalg.norm(oklab(protanopia @ green) - oklab(protanopia @ yellow)) < 8


def test_ordered_classes_are_ordered_in_grey():
    drought = [lightness(colour) for colour in classes.system("drought").colours]
    assert all(light - dark > 5 for light, dark in pairwise(drought))
    for name, middle in (
        ("status", 1),
        ("land_productivity_dynamics", 3),
        ("expanded_status", 3),
    ):
        grey = [lightness(colour) for colour in classes.system(name).colours]
        assert np.all(np.diff(grey[: middle + 1]) > 5), f"{name}: worse is darker"
        assert np.all(np.diff(grey[middle:]) < -5), f"{name}: better is darker"


@pytest.mark.parametrize("name", SYSTEMS)
def test_no_two_classes_print_in_the_same_grey(name):
    system = classes.system(name)
    grey = {key: lightness(colour) for key, colour in zip(system.keys, system.colours, strict=True)}
    for one, other in combinations(grey, 2):
        assert abs(grey[one] - grey[other]) > 5, f"{one} and {other} print alike"


def test_classes_are_readable_on_white_paper():
    for name in SYSTEMS:
        for colour in classes.system(name).colours:
            assert lightness(colour) < 97


@pytest.mark.parametrize("name", SYSTEMS)
def test_systems_are_whole(name):
    system = classes.system(name)
    assert len(set(system.codes)) == len(set(system.keys)) == len(system.labels)
    assert len(set(system.labels)) == len(system.colours)
    assert system.nodata not in system.codes
    information = np.iinfo(system.dtype)
    assert all(information.min <= code <= information.max for code in system.codes)
    attributes = system.attributes()
    assert attributes["flag_values"].tolist() == list(system.codes)
    assert attributes["flag_values"].dtype == attributes["_FillValue"].dtype == system.dtype
    assert attributes["flag_meanings"].split() == list(system.keys)
    assert [system.code(key) for key in system.keys] == list(system.codes)
    assert system.label(system.nodata) == "No data"
    with pytest.raises(InputError):
        system.label(99)
    with pytest.raises(InputError):
        system.code("no such class")


def test_the_contract_of_codes():
    status = classes.system("status")
    assert dict(zip(status.keys, status.codes, strict=True)) == {
        "degraded": -1, "stable": 0, "improved": 1,
    }  # fmt: skip
    assert status.nodata == classes.system("drought").nodata == -128
    assert classes.system("land_cover").codes == (1, 2, 3, 4, 5, 6, 7)
    assert classes.system("drought").codes == (0, 1, 2, 3, 4)
    assert classes.system("expanded_status").nodata == 0


def test_class_keys_are_those_of_the_reporting_tables():
    rows = forms.table("SO1-1.T5").rows
    assert classes.system("land_cover").keys == rows[:-1]
    assert set(classes.system("status").keys) < set(forms.table("SO1-1.T7").rows)
    dynamics = forms.table("SO1-2.T1").names[1:-1]
    assert list(classes.system("land_productivity_dynamics").keys) == dynamics


def test_all_37_codes_of_esa_have_a_class():
    legend = classes.legend("esa_cci")
    assert len(legend.labels) == len(legend.unccd) == 37
    assert set(legend.labels) == set(legend.unccd)
    assert legend.nodata not in legend.labels
    # Test vector TV18 of the digest of the manual, and the code that its table leaves out.
    codes = [100, 110, 40, 180, 190, 220, 210, 150]
    assert [legend.unccd[code] for code in codes] == [1, 2, 3, 4, 5, 6, 7, 2]


@pytest.mark.parametrize("name", classes.legends())
def test_every_code_of_a_legend_has_a_name_and_a_class(name):
    legend = classes.legend(name)
    assert set(legend.labels) == set(legend.unccd)
    assert set(legend.unccd.values()) == set(classes.system("land_cover").codes)
    assert not {legend.nodata, *legend.fills} & set(legend.labels)
    assert len(set(legend.labels.values())) == len(legend.labels)


def test_codes_that_two_legends_share_are_of_one_class():
    ours, esa = classes.legend("glc_fcs30d"), classes.legend("esa_cci")
    shared = set(ours.unccd) & set(esa.unccd)
    assert len(ours.unccd) == 35 and len(shared) == 24
    assert {code: ours.unccd[code] for code in shared} == {code: esa.unccd[code] for code in shared}


def test_a_legend_of_tree_heights():
    legend = classes.legend("glad_glcluc")
    assert len(legend.labels) == 110  # and no data
    # desert, shrubs of 4 m, trees of 5 m, mangrove of 10 m, water half of the year, town, ocean
    codes = [0, 26, 27, 132, 203, 250, 254]
    assert [legend.unccd[code] for code in codes] == [6, 2, 1, 4, 7, 5, 7]
    assert legend.labels[27] == "Trees of 5 m" and legend.labels[203].endswith(
        "50 to 59 % of the year"
    )


def test_esa_codes_nest_as_in_trends_earth(realdata):
    folder = realdata / "oracles" / "trends_earth"
    nesting = json.loads((folder / "land_cover_nesting_unccd_esa.json").read_text())["nesting"]
    theirs = {
        code: int(unccd) for unccd, codes in nesting.items() for code in codes if int(unccd) > 0
    }
    ours = classes.legend("esa_cci").unccd
    assert {code: theirs[code] for code in ours} == ours
    table = np.load(folder / "tables.npz")
    pairs = dict(zip(table["esa_code"].tolist(), table["unccd_class"].tolist(), strict=True))
    assert {code: pairs[code] for code in ours} == ours


def test_the_matrix_is_the_one_of_trends_earth(realdata):
    folder = realdata / "oracles" / "trends_earth"
    file = folder / "land_cover_transition_matrix_unccd.json"
    transitions = json.loads(file.read_text())["definitions"]["transitions"]
    meaning = {"degradation": -1, "stable": 0, "improvement": 1}
    ours = classes.transition_matrix()
    assert len(transitions) == 49
    for transition in transitions:
        start, end = transition["initial"]["code"], transition["final"]["code"]
        assert ours[start - 1, end - 1] == meaning[transition["meaning"]]
    np.testing.assert_array_equal(
        ours, np.load(folder / "tables.npz")["deg_matrix_7x7_rows_initial"]
    )


def test_the_matrix_has_the_signs_that_the_manual_prints():
    matrix = classes.transition_matrix()
    assert [int((matrix == sign).sum()) for sign in (1, -1, 0)] == [12, 18, 19]
    assert matrix[1, 2] == 1 and matrix[2, 1] == -1  # grassland and cropland are not symmetric
    assert (matrix[6] == 0).all() and (matrix[:, 6] == 0).all()  # water is stable
    with pytest.raises(ValueError, match="read-only"):
        matrix[0, 0] = 1


def test_unknown_names_are_refused():
    for read in (classes.system, classes.legend, classes.reference_table):
        with pytest.raises(InputError, match="no_such_thing"):
            read("no_such_thing")
