"""Every case of the lists has its test, and no test stands for a case that isn't there."""

import pytest

from tests.conformance import report

UNPROVEN: dict[str, frozenset[str]] = {"16": frozenset(), "201": frozenset()}
"""Cases without a test: none is the goal."""


@pytest.mark.parametrize("version", report.VERSIONS)
def test_every_case_has_one_test(version: str) -> None:
    known = {one.id for one in report.cases(version)}
    written = {case: count for (of, case), count in report.written().items() if of == version}
    assert set(written) - known == set()
    assert {case for case, count in written.items() if count > 1} == set()
    assert known - set(written) == set(UNPROVEN[version])
