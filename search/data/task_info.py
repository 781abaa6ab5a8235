"""TaskInfo: what a task's data are, where they come from and which files they need."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class TaskInfo:
    """A data set as its authors published it.

    title      full name
    licence    of the data
    classes    number of classes, 0 where the files decide and where values are to be told
    channels   width of the encoded spikes, 0 where the files decide
    published  samples per official part, "train" and "test" (those of "valid" are taken from "train" here)
    files      which files the folder holds, as a phrase that can follow "needs"; empty for what is built in
    values     numbers to be told of each sample, 0 where it is of a class
    page       name and address of the page to get it from; empty for what is built in
    """

    title: str
    licence: str
    classes: int
    channels: int
    published: Mapping[str, int] = field(default_factory=dict)
    files: str = ""
    page: str = ""
    values: int = 0

    @property
    def built_in(self) -> bool:
        """True where no folder is needed."""
        return not self.files
