"""Questions about transactions (E14) and running costs (I02) as 2.0.1 calls."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from backend.commands import Answer, AskTransaction, ShowCost
from backend.ocpp.outgoing import After, Call
from backend.ocpp.session import Session
from backend.ocpp.v201 import messages as m


def _ask(command: AskTransaction) -> Call:
    return "GetTransactionStatus", m.GetTransactionStatus(transaction_id=command.transaction_ref)


def _cost(command: ShowCost) -> Call:
    return "CostUpdated", m.CostUpdated(total_cost=command.total, transaction_id=command.transaction_ref)


async def _told(_session: Session, _command: AskTransaction, answer: Answer) -> Answer:
    said = {
        "ongoing": answer.payload.get("ongoingIndicator"),
        "messages_in_queue": bool(answer.payload.get("messagesInQueue")),
    }
    return msgspec.structs.replace(answer, result=said)


CALLS: Mapping[type, Callable[[Any], Call]] = {AskTransaction: _ask, ShowCost: _cost}
AFTER: Mapping[type, After] = {AskTransaction: _told}
