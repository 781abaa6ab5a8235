"""The page of `motifc report` in a browser: what axe-core and the console say, by day and by night, wide and narrow."""
