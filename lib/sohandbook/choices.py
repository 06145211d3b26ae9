"""What each choice does to the key figures: both presets, and one choice at a time.

The answers that can be given stand in ``data/choices.yml``, each with its reason and source. The
figures are computed by a chain that takes any settings: :class:`sohandbook.land_chain.LandChain`,
:class:`sohandbook.drought_chain.DroughtChain`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import pandas as pd
import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from sohandbook import chapters, parameters, paths
from sohandbook.country import Country
from sohandbook.errors import InputError, first_finding
from sohandbook.figures.words import number, readable
from sohandbook.report import Report

GUIDANCE, TRENDS_EARTH = "Preset guidance", "Preset Trends.Earth"
PRESETS = {GUIDANCE: "guidance", TRENDS_EARTH: "trends_earth"}
SMALL = 0.005  # percentage points; less is not shown as an effect


class Chain(Protocol):
    """From a country's data to key figures, for any settings.

    Attributes
    ----------
    report : Report
    headings : mapping
        For each key figure, its name with the unit, and the decimals to show.
    main : str
        The key figure whose changes the chart shows, in percent.
    """

    report: Report
    headings: Mapping[str, tuple[str, int]]
    main: str

    def settings(self, preset: str | None = None) -> dict[str, Any]:
        """Return what the country's chapters take, or would take with another preset."""

    def key_figures(self, values: Mapping[str, Any]) -> dict[str, float]:
        """Return the key figures under these settings."""


class Option(BaseModel):
    """One answer to a choice; see the head of ``data/choices.yml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str
    values: dict[str, Any] = Field(alias="set", min_length=1)
    why: str
    source: str
    preset: str | None = None
    needs: str | None = None

    def settings(self, country: Country) -> dict[str, Any]:
        """Return what it sets, with years that are named by what they are as numbers."""
        periods = country.periods
        years = {
            "report_start": periods.report_1[0],
            "baseline_end": periods.baseline[1],
            "baseline_start": periods.baseline[0],
            "baseline_second": periods.baseline[0] + 1,
        }
        return {
            name: years.get(value, value) if isinstance(value, str) else value
            for name, value in self.values.items()
        }


class Choice(BaseModel):
    """A question that the guidance answers, or leaves open, and its answers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    question: str
    default: Option
    others: tuple[Option, ...]

    @property
    def options(self) -> tuple[Option, ...]:
        """The default and the others."""
        return (self.default, *self.others)


@dataclass(frozen=True)
class Comparison:
    """The key figures under each setting.

    Attributes
    ----------
    figures : DataFrame
        A row for each setting, named by its label; the first is the preset ``guidance``.
    left_out : DataFrame
        ``answer`` and ``reason`` of what the country's data do not allow.
    chain : Chain
        What computed them.
    """

    figures: pd.DataFrame
    left_out: pd.DataFrame
    chain: Chain

    @property
    def differences(self) -> pd.DataFrame:
        """The figures less those of the preset ``guidance``."""
        return self.figures - self.figures.iloc[0]

    @property
    def effects(self) -> pd.Series:
        """What each setting does to the main key figure, percentage points, largest first."""
        gaps = self.differences[self.chain.main].drop(GUIDANCE)
        return gaps[gaps.abs() >= SMALL].sort_values(key=abs, ascending=False)


def read() -> list[Choice]:
    """Return the choices of ``data/choices.yml``.

    Raises
    ------
    InputError
        The file is broken, or two answers have the same label.
    """
    file = paths.data() / "choices.yml"
    try:
        found = TypeAdapter(list[Choice]).validate_python(
            yaml.safe_load(file.read_text(encoding="utf-8"))
        )
    except ValidationError as error:
        raise first_finding(
            error, where=str(file), remedy="The head of the file lists the fields."
        ) from error
    labels = [option.label for choice in found for option in choice.options]
    twice = sorted({label for label in labels if labels.count(label) > 1})
    if twice:
        raise InputError(str(file), found=twice, allowed="each label once", remedy="Rename one.")
    return found


def settings(
    country: Country, chapter_ids: Iterable[str], *, preset: str | None = None
) -> dict[str, Any]:
    """Return what these chapters take for a country: ``chapter.parameter`` to value.

    Parameters
    ----------
    country : Country
        Its own settings hold, whatever the preset.
    chapter_ids : iterable of str
    preset : str, optional
        Instead of the one that the country names.
    """
    chosen = country.model_copy(update={"preset": preset or country.preset})
    return {
        f"{chapter.id}.{name}": value
        for chapter in chapters.choose(chapters.read(), chapter_ids)
        for name, value in parameters.resolve(
            chosen, chapter.id, parameters.read(chapter.file)
        ).items()
    }


def about(chain: Chain) -> list[Choice]:
    """Return the choices whose settings the chain takes."""
    known = chain.settings().keys()
    return [choice for choice in read() if choice.default.values.keys() <= known]


def compare(chain: Chain) -> Comparison:
    """Compute the key figures under both presets, and with one choice changed at a time.

    The country's own settings, such as its matrices, hold in both presets. Each choice starts
    from the preset ``guidance`` and takes in turn every answer that is not in use there.
    """
    country = chain.report.country
    rows = {label: chain.key_figures(chain.settings(preset)) for label, preset in PRESETS.items()}
    base, left_out = chain.settings("guidance"), {}
    for option in (option for choice in about(chain) for option in choice.options):
        changed = base | option.settings(country)
        if changed == base:
            continue
        if option.needs and option.needs not in country.datasets:
            left_out[option.label] = f"no dataset {option.needs} in country.yml"
            continue
        try:
            rows[option.label] = chain.key_figures(changed)
        except InputError as error:  # the country's data do not reach so far
            left_out[option.label] = f"{error.found}; it takes {error.allowed}"
    return Comparison(
        figures=pd.DataFrame.from_dict(rows, orient="index").rename_axis("setting"),
        left_out=pd.DataFrame(left_out.items(), columns=["answer", "reason"]),
        chain=chain,
    )


def steps(chain: Chain) -> pd.DataFrame:
    """Walk from the preset ``guidance`` to ``trends_earth``, one choice after the other.

    Returns
    -------
    DataFrame
        ``step``, ``value`` of the chain's main key figure, and its ``change`` by this step. The
        changes depend on the order of the steps; their sum does not.
    """
    values = chain.settings("guidance")
    rows = [(GUIDANCE, chain.key_figures(values)[chain.main])]
    goal = chain.settings("trends_earth")
    for choice in about(chain):
        moves = {name: goal[name] for name in choice.default.values if goal[name] != values[name]}
        if moves:
            values = values | moves
            label = next(
                (o.label for o in choice.others if o.preset == "trends_earth"), choice.question
            )
            rows.append((label, chain.key_figures(values)[chain.main]))
    frame = pd.DataFrame(rows, columns=["step", "value"])
    return frame.assign(change=frame["value"].diff())


def reasons(chain: Chain) -> pd.DataFrame:
    """Say for each choice what the default is, why, who says so, and what is in use.

    Returns
    -------
    DataFrame
        ``Question``, ``Default``, ``Why``, ``Source`` and ``In use here``.
    """
    base, country = chain.settings(), chain.report.country
    rows = []
    for choice in about(chain):
        used = "the country's own setting"
        for option in choice.options:
            if base | option.settings(country) == base:
                used = "the default" if option is choice.default else option.label
        rows.append((choice.question, choice.default.label, choice.default.why,
                     choice.default.source, used))  # fmt: skip
    return pd.DataFrame(rows, columns=["Question", "Default", "Why", "Source", "In use here"])


def other_answers(chain: Chain) -> pd.DataFrame:
    """Say for each answer that is not the default why somebody takes it.

    Returns
    -------
    DataFrame
        ``Answer``, ``Question``, ``Why`` and ``Source``.
    """
    rows = [
        (option.label, choice.question, option.why, option.source)
        for choice in about(chain)
        for option in choice.others
    ]
    return pd.DataFrame(rows, columns=["Answer", "Question", "Why", "Source"])


def side_by_side(comparison: Comparison) -> pd.DataFrame:
    """Lay the figures out for reading: each with its difference from the preset ``guidance``.

    Returns
    -------
    DataFrame of str
    """
    frame = pd.DataFrame({"Setting": comparison.figures.index})
    for name, (heading, digits) in comparison.chain.headings.items():
        pairs = zip(comparison.figures[name], comparison.differences[name], strict=True)
        frame[heading] = [
            number(value, digits) + ("" if row == 0 else f" ({_signed(gap, digits)})")
            for row, (value, gap) in enumerate(pairs)
        ]
    return frame


def describe(comparison: Comparison) -> str:
    """Say in words what a chart of :attr:`Comparison.effects` shows."""
    gaps = comparison.effects
    if gaps.empty:
        return f"No choice moves the figure by {SMALL} percentage points or more."
    named = [f"{readable(label)} {_signed(gap, 2)}" for label, gap in gaps.items()]
    still = len(comparison.figures) - 1 - len(gaps)
    rest = f" {still} others move it by less than {SMALL}." if still else ""
    return f"Bars, in percentage points: {'; '.join(named)}.{rest}"


def _signed(value: float, digits: int) -> str:
    text = number(abs(value), digits)
    if not text.strip("0."):
        return "0"
    return ("+" if value > 0 else "\N{MINUS SIGN}") + text
