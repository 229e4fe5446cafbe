"""Who was erased: replayed after every restore, before anything is served (R16)."""

from datetime import datetime
from uuid import UUID

from reflections.keys.models import Tombstone


def erect(owner_id: UUID, now: datetime, *, keeps_certificates: bool = False) -> Tombstone:
    """Remember that this person was erased. The first time, and the first choice, stand."""
    facts = {"erased_at": now, "keeps_certificates": keeps_certificates}
    stone, _new = Tombstone.objects.get_or_create(owner_id=owner_id, defaults=facts)
    return stone


def kept_certificates(owner_id: UUID) -> bool:
    """Whether who was erased left their certificates checkable. Unknown is no."""
    return Tombstone.objects.filter(owner_id=owner_id, keeps_certificates=True).exists()


def all_owners() -> list[UUID]:
    return list(Tombstone.objects.order_by("erased_at").values_list("owner_id", flat=True))
