"""Whatever a station says, reading it never fails: it is a message, or a mistake with a code."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import inspect

from backend.ocpp.codec import CODECS, TRANSACTION_MESSAGES, Call, Malformed
from backend.ocpp.v16 import messages as v16
from backend.ocpp.v201 import messages as v201

JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([-1, 0, 2**31, 2**63, 2**80, 10**400, 1.5, -0.0, 1e308]),
    st.sampled_from(
        ["", "x", "12,5", "NaN", "1e400", "-1", "2026-01-01T10:00:00Z", "2026-99-01", "\u0000", "\ud83d", "é" * 300]
    ),
    st.just([]),
    st.just({}),
    st.just([[], {}, None]),
)


def near(kind: Any) -> st.SearchStrategy[Any]:
    """Values that look like this type, with something wrong in a few places."""
    if isinstance(kind, inspect.UnionType):
        return near(next(one for one in kind.types if not isinstance(one, inspect.NoneType)))
    if isinstance(kind, inspect.StructType):
        fields = {one.encode_name: st.one_of(near(one.type), JUNK) for one in kind.fields}
        return st.one_of(st.fixed_dictionaries({}, optional=fields), st.fixed_dictionaries(fields), JUNK)
    if isinstance(kind, inspect.ListType):
        return st.one_of(st.lists(near(kind.item_type), max_size=2), JUNK)
    if isinstance(kind, inspect.LiteralType):
        return st.one_of(
            st.sampled_from(sorted(kind.values)), st.sampled_from(sorted(kind.values)).map(str.upper), JUNK
        )
    if isinstance(kind, inspect.DateTimeType):
        return st.one_of(st.just("2026-01-01T10:00:00Z"), JUNK)
    return st.one_of(st.text(max_size=5), st.integers(), JUNK)


TYPES = {"1.6": v16.MESSAGES, "2.0.1": v201.MESSAGES}
CASES = [(version, action) for version, codec in CODECS.items() for action in sorted(codec.from_station)]


@pytest.mark.parametrize(("version", "action"), CASES)
def test_reading_never_fails(version: str, action: str) -> None:
    codec = CODECS[version]
    kind = inspect.type_info(TYPES[version][action][0])

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(near(kind))
    def law(payload: Any) -> None:
        found = codec.decode(json.dumps([2, "m", action, payload]).encode())
        assert isinstance(found, Call | Malformed)
        if isinstance(found, Malformed):
            assert action not in TRANSACTION_MESSAGES
            assert found.code
        else:
            msgspec.json.encode(found.payload)

    law()
