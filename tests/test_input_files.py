"""Files are found or named before computing; checksums are right even if files change fast."""

import errno
import hashlib
import os
from pathlib import Path

import pytest

import handbook_folder
from handbook_folder import METADATA, Handbook
from sohandbook import input_files
from sohandbook.chapters import Chapter
from sohandbook.country import Country
from sohandbook.errors import InputError
from sohandbook.input_files import Checksums


@pytest.fixture
def handbook(tmp_path, monkeypatch) -> Handbook:
    return handbook_folder.use(tmp_path, monkeypatch)


def write(handbook, *names: str) -> None:
    for name in names:
        (handbook.raw / name).write_text(name)


def find(handbook, *files: str, **fields: object) -> list[str]:
    entry = {"product": "toy", "files": list(files), "metadata": METADATA} | fields
    handbook.write_settings(datasets={"map": entry})
    country = Country.load("XTT")
    found = input_files.find(country.datasets["map"], name="map", country=country)
    return [path.name for path in found]


def test_every_year_has_a_file_or_a_stand_in(handbook):
    write(handbook, "old_2000.tif", "old_2001.tif", "new_2001.tif", "new_2003.tif", "new_2009.tif")
    patterns = ("new_{year}.tif", "old_{year}.tif")
    assert find(handbook, *patterns, years=[2000, 2003], stands_for={2002: 2001}) == [
        "new_2001.tif",
        "new_2003.tif",
        "old_2000.tif",
    ]
    with pytest.raises(InputError, match=r"no file new_2002.tif or old_2002.tif"):
        find(handbook, *patterns, years=[2000, 2003])


def test_without_years_one_file_is_enough(handbook):
    write(handbook, "a_2000.tif", "a_2005.tif")
    assert find(handbook, "a_{year}.tif") == ["a_2000.tif", "a_2005.tif"]
    with pytest.raises(InputError, match=r"no file b_\{year\}.tif"):
        find(handbook, "b_{year}.tif")


def test_both_sexes_of_each_year(handbook):
    write(handbook, "p_f_2000.tif", "p_m_2000.tif", "p_f_2001.tif")
    assert len(find(handbook, "p_{sex}_{year}.tif", years=[2000, 2000])) == 2
    with pytest.raises(InputError, match=r"no file p_m_2001.tif"):
        find(handbook, "p_{sex}_{year}.tif", years=[2000, 2001])


def test_national_file_goes_before_raw_data(handbook):
    write(handbook, "rain.nc")
    (handbook.country / "rain.nc").write_text("national")
    handbook.write_settings(
        datasets={"map": {"product": "toy", "files": ["rain.nc"], "metadata": METADATA}}
    )
    country = Country.load("XTT")
    (path,) = input_files.find(country.datasets["map"], name="map", country=country)
    assert path.parent == handbook.country


def test_grid_dataset_is_used_by_every_chapter(handbook):
    handbook.add_dataset("land_cover")
    handbook.add_dataset("rain")
    handbook.write_settings(grid={"dataset": "land_cover"})
    country = Country.load("XTT")
    chapter = Chapter(
        id="a", notebook="a.ipynb", title="A", objective="SO3", datasets=("rain", "people")
    )
    assert list(input_files.used_by(chapter, country)) == ["land_cover", "rain"]
    assert input_files.lacking(chapter, country) == ["people"]


def test_checksums_are_remembered_and_never_stale(handbook, monkeypatch):
    file = handbook.raw / "a.bin"
    file.write_bytes(b"one")
    checksums = Checksums.open()
    assert checksums.of(file) == hashlib.sha256(b"one").hexdigest()
    checksums.save()
    again = Checksums.open()
    with monkeypatch.context() as patch:
        patch.delattr(hashlib, "file_digest")
        assert again.of(file) == hashlib.sha256(b"one").hexdigest()
    # the same size and time, another file: the inode tells
    status = file.stat()
    other = handbook.raw / "b.bin"
    other.write_bytes(b"two")
    other.replace(file)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert Checksums.open().of(file) == hashlib.sha256(b"two").hexdigest()


def test_broken_memory_of_checksums_is_no_error(handbook):
    file = Checksums.open().file
    file.parent.mkdir()
    file.write_text('{"half":')
    assert Checksums.open().known == {}


def test_forgets_files_that_are_gone(handbook):
    file = handbook.raw / "a.bin"
    file.write_bytes(b"one")
    checksums = Checksums.open()
    checksums.of(file)
    file.unlink()
    checksums.save()
    assert Checksums.open().known == {}


def test_a_folder_that_is_only_read_takes_no_checksums_and_stops_nothing(handbook, monkeypatch):
    """So 'sohandbook check' works on results that somebody else keeps."""
    checksums = Checksums.open()
    checksums.of(handbook.add_dataset("rain"))

    def refuse(self, text, **_):
        raise OSError(errno.EROFS, "Read-only file system", str(self))

    monkeypatch.setattr(Path, "write_text", refuse)
    checksums.save()
    with pytest.raises(OSError, match="Read-only") as error:
        input_files.write_whole(handbook.output / "manifest.json", "{}")
    assert error.value.filename == str(handbook.output / "manifest.json")


def test_a_full_disk_leaves_no_part_and_names_the_file(tmp_path, monkeypatch):
    def write_some(self, text, **_):
        self.write_bytes(text[:3].encode())
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", write_some)
    with pytest.raises(OSError, match="No space left") as error:
        input_files.write_whole(tmp_path / "manifest.json", "{} and more")
    assert error.value.filename == str(tmp_path / "manifest.json")
    assert list(tmp_path.iterdir()) == []
