"""The production-like stack and the settings table agree with the program. No Docker is needed to know that."""

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from backend.errors import StartRefused
from backend.main import with_secret
from backend.settings import Settings, from_environment

ROOT = Path(__file__).parent.parent
STACK: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = STACK["services"]
NODES = ("node-1", "node-2")
SETTINGS = {one.metadata["variable"]: one for one in fields(Settings)}
FROM_OUTSIDE = re.compile(r"\$\{(\w+)(:[-?])?([^}]*)\}")
ENTERED = {
    "POSTGRES_PASSWORD": "abc123",
    "WATTLINE_SECRET": "s" * 32,
    "WATTLINE_ADMIN_EMAIL": "ada@example.com",
    "WATTLINE_ADMIN_PASSWORD": "long enough",
    "DOMAIN": "",
}


def filled(value: str) -> str:
    """As `docker compose` fills it from .env: `:?` demands, `:-` has a default."""

    def one(match: re.Match[str]) -> str:
        given = ENTERED.get(match[1], "")
        if not given and match[2] == ":?":
            raise AssertionError(f"{match[1]} is demanded and docs/deploy/env.example doesn't name it")
        return given or (match[3] if match[2] == ":-" else "")

    return FROM_OUTSIDE.sub(one, value)


@pytest.mark.parametrize("name", NODES)
def test_what_a_node_is_told_makes_settings(name: str) -> None:
    environment = {key: filled(value) for key, value in SERVICES[name]["environment"].items()}
    assert {key for key in environment if key not in SETTINGS} == {"FORWARDED_ALLOW_IPS"}  # uvicorn's own
    settings = with_secret(from_environment(environment))
    assert settings.database_url == "postgresql://wattline:abc123@postgres:5432/wattline"
    assert settings.nats_url == "nats://nats:4222"
    assert settings.app_url == "https://localhost"
    assert (settings.host, settings.ocpp_host) == ("0.0.0.0", "0.0.0.0")
    assert not settings.demo
    assert set(settings.roles) == {"ocpp", "web", "worker"}
    assert settings.admin_email
    assert settings.admin_password


def test_two_nodes_are_told_the_same_and_are_told_apart() -> None:
    one, two = (SERVICES[name] for name in NODES)
    assert one["environment"] == two["environment"]
    assert (one["hostname"], two["hostname"]) == NODES


def test_the_cluster_profile_adds_nodes_with_one_task() -> None:
    for role in ("ocpp", "worker"):
        one = SERVICES[role]
        assert one["profiles"] == ["cluster"]
        assert one["command"] == ["serve", "--roles", role]
        environment = {key: filled(str(value)) for key, value in one["environment"].items()}
        settings = from_environment(environment, roles=(role,))
        assert f":{settings.health_port}/health/ready" in one["healthcheck"]["test"][-1]
        assert settings.drain_s < int(one["stop_grace_period"].removesuffix("s"))


def test_nothing_secret_has_a_default() -> None:
    for service in SERVICES.values():
        for key, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|SECRET|DATABASE_URL", key):
                demanded = [match[2] for match in FROM_OUTSIDE.finditer(value)]
                assert demanded == [":?"], f"{key} must be demanded from .env"
    for line in (ROOT / "docs/deploy/env.example").read_text().splitlines():
        assert line == "" or line.startswith("#") or line.endswith("="), line


def test_the_example_names_all_that_must_be_entered() -> None:
    named = set(re.findall(r"^(\w+)=", (ROOT / "docs/deploy/env.example").read_text(), re.M))
    asked = {match[1] for match in FROM_OUTSIDE.finditer((ROOT / "docker-compose.yml").read_text())}
    assert named == asked == set(ENTERED)


def test_images_are_pinned() -> None:
    used = [service["image"] for service in SERVICES.values()]
    used += re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.M)
    assert len(used) >= 6
    assert not [image for image in used if not re.search(r":v?\d+\.\d+", image)]


def test_every_service_says_how_it_is_and_waits_for_what_it_needs() -> None:
    for name, service in SERVICES.items():
        assert service["healthcheck"]["test"], name
        assert service["restart"] == "unless-stopped", name
        assert all(need["condition"] == "service_healthy" for need in service.get("depends_on", {}).values()), name
    assert set(SERVICES["node-1"]["depends_on"]) == {"postgres", "nats"}
    assert set(SERVICES["proxy"]["depends_on"]) == set(NODES)


def test_only_the_proxy_is_reachable() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert STACK["networks"]["inside"]["internal"] is True
    assert [SERVICES[name]["networks"] for name in ("postgres", "nats")] == [["inside"], ["inside"]]


def test_the_proxy_knows_the_nodes() -> None:
    text = (ROOT / "docs/deploy/Caddyfile").read_text()
    upstreams = {line.strip() for line in re.findall(r"reverse_proxy ([^{]+)", text)}
    web, ocpp = SETTINGS["WATTLINE_PORT"].default, SETTINGS["WATTLINE_OCPP_PORT"].default
    assert upstreams == {" ".join(f"{name}:{web}" for name in NODES)}
    assert f"name stations\n\t\t\tport {ocpp}" in text
    for name in (*NODES, "ocpp"):
        assert SERVICES[name]["networks"]["outside"]["aliases"] == ["stations"]
    assert SERVICES["worker"]["networks"] == ["inside", "outside"]
    assert "encode zstd gzip" in text
    assert text.count("{") == text.count("}")
    published = {int(one.split(":")[0]) for one in SERVICES["proxy"]["ports"]}
    assert published == {80, 443, ocpp}
    assert set(re.findall(r"\{\$(\w+)", text)) == set(SERVICES["proxy"]["environment"])


def test_the_image_holds_what_the_program_reads() -> None:
    text = (ROOT / "Dockerfile").read_text()
    copied = {name for line in re.findall(r"^COPY (.+) \S+$", text, re.M) for name in line.split()}
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied == allowed
    assert {"main.py", "app", "backend", "shared", "assets", "requirements.lock", "pyproject.toml"} <= copied
    assert all((ROOT / name).exists() for name in copied)
    assert "--require-hashes" in text
    assert re.search(r"^USER wattline$", text, re.M)


def test_the_settings_table_is_current() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/settings_table.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"WATTLINE_PORT": "http"}, "WATTLINE_PORT"),
        ({"WATTLINE_PORT": "70000"}, "WATTLINE_PORT"),
        ({"WATTLINE_OCPP_PORT": "-1"}, "WATTLINE_OCPP_PORT"),
        ({"WATTLINE_DEMO": "perhaps"}, "WATTLINE_DEMO"),
        ({"WATTLINE_ROLES": "web,cook"}, "cook"),
        ({"WATTLINE_ROLES": ","}, "WATTLINE_ROLES"),
        ({"WATTLINE_PROT": "1"}, "WATTLINE_PROT"),
        ({"WATTLINE_UNKNOWN_STATIONS": "welcome"}, "WATTLINE_UNKNOWN_STATIONS"),
        ({"WATTLINE_POOL_MIN": "9", "WATTLINE_POOL_MAX": "3"}, "WATTLINE_POOL_MIN"),
        ({"WATTLINE_POOL_MIN": "0"}, "WATTLINE_POOL_MIN"),
        ({"WATTLINE_ROLES": "web"}, "set NATS_URL"),
        ({"WATTLINE_ROLES": "web,worker"}, "set NATS_URL"),
        ({"NATS_URL": "nats://n"}, "set DATABASE_URL"),
        ({"WATTLINE_HOLD": "fifty"}, "WATTLINE_HOLD"),
        ({"WATTLINE_HOLD": "-1"}, "WATTLINE_HOLD"),
        ({"WATTLINE_HOLD": "NaN"}, "WATTLINE_HOLD"),
        ({"WATTLINE_ACCESS_TOKEN": "0"}, "WATTLINE_ACCESS_TOKEN"),
        ({"WATTLINE_HEARTBEAT": "0"}, "WATTLINE_HEARTBEAT"),
        ({"WATTLINE_PING": "-5"}, "WATTLINE_PING"),
        ({"WATTLINE_LOG_LEVEL": "loud"}, "WATTLINE_LOG_LEVEL"),
        ({"WATTLINE_ADMIN_EMAIL": "ada@example.com"}, "WATTLINE_ADMIN_PASSWORD"),
        ({"WATTLINE_OCPP_TLS_CERT": "here.pem", "WATTLINE_OCPP_TLS_KEY": "key.pem"}, "WATTLINE_OCPP_TLS_PORT"),
        ({"WATTLINE_OCPP_TLS_CLIENT_CA": "roots.pem"}, "WATTLINE_OCPP_TLS_PORT"),
        ({"WATTLINE_OCPP_TLS_PORT": "9443"}, "WATTLINE_OCPP_TLS_CERT"),
        ({"WATTLINE_CONTRACT_ROOTS": "/nowhere/roots.pem"}, "WATTLINE_CONTRACT_ROOTS names /nowhere/roots.pem"),
        ({"WATTLINE_CA_CERT": "/nowhere/a", "WATTLINE_CA_KEY": "/nowhere/b"}, "WATTLINE_CA_CERT names /nowhere/a"),
        ({"WATTLINE_FCM_CREDENTIALS": "/nowhere/fcm.json"}, "No such file"),
        ({"WATTLINE_PORT": "9000"}, "WATTLINE_OCPP_PORT and WATTLINE_PORT are both 9000"),
        ({"WATTLINE_ROLES": "ocpp", "WATTLINE_HEALTH_PORT": "9000"}, "WATTLINE_HEALTH_PORT and WATTLINE_OCPP_PORT"),
        ({"WATTLINE_PUBLIC_URL": "charge.example.com"}, "WATTLINE_PUBLIC_URL"),
    ],
)
def test_a_value_that_cannot_work_is_named(environment: dict[str, str], named: str) -> None:
    with pytest.raises(StartRefused, match=named):
        from_environment(environment)
