"""The public site as one process: the door of the patients with the desk of the staff mounted at `/desk`.

`python -m bot.site` runs it. Neither knows the other; what both are given is made here.
"""

import math
from dataclasses import replace

import uvicorn
from fastapi import FastAPI
from sqlalchemy import Engine

from bot.ask_rasa import open_rasa
from bot.clinic_now import live_clinic, watch_clinic
from bot.database import open_engine
from bot.desk.app import PLACE, create_desk
from bot.knowledge.check import check_knowledge
from bot.logs import set_up_logs
from bot.privacy.mask import build_masker
from bot.safety.lone_watch import build_lone_watch
from bot.settings import Settings, read_settings
from bot.web.app import create_app
from bot.wording import read_wording

MOST_CONNECTIONS = 1024  # more are refused at once; what a door answers at a time stands in bot/web/turns.py


def create_site(settings: Settings, engine: Engine, records: Engine) -> FastAPI:
    """Return the door with the desk in it."""
    knowledge = check_knowledge()
    wording = read_wording(knowledge, settings.clinic)
    watch, mask = build_lone_watch(knowledge, wording), build_masker(settings.clinic).mask
    site = create_app(settings, wording, engine, watch, mask, records=records)
    site.mount(PLACE, create_desk(settings, wording, engine, records, open_rasa(settings), mask))
    return site


def main() -> None:
    """Serve on the host and port of the settings."""
    set_up_logs()
    settings = read_settings()
    settings = replace(settings, clinic=live_clinic(settings.clinic))
    engine = open_engine(settings.database_url)  # connects when it is first asked
    watch_clinic(settings.clinic, engine)
    records = open_engine(settings.records_url, settings.deadlines.sql)
    uvicorn.run(
        create_site(settings, engine, records),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=math.ceil(settings.deadlines.reply),
        server_header=False,
        ws="none",
    )


if __name__ == "__main__":
    main()
