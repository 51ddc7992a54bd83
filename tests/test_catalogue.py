"""The catalogue and the reference in the manual say what the code says."""

import pytest

from nlsh.catalogue import FILE, REFERENCE, as_json, catalogue, declared, reference
from nlsh.tool import tool_names


def test_the_catalogue_is_that_of_the_code() -> None:
    assert FILE.read_text("utf-8") == as_json(declared()), "run: python -m nlsh.catalogue"
    assert catalogue() == declared()


def test_the_reference_in_the_manual_is_that_of_the_code() -> None:
    assert REFERENCE.read_text("utf-8") == reference(declared()), "run: python -m nlsh.catalogue"


def test_every_tool_is_in_it() -> None:
    assert tuple(catalogue()) == tool_names() and len(catalogue()) >= 110


@pytest.mark.parametrize("name", tool_names())
def test_targets_and_rows_fit_the_arguments(name: str) -> None:
    entry = catalogue()[name]
    assert set(entry.targets) <= {slot.name for slot in entry.slots}
    assert entry.gives in {
        "files",
        "processes",
        "matches",
        "records",
        "value",
        "text",
        "none",
        "same",
        "last",
    }
