"""Run the door: `python -m bot.web`."""

import uvicorn

from bot.knowledge.check import check_knowledge
from bot.settings import read_settings
from bot.web.app import create_app
from bot.wording import read_wording


def main() -> None:
    """Serve the door on the host and port of the settings."""
    settings = read_settings()
    app = create_app(settings, read_wording(check_knowledge(), settings.clinic))
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
