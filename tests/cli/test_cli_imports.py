"""What a command does not need it does not import: half of a small run is imports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("times", [1, 2], ids=["a first run", "a run with nothing new"])
def test_a_run_over_text_files_needs_no_data_frames_and_no_charts(shop: Path, times: int) -> None:
    # Rows without a number, and bad ones, are looked up in their file, which takes more.
    (shop / "data" / "sales.csv").write_text("no,who,day,paid\n1,ann,2024-03-01,90\n2,bob,2024-03-31,7\n", "utf-8")
    scheme = (shop / "scheme.yaml").read_text("utf-8").replace("who, ordered_at", "who, order_id: no, ordered_at")
    (shop / "scheme.yaml").write_text(scheme, "utf-8")
    program = (
        "import sys\nfrom custrata.cli.main import main\n"
        "try:\n    main(['run', sys.argv[1]])\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "heavy = {'pyarrow', 'pandas', 'polars', 'altair', 'numpy', 'jinja2', 'xlsxwriter'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    for _ in range(times):
        done = subprocess.run(
            [sys.executable, "-c", program, str(shop)], capture_output=True, text=True, check=False, encoding="utf-8"
        )
        assert done.returncode == 0, done.stderr
