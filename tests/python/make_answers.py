"""Writes what Python (3.11 or later) and Django make of odd texts to answers.json.

    .venv/bin/python tests/python/make_answers.py
"""

import calendar
import json
import pathlib
import sys
import unicodedata
from urllib.parse import quote, quote_plus

from django.conf import settings
from django.utils.dates import MONTHS_AP
from django.utils.encoding import iri_to_uri

settings.configure(USE_I18N=False)

NUMBERS = [
    "", " ", "7", " 7 ", "007", "+7", "-7", "-0", "1_0", "1__0", "_1", "1_", "+_1", "1_000_000", "7.0", "7.", "1e2", "0x7",
    "7,0", "- 7", "+ 7", "--7", "+-7", "+", "-", "seven", "1 0", ".", "7\n", "\t7\r\n", "\x0b7\x0c", "\x1c7", "7\x1f",
    "\x1c\u0667", "\u0667\x1f", "\x857", "\u00a07\u00a0", "\u20007", "7\u200b", "\ufeff7", "7\0", "\0", "\u0667", "\uff11\uff12",
    "1\u0660_2", "-\u0661", "\u0967\u0968", "\U0001d7d5", "\U0001d7ce\U0001d7ff", "\U0001e959", "\u00b2", "\u2167", "\u00bd",
    "\u2212" + "1", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "9" * 30,
    "-" + "9" * 30, "9" * 38, "0" * 4300, "0" * 4301, "9_" * 4299 + "9", "9" * 4301, "-" + "1" * 4300, "+" + "1" * 4301,
]
TEXTS = [
    "", "plain", "a b", "a+b", "a/b", "/a/b/?c=d&e=f#g", "-_.~", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", "caf\u00e9", "\u20ac",
    "\U0001f389", "\x00\x1f\x7f", "%41", "100 %", "a\nb", "http://example.com/\u00e4?q=\u00e4 \u00f6", "  two  ",
]
MOST = 2**127 - 1


def integer(text):
    try:
        number = int(text)
    except ValueError:
        return None
    return str(max(-MOST, min(MOST, number)))


def decimal_zeros():
    letters = map(chr, range(sys.maxunicode + 1))
    return [letter for letter in letters if unicodedata.decimal(letter, None) == 0]


answers = {
    "int": {text: integer(text) for text in NUMBERS},
    "spaces": [c for c in map(chr, range(sys.maxunicode + 1)) if c.isspace()],
    "strip": {text: text.strip() for text in [" a ", "\x1ca b\x1f", "\u00a0a\u3000", "\u200ba", "\ta\n", "\x85"]},
    "zeros": decimal_zeros(),
    "quote": {text: [quote(text), quote(text, safe=""), quote_plus(text), iri_to_uri(text)] for text in TEXTS},
    "months": [[calendar.month_name[month], str(MONTHS_AP[month])] for month in range(1, 13)],
}
path = pathlib.Path(__file__).with_name("answers.json")
path.write_text(json.dumps(answers, indent=1) + "\n")
