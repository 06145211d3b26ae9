"""A country whose chapters all ran once, for tests of what they leave."""

from pathlib import Path

from sohandbook import runner
from sohandbook.runner import Outcome


class Run:
    """A country whose chapters all ran once, and what became of each."""

    def __init__(self, iso3: str, output: Path, **settings: object) -> None:
        self.iso3, self.output, self.settings = iso3, output, settings
        self.outcomes = self.again()

    def again(self) -> dict[str, Outcome]:
        outcomes = runner.run(self.iso3, output=self.output, **self.settings)
        return {outcome.chapter.id: outcome for outcome in outcomes}
