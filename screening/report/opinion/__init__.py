"""A decision printed as an office would hand it out (生态环境准入研判意见): HTML, DOCX or PDF, in Chinese or English.

    opinion(decision, vocabulary=rulebook.vocabulary, scene=scene_of(project, plain, atlas), lang="zh", form="pdf")

The three forms are written from one document (`document`), so they say the same.
"""

from screening.report.opinion.case import Letterhead, Override
from screening.report.opinion.needed import PrintingError
from screening.report.opinion.printing import FORMS, Form, opinion
from screening.report.opinion.scene import Scene, scene_of

__all__ = ["FORMS", "Form", "Letterhead", "Override", "PrintingError", "Scene", "opinion", "scene_of"]
