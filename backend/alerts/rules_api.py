"""Detection rules: the list, their switches and thresholds, and until when firmware is supported."""

from typing import Any
from uuid import UUID

from litestar import delete, get, patch, put

from backend.alerts import rules_service, vendor_codes
from backend.context import Context
from backend.web.guards import Actor
from shared.accounts import Role
from shared.faults import (
    CodeBook,
    CodeMeaning,
    CodeMeaningSet,
    FirmwareEnd,
    FirmwareEnds,
    FirmwareEndSet,
    Rule,
    RuleBook,
    RuleSwitch,
    Threshold,
    Thresholds,
    ThresholdSet,
)


@get("/api/v1/rules", role=Role.OPERATOR, summary="Every detection rule, with its thresholds and whether it is on")
async def list_rules(ctx: Context, actor: Actor) -> RuleBook:
    return RuleBook(rules=await rules_service.listed(ctx, actor.tenant_id))


@patch("/api/v1/rules/{name:str}", role=Role.OPERATOR, summary="Switch a rule on or off")
async def switch_rule(ctx: Context, actor: Actor, name: str, data: RuleSwitch) -> Rule:
    return await rules_service.switch(ctx, actor.tenant_id, name, on=data.on)


@get("/api/v1/rule-thresholds", role=Role.OPERATOR, summary="Thresholds of your own, for all stations or a model")
async def list_thresholds(ctx: Context, actor: Actor) -> Thresholds:
    return Thresholds(thresholds=await rules_service.thresholds(ctx, actor.tenant_id))


@put("/api/v1/rule-thresholds", role=Role.OPERATOR, summary="Set thresholds of a rule, for all stations or a model")
async def set_threshold(ctx: Context, actor: Actor, data: ThresholdSet) -> Threshold:
    return await rules_service.set_threshold(ctx, actor.tenant_id, data)


@delete("/api/v1/rule-thresholds/{threshold_id:uuid}", role=Role.OPERATOR, summary="Go back to the house's thresholds")
async def remove_threshold(ctx: Context, actor: Actor, threshold_id: UUID) -> None:
    await rules_service.remove_threshold(ctx, actor.tenant_id, threshold_id)


@get("/api/v1/firmware-support", role=Role.OPERATOR, summary="Until when vendors stand by their firmware")
async def list_firmware(ctx: Context, actor: Actor) -> FirmwareEnds:
    return await rules_service.firmware_ends(ctx, actor.tenant_id)


@put("/api/v1/firmware-support", role=Role.OPERATOR, summary="Say until when a vendor stands by a firmware")
async def set_firmware(ctx: Context, actor: Actor, data: FirmwareEndSet) -> FirmwareEnd:
    return await rules_service.set_firmware_end(ctx, actor.tenant_id, data)


@delete("/api/v1/firmware-support/{end_id:uuid}", role=Role.OPERATOR, summary="Take back what was said of a firmware")
async def remove_firmware(ctx: Context, actor: Actor, end_id: UUID) -> None:
    await rules_service.remove_firmware_end(ctx, actor.tenant_id, end_id)


@get("/api/v1/vendor-codes", role=Role.OPERATOR, summary="What vendors mean by their codes, and codes nobody knows")
async def list_codes(ctx: Context, actor: Actor) -> CodeBook:
    return await vendor_codes.book(actor.tenant_id)


@put("/api/v1/vendor-codes", role=Role.OPERATOR, summary="Say what a vendor means by a code")
async def set_code(ctx: Context, actor: Actor, data: CodeMeaningSet) -> CodeMeaning:
    return await vendor_codes.put(ctx, actor.tenant_id, data)


@delete("/api/v1/vendor-codes/{meaning_id:uuid}", role=Role.OPERATOR, summary="Take back a meaning of your own")
async def remove_code(ctx: Context, actor: Actor, meaning_id: UUID) -> None:
    await vendor_codes.remove(ctx, actor.tenant_id, meaning_id)


routes: list[Any] = [
    list_rules,
    switch_rule,
    list_thresholds,
    set_threshold,
    remove_threshold,
    list_firmware,
    set_firmware,
    remove_firmware,
    list_codes,
    set_code,
    remove_code,
]
