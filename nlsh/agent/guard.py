"""One more look before something destructive: does the sentence speak of it at all?

A model this small now and then reads an unknown verb as a deletion. A plan that deletes
or stops something, from a sentence without one word that could mean that, is therefore
never covered by a `--yes` given beforehand: it asks. Neither is one from a sentence that only wants to know
something ("which of them can go"), or that says what shall not or cannot be done, nor one that lost a condition on
its way ("delete the old files" became all files). It can only make nlsh ask more often.
"""

import re
from collections.abc import Sequence

from nlsh.catalogue import catalogue
from nlsh.turn import Call

_STEMS = """delet remov eras rid trash bin rm rmdir del discard throw toss wip nuke purg dump scrap ditch junk clear clean
away dispos elimin zap destroy drop chuck blow lose unlink expung obliterat sweep extermin cut annihil gone
disappear vanish empt kill stop terminat end quit clos shut halt finish exit abort cancel murder slay sigterm
sigkill pkill killall turn pull free useless need want delte remvoe dlete go take put get make must should
crash stuck hang froze bring knock shoot unneed tidy prune flush shred clobber evict yank cull bury axe 删 移除 清
去掉 扔 丢 干掉 抹 不要 结束 停 关 杀 终止 退出 中止 释放 kill""".split()
# What is said of all but the first ones: it is the others that go.
_REST = "keep kept stay spare only just enough thin rotat 保留 留".split()
_BACK = """undo undid undelet back revert restor roll oops mistake wrong recover revers unmake cancel ctrl again before mind
撤 恢复 还原 反悔 退 取消 找回 弄错""".split()
DESTRUCTIVE = ("files.delete", "files.empty_trash", "processes.stop")
_QUESTION = re.compile(
    r"\W*(?:(?:and|so|but|ok|well|hm+),? )*(?:which|what|why|who|whose|where|should|"
    r"is (?!(?:it|this|that) possible\b|there (?:any|a)\b)\S+|are (?:they|these|those)|do (?:i|we|they)|does|am i|would (?:it|they)|how)\b|.*(?:哪些|哪个|为什么|应不应该|应该.*吗|要不要|该不该|还有用吗)"
)
# What shall not or cannot be done is not asked for: "don't delete it", "i can't delete it, who holds it".
_NOT = re.compile(
    r"\b(?:don[’']?t|do not|never|can[’']?t|cannot|can not|couldn[’']?t|could not|unable to|not able to|failed to|won[’']?t let me)"
    r"(?: (?:ever|just|dare|please|actually|seem to|be able to))* (?:delete|remove|erase|trash|wipe|empty|kill|stop|close|quit|end|terminate|throw|move)\b"
    r"|(?:不要|别|勿|不许|不准|不能|无法|没法|不可以)(?:再|去|把[^，。；]{0,40}?)?(?:删|移除|清空|清掉|关|停|结束|杀|扔)|(?:删|关|停|杀|移)不(?:掉|了)"
)
_FORBIDS = re.compile(
    r"\W*(?:please,? |and |but |no,? )*(?:don[’']?t|do not|never)\b(?! (?:need|want|keep|care|like|forget))|\W*(?:请)?(?:不要|别|勿|不许|不准)(?!了|忘)"
)
_AND_MORE = re.compile(r"[,;:?!.]\s+\w|[。，；？！]\W*\w|\b(?:and|then)\b|然后|再|并")
_WORD = re.compile(r"[a-z]+")
# Words that say which ones are meant, and what of a plan may have come of them: arguments, their values, or a tool.
_CONDITIONS = (
    ("old|older|oldest|outdated|stale|ancient|旧的|旧文件|老的|过期", "older modified created accessed newest oldest"),
    ("recent|recently|latest|newest|最新|最近", "newer modified created newest oldest"),
    ("big|bigger|biggest|large|larger|largest|huge|大文件|大的", "larger largest smallest above"),
    ("small|smaller|smallest|tiny|小文件|小的", "smaller largest smallest below"),
    ("empty|空的|空文件", "empty files.empty_trash"),
    ("duplicate|duplicates|duplicated|identical|重复", "files.duplicates text.unique"),
    ("unused|没用过", "accessed older"),
    ("useless|unnecessary|unimportant|unneeded|没用的|无用", ""),
)  # fmt: skip


def spoken_of(text: str, calls: Sequence[Call]) -> bool:
    """Whether a plan is what the sentence asks for: a destructive one is backed by a word of it, which is no mere question.

    What a call has copied is not such a word: "find lose_1.txt" speaks of a file. Of every other plan it is asked
    only that the sentence does not forbid something.
    """
    changing = any(catalogue()[call.tool].changes for call in calls)
    if not any(call.tool in DESTRUCTIVE for call in calls):
        forbids = _FORBIDS.match(text.lower()) is not None and _AND_MORE.search(text.lower()) is None
        lost = any(call.tool == "files.move" for call in calls) and _lost_condition(
            _unstruck(text, calls), calls
        )
        return not (changing and (forbids or _only_asks(text) or lost))
    said = _NOT.sub(" ", _unstruck(text, calls))
    rest = any(call.tool == "rows.skip" for call in calls)
    if any(call.tool == "files.delete" for call in calls) and _lost_condition(said, calls):
        return False
    return _holds(said, [*_STEMS, *_REST] if rest else _STEMS) and not _only_asks(text)


def _unstruck(text: str, calls: Sequence[Call]) -> str:
    """The sentence in small letters without the words that became arguments."""
    said = text
    for value in (value for call in calls for value in call.args.values() if isinstance(value, str)):
        said = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", " ", said, count=1)
    return said.lower()


def _lost_condition(said: str, calls: Sequence[Call]) -> bool:
    """Whether `said` has a word for which ones are meant that nothing in the plan can have come of; what is called by its name needs none."""
    if "path" in calls[-1].args:
        return False
    have = {call.tool for call in calls} | {
        str(part) for call in calls for item in call.args.items() for part in item
    }
    return any(
        re.search(rf"\b(?:{words})\b" if words.isascii() else rf"(?<![a-z])(?:{words})(?![a-z])", said)
        is not None
        and not have & set(came_of.split())
        for words, came_of in _CONDITIONS
    )


def _only_asks(text: str) -> bool:
    low = text.strip().lower()
    return _QUESTION.match(low) is not None and _AND_MORE.search(low) is None


def asks_back(text: str) -> bool:
    """Whether the sentence itself speaks of taking something back: then undo needs no further yes."""
    return _holds(text, _BACK)


def _holds(text: str, stems: Sequence[str]) -> bool:
    low = text.lower()
    words = _WORD.findall(low)
    for stem in stems:
        if not stem.isascii():
            if stem in low:
                return True
        elif any(word.startswith(stem) and (len(stem) > 3 or len(word) - len(stem) <= 4) for word in words):
            return True
    return False
