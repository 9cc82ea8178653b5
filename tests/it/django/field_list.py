import inspect
import json

from django.contrib.contenttypes import fields as generic
from django.db import models
from django.db.models import options

try:
    from django.contrib.postgres import fields as postgres
except ImportError:
    postgres = None


def classes(module):
    found = inspect.getmembers(module, inspect.isclass)
    return {name for name, it in found if issubclass(it, models.Field)}


def parameters(names):
    found = set()
    for name in names:
        for base in getattr(models, name).__mro__[:-1]:
            if "__init__" in vars(base):
                found |= set(inspect.signature(base.__init__).parameters)
    return found - {"self", "args", "kwargs"}


plain = classes(models)
fields = plain | (classes(generic) - {"ForeignObject"})
if postgres:
    fields |= classes(postgres)
print(
    json.dumps(
        {
            "Field classes": sorted(fields),
            "Options of fields": sorted(parameters(plain)),
            "Options of `Meta`": sorted(options.DEFAULT_NAMES),
        }
    )
)
