import json
from urllib.parse import urlencode

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.test.utils import setup_test_environment
from django.utils.html import strip_tags

# Else a reply does not say what its template was given.
setup_test_environment()
TABLES = ["catalog.Product", "catalog.Tag", "orders.Order", "orders.OrderItem"]


def send(clients, step):
    client = clients[step["who"]]
    kind = "application/x-www-form-urlencoded"
    reply = client.post(step["path"], urlencode([tuple(pair) for pair in step["fields"]]), content_type=kind)
    told, location = [], reply.headers.get("Location", "")
    if location:
        page = client.get(location)
        told = [strip_tags(str(message)) for message in page.context["messages"]]
    return {"status": reply.status_code, "location": location, "told": told}


def work():
    clients = {}
    for name in ("alice", "bob"):
        clients[name] = Client(headers={"host": "localhost"}, raise_request_exception=False)
        clients[name].force_login(User.objects.get(username=name))
    return [send(clients, step) for step in STEPS]


def rows(model):
    names = [field.attname for field in model._meta.concrete_fields if field.get_internal_type() != "DateTimeField"]
    return [[str(value) for value in row] for row in model.objects.order_by("pk").values_list(*names)]


def read():
    entries = LogEntry.objects.order_by("content_type", "object_id", "id")
    return {
        "rows": {name: rows(apps.get_model(name)) for name in TABLES},
        "log": [
            [
                entry.user.username, entry.content_type.model, entry.object_id, entry.object_repr, entry.action_flag,
                entry.change_message, entry.get_change_message(),
            ]
            for entry in entries
        ],
    }


answers = work() if ACT == "write" else []
print(json.dumps({"answers": answers} | read()))
