"""The languages of the device or browser, in the order that the person wants them."""

import asyncio

import flet as ft

from app import i18n
from app.i18n.catalog import CATALOGS

PATIENCE_S = 2.0


async def language_of(page: ft.Page) -> str:
    """The first language that we speak; English where the device doesn't tell."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            info = await page.get_device_info()
        wanted = [locale.language_code for locale in info.locales] if info is not None else []
    except Exception:  # a platform that doesn't tell must not keep the app from opening
        wanted = []
    spoken = next((code for code in wanted if code == "en" or code in CATALOGS), None)
    return spoken or i18n.language_of(page)
