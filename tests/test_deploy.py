"""What `deploy/` ships is what the code makes and reads; nothing of it is started here."""

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.cluster.away import away_body
from bot.cluster.nginx import DEPLOY, configuration, shipped_front
from bot.cluster.places import SYSTEM_PATH
from bot.files import ROOT
from bot.settings import Clinic
from bot.web.problems import ErrorBody

SETTINGS = set(re.findall(r'"(BOT_[A-Z_]+|PORT)"', (ROOT / "bot" / "settings.py").read_text(encoding="utf-8")))
COMPOSE = yaml.safe_load((DEPLOY / "compose.yml").read_text(encoding="utf-8"))  # Rasa's reader fills in variables
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OWN = ["prepare", "door-1", "door-2", "rasa-1", "rasa-2", "actions-1", "actions-2"]
NGINX = shutil.which("nginx", path=SYSTEM_PATH)
OPENSSL = shutil.which("openssl", path=SYSTEM_PATH)
DOCS = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")


def test_shipped_nginx_configuration_is_the_one_of_the_template() -> None:
    assert (DEPLOY / "nginx.conf").read_text(encoding="utf-8") == configuration(shipped_front())


@pytest.mark.skipif(not (NGINX and OPENSSL), reason="nginx or openssl is not installed")
def test_nginx_accepts_the_shipped_configuration(tmp_path: Path) -> None:
    front = shipped_front()
    here = replace(
        front,
        folder=str(tmp_path),
        doors=("127.0.0.1:8080",),
        rasa_servers=("127.0.0.1:5006",),
        action_servers=("127.0.0.1:5056",),
    )
    certificate, key = tmp_path / "fullchain.pem", tmp_path / "privkey.pem"
    make = f"{OPENSSL} req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -keyout {key} -out {certificate}"
    subprocess.run(make.split(), check=True, capture_output=True)
    written = tmp_path / "nginx.conf"
    written.write_text(configuration(here).replace("/etc/nginx/tls", str(tmp_path)), encoding="utf-8")
    checked = subprocess.run(
        [str(NGINX), "-t", "-c", str(written), "-e", "stderr"], capture_output=True, text=True, check=False
    )
    assert "syntax is ok" in checked.stderr, checked.stderr


@pytest.mark.parametrize("name", OWN)
def test_every_variable_of_a_container_is_a_setting(name: str) -> None:
    environment = set(SERVICES[name]["environment"])
    files = {secret for secret in SERVICES[name]["secrets"] if secret.startswith("BOT_")}
    assert environment
    assert environment | files <= SETTINGS


@pytest.mark.parametrize("name", SERVICES)
def test_container_has_a_version_and_holds_no_secret(name: str) -> None:
    service = SERVICES[name]
    assert re.fullmatch(r"[a-z]+:[0-9][\w.-]*", service["image"])
    shown = str({key: value for key, value in service.items() if key != "secrets"})
    assert not re.search(r"(?i)password=|://[^/]*:[^/]*@", shown)


@pytest.mark.parametrize("name", OWN)
def test_container_of_ours_may_write_nowhere_and_rise_to_nothing(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["networks"] == ["inside"]
    assert "ports" not in service


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "prepare"])
def test_container_that_stays_is_looked_after(name: str) -> None:
    assert SERVICES[name]["restart"] == "unless-stopped"
    assert SERVICES[name]["healthcheck"]["test"]


def test_every_secret_of_a_container_is_made() -> None:
    made = set(re.findall(r"^keep (\w+)", (DEPLOY / "make-secrets.sh").read_text(encoding="utf-8"), re.MULTILINE))
    assert made == set(COMPOSE["secrets"])


def test_nginx_of_the_containers_finds_each_of_them_by_name() -> None:
    front = shipped_front()
    named = {address.partition(":")[0] for address in (*front.doors, *front.rasa_servers, *front.action_servers)}
    assert named <= set(SERVICES)


def test_notice_in_place_of_a_door_is_the_door_s_own_with_every_phone(clinic: Clinic) -> None:
    notice = ErrorBody.model_validate_json(away_body(clinic)).error
    assert notice.code == "away"
    assert [phone.number for phone in notice.phones or ()] == [phone.number for phone in clinic.phones]


@pytest.mark.parametrize("variable", sorted(set(re.findall(r"`(BOT_[A-Z_]+|PORT)`", DOCS))))
def test_setting_named_in_the_deployment_page_is_read(variable: str) -> None:
    assert variable in SETTINGS


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:bot|deploy|docs|tests)/[\w@/.-]*)`", DOCS))))
def test_path_named_in_the_deployment_page_exists(path: str) -> None:
    assert (ROOT / path).exists() or path in ("deploy/away.json", "deploy/secrets/", "deploy/tls/")
