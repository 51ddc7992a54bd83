"""The notation of plans and the grammar that decoding keeps to."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from nlsh.agent import notation
from nlsh.agent.copying import VALUE_ROLES, reads
from nlsh.agent.decoding import Grammar, read_calls
from nlsh.agent.embedded import EmbeddedPlanner
from nlsh.agent.grounding import validate
from nlsh.agent.spans import quotations, source
from nlsh.errors import NotUnderstood
from nlsh.tool import find_tool, tool_names
from nlsh.turn import Call, Utterance

WORDS = (
    (
        "0 1 -1 3 3rd third last 1,000 1000001 2.5 5MB 5 MB 0 bytes a gig|ten minutes|2 hours|0 seconds|90 minutes|today|last week|2024|in march|"
        "pdfs|images|.txt|nonsense|3 and 5|2-4|#3|:80|4294967296|12345|一百兆|上周|第三|十|半小时|图片"
    )
    .replace(" ", "|", 12)
    .split("|")
)
IDS = {token: 10_000 + n for n, token in enumerate(notation.functional_tokens())}


def test_every_tool_and_argument_has_a_token() -> None:
    for tool in tool_names():
        assert f"<{tool}>" in IDS
        for slot in notation.slots(tool):
            assert slot.tokens and all(token in IDS for token in slot.tokens)


def test_spelling_and_reading_are_inverse() -> None:
    calls = (
        Call("files.find", {"under": "my docs", "kind": "file", "larger": "5 MB", "hidden": True}),
        Call("rows.sort", {"by": "size", "order": "largest"}),
        Call("files.delete", {}),
    )
    assert notation.read(notation.spell(calls)) == calls


def pieces(text: str) -> list[str]:
    import re

    return re.findall(r"[\u3400-\u9fff]|[^\W\d_\u3400-\u9fff]+|.", text)


def random_plan(text: str, seed: int, kind: str = "none") -> tuple[Call, ...] | None:
    chosen = random.Random(seed)
    parts = pieces(text)
    grammar = Grammar(IDS, kind, [source(range(len(parts)), [p.encode() for p in parts])])
    taken = []
    while not grammar.state.done and len(taken) < 80:
        allowed = sorted(grammar.allowed())
        if not allowed:
            return None
        taken.append(chosen.choice(allowed))
        grammar.take(taken[-1])
    return read_calls(taken, IDS, lambda token: parts[token].encode()) if grammar.state.done else None


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(
        [
            "delete the 3 largest files over 5 MB in Downloads from last week",
            "kill 4242 on port 80",
            "把下载里的图片移到 照片",
            "x",
        ]
    ),
    st.integers(0, 10**6),
)
def test_whatever_the_grammar_lets_through_is_a_valid_plan(text: str, seed: int) -> None:
    calls = random_plan(text, seed)
    for index, call in enumerate(calls or ()):
        try:
            validate(call.tool, call.args)
        except NotUnderstood as error:
            raise AssertionError(f"{call}: {error}") from error
        for slot in notation.slots(call.tool):
            if slot.mode == "copy" and slot.name in call.args:
                assert call.args[slot.name] in text
        if index:
            assert find_tool(call.tool).takes


def test_spans_do_not_cut_names() -> None:
    parts = pieces("open my-file_2.txt now")
    text = source(range(len(parts)), [p.encode() for p in parts])
    spans = {text.text(b, e) for b in text.begins for e in text.ends if b <= e}
    assert "my-file_2.txt" in spans and not spans & {"my", "file", "txt", "my-file_2", "file_2.txt", "2"}


@pytest.mark.parametrize(
    ("said", "never"), [("what's in PATH", "s"), ("don't delete a.txt", "t"), ("I’ll see", "ll")]
)
def test_what_an_apostrophe_has_cut_off_is_no_name(said: str, never: str) -> None:
    parts = pieces(said)
    text = source(range(len(parts)), [p.encode() for p in parts])
    spans = {text.text(b, e) for b in text.begins for e in text.ends if b <= e}
    assert never not in spans and said.split()[-1] in spans


def test_words_in_quotes_may_be_short() -> None:
    parts = pieces("put 's' into a.txt")
    text = source(range(len(parts)), [p.encode() for p in parts])
    assert "s" in {text.text(b, e) for b in text.begins for e in text.ends if b <= e}


def test_chinese_spans_may_begin_and_end_anywhere() -> None:
    parts = pieces("把下载里的a.txt删掉")
    text = source(range(len(parts)), [p.encode() for p in parts])
    spans = {text.text(b, e) for b in text.begins for e in text.ends if b <= e}
    assert {"下载", "a.txt"} <= spans and "txt" not in spans


def test_names_of_what_is_there_are_likely_and_nothing_is_forbidden() -> None:
    text = "delete ~/tmp/foo bar.txt now"
    pieces = list(text)
    tokens = [ord(c) for c in pieces]
    ids = {token: 10_000 + n for n, token in enumerate(notation.functional_tokens())}
    said = source(tokens, [c.encode() for c in pieces])
    grammar = Grammar(ids, "none", [said], {"~/tmp/foo bar.txt", "~/tmp"}.__contains__)
    assert grammar.likely() == set()
    for token in ("<files.delete>", "<path:>"):
        grammar.take(ids[token])
    taken = ""
    while len(likely := grammar.likely()) == 1:
        assert likely <= grammar.allowed()
        grammar.take(next(iter(likely)))
        taken += chr(next(iter(likely)))
    assert taken == "~/tmp/foo bar.txt" and ids[notation.END] in grammar.likely()


@pytest.mark.parametrize(
    ("said", "hinted"), [("copy it to Documents", False), ("copy a.txt to Documents", True)]
)
def test_a_place_that_is_there_is_not_what_goes_there(said: str, hinted: bool) -> None:
    """After a turn about one file, the one name that a sentence has is where it goes."""
    exists = {"Documents", "a.txt"}.__contains__
    grammar = Grammar(LETTERS, "text", [source(*letters(said)), source(*letters("b.txt"))], exists)
    for token in ("<files.copy>", "<path:>"):
        grammar.take(LETTERS[token])
    assert bool(grammar.likely()) is hinted


def letters(text: str) -> tuple[list[int], list[bytes]]:
    """A text in tokens of one letter each."""
    return [ord(c) for c in text], [c.encode() for c in text]


def copied(said: str, before: str, call: list[str], letters_taken: str) -> tuple[Grammar, set[int]]:
    """The grammar after `call` and the letters of an argument have been taken; and what may follow."""
    grammar = Grammar(LETTERS, "none", [source(*letters(said)), source(*letters(before))])
    for token in call:
        grammar.take(LETTERS[token])
    for c in letters_taken:
        assert ord(c) in grammar.allowed(), c
        grammar.take(ord(c))
    return grammar, grammar.allowed()


LETTERS = {token: 100_000 + n for n, token in enumerate(notation.functional_tokens())}


def test_what_the_sentence_names_is_not_cut_off_where_the_plan_before_ends() -> None:
    _, after = copied("read logs/app.log", "logs", ["<files.read>", "<path:>"], "logs")
    assert after == {ord("/")}
    _, after = copied("read it again", "logs", ["<files.read>", "<path:>"], "logs")
    assert LETTERS[notation.END] in after
    # both begin alike, and the sentence's may be the place that it goes to
    _, after = copied("move it to ~/docs/old", "~/docs/a.txt", ["<files.move>", "<path:>"], "~/docs/")
    assert {ord("a"), ord("o")} <= after


def test_a_file_named_in_the_sentence_is_not_taken_from_the_plan_before() -> None:
    _, after = copied("show users.csv as a table", "zales.csv", ["<text.table>", "<path:>"], "")
    assert ord("u") in after and ord("z") not in after
    # two paths are wanted and one is named: the other may be the one before
    _, after = copied("compare it with users.csv", "zales.csv", ["<files.compare>", "<path:>"], "")
    assert ord("u") in after and ord("z") in after
    _, after = copied("only those over 1.5GB", "zales", ["<files.usage>", "<path:>"], "")
    assert ord("z") in after
    # what is named is the new name, so what gets it is the one before
    for said in ("rename it to users.csv", "rename it to a.tar.gz", "叫它 计划.csv"):
        _, after = copied(said, "zales.csv", ["<files.rename>", "<path:>"], "")
        assert ord("z") in after, said


def test_a_pronoun_is_no_beginning_of_a_name() -> None:
    _, after = copied("delete it", "it_notes.txt", ["<files.delete>", "<path:>"], "it")
    assert ord("_") in after
    _, after = copied("delete src2", "src/a.py", ["<files.delete>", "<path:>"], "src")
    assert ord("2") in after and ord("/") not in after


@given(
    st.sampled_from(["append buy eggs to notes.txt", "copy a.txt to a-b.txt", "把 a.txt 移到 文档"]),
    st.integers(0, 10**6),
)
@settings(max_examples=200, deadline=None)
def test_no_way_ends_in_nothing(said: str, seed: int) -> None:
    chosen = random.Random(seed)
    grammar = Grammar(
        LETTERS, "files", [source(*letters(said)), source(*letters("notes.txt")), source(*letters("a"))]
    )
    for _ in range(400):
        allowed = sorted(token for token in grammar.allowed() if grammar.leads_on(token))
        assert allowed, grammar.state
        grammar.take(chosen.choice(allowed))
        if grammar.state.done:
            break


def test_the_planner_takes_the_sentence_for_the_first_source() -> None:
    planner = EmbeddedPlanner()
    before = (Call("files.read", {"path": "notes.txt"}),)
    _, sources = planner._prompt(Utterance("delete b.txt", "/home/anna", 0.0), before, "text")
    assert [each.text(0, len(each.tokens) - 1) for each in sources] == ["delete b.txt", "notes.txt"]


@pytest.mark.parametrize("role", sorted(VALUE_ROLES))
@given(st.one_of(st.text(max_size=12), st.sampled_from(WORDS)))
@settings(max_examples=150, deadline=None)
def test_values_are_read_as_the_arguments_types_do(role: str, text: str) -> None:
    try:
        TypeAdapter(VALUE_ROLES[role]).validate_python(text)
        wanted = True
    except ValueError:
        wanted = False
    assert reads(role, text) == wanted


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ('add "call bob" to a.txt', ["call bob"]),
        ("the kids' photos and mum's files", []),
        ("don't touch 'a b' or 'c'", ["a b", "c"]),
        ('"delete a.txt"', []),
        ("把“你好 世界”写到a.txt", ["你好 世界"]),
        ('say "', []),
        ("awk '{print $1}' f", []),
    ],
)
def test_what_stands_in_quotation_marks_is_one_thing(text: str, quoted: list[str]) -> None:
    """Nothing that is copied begins or ends within it."""
    assert [text[a:b] for a, b in quotations(text)] == quoted
    characters = source(range(len(text)), [c.encode() for c in text])
    for first, last in characters.quoted:
        assert not characters.begins & set(range(first + 1, last + 1))
        assert not characters.ends & set(range(first, last))
    assert len(characters.quoted) == len(quoted)
