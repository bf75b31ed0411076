"""README.md's Dockerfile and hook file, as printed, around a Django project. Only the index has this clone's wheel."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.container.docker import BASE, Container, docker
from tests.docs.sessions import files_of

IMAGE = "lifeinit-test-readme"
_ASK = "import urllib.request as r; print(r.urlopen('http://127.0.0.1:8000/').status)"
_SITE = {
    "manage.py": """\
import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
""",
    "shop/__init__.py": "",
    "shop/settings.py": """\
SECRET_KEY = "x"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "shop.urls"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.sessions"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "/tmp/shop.sqlite3"}}
""",
    "shop/urls.py": """\
from django.http import HttpResponse
from django.urls import path
urlpatterns = [path("", lambda request: HttpResponse("welcome"))]
""",
    "shop/wsgi.py": """\
import os
from django.core.wsgi import get_wsgi_application
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
application = get_wsgi_application()
""",
}


@pytest.fixture
def container(index: str, tmp_path: Path) -> Iterator[Container]:
    site = tmp_path
    for name, text in _SITE.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text)
    files_of("README.md", site)
    dockerfile = site / "Dockerfile"
    assert dockerfile.read_text().startswith(f"FROM {BASE}\n")
    dockerfile.write_text(dockerfile.read_text().replace(BASE, index))
    docker("build", "-q", "--network", "host", "-t", IMAGE, str(site))
    started = Container(IMAGE, [], ["-p", "8000:8000"])
    yield started
    started.remove()


def test_the_dockerfile_and_the_hook_file(container: Container) -> None:
    """It migrates, serves on every address of the container, and stops within Docker's grace period."""
    said = container.until("Listening at: http://0.0.0.0:8000")
    assert any("Applying sessions.0001_initial... OK" in line for line in said)
    assert docker("exec", container.id, "python", "-c", _ASK) == "200\n"
    docker("stop", container.id)
    end = list(container.lines())
    assert "lifeinit: pre_stop[0]: slept 2 s" in end
    assert any("post_stop[0]: ok" in line for line in end)
    assert container.status() == 0
