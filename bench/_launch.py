"""Run a command and print what it took, in a small process of its own: a child begins with its parent's memory."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time

if __name__ == "__main__":
    began = time.perf_counter()
    made = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, text=True, check=False)
    seconds, usage = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    took = {
        "seconds": seconds,
        "processor_seconds": usage.ru_utime + usage.ru_stime,
        "memory_mb": usage.ru_maxrss / 1024,
    }
    print(json.dumps({"said": made.stdout, **took}))
    sys.exit(made.returncode)
