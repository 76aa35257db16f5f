"""`wattline bench` works: rows are well-formed, and every message that is counted was answered rightly. No timings."""

from pathlib import Path

import msgspec
import pytest

from backend.bench import measures, nodes, run
from backend.bench.measures import Scale, WrongAnswers, pair
from backend.bench.process import ChildFailed
from backend.bench.rows import Row, compared, measured, not_measured, table
from backend.bench.secured import own_certificate
from backend.bench.talk import mixed_steps, order, text_frame
from backend.ocpp.codec import CODECS, Call

CPU = "CPU per message, protocol only, 1.6 mix"
TINY = Scale(seconds=0.3, rounds=1, stations=5, idle=20)


def payload_of(wire: bytes) -> bytes:
    """Of a client's text frame: opcode and length, four bytes of masking key, payload."""
    size, start = wire[1] & 127, 2
    if size == 126:
        size, start = int.from_bytes(wire[2:4], "big"), 4
    assert len(wire) == start + 4 + size
    return wire[start + 4 :]


def test_mix_has_the_shares_that_are_stated() -> None:
    kinds = order()
    assert {kind: kinds.count(kind) for kind in kinds} == {"boot": 1, "heartbeat": 30, "status": 20, "meter": 49}


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_every_message_of_the_mix_is_right_by_its_schema(version: str) -> None:
    for one in mixed_steps(version):
        call = CODECS[version].decode(payload_of(one.wire))
        assert isinstance(call, Call), one.wire
        assert call.mended == ()
        assert one.begins == f'[3,"{call.message_id}",'.encode()


def test_frame_lengths() -> None:
    for size in (0, 125, 126, 300):
        assert payload_of(text_frame(b"x" * size)) == b"x" * size


@pytest.mark.parametrize("kind", ["protocol", "baseline"])
@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
@pytest.mark.parametrize("arguments", [(), ("--tls",)], ids=["plain", "tls"])
def test_servers_answer_every_message_rightly(kind: str, version: str, arguments: tuple[str, ...]) -> None:
    """`connect` and `run` raise WrongAnswers otherwise."""
    with pair(kind, *arguments) as one:
        assert bool(one.server.hello["certificate"]) == bool(arguments)
        assert one.connect(version, 5, version)["messages"] == 5
        found = one.run(0.3)
    assert found.messages > 5
    assert found.cpu_us > 0


def test_wrong_answer_is_noticed() -> None:
    """The baseline has no handler for StartTransaction: its error must not count as a message."""
    with pair("baseline") as one:
        one.connect("sessions", 1)
        with pytest.raises(WrongAnswers, match="1 wrong"):
            one.run(0.2)


def test_command_line_writes_the_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")  # no Node: nothing is downloaded in a test
    path = tmp_path / "build" / "bench.json"
    options = ["--seconds=0.3", "--rounds=1", "--stations=5", "--idle=20", f"--output={path}"]
    assert run.main(["protocol-1.6", "protocol-2.0.1", "memory", *options]) == 0
    rows = msgspec.json.decode(path.read_bytes(), type=list[Row], strict=True)
    names = [row.name.split(",")[0] for row in rows]
    assert names == ["CPU per message"] * 4 + ["memory per idle connection"]
    for row in (rows[0], rows[2]):
        assert row.value
        assert row.baseline_value
        assert row.ratio == pytest.approx(row.baseline_value / row.value, rel=0.05)
        assert row.load.startswith("5 stations")
    assert "protocol only, 1.6 mix" in capsys.readouterr().out


@pytest.mark.parametrize("kind", ["protocol", "baseline"])
def test_server_with_tls_speaks_nothing_else(kind: str) -> None:
    """A station that doesn't encrypt, and one that trusts another certificate, get nowhere: the rows are of TLS."""
    with own_certificate() as other, pair(kind, "--tls") as one:
        for certificate, why in (("", "Connection|closed"), (other.pem, "SSLCertVerificationError")):
            with pytest.raises(ChildFailed, match=why):
                one.crowd.ask("connect", port=one.server.hello["port"], talk="1.6", stations=1, certificate=certificate)


def test_rows_of_tls_are_named_so_on_both_sides() -> None:
    rows = [*measures.protocol(TINY, "2.0.1", tls=True), *measures.memory(TINY, tls=True)]
    assert [row.name.rpartition(", ")[2] for row in rows] == ["TLS", "TLS"]
    assert all(row.baseline.endswith(", TLS") for row in rows)


def test_whole_node_stores_what_it_answers() -> None:
    rows = measures.stored(TINY)
    assert {row.name for row in rows} >= {f"CPU per message, stored, {title}" for _, _, title in measures.STORED}
    assert {row.unit for row in rows} >= {"µs", "1/s"}
    assert all(row.value and row.value > 0 for row in rows)


def test_three_nodes_share_the_stations_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = nodes.nodes(TINY)
    assert [row.unit for row in rows] == ["µs", "µs"]
    assert rows[0].value
    assert rows[0].baseline_value
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    assert nodes.nodes(TINY)[0].load == "not measured: nats-server is not installed"


def test_unknown_measurement_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run.main(["speed"])
    assert "speed is not a measurement" in capsys.readouterr().err


def test_table_says_why_something_is_missing() -> None:
    text = table(
        [
            compared("one", 2.0, "µs", "other", 20.0, "5 stations"),
            measured("two", 1234.5, "1/s", "5 stations"),
            not_measured("three", "s", "no browser"),
        ]
    )
    assert "10.0" in text
    assert "1,234" in text
    assert "not measured: no browser" in text


def test_a_paced_crowd_keeps_its_rate_and_a_storm_brings_everybody_in() -> None:
    with pair("protocol") as one:
        assert one.connect("1.6", 40, at_once=40)["refused_twice"] == 0
        found = one.run(0.5, rate=200.0)
    assert 60 <= found.messages <= 110


def test_more_may_be_better() -> None:
    assert compared("rate", 1500, "1/s", "other", 100, "", more_is_better=True).ratio == 15.0
    assert compared("cost", 10, "µs", "other", 100, "").ratio == 10.0


def test_without_node_its_row_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    rows = measures.protocol(TINY, "1.6")
    assert [row.name for row in rows] == [f"{CPU}", f"{CPU}, and Node"]
    assert rows[1].value is None
    assert rows[1].load == "not measured: Node is not installed"
