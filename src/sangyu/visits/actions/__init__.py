"""Verbs of visits: check in, check out, add photos, report an incident and settle it."""

from sangyu.visits.actions.coming import check_in, check_out
from sangyu.visits.actions.incidents import add_incident_photo, report_incident, settle_incident
from sangyu.visits.actions.photos import add_photo

__all__ = ["add_incident_photo", "add_photo", "check_in", "check_out", "report_incident", "settle_incident"]
