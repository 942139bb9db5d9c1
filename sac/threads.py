"""How many cores torch may use."""

__all__ = ["one_thread"]


def one_thread() -> None:
    """Let torch compute in one thread: the same bytes on every machine, and cores left for the dashboard."""
    import torch  # here: it takes 2 s, and whoever imports this module may never compute

    torch.set_num_threads(1)
