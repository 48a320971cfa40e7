"""Programmes, areas, organisations, users and roles; and the audit book that remembers what each of them did."""

from sangyu.access.models.book import AuditEntry, AuditHead, AuditLink
from sangyu.access.models.people import (
    Area,
    AreaKind,
    Organisation,
    OrganisationKind,
    Programme,
    Role,
    RoleAssignment,
    User,
    Users,
)
from sangyu.access.models.sign_in import (
    AttemptOutcome,
    Factor,
    FactorKind,
    LookUp,
    PasswordChange,
    RecoveryCode,
    Session,
    SignInAttempt,
    Unlocking,
)
from sangyu.access.models.tokens import ApiToken, ApiTokenRevocation, ApiTokenUse

__all__ = [
    "ApiToken",
    "ApiTokenRevocation",
    "ApiTokenUse",
    "Area",
    "AreaKind",
    "AttemptOutcome",
    "AuditEntry",
    "AuditHead",
    "AuditLink",
    "Factor",
    "FactorKind",
    "LookUp",
    "Organisation",
    "OrganisationKind",
    "PasswordChange",
    "Programme",
    "RecoveryCode",
    "Role",
    "RoleAssignment",
    "Session",
    "SignInAttempt",
    "Unlocking",
    "User",
    "Users",
]
