"""Who goes before others at a site, over real sockets, and what is told of it."""

from typing import Any

import httpx

from backend.db.engine import DB
from tests.conformance.conftest import node, node_settings, operator  # noqa: F401  # fixtures
from tests.ocpp.test_sites import _as_it_is, granted, near, site  # noqa: F401  # the fixture
from tests.support.wire import Json, eventually


async def test_a_fleets_card_goes_before_who_came_first(site: Any, operator: httpx.AsyncClient) -> None:  # noqa: F811
    path, (first, second, _third), log = site
    await DB.run("UPDATE id_token SET parent = 'FLEET' WHERE value = 'CARD-CP-B'")
    told = await _as_it_is(operator, path)
    told["policy"] |= {"goes_first": {"driver_groups": [], "card_groups": ["fleet"], "tariffs": []}}
    assert (await operator.put(path, json=told)).status_code == 200
    await eventually(operator, f"{path}/live", lambda _: len(log) >= 3)
    await first.start()
    await eventually(operator, f"{path}/live", lambda one: granted(one) == {"CP-A": 28})
    await second.start()
    await eventually(operator, f"{path}/live", lambda one: near(one, {"CP-A": 6, "CP-B": 28}))

    def told_why(shown: Json) -> bool:  # the plan is written after its limits are acknowledged
        why = next(one for one in shown["cars"] if one["station"] == "CP-A")
        return why["reason_code"] == "limit" and "CP-B" in why["reason_values"].get("ahead", "")

    shown = await eventually(operator, f"{path}/live", told_why)
    assert {one["station"]: one["goes_first"] for one in shown["cars"]} == {"CP-A": "", "CP-B": "FLEET"}
    assert max(one[2] for one in log) <= 40, log
    assert (await operator.get(path)).json()["policy"]["goes_first"]["card_groups"] == ["fleet"]
