from django_tasks import task

from course.outbox.settling import settle


@task
def settle_effect(effect_id: str) -> None:
    """The queue's side of the outbox. Losing this call costs a minute: the sweep repeats it."""
    settle(effect_id)
