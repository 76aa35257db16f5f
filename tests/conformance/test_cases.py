"""Every case of the lists has its test or is named as open, and no test stands for a case that isn't there."""

import pytest

from tests.conformance import report


@pytest.mark.parametrize("version", report.VERSIONS)
def test_every_case_is_proven_once_or_named_as_open(version: str) -> None:
    known = {one.id for one in report.cases(version)}
    written = {case: count for (of, case), count in report.written().items() if of == version}
    assert set(written) - known == set()
    assert {case for case, count in written.items() if count > 1} == set()
    assert known - set(written) == report.open_cases(version)
