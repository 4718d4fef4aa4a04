"""Who is asking: X-ClickHouse headers, basic authentication or URL parameters, never two of them at once."""

import base64
import binascii
import hmac

from .errors import QueryError


class Account:
    """The one account of this server."""

    def __init__(self, user, password):
        self._user = user.encode()
        self._password = password.encode()

    def check(self, request, params):
        """Return the user's name, or raise AUTHENTICATION_FAILED as ClickHouse words it."""
        user, password = _credentials(request, params)
        known = hmac.compare_digest(user, self._user)
        if not (hmac.compare_digest(password, self._password) and known):
            name = user.decode("utf-8", "replace")
            raise QueryError(516, f"{name}: Authentication failed: password is incorrect, "
                                  "or there is no user with such name.")
        return user.decode("utf-8", "replace")


def _credentials(request, params):
    header_user = request.header("x-clickhouse-user").encode("latin-1")
    header_key = request.header("x-clickhouse-key").encode("latin-1")
    basic = request.header("authorization")
    in_url = "user" in params or "password" in params
    if header_user or header_key:
        if basic:
            raise _mixed("X-ClickHouse HTTP headers", "Authorization HTTP header")
        if in_url:
            raise _mixed("X-ClickHouse HTTP headers", "authentication via parameters")
        return _named(header_user, "X-ClickHouse HTTP headers"), header_key
    if basic:
        if in_url:
            raise _mixed("Authorization HTTP header", "authentication via parameters")
        return _basic(basic)
    return _named(params.get("user", b"default"), "authentication via parameters"), params.get("password", b"")


def _basic(header):
    scheme, _, text = header.partition(" ")
    if scheme.lower() != "basic":
        raise QueryError(516, f"Invalid authentication: '{scheme}' HTTP Authorization scheme is not supported")
    try:
        user, _, password = base64.b64decode(text.strip(), validate=True).partition(b":")
    except binascii.Error:
        raise QueryError(516, "Invalid authentication: the Authorization HTTP header is not base64") from None
    return _named(user, "Authorization HTTP header"), password


def _named(user, method):
    if not user:
        raise QueryError(516, f"Got an empty user name from {method}")
    return user


def _mixed(one, other):
    return QueryError(516, f"Invalid authentication: it is not allowed to use {one} and {other} simultaneously")
