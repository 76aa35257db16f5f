"""The running API against its own description: generated requests, valid and not, on every operation."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)

from tests import database
from tests.support.program import Program

EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", "6"))
"""For each operation and kind of request."""
ADMIN = {"WATTLINE_ADMIN_EMAIL": "ada@example.com", "WATTLINE_ADMIN_PASSWORD": "correct horse battery"}
CHECKS: list[Any] = [
    not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def program(pg_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    folder: Path = tmp_path_factory.mktemp("schema")
    name = f"schema_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    url = database.run(database.make_database(pg_url, name))
    one = Program(folder / "data", "serve", "--roles", "ocpp,web", DATABASE_URL=url, **ADMIN)
    try:
        one.start()
        yield one
        one.stop(signal.SIGTERM)
    finally:
        one.kill()
        database.run(database.drop_database(pg_url, name))


def signed_in(url: str) -> dict[str, str]:
    body = {"email": ADMIN["WATTLINE_ADMIN_EMAIL"], "password": ADMIN["WATTLINE_ADMIN_PASSWORD"]}
    token = httpx.post(f"{url}/api/v1/auth/sign-in", json=body).raise_for_status().json()["access_token"]
    return {"Authorization": f"Bearer {token}"}


def test_every_operation_keeps_to_its_description(program: Program) -> None:
    document = httpx.get(f"{program.url}/api/v1/openapi.json").json()
    schema = schemathesis.openapi.from_dict(document)
    headers = signed_in(program.url)
    client = httpx.Client(base_url=program.url, headers=headers)
    failures: list[str] = []
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) > 30
    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            try:
                _try_out(operation, mode, client)
            except (Exception, BaseExceptionGroup) as failure:
                failures.append(f"{operation.label} ({mode.value}): {failure}")
    client.close()
    assert not failures, "\n\n".join(failures)


def _try_out(operation: Any, mode: GenerationMode, client: httpx.Client) -> None:
    @seed(20457)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        answer = case.call(base_url=str(client.base_url), headers=dict(client.headers))
        case.validate_response(answer, checks=CHECKS)

    send()
