"""Make a dirty sheet of people in a process of its own, so that its memory counts for nobody else."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from sangyu.intake.tests.dirty import dirty_sheet, to_xlsx

path, lines, communities = Path(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3])
sheet = dirty_sheet(2026 + int(sys.argv[4]), lines, communities, workbook=True, fault_pm=50)
to_xlsx(sheet, path)
planted = sorted([line, column] for line, column in sheet.planted)
path.with_suffix(".json").write_text(json.dumps({"planted": planted, "doubles": sorted(sheet.doubles)}))
