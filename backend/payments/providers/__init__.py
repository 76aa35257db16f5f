"""Payment providers by name. A new one is a file here and a line in PROVIDERS."""

from collections.abc import Mapping

from backend.payments.providers.base import PaymentProvider
from backend.payments.providers.demo import DemoProvider

PROVIDERS: Mapping[str, PaymentProvider] = {"demo": DemoProvider()}
DEFAULT = "demo"
