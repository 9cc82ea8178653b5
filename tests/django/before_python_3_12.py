"""What Django 6.1 needs of Python 3.12, for older Pythons. Enough for the tests, which run no asynchronous views."""

import inspect
import warnings

if not hasattr(inspect, "markcoroutinefunction"):
    inspect.markcoroutinefunction = lambda function: function

    _warn = warnings.warn

    def warn(message, category=None, stacklevel=1, source=None, *, skip_file_prefixes=()):
        _warn(message, category, stacklevel + 1, source)

    warnings.warn = warn
