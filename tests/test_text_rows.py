"""The text and rows managers inside the sandbox, and filters against a plain Python oracle."""

import base64
import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlsh.errors import NotUnderstood, ToolFailed
from nlsh.tool import Work, find_tool
from nlsh.turn import Effects, Result, Scene
from tests.conftest import Runner

TEXT = "pear 3\napple 10\n\napple 10\nBanana 2\nmail me at bob@example.org or see https://example.org/a?b=1 on 2024-05-06\n"


@pytest.fixture
def work(home: Path) -> Path:
    folder = home / "work"
    (folder / "t.txt").write_text(TEXT)
    (folder / "sales.csv").write_text(
        'customer,amount,city\nanna,10,Berlin\nbob,2.5,Paris\nanna,30,Berlin\ncarl,,"New York, NY"\n'
    )
    (folder / "cities.json").write_text(
        '{"cities": [{"city": "Berlin", "country": "DE"}, {"city": "Paris", "country": "FR"}]}'
    )
    (folder / "more.txt").write_text("one\ntwo\n")
    return folder


def text(result: Result) -> str:
    assert result.text is not None
    return result.text


def test_counting(run: Runner, work: Path) -> None:
    assert run("text.count", path="t.txt").value == 6
    assert run("text.count", path="t.txt", unit="words").value == len(TEXT.split())
    assert run("text.count", path="t.txt", unit="characters").value == len(TEXT)
    assert run("text.count", path="t.txt", text="apple").value == 2
    files = run("files.find", type="txt")
    assert run("text.count", files.rows, "files").value == 8
    with pytest.raises(ToolFailed, match="is not text"):
        (work / "b.txt").write_bytes(b"\0\1")
        run("text.count", path="b.txt")


def test_words_columns_sort_unique(run: Runner, work: Path) -> None:
    assert (run("text.words", path="t.txt", count="1").rows or [])[0] == {"word": "apple", "count": 2}
    assert text(run("text.columns", path="t.txt", n="2")).split("\n")[:3] == ["3", "10", "10"]
    assert text(run("text.columns", path="sales.csv", n="last")).startswith("city\nBerlin")
    assert text(run("text.columns", path="t.txt", n="2", other="1")).split("\n")[0] == "3\tpear"
    assert text(run("text.sort", path="t.txt")).split("\n")[1:4] == ["apple 10", "apple 10", "Banana 2"]
    assert text(run("text.sort", path="t.txt", order="descending")).split("\n")[0] == "pear 3"
    (work / "n.txt").write_text("10\n9\n-1\n")
    assert text(run("text.sort", path="n.txt", numeric=True)) == "-1\n9\n10"
    assert text(run("text.unique", path="t.txt")).count("apple") == 1
    assert (run("text.unique", path="t.txt", counts=True).rows or [])[0] == {"count": 2, "text": "apple 10"}
    assert text(run("text.unique", path="t.txt", repeated=True)) == "apple 10"


def test_range_extract_join_case_number_reverse(run: Runner, work: Path) -> None:
    assert text(run("text.range", path="t.txt", start="1", end="2")) == "pear 3\napple 10"
    assert run("text.range", path="t.txt", start="99").notes == ["there is no line 99"]
    assert text(run("text.extract", path="t.txt", what="emails")) == "bob@example.org"
    assert text(run("text.extract", path="t.txt", what="links")) == "https://example.org/a?b=1"
    assert text(run("text.extract", path="t.txt", what="dates")) == "2024-05-06"
    assert text(run("text.extract", path="t.txt", pattern=r"app\w+")) == "apple"
    assert text(run("text.join", path="more.txt", separator="semicolon")) == "one; two"
    assert text(run("text.case", path="more.txt", to="upper")) == "ONE\nTWO"
    assert text(run("text.case", text="hello world", to="title")) == "Hello World"
    assert text(run("text.number", path="more.txt")) == "1  one\n2  two"
    assert text(run("text.reverse", path="more.txt")) == "two\none"


def test_text_tools_take_what_was_read_before(run: Runner, work: Path) -> None:
    rows = [{"text": "b"}, {"text": "a"}]
    assert text(run("text.sort", rows, "text")) == "a\nb"
    assert run("text.count", rows, "text").value == 2


def test_encoding(run: Runner, work: Path) -> None:
    assert text(run("text.encode", text="hello")) == "aGVsbG8="
    assert text(run("text.encode", text="hi", method="hex")) == "6869"
    assert text(run("text.encode", text="a b&c", method="url")) == "a%20b%26c"
    assert base64.b64decode(text(run("text.encode", path="more.txt"))) == b"one\ntwo\n"
    assert text(run("text.decode", text="aGVsbG8=")) == "hello"
    assert text(run("text.decode", text="6869", method="hex")) == "hi"
    assert text(run("text.decode", text="a%20b", method="url")) == "a b"
    with pytest.raises(ToolFailed, match="not base64"):
        run("text.decode", text="!!!")


def test_replace_shows_and_changes(run: Runner, work: Path) -> None:
    (work / "sub").mkdir()
    (work / "sub" / "c.md").write_text("an Apple and an apple\n")
    effects = run.effects("text.replace", old="apple", new="cherry")
    assert effects.title == "replace 'apple' by 'cherry' 4 times in 2 files"
    assert any("- an Apple and an apple" in line for line in effects.samples)
    run("text.replace", old="apple", new="cherry")
    assert (work / "sub" / "c.md").read_text() == "an cherry and an cherry\n"
    run("text.replace", old="Banana", new="melon", path="t.txt")
    assert "melon 2" in (work / "t.txt").read_text()
    assert run.effects("text.replace", old="not there at all", new="x").changes == ()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "x,y\n1,a\n2,b\n"), ("a.tsv", "x\ty\n1\ta\n2\tb\n"), ("a.json", '[{"x":1,"y":"a"},{"x":2,"y":"b"}]'),
        ("a.jsonl", '{"x":1,"y":"a"}\n{"x":2,"y":"b"}\n'), ("a.yaml", "- {x: 1, y: a}\n- {x: 2, y: b}\n"),
        ("a.toml", '[[r]]\nx=1\ny="a"\n[[r]]\nx=2\ny="b"\n'), ("semi.csv", "x;y\n1;a\n2;b\n"),
    ],
)  # fmt: skip
def test_tables(run: Runner, work: Path, name: str, content: str) -> None:
    (work / name).write_text(content)
    assert run("text.table", path=name).rows == [{"x": 1, "y": "a"}, {"x": 2, "y": "b"}]


def test_broken_tables_are_named(run: Runner, work: Path) -> None:
    (work / "bad.json").write_text("{")
    with pytest.raises(ToolFailed, match=r"bad\.json is not json"):
        run("text.table", path="bad.json")
    (work / "bomb.yaml").write_text("!!python/object/apply:os.system ['true']")
    with pytest.raises(ToolFailed, match="is not yaml"):
        run("text.table", path="bomb.yaml")


def sales(run: Runner) -> list[Any]:
    return run("text.table", path="sales.csv").rows or []


def test_rows_of_a_table(run: Runner, work: Path) -> None:
    rows = sales(run)
    assert run("rows.mean", rows, "records", column="Amount").value == pytest.approx(42.5 / 3)
    assert run("rows.sum", rows, "records", column="amount").value == 42.5
    assert (run("rows.max", rows, "records", column="amount").rows or [])[0]["amount"] == 30
    assert (run("rows.min", rows, "records", column="amount").rows or [])[0]["customer"] == "bob"
    assert [
        r["amount"] for r in run("rows.where", rows, "records", column="amount", above="5").rows or []
    ] == [10, 30]
    assert [
        r["customer"] for r in run("rows.where", rows, "records", column="city", equals="paris").rows or []
    ] == ["bob"]
    assert [r["customer"] for r in run("rows.where", rows, "records", contains="york").rows or []] == ["carl"]
    ordered = run("rows.sort", rows, "records", column="amount", order="descending").rows or []
    assert ordered[0]["amount"] == 30
    assert run("rows.group", rows, "records", column="customer", total="amount").rows[0] == {
        "customer": "anna",
        "count": 2,
        "total amount": 40,
    }  # type: ignore[index]
    assert len(run("rows.unique", rows, "records", column="city").rows or []) == 3
    assert (run("rows.select", rows, "records", column="city", second="amount").rows or [])[0] == {
        "city": "Berlin",
        "amount": 10,
    }
    joined = run("rows.join", rows, "records", other="cities.json", column="city").rows or []
    assert [(r["customer"], r["country"]) for r in joined] == [("anna", "DE"), ("bob", "FR"), ("anna", "DE")]
    with pytest.raises(NotUnderstood, match="there is no column 'colour'"):
        run("rows.mean", rows, "records", column="colour")


@pytest.mark.parametrize("kind", ["csv", "tsv", "json", "jsonl", "yaml"])
def test_saving_and_reading_back(run: Runner, work: Path, kind: str) -> None:
    rows = [{"name": 'a, "b"\n', "n": 1}, {"name": "ü", "n": 2.5}]
    if kind in ("csv", "tsv"):
        rows[0]["name"] = 'a, "b"'
    run("rows.save", rows, "records", to=f"out.{kind}")
    assert run("text.table", path=f"out.{kind}").rows == rows


def test_saving_text_and_markdown(run: Runner, work: Path) -> None:
    run("rows.save", [{"text": "x"}, {"text": "y"}], "text", to="lines.txt")
    assert (work / "lines.txt").read_text() == "x\ny\n"
    run("rows.save", [{"a": "1|2", "b": None}], "records", format="markdown")
    assert (work / "result.md").read_text() == "| a | b |\n| --- | --- |\n| 1\\|2 |  |\n"


def test_charts(run: Runner, work: Path) -> None:
    bars = text(run("rows.chart", [{"name": "a", "size": 4096}, {"name": "bb", "size": 1024}], "records"))
    assert bars.split("\n")[0].startswith("a  ████") and "4.0 KiB" in bars
    assert (
        text(run("rows.chart", [{"n": 1}, {"n": 5}, {"n": 9}], "records", style="line", column="n")) == "▁▅█"
    )
    assert (
        len(
            text(
                run("rows.chart", [{"n": k} for k in range(100)], "records", style="histogram", column="n")
            ).split("\n")
        )
        == 10
    )


def call(name: str, rows: list[Any], **args: Any) -> Result:
    """A rows tool without the sandbox: it is pure, and the properties need many runs."""
    tool = find_tool(name)
    work = Work(
        tool.args(**args),
        Scene("/", "/", 0.0),
        rows,
        "records",
        Effects(),
        {},
        lambda *_: None,
        lambda *_: None,
    )
    return tool.run(work)


ROWS = st.lists(
    st.fixed_dictionaries({"n": st.integers(-1000, 1000), "s": st.sampled_from("abc")}), max_size=30
)
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@QUICK
@given(rows=ROWS, limit=st.integers(-1000, 1000), letter=st.sampled_from("abc"), count=st.integers(1, 10))
def test_pipelines_agree_with_plain_python(rows: list[Any], limit: int, letter: str, count: int) -> None:
    above = call("rows.where", rows, column="n", above=str(limit)).rows if rows else []
    assert above == [row for row in rows if row["n"] > limit]
    below = call("rows.where", rows, column="n", below=str(limit)).rows if rows else []
    assert below == [row for row in rows if row["n"] < limit]
    same = call("rows.where", rows, column="s", equals=letter).rows if rows else []
    assert same == [row for row in rows if row["s"] == letter]
    ordered = call("rows.sort", rows, column="n", order="descending").rows or []
    assert [row["n"] for row in ordered] == sorted((row["n"] for row in rows), reverse=True)
    assert call("rows.first", ordered, count=count).rows == ordered[:count]
    assert call("rows.last", ordered, count=count).rows == ordered[-count:]
    if rows:
        assert call("rows.sum", rows, column="n").value == sum(row["n"] for row in rows)
        assert call("rows.max", rows, column="n").rows[0]["n"] == max(row["n"] for row in rows)  # type: ignore[index]
        assert call("rows.min", rows, column="n").rows[0]["n"] == min(row["n"] for row in rows)  # type: ignore[index]
        groups = call("rows.group", rows, column="s", total="n").rows or []
        assert {g["s"]: (g["count"], g["total n"]) for g in groups} == {
            key: (len(part), sum(part))
            for key in {r["s"] for r in rows}
            for part in [[r["n"] for r in rows if r["s"] == key]]
        }
        assert [row["s"] for row in call("rows.unique", rows, column="s").rows or []] == list(
            dict.fromkeys(row["s"] for row in rows)
        )


@QUICK
@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {"t": st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=12), "k": st.integers()}
        ),
        min_size=1,
        max_size=8,
    )
)
def test_tables_survive_the_way_there_and_back(rows: list[Any]) -> None:
    from nlsh.tools.text._tables import write_rows

    assert json.loads(write_rows(rows, "json")) == rows
    back = list(csv.DictReader(write_rows(rows, "csv").splitlines(keepends=True)))
    assert [row["t"] for row in back] == [row["t"] for row in rows]


@pytest.mark.parametrize("tool", ["files.read", "text.count", "files.checksum", "text.sort"])
def test_a_pipe_is_not_waited_for(run: Runner, work: Path, tool: str) -> None:
    os.mkfifo(work / "pipe")
    with pytest.raises(ToolFailed, match="pipe"):
        run(tool, path="pipe")
