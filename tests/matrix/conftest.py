from tests.matrix.world import world

__all__ = ["world"]
