"""An app with users of its own, in Python without any package, and scanlogin beside it on the same machine.

    browser ──▶ this app ── /v1, /s, /assets passed on ──▶ scanlogin on 127.0.0.1
    phone   ──▶ this app ── scan, confirm, deny in the user's name ──▶ the same, by API key

Nobody but this app reaches scanlogin. All it is asked is plain HTTP, so that another language needs nothing else either.
In earnest a proxy in front passes the three paths on in the app's place, and the rest stays as it is here.
"""

import json
import os
import re
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT = int(os.environ.get("PORT", "3000"))
SIDECAR = os.environ.get("SIDECAR", "127.0.0.1:8787")
API_KEY = os.environ["SCANLOGIN_API_KEY"]

# What this app's phones already sign in with.
USERS = {"alice-app-token": {"id": "alice", "name": "Alice"}}

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Sign in</title>
<script type="module" src="/assets/scan-login.js"></script><script type="module" src="/page.js"></script>
<scan-login></scan-login></html>"""
PAGE_SCRIPT = "document.addEventListener('scan-login-signed-in', () => location.reload())"

PASSED_ON = re.compile(r"/(v1|assets)/|/s$")
TICKET_ID = re.compile(r"[0-9A-Z]{26}")
# What belongs to one connection and not to the call.
OF_THE_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "upgrade", "host"}


class App(BaseHTTPRequestHandler):
    # --- the site ---

    def show_home(self):
        user = self.signed_in_user()
        self.answer(200, "text/html", f"<p>Hello, {user['name']}</p>" if user else PAGE)

    def signed_in_user(self):
        """Whose session the browser's cookie is: scanlogin knows."""
        answer = ask("GET", "/v1/session", {"Cookie": self.headers.get("Cookie", "")})
        body = answer.read()
        return json.loads(body)["user"] if answer.status == 200 else None

    # --- the phone ---

    def call_for_phone(self):
        user = USERS.get(self.headers.get("Authorization", "").removeprefix("Bearer "))
        if user is None:
            return self.answer(401, "text/plain", "Sign in to the app first\n")
        call = json.loads(self.body())
        if self.path == "/app/scan":
            # The phone says what it has read; who its user is, only this app says.
            return self.pass_back(by_key("/v1/scan", {"qr": call["qr"], "user": user}))
        if not TICKET_ID.fullmatch(call["id"]):
            return self.answer(400, "text/plain", "That is not the id of a sign-in\n")
        step = self.path.removeprefix("/app/")
        self.pass_back(by_key(f"/v1/tickets/{call['id']}/{step}", {"scan_token": call["scan_token"]}))

    # --- the browser's calls, passed on ---

    def pass_on(self):
        headers = {name: value for name, value in self.headers.items() if name.lower() not in OF_THE_CONNECTION}
        # SCANLOGIN_TRUSTED_PROXIES=1: the last entry is who has asked this app.
        before = self.headers.get("X-Forwarded-For")
        headers["X-Forwarded-For"] = ", ".join(filter(None, [before, self.client_address[0]]))
        self.pass_back(ask(self.command, self.path, headers, self.body()))

    def pass_back(self, answer):
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in OF_THE_CONNECTION:
                self.send_header(name, value)
        self.end_headers()
        # Piece by piece: an event in a stream does not wait for the next one.
        while piece := answer.read1():
            self.wfile.write(piece)

    # --- what every server has ---

    def route(self):
        if PASSED_ON.match(self.path):
            self.pass_on()
        elif self.command == "POST" and self.path in ("/app/scan", "/app/confirm", "/app/deny"):
            self.call_for_phone()
        elif self.path == "/page.js":
            self.answer(200, "text/javascript", PAGE_SCRIPT)
        elif self.path == "/":
            self.show_home()
        else:
            self.answer(404, "text/plain", "There is nothing here\n")

    do_GET = do_POST = do_DELETE = route

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length", "0")))

    def answer(self, status, kind, text):
        self.send_response_only(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.end_headers()
        self.wfile.write(text.encode())


def by_key(path, body):
    """A call in the name of a user, which only who has the key may make."""
    headers = {"Authorization": f"Bearer {API_KEY}", "Content-Type": "application/json"}
    return ask("POST", path, headers, json.dumps(body).encode())


def ask(method, path, headers, body=None):
    # Longer than the 25 s that a wait is held, and the 15 s between the signs of life in a stream.
    connection = HTTPConnection(SIDECAR, timeout=60)
    connection.request(method, path, body or None, headers)
    return connection.getresponse()


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", PORT), App)
    print(f"listening on http://localhost:{PORT}", flush=True)
    server.serve_forever()
