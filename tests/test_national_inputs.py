"""Hand-made CSV files are checked line by line."""

import numpy as np
import pytest

from sohandbook import classes, national_inputs
from sohandbook.errors import InputError

LEGEND = "code,name,unccd\n10,Acacia woodland,1\n20,Steppe,2\n30,Oasis gardens,3\n"


@pytest.fixture
def legend_file(tmp_path):
    def write(text):
        file = tmp_path / "legend.csv"
        file.write_text(text, encoding="utf-8")
        return file

    return write


def test_legend(legend_file):
    legend = national_inputs.read_legend(legend_file(LEGEND))
    assert legend.labels == {10: "Acacia woodland", 20: "Steppe", 30: "Oasis gardens"}
    assert legend.unccd == {10: 1, 20: 2, 30: 3}


def test_legend_saved_by_a_spreadsheet_with_a_byte_order_mark(tmp_path):
    file = tmp_path / "legend.csv"
    file.write_text(LEGEND, encoding="utf-8-sig")
    assert national_inputs.read_legend(file).unccd[30] == 3


@pytest.mark.parametrize(
    ("old", "new", "where", "found"),
    [
        ("20,Steppe,2", "20,Steppe,8", "line 3, unccd", "'8'"),
        ("20,Steppe,2", "10,Steppe,2", "line 3, code", "'10'"),
        ("20,Steppe,2", "x,Steppe,2", "line 3, code", "'x'"),
        ("20,Steppe,2", "255,Steppe,2", "line 3, code", "'255'"),
        ("20,Steppe,2", "20,,2", "line 3, name", "''"),
        ("20,Steppe,2", "20,Oasis gardens,2", "line 4, name", "'Oasis gardens'"),
        ("code,name,unccd", "code,name,class", "line 1", "'code, name, class'"),
    ],
)
def test_a_wrong_line_is_named(legend_file, old, new, where, found):
    with pytest.raises(InputError) as error:
        national_inputs.read_legend(legend_file(LEGEND.replace(old, new)))
    assert f"legend.csv, {where}: found {found}" in str(error.value)


def test_too_many_classes(legend_file):
    lines = "".join(f"{code},Class {code},2\n" for code in range(1, 17))
    with pytest.raises(InputError, match="found '16 classes'"):
        national_inputs.read_legend(legend_file("code,name,unccd\n" + lines))


def matrix_text(matrix):
    sign = {-1: "-", 0: "0", 1: "+"}
    header = "from," + ",".join(str(code) for code in range(1, 8))
    rows = [
        f"{code}," + ",".join(sign[int(value)] for value in row)
        for code, row in enumerate(matrix, start=1)
    ]
    return "\n".join([header, *rows]) + "\n"


def test_matrix_comes_back_as_written(tmp_path):
    file = tmp_path / "matrix.csv"
    file.write_text(matrix_text(classes.transition_matrix()))
    np.testing.assert_array_equal(national_inputs.read_matrix(file), classes.transition_matrix())


def test_matrix_rows_may_come_in_any_order(tmp_path):
    header, *rows = matrix_text(classes.transition_matrix()).splitlines()
    file = tmp_path / "matrix.csv"
    file.write_text("\n".join([header, *reversed(rows)]))
    np.testing.assert_array_equal(national_inputs.read_matrix(file), classes.transition_matrix())


def test_a_wrong_sign_is_named(tmp_path):
    file = tmp_path / "matrix.csv"
    text = matrix_text(classes.transition_matrix()).replace("2,+,0,+", "2,+,0,x")
    file.write_text(text)
    with pytest.raises(InputError, match=r"from 2 to 3: found 'x'; allowed: -, 0, \+"):
        national_inputs.read_matrix(file)


def test_a_missing_class_is_named(tmp_path):
    file = tmp_path / "matrix.csv"
    file.write_text("\n".join(matrix_text(classes.transition_matrix()).splitlines()[:-1]))
    with pytest.raises(InputError, match="Give each class of the legend one line"):
        national_inputs.read_matrix(file)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        national_inputs.read_matrix(tmp_path / "matrix.csv")
