"""建设项目生态环境准入筛查: may this project go on this site, and on what grounds.

    from screening import Atlas, Project, Rulebook, screen

`screen(project, rulebook, atlas, as_of=date)` answers pass, review or reject. It is pure: no clock, no disk, no network.
"""

from screening.atlas import Atlas
from screening.decision import Decision, Outcome
from screening.errors import ScreeningError
from screening.project import Project
from screening.rulebook.reader import Rulebook
from screening.screen import screen
from screening.version import VERSION as __version__

__all__ = ["Atlas", "Decision", "Outcome", "Project", "Rulebook", "ScreeningError", "__version__", "screen"]
