import json

from django.contrib.admin.templatetags.admin_list import date_hierarchy
from django.test import Client
from django.test.utils import override_settings, setup_test_environment


def link(choice):
    return str(choice["link"]).replace("&amp;", "&")


def seen(client, path):
    """What a list shows: rows, how many there are, the dates and the links of the filters by date."""
    try:
        reply = client.get(path)
    except Exception:
        return "refused"
    if reply.status_code != 200:
        return "refused"
    changelist = reply.context["cl"]
    dates = date_hierarchy(changelist) or {"choices": []}
    filters = [
        choice["query_string"]
        for spec in changelist.filter_specs if spec.title == "created at"
        for choice in spec.choices(changelist) if "created_at__gte" in choice["query_string"]
    ]
    return {
        "rows": [str(row.pk) for row in changelist.result_list],
        "count": changelist.result_count,
        "dates": [[str(choice["title"]), link(choice)] for choice in dates["choices"] if "link" in choice],
        "filters": filters if path.endswith("/") else [],
    }


# Else a reply does not say what its template was given.
setup_test_environment()
answers = {}
for zone in ZONES:
    with override_settings(TIME_ZONE=zone):
        client = Client(headers={"host": "localhost"}, raise_request_exception=False)
        client.cookies["sessionid"] = SESSION
        answers[zone] = {path: seen(client, path) for path in PATHS if zone == ZONES[0] or "created_at" in path or path.endswith("/")}
print(json.dumps(answers))
