"""Words, numbers, money and times in the person's language."""

from app.i18n.catalog import translate as translate
from app.i18n.formats import *  # noqa: F403  # the formats are this package's face
from app.i18n.formats import language_of as language_of
