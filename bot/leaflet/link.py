"""The address of a leaflet: the procedure's own, or one that holds a patient's days as her calendar file's does."""

from collections.abc import Sequence

from bot.calendar_file import CalendarFiles
from bot.dates.shapes import Event
from bot.question import Procedure
from bot.reply import File
from bot.wording import Wording

MEDIA_TYPE = "application/pdf"


def leaflet_file(files: CalendarFiles, procedure: Procedure, wording: Wording, events: Sequence[Event] = ()) -> File:
    """Return the leaflet of a procedure, with a patient's days where there are any."""
    name = files.token(events, procedure) if events else procedure.value
    return File(
        title=wording.say("utter_leaflet_title", procedure=wording.procedure_name(procedure)),
        type=MEDIA_TYPE,
        url=f"{files.base_url}/leaflets/{name}.pdf",
    )
