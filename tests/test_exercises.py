"""An exercise explains a wrong answer; it does not only refuse it."""

import pytest

from sohandbook.errors import InputError
from sohandbook.exercises import Exercise

EXERCISE = Exercise(
    question="What share is water?",
    answer=12.5,
    unit="%",
    mistakes={"That is a fraction. Multiply by 100.": 0.125},
)


def test_no_answer_yet_repeats_the_question():
    for nothing in (None, ...):
        verdict = EXERCISE.check(nothing)
        assert verdict.right is None
        assert "What share is water?" in str(verdict)


def test_right_within_the_tolerance():
    assert EXERCISE.check(12.5).right is True
    assert EXERCISE.check(12.5 * 1.004).right is True
    assert EXERCISE.check(12.5 * 1.006).right is False


def test_a_known_mistake_gets_its_own_reason():
    verdict = EXERCISE.check(0.125)
    assert verdict.right is False
    assert "Multiply by 100" in str(verdict)


def test_an_unknown_mistake_says_the_unit():
    assert "The unit is %" in str(EXERCISE.check(99))


def test_words_are_compared_without_case():
    exercise = Exercise(question="Which class?", answer="Grassland")
    assert exercise.check(" grassland ").right is True
    assert exercise.check("Cropland").right is False
    assert exercise.check(3).right is False


def test_page_text_is_escaped():
    exercise = Exercise(question="Is 1 < 2?", answer="yes")
    assert "1 &lt; 2" in exercise.check(None)._repr_html_()


def test_what_is_no_number_is_explained_not_thrown_back():
    for attempt in ((12, 5), "12,5", "12.5 %", [12.5, 1], object()):
        verdict = EXERCISE.check(attempt)
        assert verdict.right is False
        assert "a point for decimals" in str(verdict)
    assert EXERCISE.check("12.5").right is True


def test_an_answer_right_but_for_its_form_says_so():
    precise = Exercise(question="How far?", answer=-19.64, unit="% of the land")
    assert "rounded too far" in str(precise.check(-20))
    assert "sign is wrong" in str(precise.check(19.64))
    assert "Multiply by 100" in str(precise.check(-0.1964))
    assert "Read the step again" in str(precise.check(-25))
    assert "rounded" not in str(Exercise(question="How many?", answer=0.3).check(0))


def test_a_country_without_the_number_that_is_asked_for():
    """The lesson goes on; only a solution that has a number where the answer has none is wrong."""
    exercise = Exercise(question="How long?", answer=float("nan"), name="", unit="years")
    words = "The data of this country do not hold the answer."
    assert exercise.check(12).message == words and exercise.check(12).right is None
    assert exercise.check(None).message.startswith("How long?")
    assert exercise.confirm(float("nan")) == words
    with pytest.raises(InputError, match="Mend the solution"):
        exercise.confirm(12.0)


def test_a_known_mistake_is_known_as_a_table_shows_it():
    reasons = {"That is the matrix unchanged.": 3.5718, "That is less than nothing.": 0.2}
    exercise = Exercise(question="How many km²?", answer=70.127, mistakes=reasons)
    assert "matrix unchanged" in str(exercise.check(3.6))
    assert "matrix unchanged" in str(exercise.check(4))
    assert "Read the step again" in str(exercise.check(0))
    near = Exercise(question="Which?", answer=0.625, mistakes={"Subtract first.": 0.615})
    assert "rounded too far" in str(near.check(0.6)), "it may as well be the right one"
