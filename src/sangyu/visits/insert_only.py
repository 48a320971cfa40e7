"""The tables of this room that nobody may change or empty."""

INSERT_ONLY_TABLES = [
    "visits_visit",
    "visits_departure",
    "visits_evidence",
    "visits_visitcharge",
    "visits_photo",
    "visits_incident",
    "visits_incidentphoto",
    "visits_incidentend",
]
