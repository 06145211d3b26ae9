"""The chapters of the handbook: their order, their needs and what they write.

They stand in ``notebooks/chapters.yml``, which people edit; every reader of
that file comes through here.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from sohandbook import paths
from sohandbook.errors import InputError, first_finding

Objective = Literal["CP", "SO1", "SO2", "SO3", "SO4", "SO5", "REPORT"]
ALL = "all"


class Chapter(BaseModel):
    """One notebook of the handbook.

    Attributes
    ----------
    id : str
        How the command line and ``country.yml`` name it, for example ``so1-1``.
    notebook : str
        Its file in ``notebooks/``.
    title : str
    objective : str
        The part of the book: CP, one of the five strategic objectives, or REPORT.
    needs : tuple of str
        Chapters whose maps or tables it reads.
    after : tuple of str
        Chapters whose maps or tables it reads where they are there: it runs after them, also
        if they failed or have no data. In the file, ``all`` stands for every chapter before it.
    datasets, optional : tuple of str
        What ``country.yml`` must list, and what is used where it is listed. In ``datasets``,
        "a or b" asks for one of the two at least.
    tables, maps : tuple of str
        What it writes; ``{year}`` in a map's name stands for each year.
    threads : int
        How many it can use well.
    memory : tuple of int
        The most memory its process takes, in MB: of any country, and for each million cells of
        the country's grid on top. A batch runs no more at once than fit.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    notebook: Annotated[str, Field(pattern=r"^[a-z0-9-]+\.ipynb$")]
    title: str
    objective: Objective
    needs: tuple[str, ...] = ()
    after: tuple[str, ...] | Literal["all"] = ()
    datasets: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    maps: tuple[str, ...] = ()
    threads: Annotated[int, Field(ge=1)] = 1
    memory: tuple[int, int] = (600, 0)

    @property
    def file(self) -> Path:
        """Where the notebook is."""
        return paths.notebooks() / self.notebook


def read() -> list[Chapter]:
    """Return all chapters, in the order in which they run and are read.

    Raises
    ------
    InputError
        The list is broken: a field is wrong, an id occurs twice, a chapter
        needs one, or comes after one, that does not stand before it, or a notebook is missing.
    """
    file = paths.notebooks() / "chapters.yml"
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        chapters = TypeAdapter(list[Chapter]).validate_python(content)
    except (yaml.YAMLError, FileNotFoundError) as error:
        raise InputError(
            str(file), found=str(error), allowed="a YAML list of chapters", remedy="Mend the file."
        ) from error
    except ValidationError as error:
        raise first_finding(
            error,
            where=str(file),
            remedy=f"A chapter has the fields {', '.join(Chapter.model_fields)}.",
        ) from error
    earlier: list[str] = []
    for number, chapter in enumerate(chapters):
        where = f"{file}, {chapter.id}"
        if chapter.id in earlier:
            raise InputError(
                where, found=chapter.id, allowed="each id once", remedy="Rename one of them."
            )
        if chapter.after == ALL:
            chapter = chapters[number] = chapter.model_copy(update={"after": tuple(earlier)})
        for field in ("needs", "after"):
            for other in getattr(chapter, field):
                if other not in earlier:
                    raise InputError(
                        f"{where}, {field}",
                        found=other,
                        allowed=earlier,
                        remedy="Name earlier chapters.",
                    )
        if not chapter.file.is_file():
            raise InputError(
                f"{where}, notebook",
                found=chapter.notebook,
                allowed=sorted(path.name for path in paths.notebooks().glob("*.ipynb")),
                remedy="Mend the name or add the notebook.",
            )
        earlier.append(chapter.id)
    return chapters


def needed(chapters: list[Chapter], ids: Iterable[str]) -> set[str]:
    """Return the ids of all that these chapters need, directly or through others.

    The given chapters themselves are not in the result, unless another needs them.
    """
    by_id = {chapter.id: chapter for chapter in chapters}
    found: set[str] = set()
    waiting = [need for chapter_id in ids for need in by_id[chapter_id].needs]
    while waiting:
        chapter_id = waiting.pop()
        if chapter_id not in found:
            found.add(chapter_id)
            waiting.extend(by_id[chapter_id].needs)
    return found


def choose(chapters: list[Chapter], ids: Iterable[str]) -> list[Chapter]:
    """Return the chapters with these ids, in the handbook's order.

    Raises
    ------
    InputError
        An id is not in the list.
    """
    known = [chapter.id for chapter in chapters]
    wanted = list(ids)
    for chapter_id in wanted:
        if chapter_id not in known:
            raise InputError("chapter", found=chapter_id, allowed=known, remedy="Use one of these.")
    return [chapter for chapter in chapters if chapter.id in wanted]
