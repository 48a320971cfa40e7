"""Member enterprises and what they may do: standing, licences, contracts, workers; the catalogue and its prices."""

from sangyu.providers.models.canteens import Canteen, CanteenUser
from sangyu.providers.models.catalogue import GroupedItem, ItemGroup, PayRate, Price, ServiceItem, StandardDocument
from sangyu.providers.models.codes import CheckResult, EnterpriseKind, EnterpriseState, ItemClass, Origin, YearGrade
from sangyu.providers.models.enterprises import (
    AccountChange,
    Contract,
    ContractArea,
    ContractItem,
    Enterprise,
    Evaluation,
    Licence,
    LicenceCheck,
    MonthScore,
    Recommendation,
    RecommendationAnswer,
    Standing,
)
from sangyu.providers.models.people import Certificate, Worker, WorkerArea

__all__ = [
    "AccountChange",
    "Canteen",
    "CanteenUser",
    "Certificate",
    "CheckResult",
    "Contract",
    "ContractArea",
    "ContractItem",
    "Enterprise",
    "EnterpriseKind",
    "EnterpriseState",
    "Evaluation",
    "GroupedItem",
    "ItemClass",
    "ItemGroup",
    "Licence",
    "LicenceCheck",
    "MonthScore",
    "Origin",
    "PayRate",
    "Price",
    "Recommendation",
    "RecommendationAnswer",
    "ServiceItem",
    "StandardDocument",
    "Standing",
    "Worker",
    "WorkerArea",
    "YearGrade",
]
