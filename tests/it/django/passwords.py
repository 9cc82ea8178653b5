import json
import sys

from django.contrib import auth
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client, RequestFactory

# A line on standard input holds the keys of all sessions; the answer names those that are logged in, and a new session.
USER = User.objects.create_user("eve", "eve@example.com", PASSWORD)


def is_alive(key):
    request = RequestFactory().get("/")
    request.session = SessionStore(key)
    return auth.get_user(request) == USER


print(json.dumps(USER.password), flush=True)
for line in sys.stdin:
    alive = [key for key in json.loads(line) if is_alive(key)]
    client = Client()
    assert client.login(username="eve", password=PASSWORD)
    print(json.dumps({"alive": alive, "session": client.session.session_key}), flush=True)
