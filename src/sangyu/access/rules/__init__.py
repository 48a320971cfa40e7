"""What access decides by calculation alone; pure."""

from sangyu.access.rules.book import entry_hash, link_hash
from sangyu.access.rules.look_ups import ReasonMissing, TooManyLookUps
from sangyu.access.rules.profile import PROFILES, Profile, UnknownProfile, profile_called

__all__ = [
    "PROFILES",
    "Profile",
    "ReasonMissing",
    "TooManyLookUps",
    "UnknownProfile",
    "entry_hash",
    "link_hash",
    "profile_called",
]
