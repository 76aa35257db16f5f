"""Which processes run."""

from litestar import get

from backend.nodes import service
from shared.accounts import Role
from shared.base import Page
from shared.nodes import Node


@get("/api/v1/nodes", role=Role.OPERATOR, summary="The processes that run on this database")
async def listed() -> Page[Node]:
    """A node that doesn't renew its lease is dead; another one takes it off the list within seconds.

    Where several tenants share the nodes, hosts' names and how many stations all of them have are the platform's
    alone: the nodes are numbered then, and `stations` is null.
    """
    return Page(items=await service.shown())


routes = [listed]
