#!/usr/bin/env python3
"""Runs Django's commands on the shop."""

import os
import sys

if sys.version_info < (3, 12):
    import before_python_3_12  # noqa: F401

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
if __name__ == "__main__":
    execute_from_command_line(sys.argv)
