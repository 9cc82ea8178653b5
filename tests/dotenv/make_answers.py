"""Writes what python-dotenv (1.2) reads from odd .env files to answers.json.

    pip install python-dotenv && python tests/dotenv/make_answers.py
"""

import itertools
import json
import os
import pathlib
import tempfile

from dotenv.main import DotEnv
from dotenv.parser import parse_stream

ENVIRONMENT = {"HOME": "/home/ann", "EMPTY": "", "SET": "from the environment"}
FILES = [
    "SECRET_KEY=a$x7b", 'SECRET_KEY="a$x7b"', "SECRET_KEY='a$x7b'", "A=$", "A=$$", "A=$HOME", 'A="$HOME"', "A='$HOME'",
    "A=\\$HOME", 'A="\\$HOME"', "A=${HOME}", 'A="${HOME}"', "A='${HOME}'", "A=x${HOME}y${HOME}z", "A=${NONE}",
    "A=${NONE:-default}", "A=${NONE:-}", "A=${EMPTY:-default}", "A=${HOME:-default}", "A=${NONE:-a b # c}", "A=${}",
    "A=${:-x}", "A=${HOME", "A=${HO:ME}", "A=${NONE:+x}", "A=${NONE:-${HOME}}", "A=$${HOME}", "A=\\${HOME}", "A=${${HOME}}",
    "A=1\nB=${A}2\nA=3\nC=${A}", "B=${A}\nA=1", "SET=from the file\nB=${SET}", "A\nB=${A:-x}", "A=1\nA\nB=${A:-x}",
    "A=1", "A = 1", " A=1", "A= 1 ", "A=", "A= ", "A=\n", "A", "A B", "=x", "A=b c", "A=b=c", "A==b", "A='b'c", 'A="b"c',
    "export A=1", "export\tA=1", "exportA=1", "export=1", "export A", "export  A  =  1", "EXPORT A=1",
    "# comment", "  # comment", "A=1 # comment", "A=1#no comment", "A=1\t# comment", "A=#1", "A= #1", "A=# 1", "A='1' # c",
    'A="1"# c', "A='1 # 2'", "A=1 #", "A # comment", "#A=1\nB=2", "A=a #b #c", "A=a#b #c",
    "A='it\\'s'", 'A="say \\"hi\\""', 'A="a\\nb\\tc\\rd"', "A='a\\nb'", "A=a\\nb", 'A="\\a\\b\\f\\v"', 'A="\\x\\d\\\\"',
    "A='\\\\'", "A='\\\\\\''", 'A="\\\'"', "A='\\\"'", 'A="a\\\\nb"', 'A="\\u00e9"', 'A="\\$x"', 'A="\\`"',
    'A="one\ntwo\nthree"\nB=1', "A='one\ntwo'\nB=1", 'A="one\r\ntwo"', "A=one\\\ntwo", 'A="one\\\ntwo"',
    "A=1\r\nB=2\r\n", "A=1\rB=2", "\ufeffA=1", "\n\n\nA=1\n\n", "A=1\n\nB=2\n   \nC=3", "A=\u00e4\u20ac\U0001f389", "\u00c4=1",
    "'A'=1", "'A B'=1", "\"A\"=1", "'A=1", "''=1", "A.B=1", "A-B=1", "A:B=1", "1A=2", "A='unclosed", 'A="unclosed', "A='",
    "A='b'\n'", "A=\"a'b\"", "A='a\"b'", "A=`b`", "A=`echo x`", "A=$(echo x)", "A=!b", "A=a;b", "A=a&b", "A=  'b'  ",
    "A=\u00a0b\u00a0", "A=b\x0bc", "A=b\x0b", "A=b \x0c# c", "A=1\n=2\nB=3", "A='x' y\nB=3", "A=1\u2028B=2", "A=\x1fb\x1f",
    "A=\"\"", "A=''", "A=\"\" ", "A='a''b'", "A=\"a\"\"b\"", "A={\"b\": 1}", "A=postgres://u:p$s@h/x", "A=a\tb", "A=a   b",
]


def answer(file):
    os.environ.clear()
    os.environ.update(ENVIRONMENT)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="") as written:
        written.write(file)
        written.flush()
        with open(written.name, encoding="utf-8") as lines:
            is_read = not any(binding.error for binding in parse_stream(lines))
        read = DotEnv(written.name, interpolate=True, override=False).dict()
    # load_dotenv leaves out names without a value.
    variables = {name: value for name, value in read.items() if value is not None}
    return {"file": file, "environment": ENVIRONMENT, "variables": variables if is_read else None}


def files():
    yield from FILES
    for signs in itertools.product("A=$'\"\\# \n{}", repeat=4):
        # A sample of all short values, without those that say nothing new.
        if hash_of(signs) % 97 == 0:
            yield "A=" + "".join(signs)


def hash_of(signs):
    return sum(ord(sign) * 31**at for at, sign in enumerate(signs))


target = pathlib.Path(__file__).with_name("answers.json")
target.write_text(json.dumps([answer(file) for file in files()], indent=0, ensure_ascii=False) + "\n")
