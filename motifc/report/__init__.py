"""The page of `motifc report`: runs, what is asked of them, and the answers."""
