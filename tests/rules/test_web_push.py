"""How a push is sealed, signed, kept and judged: the example of RFC 8291, and tables."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from backend.context import Context
from backend.notify import rules
from backend.notify.channels import web_push
from backend.notify.channels.base import Gone, Letter, Refused, Trouble
from shared.notify import Told
from shared.operations import Severity
from tests import world
from tests.conftest import Clock
from tests.support.browsers import Subscription, unb64, who_signed

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
INCIDENT = "/incidents/6f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b"


def private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(unb64(text), "big"), ec.SECP256R1())


def letter(**changes: object) -> Letter:
    values: dict[str, object] = {
        "id": UUID(int=7),
        "tenant_id": UUID(int=1),
        "sender": "Nord",
        "address": "https://push.example.net/1",
        "kind": "incident_opened",
        "severity": "critical",
        "title": "Too hot inside",
        "body": "Harbour · CP-1",
        "link": INCIDENT,
        "url": "",
        "at": NOW,
    }
    return Letter(**(values | changes))  # type: ignore[arg-type]


def test_the_example_of_the_rfc_comes_out_byte_by_byte() -> None:
    """RFC 8291, section 5 and appendix A."""
    made = web_push.sealed(
        b"When I grow up, I want to be a watermelon",
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
        own=private("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
        salt=unb64("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert made == unb64(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3j"
        "l7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


@given(st.binary(max_size=web_push.MOST_BYTES))
def test_what_is_sealed_one_browser_reads(text: bytes) -> None:
    one, other = Subscription("https://push.example.net/1"), Subscription("https://push.example.net/2")
    made = web_push.sealed(text, **one.keys)
    assert one.read(made) == text
    assert len(made) <= 4096
    with pytest.raises(InvalidTag):
        other.read(made)


def test_the_same_text_never_looks_the_same() -> None:
    one = Subscription("https://push.example.net/1")
    assert web_push.sealed(b"x", **one.keys) != web_push.sealed(b"x", **one.keys)


def test_the_signature_names_one_push_service_and_runs_out() -> None:
    header = web_push.signature("s" * 32, "https://push.example.net:8443/wpush/abc?x=1", "mailto:ops@example.com", NOW)
    claims, key = who_signed(header)
    assert claims == {
        "aud": "https://push.example.net:8443",
        "exp": int((NOW + timedelta(hours=12)).timestamp()),
        "sub": "mailto:ops@example.com",
    }
    assert key == web_push.public_key("s" * 32)
    assert len(unb64(key)) == 65
    assert key != web_push.public_key("t" * 32)


def test_a_long_text_is_cut_and_still_fits() -> None:
    said = web_push.said(letter(title="T" * 900, body="Größe 🔌 " * 2000))
    assert len(said) <= web_push.MOST_BYTES
    told = msgspec.json.decode(said)
    assert told["body"].startswith("Größe 🔌")
    assert told["body"].endswith("…")
    assert msgspec.json.decode(web_push.said(letter()))["body"] == "Harbour · CP-1"


KEY = Subscription("").keys["p256dh"]
SECRET = "BTBZMqHH6r4Tts7J_aSIgg"


# Named, since a key made anew in each worker is another name for the same test in each.
@pytest.mark.parametrize(
    ("p256dh", "auth", "good"),
    [
        pytest.param(KEY, SECRET, True, id="a-browser's"),
        pytest.param("", SECRET, False, id="no-key"),
        pytest.param("BCVxsr7N", SECRET, False, id="too-short"),
        pytest.param("B" + "A" * 86, SECRET, False, id="no-point-of-the-curve"),
        pytest.param(KEY, "short", False, id="short-secret"),
        pytest.param(KEY, SECRET + "==", True, id="padded"),
        pytest.param(KEY + "!", SECRET, False, id="no-base64"),
    ],
)
def test_keys_that_are_none_are_seen(p256dh: str, auth: str, good: bool) -> None:
    assert web_push.usable(p256dh, auth) is good


@pytest.mark.parametrize(
    ("endpoint", "good"),
    [
        ("https://fcm.googleapis.com/fcm/send/abc", True),
        ("https://updates.push.services.mozilla.com:443/wpush/v2/x", True),
        ("http://fcm.googleapis.com/fcm/send/abc", False),
        ("https://fcm.googleapis.com:8443/x", False),
        ("https://user:secret@fcm.googleapis.com/x", False),
        ("https://127.0.0.1/x", False),
        ("https://[::1]/x", False),
        ("https://0x7f.1/x", False),
        ("https://169.254.169.254/latest", False),
        ("https://database/x", False),
        ("https://localhost/x", False),
        ("https://[broken/x", False),
        ("https://x:99999/", False),
        ("https:///x", False),
        ("file:///etc/passwd", False),
        ("", False),
        ("http://push-inside:5000/x", True),
    ],
)
def test_only_the_open_internet_is_called_unless_a_host_is_named(clock: Clock, endpoint: str, good: bool) -> None:
    ctx: Context = world.make_context(clock, push_hosts=("push-inside",))
    assert web_push.may_call(ctx, endpoint) is good


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, None), (201, None), (202, None),
        (301, Refused), (400, Refused), (413, Refused),
        (401, Trouble), (403, Trouble), (408, Trouble), (429, Trouble), (500, Trouble), (503, Trouble),
        (404, Gone), (410, Gone),
    ],
)  # fmt: skip
def test_what_an_answer_means(status: int, kind: type[Exception] | None) -> None:
    if kind is None:
        web_push.judge(status, "", "", NOW)
    else:
        with pytest.raises(kind):
            web_push.judge(status, "said", "", NOW)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("", None),
        ("soon", None),
        ("-5", None),
        ("0", timedelta(0)),
        ("120", timedelta(minutes=2)),
        ("99999999999999999999999", timedelta(hours=6)),
        ("Mon, 02 Mar 2026 09:10:00 GMT", timedelta(minutes=10)),
        ("Mon, 02 Mar 2026 08:00:00 GMT", timedelta(0)),
        ("Mon, 99 Mar 2026 08:00:00 GMT", None),
    ],
)
def test_how_long_they_ask_us_to_wait(header: str, wait: timedelta | None) -> None:
    assert web_push.patience(header, NOW) == wait


@pytest.mark.parametrize(
    ("kind", "severity", "urgency", "hours"),
    [
        (Told.OPENED, Severity.CRITICAL, "high", 24),
        (Told.OPENED, Severity.WARNING, "normal", 12),
        (Told.ESCALATED, Severity.INFO, "normal", 12),
        (Told.CLOSED, Severity.INFO, "low", 12),
        (Told.DIGEST, Severity.WARNING, "low", 12),
        (Told.SESSION_FINISHED, Severity.INFO, "high", 4),
        (Told.SESSION_INTERRUPTED, Severity.WARNING, "high", 4),
        (Told.STATION_BACK, Severity.INFO, "high", 4),
    ],
)
def test_what_wakes_a_device_and_how_long_it_is_kept(kind: Told, severity: Severity, urgency: str, hours: int) -> None:
    assert (rules.urgency(kind, severity), rules.lifetime(kind, severity)) == (urgency, timedelta(hours=hours))


def test_news_of_one_incident_replace_each_other_and_others_dont() -> None:
    first, second = rules.subject(INCIDENT, "1"), rules.subject(INCIDENT, "2")
    assert first == second
    assert len(first) == 32  # RFC 8030 section 5.4: at most
    assert set(first) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert rules.subject("/incidents", "1") != rules.subject("/incidents", "2")


CHROME = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Mobile Safari/537.36"
)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (CHROME, "Chrome, Android"),
        (CHROME + " EdgA/139.0", "Edge, Android"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox, Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/18.5 Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/139.0.0.0 Safari/537.36 OPR/120.0", "Opera, Linux"),
        ("curl/8", "Browser"),
        ("", "Browser"),
    ],
)
def test_a_browser_has_a_name_that_people_know(agent: str, name: str) -> None:
    assert rules.browser_name(agent) == name
