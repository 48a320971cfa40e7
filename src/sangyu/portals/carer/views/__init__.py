"""The worker's phone: today, one visit, its photos, what went otherwise, and what was earned. One thing per screen."""

from sangyu.portals.carer.views.incidents import add_incident_photo, incident, report
from sangyu.portals.carer.views.month import month
from sangyu.portals.carer.views.photos import add_photo
from sangyu.portals.carer.views.today import today
from sangyu.portals.carer.views.visit import arrive, leave, visit

__all__ = ["add_incident_photo", "add_photo", "arrive", "incident", "leave", "month", "report", "today", "visit"]
