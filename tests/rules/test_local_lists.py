"""What has to be sent so that a station's list becomes the wanted one."""

from hypothesis import given
from hypothesis import strategies as st

from backend.commands import ListEntry
from backend.local_lists import rules

NUMBERS = st.sampled_from([f"CARD-{number}" for number in range(12)])
LISTS = st.dictionaries(NUMBERS.map(str.lower), st.sampled_from(["accepted", "blocked", "expired"])).map(
    lambda found: {name: ListEntry(value=name.upper(), type="ISO14443", status=word) for name, word in found.items()}
)


@given(held=st.none() | LISTS, target=LISTS, version=st.integers(0, 2**31 - 1), batch=st.integers(1, 5))
def test_after_the_updates_the_station_holds_what_is_wanted(
    held: dict[str, ListEntry] | None, target: dict[str, ListEntry], version: int, batch: int
) -> None:
    found, last = held, version
    sent = list(rules.updates(held, target, version, batch))
    for place, update in enumerate(sent):
        assert len(update.entries) <= batch
        assert update.full == (held is None and place == 0)
        assert update.version == rules.next_version(last)
        assert 0 < update.version < 2**31
        found, last = rules.applied(found, update), update.version
    assert found == target
    assert list(rules.updates(found, target, last, batch)) == []
    if held is not None:
        changed = {name for name in held.keys() | target.keys() if held.get(name) != target.get(name)}
        assert sum(len(update.entries) for update in sent) == len(changed)


def test_a_batch_is_as_large_as_the_station_says() -> None:
    assert rules.batch_size({("", "SendLocalListMaxLength"): "20"}) == 20
    assert rules.batch_size({("LocalAuthListCtrlr", "ItemsPerMessage"): "3", ("", "SendLocalListMaxLength"): "9"}) == 3
    for text in (None, "", "0", "many", "-4"):
        assert rules.batch_size({("", "SendLocalListMaxLength"): text}) == rules.DEFAULT_BATCH
    assert rules.batch_size({("", "SendLocalListMaxLength"): "99999"}) == rules.LARGEST_BATCH
