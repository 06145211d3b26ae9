"""How the indicators are judged: criteria, weights and scales of ``data/judging.yml``."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sohandbook import paths
from sohandbook.errors import InputError, first_finding

MEASURES = (
    "coverage", "lag", "cell_size", "time_share", "people_share", "inputs", "open_rules",
    "comparisons", "range_of_choices", "truth", "feeds", "by_sex", "frameworks", "open_sources",
)  # fmt: skip
Measure = Literal[MEASURES]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Scale(_Strict):
    """Where a measure earns nothing and where it earns everything; between them it is linear."""

    label: str
    unit: str
    worst: float
    best: float
    reason: str
    source: str

    @model_validator(mode="after")
    def _differ(self) -> Self:
        if self.worst == self.best:
            raise ValueError("worst and best are the same")
        return self

    def score(self, value: float) -> float:
        """Return 0 to 100."""
        share = (value - self.worst) / (self.best - self.worst)
        return 100 * min(max(share, 0.0), 1.0)


class Criterion(_Strict):
    """A question that is put to every indicator."""

    question: str
    weight: Annotated[float, Field(ge=0)]
    reason: str
    source: str
    measures: tuple[Measure, ...] = ()


class Judgement(_Strict):
    """What we think where nothing can be measured: 0 (not at all) to 4 (fully)."""

    score: Annotated[int, Field(ge=0, le=4)]
    reason: str
    source: str


class Impact(_Strict):
    """An expected impact of the strategic framework, and what measures it."""

    objective: str
    what: str
    source: str
    measured_by: dict[str, Literal["in full", "in part"]] = {}
    missing: str


class Method(_Strict):
    """The whole file; its head says what the fields are."""

    criteria: dict[str, Criterion]
    scales: dict[Measure, Scale]
    indicators: dict[str, dict[str, Judgement]]
    impacts: dict[str, Impact]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        without = {m for c in self.criteria.values() for m in c.measures} - set(self.scales)
        if without:
            raise ValueError(f"no scale for {', '.join(sorted(without))}")
        for name, judged in self.indicators.items():
            if strange := set(judged) - set(self.criteria):
                raise ValueError(f"{name} is judged by {', '.join(sorted(strange))}")
        for code, impact in self.impacts.items():
            if strange := set(impact.measured_by) - set(self.indicators):
                raise ValueError(f"impact {code} is measured by {', '.join(sorted(strange))}")
        return self

    def with_weights(self, weights: Mapping[str, float]) -> Self:
        """Return the method with other weights for some criteria.

        Raises
        ------
        InputError
            A criterion is unknown, a weight is negative, or all are nought.
        """
        for name, weight in weights.items():
            if name not in self.criteria:
                raise InputError(
                    "weights", found=name, allowed=list(self.criteria), remedy="Mend the name."
                )
            if not weight >= 0:
                raise InputError(
                    f"weights, {name}", found=weight, allowed="0 or more", remedy="Take another."
                )
        criteria = {
            name: one.model_copy(update={"weight": float(weights.get(name, one.weight))})
            for name, one in self.criteria.items()
        }
        if not sum(one.weight for one in criteria.values()):
            raise InputError(
                "weights", found="all 0", allowed="one above 0 at least", remedy="Raise one."
            )
        return self.model_copy(update={"criteria": criteria})


def read() -> Method:
    """Read and check ``data/judging.yml``.

    Raises
    ------
    InputError
        Names the first field that is wrong.
    """
    file = paths.data() / "judging.yml"
    try:
        return Method.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise first_finding(
            error, where=str(file), remedy="The head of the file explains its fields."
        ) from error
