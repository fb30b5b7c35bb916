"""Peers that need an environment of their own: makes it on demand, or says why it can't be had."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from benchmarks.entrants import ENVIRONMENT, ROOT

#: lifetimes has been archived since 2020; these are the last libraries it works with.
_PACKAGES = ("lifetimes==0.11.3", "pandas==1.5.3", "numpy==1.26.4", "scipy==1.11.4", "pyarrow==15.0.2")
#: Where scikit-learn lives, with the NumPy that custrata is measured with.
SCIKIT = ROOT / "benchmarks" / ".env" / "scikit-learn"
PYMC = ROOT / "benchmarks" / ".env" / "pymc-marketing"
_PYMC = ("pymc-marketing==0.19.2", "pymc==5.28.5", "pytensor==2.38.3", "numpy==2.4.6", "scipy==1.17.1", "pandas==3.1.1")


def lifetimes_missing() -> str | None:
    """Why lifetimes can't take part; null once its environment stands."""
    return _missing(ENVIRONMENT, _PACKAGES, "lifetimes", ">=3.9,<3.12")


def scikit_missing() -> str | None:
    """Why scikit-learn can't take part; null once its environment stands."""
    return _missing(SCIKIT, ("scikit-learn==1.9.1", f"numpy=={version('numpy')}"), "sklearn", sys.executable)


def pymc_missing() -> str | None:
    """Why pymc-marketing can't take part; null once its environment stands. It needs a C++ compiler too."""
    return _missing(PYMC, _PYMC, "pymc_marketing", ">=3.11,<3.14")


def _missing(environment: Path, packages: Sequence[str], module: str, interpreter: str) -> str | None:
    if _works(environment, module):
        return None
    uv = Path(sys.executable).with_name("uv")
    if not uv.exists():
        return f"{uv} is missing: run make setup"
    steps = (
        [uv, "venv", "--quiet", "--clear", "--python", interpreter, environment],
        [uv, "pip", "install", "--quiet", "--python", environment, *packages],
    )
    for step in steps:
        try:
            done = subprocess.run(list(map(str, step)), capture_output=True, text=True, env=_environment(), timeout=600)
        except subprocess.TimeoutExpired:
            return "uv gave no answer for ten minutes"
        if done.returncode:
            return (done.stderr.strip().splitlines() or ["uv failed"])[-1].strip()
    return None if _works(environment, module) else "it was installed but cannot be imported"


def _works(environment: Path, module: str) -> bool:
    python = environment / "bin" / "python"
    if not python.exists():
        return False
    return not subprocess.run([str(python), "-c", f"import {module}"], capture_output=True).returncode


def _environment() -> dict[str, str]:
    """uv looks for Pythons in PATH; those that pyenv built but did not switch on are put behind."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    built = [str(p) for p in sorted(pyenv.glob("versions/3.*/bin"))]
    return {**os.environ, "PATH": os.pathsep.join([os.environ.get("PATH", ""), *built])}
