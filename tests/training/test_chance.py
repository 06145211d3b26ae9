"""Chance: the same numbers everywhere, with the moments that they promise."""

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sohandbook.training import chance

SIDE = np.linspace(0, 1, 50)


def test_the_name_alone_decides_the_numbers() -> None:
    first = chance.uniform("a", "b", shape=(4,))
    assert np.array_equal(first, chance.uniform("a", "b", shape=(4,)))
    assert not np.array_equal(first, chance.uniform("a", "c", shape=(4,)))


def test_numbers_are_those_of_other_machines() -> None:
    """Digests of exact bytes: they change only if the generator does."""
    field = chance.smooth("field", u=SIDE, v=SIDE, waves=5, octaves=3)
    normal = chance.normal("normal", shape=(1000,))
    gamma = chance.gamma(2.5, normal)
    digests = [hashlib.sha256(x.tobytes()).hexdigest()[:12] for x in (field, normal, gamma)]
    assert digests == DIGESTS


DIGESTS = ["66f3bdbcb6aa", "a29c92e4e753", "6dc25044188b"]


def test_normal_numbers_have_mean_0_and_variance_1() -> None:
    sample = chance.normal("many", shape=(200_000,))
    assert sample.mean() == pytest.approx(0, abs=0.01)
    assert sample.var() == pytest.approx(1, abs=0.01)
    assert np.abs(sample).max() <= 12**0.5


@pytest.mark.parametrize("shape_parameter", [1.5, 4.0, 30.0])
def test_gamma_numbers_have_mean_1_and_the_variance_of_a_gamma(shape_parameter: float) -> None:
    sample = chance.gamma(shape_parameter, chance.normal("gamma", shape=(200_000,)))
    assert sample.min() >= 0
    assert sample.mean() == pytest.approx(1, abs=0.02)
    assert sample.var() == pytest.approx(1 / shape_parameter, rel=0.08)


@settings(deadline=None, max_examples=40)  # time depends on the machine
@given(waves=st.integers(1, 20), octaves=st.integers(1, 4), name=st.text(max_size=5))
def test_smooth_fields_stay_within_bounds(waves: int, octaves: int, name: str) -> None:
    field = chance.smooth(name, u=SIDE, v=SIDE[:20], waves=waves, octaves=octaves)
    assert field.shape == (20, 50)
    assert np.abs(field).max() <= 1.6


def test_a_smooth_field_does_not_depend_on_how_finely_it_is_drawn() -> None:
    coarse = chance.smooth("hills", u=SIDE[::7], v=SIDE[::7], waves=6, octaves=2)
    fine = chance.smooth("hills", u=SIDE, v=SIDE, waves=6, octaves=2)
    assert np.array_equal(coarse, fine[::7, ::7])


def test_box_mean_is_the_mean_of_the_square() -> None:
    field = np.zeros((5, 5))
    field[2, 2] = 9.0
    mean = chance.box_mean(field, 1)
    assert mean[1:4, 1:4] == pytest.approx(np.ones((3, 3)))
    assert mean[0].tolist() == [0, 0, 0, 0, 0]
    assert chance.box_mean(np.full((4, 6), 3.0), 2) == pytest.approx(np.full((4, 6), 3.0))
