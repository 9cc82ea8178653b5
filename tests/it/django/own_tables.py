import json

from django.contrib import auth
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory

OURS = json.loads(OURS)


def request(key=None):
    made = RequestFactory().get("/")
    made.session = SessionStore(key)
    return made


charlie = User.objects.get(username="charlie")
if OURS["act"] == "log in":
    # Whose second factor Django knows nothing of.
    writer = request()
    auth.login(writer, auth.authenticate(username="charlie", password=OURS["password"]))
    writer.session.save()
    # A login of Nuages that waits for its code is not a login in Django.
    assert auth.get_user(request(OURS["half"])).is_anonymous
    assert auth.get_user(request(OURS["session"])) == charlie
    print(json.dumps(writer.session.session_key))
else:
    assert auth.get_user(request(OURS["ended"])).is_anonymous, "logged out everywhere else"
    assert auth.get_user(request(OURS["session"])) == charlie
    # Django collects what it knows, and leaves the rest to the database.
    print(json.dumps(charlie.delete()[1]))
