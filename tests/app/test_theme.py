"""Whatever colour an operator picks, everything can be read: WCAG AA, 4.5 to 1, in the light and in the dark."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import theme
from app.theme import AA, Tokens, contrast, readable, tokens
from shared.stations import ConnectorStatus

colors = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06X}")
darkness = st.booleans()
TONES = ("danger", "warning", "good", "info", "neutral", "violet")
VISIBLE = 3.0
"""WCAG 1.4.11: what isn't text but must be seen, such as an icon that is always beside its word."""


def pairs(t: Tokens) -> list[tuple[str, str, str]]:
    """Everything that is written, and what it is written on."""
    grounds = {name: getattr(t, name) for name in ("background", "surface", "raised", "sunken", "primary_soft")}
    found = [(f"ink on {name}", t.ink, ground) for name, ground in grounds.items()]
    found += [(f"muted on {name}", t.muted, ground) for name, ground in grounds.items()]
    found += [(f"primary on {name}", t.primary, ground) for name, ground in grounds.items()]
    found.append(("on_primary on primary", t.on_primary, t.primary))
    for name in TONES:
        tone = getattr(t, name)
        places = {"its ground": tone.ground, "surface": t.surface, "background": t.background, "raised": t.raised}
        found += [(f"{name} on {place}", tone.ink, ground) for place, ground in places.items()]
        found.append((f"ink on the ground of {name}", t.ink, tone.ground))
    return found


@given(colors, darkness)
@settings(max_examples=300, deadline=None)
def test_every_ink_can_be_read_for_any_colour_of_an_operator(seed: str, dark: bool) -> None:
    poor = [(what, round(contrast(one, other), 2)) for what, one, other in pairs(tokens(seed, dark))]
    assert [(what, ratio) for what, ratio in poor if ratio < AA] == []


@given(colors, darkness)
@settings(max_examples=100, deadline=None)
def test_a_colour_that_can_be_read_stays_as_it_is(seed: str, dark: bool) -> None:
    """An operator recognizes its own colour."""
    t = tokens(seed, dark)
    soft = theme.mix(seed, t.surface, 0.20 if dark else 0.10)
    if all(contrast(seed, ground) >= AA for ground in (t.surface, t.background, t.raised, t.sunken, soft)):
        assert t.primary == seed


@given(colors, colors)
@settings(max_examples=300, deadline=None)
def test_readable_always_finds_a_colour(color: str, ground: str) -> None:
    assert contrast(readable(color, ground), ground) >= AA


@pytest.mark.parametrize(
    "seed", ["#FFFFFF", "#000000", "#FFFF00", "#0B6E4F", "#00FFFF", "#808080", "#767676", "#0000FF"]
)
@pytest.mark.parametrize("dark", [False, True])
def test_colours_at_the_edges(seed: str, dark: bool) -> None:
    for what, one, other in pairs(tokens(seed, dark)):
        assert contrast(one, other) >= AA, what


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#FFFFFF", 21.0),
        ("#FFFFFF", "#FFFFFF", 1.0),
        ("#767676", "#FFFFFF", 4.54),
        ("#0000FF", "#FFFFFF", 8.59),
    ],
)
def test_contrast_as_wcag_computes_it(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.01)


@pytest.mark.parametrize("dark", [False, True])
def test_a_status_has_a_colour_and_an_icon_that_no_brand_changes(dark: bool) -> None:
    one, other = tokens("#0B6E4F", dark), tokens("#E30613", dark)
    for status in ConnectorStatus:
        assert one.status(status) == other.status(status)
        assert contrast(one.status(status).ink, one.surface) >= VISIBLE
        assert theme.STATUS_ICON[status] is not None
