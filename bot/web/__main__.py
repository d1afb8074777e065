"""Run the door: `python -m bot.web`."""

import uvicorn

from bot.database import open_engine
from bot.knowledge.check import check_knowledge
from bot.safety.lone_watch import build_lone_watch
from bot.settings import read_settings
from bot.web.app import create_app
from bot.wording import read_wording


def main() -> None:
    """Serve the door on the host and port of the settings."""
    settings = read_settings()
    knowledge = check_knowledge()
    wording = read_wording(knowledge, settings.clinic)
    engine = open_engine(settings.database_url)  # connects when it is first asked
    app = create_app(settings, wording, engine, build_lone_watch(knowledge, wording))
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="none",
    )


if __name__ == "__main__":
    main()
