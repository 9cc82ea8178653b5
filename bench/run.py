#!/usr/bin/env python3
"""Measures the CPU time of a request: Nuages beside Django, and its API beside FastAPI and axum.

    cargo build --release
    bench/run.py                                     # 10,000 products and orders, SQLite
    bench/run.py --rows 1000000 --orders 10000000    # larger
    bench/run.py --postgres postgres://…/empty       # an empty database, which is filled
    bench/run.py --only api                          # the API only

Python's standard library is enough; Django and the peers are installed into target/bench. See README.md beside this file.
"""

import argparse
import http.client
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "target" / "bench"
TICKS = os.sysconf("SC_CLK_TCK")
SECRET_KEY = "only-for-measuring-0123456789-0123456789-0123456789"
NAME, PASSWORD = "admin", "only for measuring 1234"
PRODUCTS, ORDERS = "/admin/catalog/product/", "/admin/orders/order/"
API = "/api/catalog/product/?page_size=50"

# Each page: its group, its name and its path; {last_products} and {last_orders} are the numbers of the last pages from 1.
PAGES = [
    ("shop", "list of products", "/products/"),
    ("shop", "last page of the list", "/products/?page={last_shop}"),
    ("shop", "search for “lamp”", "/products/?q=lamp"),
    ("shop", "a product", "{product}"),
    ("shop", "categories", "/categories/"),
    ("shop", "home", "/"),
    ("admin", "products", PRODUCTS),
    ("admin", "products, last page", PRODUCTS + "?p={last_products}"),
    ("admin", "products, search for “lamp”", PRODUCTS + "?q=lamp"),
    ("admin", "products, search for a SKU", PRODUCTS + "?q=SKU-00000777"),
    ("admin", "form of a product", PRODUCTS + "5/change/"),
    ("admin", "orders", ORDERS),
    ("admin", "orders, last page", ORDERS + "?p={last_orders}"),
    ("admin", "orders, page in the middle", ORDERS + "?p={middle_orders}"),
    ("admin", "orders with a status", ORDERS + "?status__exact=paid"),
    ("admin", "orders of a year", ORDERS + "?created_at__year={year}"),
    ("admin", "orders by total", ORDERS + "?o=-4"),
    ("admin", "orders, search for a number", ORDERS + "?q={number}"),
    ("admin", "orders with facets", ORDERS + "?_facets=True"),
    ("admin", "form of an order", ORDERS + "5/change/"),
    ("api", "50 products as JSON", API),
]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def family(pid):
    """Returns the process and its descendants."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                fields = Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(entry))
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting.extend(children.get(one, []))
    return found


def cpu_seconds(pids):
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def memory(pids):
    """Returns the resident memory in MB."""
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids)
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


class Server:
    """A server of the site, with one worker."""

    def __init__(self, name, command, folder, env, groups):
        self.name, self.command, self.folder, self.groups = name, command, folder, groups
        self.env = {**os.environ, **env}
        self.port = free_port()

    def start(self):
        words = [word.format(port=self.port) for word in self.command]
        env = {**self.env, "ADDRESS": f"127.0.0.1:{self.port}"}
        self.log = open(HOME / f"{self.name}.log", "w")
        began = time.monotonic()
        self.process = subprocess.Popen(words, cwd=self.folder, env=env, stdout=self.log, stderr=self.log, start_new_session=True)
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                break
            except OSError:
                if self.process.poll() is not None or time.monotonic() - began > 60:
                    sys.exit(f"{self.name} does not start: see {self.log.name}")
                time.sleep(0.005)
        self.started_in = time.monotonic() - began
        time.sleep(0.5)
        self.pids = family(self.process.pid)
        self.idle = memory(self.pids)
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)

    def stop(self):
        self.connection.close()
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(30)
        self.log.close()

    def request(self, method, path, body=None, headers={}):
        """Returns the status, the headers and the body."""
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        except (http.client.HTTPException, ConnectionError):
            # gunicorn's sync worker closes every connection.
            self.connection.close()
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        return answer.status, answer.headers, answer.read()

    def cost(self, path, headers, seconds):
        """Returns the CPU milliseconds of a request, or None if the server does not have the page."""
        status, _, _ = self.request("GET", path, headers=headers)
        if status == 404:
            return None
        if status != 200:
            sys.exit(f"{self.name}: {path} is answered with {status}")
        for _ in range(3):
            self.request("GET", path, headers=headers)
        pids = family(self.process.pid)
        count, before, end = 0, cpu_seconds(pids), time.monotonic() + seconds
        while time.monotonic() < end:
            self.request("GET", path, headers=headers)
            count += 1
        return (cpu_seconds(pids) - before) * 1000 / count


def session(server):
    """Logs in with the form of the admin, and returns the cookie."""
    _, headers, page = server.request("GET", "/admin/login/")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.decode()).group(1)
    cookies = dict(re.findall(r"(\w+)=([^;]+)", "; ".join(value.split(";")[0] for value in headers.get_all("Set-Cookie", []))))
    form = urlencode({"username": NAME, "password": PASSWORD, "csrfmiddlewaretoken": token, "next": "/admin/"})
    sent = {"Cookie": f"csrftoken={cookies['csrftoken']}", "Content-Type": "application/x-www-form-urlencoded"}
    status, headers, _ = server.request("POST", "/admin/login/", form, sent)
    found = re.search(r"sessionid=([^;]+)", " ".join(headers.get_all("Set-Cookie", [])))
    if status != 302 or not found:
        sys.exit(f"the login failed with {status}")
    return f"sessionid={found.group(1)}"


def command(binary, folder, env, *words):
    done = subprocess.run([binary, *words], cwd=folder, env={**os.environ, **env}, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(words)} failed: {done.stdout}{done.stderr}")
    return done.stdout


def venv(name, requirements):
    """Installs requirements into a folder of their own, and returns that folder."""
    folder = HOME / f"venv-{name}"
    if not (folder / "installed").exists():
        print(f"installing {name}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([folder / "bin" / "pip", "install", "-q", "-r", requirements], check=True)
        (folder / "installed").touch()
    return folder


def servers(args, folder, env):
    yield Server("nuages", [str(args.nuages_bin), "runserver", "127.0.0.1:{port}", "--noreload"], folder, env, {"shop", "admin", "api"})
    if args.only != "api":
        python = venv("django", ROOT / "bench" / "requirements.txt") / "bin"
        words = [str(python / "gunicorn"), "-w", "1", "-b", "127.0.0.1:{port}", "shop_wsgi:application"]
        # The Django of the tests has no WSGI module.
        module = HOME / "shop_wsgi.py"
        module.write_text("from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n")
        paths = os.pathsep.join([str(HOME), str(ROOT / "tests" / "django")])
        yield Server("django", words, folder, {**env, "PYTHONPATH": paths, "DJANGO_SETTINGS_MODULE": "shop.settings"}, {"admin"})
    if args.only in (None, "api"):
        python = venv("fastapi", ROOT / "bench" / "peers" / "fastapi" / "requirements.txt") / "bin"
        words = [str(python / "uvicorn"), "--app-dir", str(ROOT / "bench" / "peers" / "fastapi"), "app:app", "--port", "{port}", "--no-access-log"]
        yield Server("fastapi", words, folder, env, {"api"})
        source = ROOT / "bench" / "peers" / "axum"
        built = HOME / "axum"
        subprocess.run(["cargo", "build", "-q", "--release", "--target-dir", built], cwd=source, check=True)
        yield Server("axum", [str(built / "release" / "bench-axum")], folder, env, {"api"})


def same_rows(bodies):
    """Ends the run if the servers answer with different rows."""
    rows = {}
    for name, body in bodies.items():
        results = json.loads(body)["results"]
        rows[name] = [(row["id"], row["name"], row["price"], row["tags"], row["released_on"], row["created_at"], row["display"]) for row in results]
    first = next(iter(rows))
    for name in rows:
        if rows[name] != rows[first]:
            other = [pair for pair in zip(rows[first], rows[name]) if pair[0] != pair[1]][:2]
            sys.exit(f"{name} and {first} answer with different rows: {other}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000, help="number of products")
    parser.add_argument("--orders", type=int, help="number of orders (as many as products)")
    parser.add_argument("--postgres", help="the URL of an empty database; without it SQLite is measured")
    parser.add_argument("--only", choices=["shop", "admin", "api"])
    parser.add_argument("--seconds", type=float, default=2.0, help="time for each page and round")
    parser.add_argument("--rounds", type=int, default=3, help="the servers take turns this often; the medians are printed")
    parser.add_argument("--without", action="append", default=[], metavar="SERVER")
    parser.add_argument("--nuages-bin", type=Path, default=ROOT / "target" / "release" / "nuages")
    args = parser.parse_args()
    args.nuages_bin = args.nuages_bin.resolve()
    orders = args.orders or args.rows

    folder = HOME / "site"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    url = args.postgres or f"sqlite:///{folder / 'db.sqlite3'}"
    env = {
        "SECRET_KEY": SECRET_KEY,
        "DATABASE_URL": url,
        "DEBUG": "0",
        "ALLOWED_HOSTS": "*",
        "LOG_LEVEL": "warn",
        "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
        "NUAGES_WORKERS": "1",
    }
    nuages = args.nuages_bin
    command(nuages, folder, env, "migrate", "--no-input")
    command(nuages, folder, env, "seed", "--products", str(args.rows), "--orders", str(orders))
    command(nuages, folder, env, "createsuperuser", "--noinput", "--username", NAME, "--email", "admin@example.com")
    token = command(nuages, folder, env, "createtoken", NAME, "--name", "bench").strip().splitlines()[-1]

    running = [one for one in servers(args, folder, env) if one.name not in args.without]
    for server in running:
        server.start()
    try:
        measure(args, running, token, orders)
    finally:
        for server in running:
            server.stop()


def measure(args, running, token, orders):
    cookie = session(running[0])
    status, _, body = running[0].request("GET", API, headers={"Authorization": f"Bearer {token}"})
    row = json.loads(body)["results"][0]
    _, _, order = running[0].request("GET", "/api/orders/order/5/", headers={"Authorization": f"Bearer {token}"})
    order = json.loads(order)
    values = {
        "product": f"/products/{row['slug']}/",
        "number": order["number"],
        "year": order["created_at"][:4],
        "last_shop": max(1, args.rows // 20 - 1),
        "last_products": -(-args.rows // 100),
        "last_orders": -(-orders // 100),
        "middle_orders": -(-orders // 200),
    }
    headers = {"shop": {}, "admin": {"Cookie": cookie}, "api": {"Authorization": f"Bearer {token}"}}
    if args.only in (None, "api"):
        same_rows({one.name: one.request("GET", API, headers=headers["api"])[2] for one in running if "api" in one.groups})

    names = [one.name for one in running]
    print(f"{args.rows:,} products, {orders:,} orders, {'PostgreSQL' if args.postgres else 'SQLite'}; CPU milliseconds of the server for a request\n")
    print(f"| page | {' | '.join(names)} |\n|---|{'--:|' * len(names)}")
    for group, title, path in PAGES:
        if args.only not in (None, group):
            continue
        costs = {name: [] for name in names}
        for _ in range(args.rounds):
            for one in running:
                if group in one.groups:
                    costs[one.name].append(one.cost(path.format(**values), headers[group], args.seconds))
        cells = []
        for name in names:
            found = [cost for cost in costs[name] if cost is not None]
            cells.append(f"{statistics.median(found):.3g}" if found else "–")
        print(f"| {group}: {title} | {' | '.join(cells)} |", flush=True)

    print(f"\n| | {' | '.join(names)} |\n|---|{'--:|' * len(names)}")
    print(f"| start, ms | {' | '.join(f'{one.started_in * 1000:.0f}' for one in running)} |")
    print(f"| memory when idle, MB | {' | '.join(f'{one.idle:.0f}' for one in running)} |")
    print(f"| memory afterwards, MB | {' | '.join(f'{memory(family(one.process.pid)):.0f}' for one in running)} |")


if __name__ == "__main__":
    main()
