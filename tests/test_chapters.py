"""The list of chapters is read strictly, and needs are followed to their ends."""

import pytest

import handbook_folder
from handbook_folder import Handbook
from sohandbook import chapters
from sohandbook.errors import InputError


@pytest.fixture
def handbook(tmp_path, monkeypatch) -> Handbook:
    return handbook_folder.use(tmp_path, monkeypatch)


def test_needs_are_followed_through_others(handbook):
    handbook.add_chapter("a")
    handbook.add_chapter("b", needs=["a"])
    handbook.add_chapter("c", needs=["b"])
    handbook.add_chapter("d")
    every = chapters.read()
    assert chapters.needed(every, ["c"]) == {"a", "b"}
    assert chapters.needed(every, ["d"]) == set()
    assert [c.id for c in chapters.choose(every, ["d", "b"])] == ["b", "d"]
    with pytest.raises(InputError, match="found 'x'; allowed: a, b, c, d"):
        chapters.choose(every, ["a", "x"])


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"needs": ["b"]}, "b, needs: found 'b'; allowed: a"),
        ({"needs": ["later"]}, "b, needs: found 'later'; allowed: a"),
        ({"after": ["b"]}, "b, after: found 'b'; allowed: a"),
        ({"after": "some"}, "after.*found 'some'"),
        ({"id": "a"}, "found 'a'; allowed: each id once"),
        ({"notebook": "c.ipynb"}, "b, notebook: found 'c.ipynb'; allowed: a.ipynb, b.ipynb"),
        ({"objective": "SO6"}, "objective: found 'SO6'"),
        ({"datsets": []}, "datsets: found"),
    ],
)
def test_refuses_a_broken_list(handbook, fields, message):
    handbook.add_chapter("a")
    handbook.add_chapter("b", **fields)
    with pytest.raises(InputError, match=message):
        chapters.read()


def test_all_means_every_chapter_before(handbook):
    handbook.add_chapter("a")
    handbook.add_chapter("b")
    handbook.add_chapter("c", after="all")
    handbook.add_chapter("d")
    every = chapters.read()
    assert [chapter.after for chapter in every] == [(), (), ("a", "b"), ()]
    # to come after others is not to need them
    assert chapters.needed(every, ["c"]) == set()


def test_the_handbook_lists_its_own_chapters():
    every = chapters.read()
    assert every
    tables = [table for chapter in every for table in chapter.tables]
    assert len(tables) == len(set(tables)), "each reporting table has one chapter that writes it"
