"""Reads of visits: who came and what proves it, photos, incidents, the word of the door, and what a visit earned."""

from sangyu.visits.queries.door import Way, pass_word, way_to
from sangyu.visits.queries.earned import Earned, Earnings, earned_between, earned_by
from sangyu.visits.queries.incidents import (
    INCIDENT_KINDS,
    OUTCOMES,
    Case,
    get_incident,
    incident_photos,
    incidents,
    incidents_of,
    incidents_open,
    incidents_open_count,
    incidents_settled,
)
from sangyu.visits.queries.photos import Shot, file_for, photos
from sangyu.visits.queries.seen import (
    Odd,
    SixFacts,
    get_visit,
    graded,
    odd_visits,
    served_between,
    six_facts,
    visit_of,
    visits,
)

__all__ = [
    "INCIDENT_KINDS",
    "OUTCOMES",
    "Case",
    "Earned",
    "Earnings",
    "Odd",
    "Shot",
    "SixFacts",
    "Way",
    "earned_between",
    "earned_by",
    "file_for",
    "get_incident",
    "get_visit",
    "graded",
    "incident_photos",
    "incidents",
    "incidents_of",
    "incidents_open",
    "incidents_open_count",
    "incidents_settled",
    "odd_visits",
    "pass_word",
    "photos",
    "served_between",
    "six_facts",
    "visit_of",
    "visits",
    "way_to",
]
