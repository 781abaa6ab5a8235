"""Importing this module makes lava-nc 0.10.0 importable on Python 3.11 and later; import it before any of Lava.

lava/magma/compiler/var_model.py uses instances of an unhashable dataclass as field defaults, which Python 3.11
refuses. While that one module is imported, dataclasses get `unsafe_hash=True`; afterwards all is as before.
"""

import dataclasses
import functools
import importlib

# What var_model itself imports, so that only var_model sees the changed decorator.
importlib.import_module("lava.magma.compiler.mappable_interface")
importlib.import_module("lava.magma.compiler.subcompilers.address")
importlib.import_module("lava.magma.core.process.ports.connection_config")
importlib.import_module("lava.magma.core.process.variable")

_original = dataclasses.dataclass
dataclasses.dataclass = functools.partial(_original, unsafe_hash=True)
try:
    importlib.import_module("lava.magma.compiler.var_model")
finally:
    dataclasses.dataclass = _original
