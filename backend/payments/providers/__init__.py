"""Payment providers by name. A new one is a file here and a line in PROVIDERS or, with keys of its own, in `make`."""

from collections.abc import Mapping
from functools import lru_cache

from backend.payments.providers.base import PaymentProvider
from backend.payments.providers.demo import DemoProvider
from backend.payments.providers.stripe import StripeProvider

PROVIDERS: Mapping[str, PaymentProvider] = {"demo": DemoProvider()}
DEFAULT = "demo"
NAMES = ("demo", "stripe")


def make(name: str, *, secret_key: str, webhook_secret: str, base: str) -> PaymentProvider:
    """A tenant's provider. Raises KeyError for an unknown name."""
    if name == "stripe":
        return _stripe(secret_key, webhook_secret, base)
    return PROVIDERS[name]


@lru_cache(maxsize=200)
def _stripe(secret_key: str, webhook_secret: str, base: str) -> StripeProvider:
    return StripeProvider(secret_key=secret_key, webhook_secret=webhook_secret, base=base)
