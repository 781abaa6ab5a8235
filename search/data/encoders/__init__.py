"""One file, one encoder: pictures and sounds turned into spikes; shared by the tasks."""
