"""Targets: what a text stands for, what is wrong with one, and what is shown of it."""

import string
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lifeinit.probes.parse_targets import resolve
from lifeinit.probes.targets import File, Http, Place, Target, Tcp, Unix, hidden, parse, without_secrets

PASSWORDS = st.text(string.printable, min_size=1, max_size=12).map(lambda text: f"SECRET{text}SECRET")


@pytest.mark.parametrize(
    ("text", "shown", "places"),
    [
        ("tcp://db:5432", "tcp://db:5432", [Tcp("db", 5432)]),
        ("TCP://my_db.internal:1/", "tcp://my_db.internal:1", [Tcp("my_db.internal", 1)]),
        ("tcp://10.0.0.1:65535", "tcp://10.0.0.1:65535", [Tcp("10.0.0.1", 65535)]),
        ("tcp://[::1]:80", "tcp://[::1]:80", [Tcp("::1", 80)]),
        ("tcp://[fe80::1%25eth0]:80", "tcp://[fe80::1%eth0]:80", [Tcp("fe80::1%eth0", 80)]),
        ("tcp://bücher.example:80", "tcp://xn--bcher-kva.example:80", [Tcp("xn--bcher-kva.example", 80)]),
        ("unix:///run/app.sock", "unix:///run/app.sock", [Unix(b"/run/app.sock")]),
        ("unix:/run/app.sock", "unix:///run/app.sock", [Unix(b"/run/app.sock")]),
        ("unix://user:pw@/run/redis.sock?db=1&password=pw", "unix:///run/redis.sock", [Unix(b"/run/redis.sock")]),
        ("unix:///run/a%20b", "unix:///run/a%20b", [Unix(b"/run/a b")]),
        ("unix:///" + "x" * 106, "unix:///" + "x" * 106, [Unix(b"/" + b"x" * 106)]),
        ("file:///run/ready", "file:///run/ready", [File(b"/run/ready")]),
        ("unix:///run/app@1.sock", "unix:///run/app@1.sock", [Unix(b"/run/app@1.sock")]),
        ("file:/run/ready", "file:///run/ready", [File(b"/run/ready")]),
        ("file:///run/50%25%3F", "file:///run/50%?", [File(b"/run/50%?")]),
        ("file:///run/\udcff", "file:///run/%FF", [File(b"/run/\xff")]),
        # the URLs of services, and their default ports
        ("postgres://db", "postgres://db:5432", [Tcp("db", 5432)]),
        ("postgresql://u:p@db/shop?sslmode=require", "postgresql://db:5432", [Tcp("db", 5432)]),
        ("postgresql+psycopg://u:p%40@db:6432/shop", "postgresql+psycopg://db:6432", [Tcp("db", 6432)]),
        ("mysql+pymysql://u:p@db/shop", "mysql+pymysql://db:3306", [Tcp("db", 3306)]),
        ("mariadb://db", "mariadb://db:3306", [Tcp("db", 3306)]),
        ("redis://:p@cache/0", "redis://cache:6379", [Tcp("cache", 6379)]),
        ("rediss://cache:6380", "rediss://cache:6380", [Tcp("cache", 6380)]),
        ("amqp://guest:guest@mq//", "amqp://mq:5672", [Tcp("mq", 5672)]),
        ("amqps://mq", "amqps://mq:5671", [Tcp("mq", 5671)]),
        ("mongodb://mongo", "mongodb://mongo:27017", [Tcp("mongo", 27017)]),
        ("kafka://broker", "kafka://broker:9092", [Tcp("broker", 9092)]),
        ("memcached://cache", "memcached://cache:11211", [Tcp("cache", 11211)]),
        ("nats://bus", "nats://bus:4222", [Tcp("bus", 4222)]),
        ("mqtt://bus:", "mqtt://bus:1883", [Tcp("bus", 1883)]),
        ("redis://[::1]/0", "redis://[::1]:6379", [Tcp("::1", 6379)]),
        ("redis://u:p@ss@cache", "redis://cache:6379", [Tcp("cache", 6379)]),
        # several hosts
        ("kafka://a,b:1", "kafka://a:9092,b:1", [Tcp("a", 9092), Tcp("b", 1)]),
        ("mongodb://u:p@a:1,b:2,[::1]/db?replicaSet=x", "mongodb://a:1,b:2,[::1]:27017",
         [Tcp("a", 1), Tcp("b", 2), Tcp("::1", 27017)]),
        ("postgres://a,b:2/db", "postgres://a:5432,b:2", [Tcp("a", 5432), Tcp("b", 2)]),
        ("postgres:///db?host=a,b&port=1,2", "postgres://a:1,b:2", [Tcp("a", 1), Tcp("b", 2)]),
        ("postgres:///db?host=a,b&port=1", "postgres://a:1,b:1", [Tcp("a", 1), Tcp("b", 1)]),
        ("postgres:///db?host=a:1&host=b:2", "postgres://a:1,b:2", [Tcp("a", 1), Tcp("b", 2)]),
        # sockets of services
        ("postgresql:///db?host=/var/run/postgresql", "postgresql:///var/run/postgresql/.s.PGSQL.5432",
         [Unix(b"/var/run/postgresql/.s.PGSQL.5432")]),
        ("postgresql://u:p@:6432/db?host=%2Frun%2Fpg%2F", "postgresql:///run/pg/.s.PGSQL.6432",
         [Unix(b"/run/pg/.s.PGSQL.6432")]),
        ("postgresql://u:p@%2Frun%2Fpg:6432/db", "postgresql:///run/pg/.s.PGSQL.6432",
         [Unix(b"/run/pg/.s.PGSQL.6432")]),
        ("postgresql://ignored/db?host=/run/pg,b", "postgresql:///run/pg/.s.PGSQL.5432,b:5432",
         [Unix(b"/run/pg/.s.PGSQL.5432"), Tcp("b", 5432)]),
        ("mysql+pymysql://u:p@localhost/db?unix_socket=/run/mysqld.sock&charset=utf8", "mysql+pymysql:///run/mysqld.sock",
         [Unix(b"/run/mysqld.sock")]),
        ("mongodb://u:p@%2Ftmp%2Fmongodb-27017.sock/db", "mongodb:///tmp/mongodb-27017.sock",
         [Unix(b"/tmp/mongodb-27017.sock")]),
        ("redis+unix:///run/redis.sock?db=0", "redis+unix:///run/redis.sock", [Unix(b"/run/redis.sock")]),
        ("redis+socket:///run/redis.sock", "redis+socket:///run/redis.sock", [Unix(b"/run/redis.sock")]),
    ],
)  # fmt: skip
def test_targets(text: str, shown: str, places: list[Place]) -> None:
    assert parse(text) == Target(shown, tuple(places))


AS_EVER = "User-Agent: lifeinit\r\nAccept: */*\r\nConnection: close\r\n"


@pytest.mark.parametrize(
    ("text", "shown", "where", "request_line", "host", "more"),
    [
        ("http://web", "http://web", ("web", 80, False), "GET / HTTP/1.1", "web", ""),
        ("https://web/ready", "https://web/ready", ("web", 443, True), "GET /ready HTTP/1.1", "web", ""),
        ("http://web:8000/a?token=t#x", "http://web:8000/a", ("web", 8000, False), "GET /a?token=t HTTP/1.1",
         "web:8000", ""),
        ("http://web/@me", "http://web/...", ("web", 80, False), "GET /@me HTTP/1.1", "web", ""),
        ("http://web:80?q", "http://web", ("web", 80, False), "GET /?q HTTP/1.1", "web", ""),
        ("https://[fe80::1%25eth0]:1/", "https://[fe80::1]:1/", ("fe80::1%eth0", 1, True), "GET / HTTP/1.1",
         "[fe80::1]:1", ""),
        ("http://me:p%40ss@web/", "http://web/", ("web", 80, False), "GET / HTTP/1.1", "web",
         "Authorization: Basic bWU6cEBzcw==\r\n"),
        ("http://web/a b\r\nX: ä", "http://web/a%20b%0D%0AX:%20%C3%A4", ("web", 80, False),
         "GET /a%20b%0D%0AX:%20%C3%A4 HTTP/1.1", "web", ""),
    ],
)  # fmt: skip
def test_web_targets(  # noqa: PLR0917
    text: str, shown: str, where: tuple[str, int, bool], request_line: str, host: str, more: str
) -> None:
    """Nothing that stands in a URL can add a line to the request."""
    request = f"{request_line}\r\nHost: {host}\r\n{AS_EVER}{more}\r\n".encode()
    assert parse(text) == Target(shown, (Http(*where, request),))


NO_SCHEME = 'which has no scheme: write "tcp://host:port"'
NO_PORT = 'which has no port: write "tcp://host:port"'
NO_HOST = 'which names no host: write it after "://"'
NO_NUMBER = 'whose port is not a number from 1 to 65535: write one, as in "tcp://db:5432"'
MORE = 'which has more than a host and a port: write "tcp://host:port"'
COLONS = 'which has more than one ":" in "host:port": write an IPv6 address as "[::1]:5432"'
NAME = "whose host is invalid: use only letters, digits and the characters . - _"
BRACKETS = 'which has no IPv6 address in its brackets: write one such as "[::1]:5432"'
LATE = 'which has a "@" after the host: in a password write "%40" for "@" and "%2F" for "/"'
CONTROLS = "whose path holds a NUL or the end of a line: remove it"
QUESTION = 'which contains a "?" or a "#": in the name of a file write "%3F" or "%23"'
KNOWN = (
    "tcp, unix, http, https, file, postgres, postgresql, mysql, mariadb, redis, rediss, amqp, amqps, mongodb, kafka, "
    "memcached, nats, mqtt"
)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("", 'which is empty: write "tcp://host:port"'),
        ("db:5432", NO_SCHEME),
        ("db", NO_SCHEME),
        ("::1", NO_SCHEME),
        ("/run/x", 'which has no scheme: write "unix:///path" for a socket or "file:///path" for a file'),
        ("postgrse://u:p@db", 'whose scheme is unknown: did you mean "postgres"?'),
        ("htp://web", 'whose scheme is unknown: did you mean "http"?'),
        ("rabbit+x://mq", f"whose scheme is unknown: known are {KNOWN}"),
        ("jdbc:postgresql://db/x", 'whose scheme is unknown: did you mean "postgresql"?'),
        ("http+unix://%2Frun%2Fx", 'whose scheme is unknown: did you mean "http"?'),
        ("mongodb+srv://u:p@cluster/x",
         'whose hosts are in DNS records, which lifeinit does not read: write "mongodb://host:port"'),
        ("tcp://", NO_HOST),
        ("tcp://:5432", NO_HOST),
        ("redis://u:p@/0", NO_HOST),
        ("kafka://a,,b", NO_HOST),
        ("postgresql:///db",
         'which names no host: write it after "://", or "?host=/var/run/postgresql" for a socket'),
        ("tcp://db", NO_PORT),
        ("tcp://db:", NO_PORT),
        ("tcp://[::1]", NO_PORT),
        ("tcp://db:0", NO_NUMBER),
        ("tcp://db:65536", NO_NUMBER),
        ("tcp://db:http", NO_NUMBER),
        ("tcp://db:-1", NO_NUMBER),
        ("tcp://db:+1", NO_NUMBER),
        ("tcp://db:٣", NO_NUMBER),
        ("tcp://db:" + "9" * 5000, NO_NUMBER),
        ("tcp://db:5432\n", NO_NUMBER),
        ("postgres://u:p?w@db", NO_NUMBER),
        ("tcp://db:1/x", MORE),
        ("tcp://db:1?x", MORE),
        ("tcp://u@db:1", MORE),
        ("tcp://::1:5432", COLONS),
        ("tcp://db:tcp://10.0.0.1:5432", MORE),
        ("postgres://u:12/w@db/x", LATE),
        ("http://u:p@/w@web/", LATE),
        ("unix://u:p@/w@/run/x", LATE),
        ("tcp://a:1,b:2", "which names several hosts: write one target for each"),
        ("tcp://d b:1", NAME),
        ("tcp://$HOST:1", NAME),
        ("tcp://" + "a" * 254 + ":1", NAME),
        ("tcp://ä..b:1", NAME),
        ("http://a\r\nX:1/", NAME),
        ("tcp://[db]:1", BRACKETS),
        ("tcp://[::1:1", BRACKETS),
        ("tcp://[::1%a b]:1", BRACKETS),
        ("tcp://[]:1", BRACKETS),
        ("tcp://[::1]5432", 'which has more than a port after the brackets: write "[::1]:5432"'),
        ("unix:run/x", 'whose path does not begin with "/": write "unix:///path"'),
        ("unix://run/x", 'whose path does not begin with "/": write "unix:///path"'),
        ("redis+unix://", 'whose path does not begin with "/": write "redis+unix:///path"'),
        ("file://", 'whose path does not begin with "/": write "file:///path"'),
        ("file://u@/x", 'whose path does not begin with "/": write "file:///path"'),
        ("file:///x?y", QUESTION),
        ("file:///x#y", QUESTION),
        ("file:///x%00", CONTROLS),
        ("file:///run/ready\n", CONTROLS),
        ("unix:///x%0A", CONTROLS),
        ("unix:///" + "x" * 107, "whose socket has a path of more than 107 bytes, which no socket can have"),
        ("mysql://db/x?unix_socket=x", 'whose socket has a path that does not begin with "/"'),
        ("postgres:///x?host=/run&port=x", NO_NUMBER),
    ],
)  # fmt: skip
def test_what_is_no_target(text: str, end: str) -> None:
    with pytest.raises(ValueError, match=r"^wh") as caught:
        parse(text)
    assert str(caught.value) == end


def told(text: str) -> str:
    """What is shown of a target, or why it is none."""
    try:
        return parse(text).shown
    except ValueError as error:
        return str(error)


@given(st.text())
def test_any_text_is_a_target_or_a_sentence(text: str) -> None:
    for whole in (text, f"tcp://{text}", f"postgres://{text}", f"http://{text}", f"unix://{text}", f"file:///{text}"):
        assert told(whole).isprintable()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgres://u:p@db:5432/shop?password=p", "postgres://...@db:5432/shop?..."),
        ("postgres://u:p@$HOST:${PORT}/x", "postgres://...@$HOST:${PORT}/x"),
        ("postgres://u:p/w@db/x", "postgres://..."),
        ("postgres://u:p?w@db/x", "postgres://..."),
        ("postgres://u:forgot", "postgres://..."),
        ("mongodb://u:p@a:1,[::1]:2", "mongodb://...@a:1,[::1]:2"),
        ("http://web/ready?token=t", "http://web/ready?..."),
        ("db:5432", "db:5432"),
        ("$DATABASE_URL", "$DATABASE_URL"),
        ("${A}-${B}", "${A}-${B}"),
        ("/run/x.sock", "/run/x.sock"),
        ("u:p@db:5432", "..."),
        ("host=db password=p", "..."),
        ("u:p@://db", "..."),
        ("u:p://w@db", "..."),
        ("", ""),
    ],
)  # fmt: skip
def test_what_is_shown_of_a_text(text: str, shown: str) -> None:
    assert hidden(text) == shown


@given(PASSWORDS)
@example("SECRET://SECRET")
@example("SECRET@/SECRET")
def test_no_password_is_ever_shown(password: str) -> None:
    """Percent-encoded or, by mistake, not. The examples were once shown."""
    for form in (password, quote(password), quote(password, safe="")):
        for text in (
            f"postgres://me:{form}@db/shop?x={form}",
            f"https://me:{form}@web/?token={form}",
            f"unix://me:{form}@/run/x?password={form}",
            f"postgrse://me:{form}@db",
            f"me:{form}@db:5432",
        ):
            assert "SECRET" not in hidden(text) + told(text)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("postgres://u:p@db:1/shop?password=p", "postgres://db:1"),
        ("Postgresql+psycopg://u:p@:1/x?host=/run/pg&password=p&port=2", "Postgresql+psycopg://:1?host=/run/pg&port=2"),
        ("mysql://u:p@db/x?unix_socket=/run/m&passwd=p", "mysql://db?unix_socket=/run/m"),
        ("unix://u:p@/run/x?password=p", "unix:///run/x"),
        ("redis+unix://u:p@/run/x?password=p", "redis+unix:///run/x"),
        ("mongodb://u:p@a,b/x", "mongodb://a,b"),
        ("redis://:$P@$HOST/0", "redis://$HOST"),
        ("$DATABASE_URL", "$DATABASE_URL"),
        ("tcp://db:1", "tcp://db:1"),
        ("file:///run/x", "file:///run/x"),
        ("http://u:p@web/?q", "http://u:p@web/?q"),
        ("db:5432", "db:5432"),
    ],
)
def test_what_a_command_line_holds_of_a_target(text: str, bare: str) -> None:
    assert without_secrets(text) == bare


def test_what_a_command_line_holds_is_the_same_target() -> None:
    for text in (
        "postgresql://u:p@:1/x?host=/run/pg&password=p",
        "postgresql://u:p@a:1,b:2/x",
        "mysql://u:p@db/x?unix_socket=/run/m",
        "unix://u:p@/run/x?db=1",
    ):
        assert parse(without_secrets(text)) == parse(text)


VARIABLES = {"URL": "redis://:SECRET@cache", "HOST": "db", "WRONG": "SECRET", "EMPTY": ""}


def test_targets_as_written_are_expanded() -> None:
    targets, wrong = resolve(["$URL", "tcp://${HOST}:1", "file:///run/$$x"], VARIABLES)
    assert [target.shown for target in targets] == ["redis://cache:6379", "tcp://db:1", "file:///run/$x"]
    assert wrong == []


def test_every_wrong_target_has_its_sentence_and_no_value_of_a_variable_is_in_it() -> None:
    texts = ["$NOWHERE", "$WRONG", "tcp://db:1", "tcp://$WRONG", "$EMPTY", "tcp://u:p$WRONG@db", "a$", "x\x1b[31m"]
    targets, wrong = resolve(texts, VARIABLES)
    assert [target.shown for target in targets] == ["tcp://db:1"]
    assert wrong == [
        'cannot wait for "$NOWHERE", which holds "$NOWHERE", which is not set: set it, or write "$$" for a dollar sign',
        f'cannot wait for the value of "$WRONG", {NO_SCHEME}',
        f'cannot wait for the value of "tcp://$WRONG", {NO_PORT}',
        'cannot wait for the value of "$EMPTY", which is empty: write "tcp://host:port"',
        f'cannot wait for the value of "tcp://...@db", {MORE}',
        'cannot wait for "a$", which holds a dollar sign without a variable: write "$$" for a dollar sign',
        f'cannot wait for "...", {NO_SCHEME}',
    ]
