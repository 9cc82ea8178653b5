"""Writes what Django's template filters make of many values to filter_answers.json.

    .venv/bin/python tests/python/make_filter_answers.py
"""

import datetime
import json
import pathlib
import zoneinfo

import django
from django.conf import settings

settings.configure(USE_I18N=False, USE_TZ=True, TIME_ZONE="UTC")
django.setup()

from django.contrib.humanize.templatetags.humanize import intcomma, ordinal
from django.template.defaultfilters import (
    date,
    floatformat,
    slugify,
    striptags,
    truncatechars,
    truncatewords,
    urlize,
)
from django.utils import timezone
from django.utils.timesince import timesince

FORMATS = [
    "DATE_FORMAT", "DATETIME_FORMAT", "TIME_FORMAT", "YEAR_MONTH_FORMAT", "MONTH_DAY_FORMAT", "SHORT_DATE_FORMAT",
    "SHORT_DATETIME_FORMAT", "j F Y", "D d M y", "l jS \\o\\f F", "N j, Y", "b E n m L o t w W z", "g:i a", "G:i A", "h H s u f P",
    "c", "r", "U", "e T I O Z", "Y-m-d H:i", "[x] k \\Y",
]
MOMENTS = [
    "2026-11-07T09:00:00", "2024-02-29T23:59:59.000123", "2026-01-01T00:00:00", "2026-12-31T12:00:00", "2026-07-03T00:05:09",
    "1999-10-22T13:30:00", "2026-03-29T01:30:00", "2026-08-11T22:01:00",
]
ZONES = ["UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata"]
PAIRS = [
    ("2026-01-01T00:00:00", "2026-01-01T00:00:00"), ("2026-01-01T00:00:00", "2026-01-01T00:00:59"),
    ("2026-01-01T00:00:00", "2026-01-01T02:05:00"), ("2026-01-01T00:00:00", "2026-01-20T03:00:00"),
    ("2026-01-31T00:00:00", "2026-03-01T00:00:00"), ("2024-02-29T10:00:00", "2025-03-01T09:00:00"),
    ("2023-11-30T10:00:00", "2024-02-29T12:00:00"), ("2020-05-05T00:00:00", "2026-05-05T00:00:00"),
    ("2020-05-05T12:00:00", "2026-05-05T00:00:00"), ("2026-06-01T00:00:00", "2026-01-01T00:00:00"),
    ("2026-01-01T00:00:00", "2026-01-08T01:00:00"), ("2025-12-31T23:00:00", "2026-12-31T22:00:00"),
]
NUMBERS = ["0", "1", "12", "123", "1234", "1234567", "-1234567", "1234.5678", "-0.4", "0.5", "1.45", "2.5", "34.23234", "34.00000",
           "34.26000", "1000000000000", "-999.995", "text"]
TEXTS = [
    "", "Hello", "Hello World, how are you?", "  many   spaces  ", "Crème brûlée & Co.", "a_b--c  d", "<b>bold</b> text",
    "see https://example.com/a?b=1&c=2, or www.example.org.", "write to ann@example.com!", "(https://example.com/x_(y))",
    "<script>alert('x')</script>", "1 < 2 and 3 > 2", "привет мир", "x" * 30, "-_-x-_-",
]


def aware(text):
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.timezone.utc)


def dates():
    for moment in MOMENTS:
        for zone in ZONES:
            local = aware(moment).astimezone(zoneinfo.ZoneInfo(zone))
            for form in FORMATS:
                yield [moment, zone, form, date(local, form)]


def days():
    for moment in MOMENTS:
        day = datetime.date.fromisoformat(moment[:10])
        for form in ["DATE_FORMAT", "j F Y", "l jS \\o\\f F", "b E n m L o t w W z", "c"]:
            yield [moment[:10], form, date(day, form)]


answers = {
    "dates": list(dates()),
    "days": list(days()),
    "since": [[one, two, timesince(aware(one), aware(two))] for one, two in PAIRS],
    "intcomma": [[number, intcomma(number)] for number in NUMBERS],
    "floatformat": [
        [number, places, floatformat(number, places)] for number in NUMBERS for places in (-1, 0, 2, 3, -3)
    ],
    "ordinal": [[number, ordinal(number)] for number in ("1", "2", "3", "4", "11", "12", "13", "21", "101", "111", "112")],
    "truncatechars": [[text, count, truncatechars(text, count)] for text in TEXTS for count in (1, 5, 10, 50)],
    "truncatewords": [[text, count, truncatewords(text, count)] for text in TEXTS for count in (1, 2, 10)],
    "slugify": [[text, slugify(text)] for text in TEXTS],
    "striptags": [[text, striptags(text)] for text in TEXTS],
    "urlize": [[text, urlize(text)] for text in TEXTS],
}

path = pathlib.Path(__file__).with_name("filter_answers.json")
path.write_text(json.dumps(answers, ensure_ascii=True, indent=0) + "\n")
