"""Assessments of ability: the assessor at the bedside, the bureau that sends and concludes, the community told."""
