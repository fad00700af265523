"""Import files as people make them: Excel's UTF-8, an old GB18030, and all kinds of slips."""

import csv

import click
import pytest

from gridsvc.tables import Fault, UnreadableTable, beside, progress, read_table, refuse_faulty


@pytest.fixture
def file(tmp_path):
    def write(text: str, encoding: str = "utf-8"):
        path = tmp_path / "grids.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_chinese_reads_in_either_encoding(file, encoding: str) -> None:
    table = read_table(file("code,name\n1,田家村\n", encoding), ["code", "name"])

    assert [line.cells for line in table.lines] == [{"code": "1", "name": "田家村"}]


def test_what_is_neither_is_refused(file) -> None:
    with pytest.raises(UnreadableTable, match="neither"):
        read_table(file("code\n田", "utf-16"), ["code"])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_row_has_the_number_of_its_first_line(file, end: str) -> None:
    text = end.join(["code,name", "", '1,"two', 'lines"', " , ", "2, 赵 家 "])

    table = read_table(file(text), ["code", "name"])

    assert [(line.number, line["name"]) for line in table.lines] == [
        (3, f"two{end}lines"),
        (6, "赵 家"),
    ]


def test_columns_come_in_any_order_and_optional_ones_may_be_missing(file) -> None:
    [line] = read_table(file("name,code\n赵,1\n"), ["code", "name"], optional=["until"]).lines

    assert (line["code"], line["name"], line["until"]) == ("1", "赵", "")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "missing: 'code'"),
        ("name\n", "missing: 'code'"),
        ("code,form\n", "unknown: 'form'"),
        ("code,code\n", "named twice: 'code'"),
        ('code,name\n"1,x\n', "Line 2"),
    ],
)
def test_what_is_no_such_table_is_refused(file, text: str, told: str) -> None:
    with pytest.raises(UnreadableTable, match=told):
        read_table(file(text), ["code"], optional=["name"])


def test_a_row_that_does_not_fit_is_a_fault_and_not_a_line(file) -> None:
    table = read_table(file(f"code,name\n1\n2,b,c\n3,d\n4,\0\n5,{'x' * 2001}\n"), ["code", "name"])

    assert [line["code"] for line in table.lines] == ["3"]
    assert table.faults == [
        Fault(2, "has 1 cells instead of 2"),
        Fault(3, "has 3 cells instead of 2"),
        Fault(5, "name contains a control character"),
        Fault(6, "name is longer than 2000 characters"),
    ]


def test_all_faults_are_told_and_written_beside_their_rows(file, capsys) -> None:
    path = file("code,name\n1\n2,赵\n3,钱\n")
    table = read_table(path, ["code", "name"])
    errors = beside(path, "errors")

    with pytest.raises(click.ClickException, match=r"3 faults in 2 lines"):
        refuse_faulty(table, [table.lines[0].fault("bad"), table.lines[0].fault("worse")], errors)

    with errors.open(encoding="utf-8-sig", newline="") as rows:
        assert list(csv.reader(rows)) == [
            ["line", "reason", "code", "name"],
            ["2", "has 1 cells instead of 2", "1", ""],
            ["3", "bad", "2", "赵"],
            ["3", "worse", "2", "赵"],
        ]
    assert capsys.readouterr().err.splitlines()[1] == "line 3: bad"


def test_many_faults_are_told_in_part(file, capsys) -> None:
    table = read_table(file("code\n" + "x\n" * 30), ["code"])

    with pytest.raises(click.ClickException):
        refuse_faulty(table, [line.fault("bad") for line in table.lines], beside(file(""), "e"))

    assert capsys.readouterr().err.splitlines()[-1] == "... and 10 more"


def test_without_a_fault_nothing_happens(file) -> None:
    path = file("code\n1\n")

    refuse_faulty(read_table(path, ["code"]), [], beside(path, "errors"))

    assert not beside(path, "errors").exists()


def test_progress_yields_everything() -> None:
    assert list(progress([1, 2, 3], "Checking")) == [1, 2, 3]
