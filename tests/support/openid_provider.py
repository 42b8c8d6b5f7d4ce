"""A small OpenID provider: discovery, keys, the code flow with PKCE, real JWTs; and what a bad one does."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey

CLIENT, SECRET = "errreport", "the-client-secret"
Claims = dict[str, Any]


class OpenIDProvider:
    """Logs in whoever asks, as `person`. `spoil` may change what an ID token says, `sign` how it is signed."""

    def __init__(self) -> None:
        self.key = ECKey.generate_key("P-256", {"kid": "one"})
        self.person: Claims = {"sub": "u-1", "name": "Ada L", "groups": ["teachers"]}
        self.userinfo: Claims = {}
        self.spoil: Callable[[Claims], Claims] = lambda claims: claims
        self.sign: Callable[[Claims], str] = self.signed
        self.asked: list[dict[str, str]] = []
        """What was in the addresses to which browsers were sent."""
        self._codes: dict[str, dict[str, str]] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider._get(self)

            def do_POST(self) -> None:
                provider._token(self)

            def log_message(self, *arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def signed(self, claims: Claims) -> str:
        return jwt.encode({"alg": "ES256", "kid": self.key.kid}, claims, self.key)

    def with_secret(self, claims: Claims) -> str:
        """As who takes the client's secret for a key."""
        return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET), algorithms=["HS256"])

    def unsigned(self, claims: Claims) -> str:
        def part(value: Claims) -> str:
            return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

        return f"{part({'alg': 'none'})}.{part(claims)}."

    def by_another(self, claims: Claims) -> str:
        return jwt.encode({"alg": "ES256", "kid": "one"}, claims, ECKey.generate_key("P-256", {"kid": "one"}))

    def _get(self, request: BaseHTTPRequestHandler) -> None:
        url = urlsplit(request.path)
        fields = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path == "/.well-known/openid-configuration":
            _answer(request, 200, self._description())
        elif url.path == "/keys":
            _answer(request, 200, KeySet([self.key]).as_dict(private=False))
        elif url.path == "/userinfo":
            _answer(request, 200, self.userinfo)
        elif url.path == "/authorize":
            self.asked.append(fields)
            code = secrets.token_urlsafe(8)
            self._codes[code] = fields
            back = urlencode({"code": code, "state": fields["state"], "iss": self.issuer})
            request.send_response(302)
            request.send_header("Location", f"{fields['redirect_uri']}?{back}")
            request.end_headers()
        else:
            _answer(request, 404, {})

    def _description(self) -> Claims:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
        }

    def _token(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"])).decode()
        sent = {name: values[0] for name, values in parse_qs(body).items()}
        asked = self._codes.pop(sent.get("code", ""), None)
        basic = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if request.headers.get("Authorization") != basic:
            _answer(request, 401, {"error": "invalid_client"})
        elif asked is None or asked.get("code_challenge") != challenge or asked["redirect_uri"] != sent["redirect_uri"]:
            _answer(request, 400, {"error": "invalid_grant"})
        else:
            now = int(time.time())
            claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
            token = self.sign(self.spoil({**claims, **self.person}))
            _answer(request, 200, {"access_token": "a", "token_type": "Bearer", "expires_in": 300, "id_token": token})


def _answer(request: BaseHTTPRequestHandler, status: int, value: Claims) -> None:
    body = json.dumps(value).encode()
    request.send_response(status)
    request.send_header("Content-Type", "application/json")
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)
