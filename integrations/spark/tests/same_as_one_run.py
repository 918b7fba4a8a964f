"""same_as_one_run.py FOLDER H2LINT: captures of FOLDER on Spark and by one run of h2lint, which must find the same.

Prints a line for each table, and exits with 1 where one differs."""

import os
import shlex
import subprocess
import sys
import tempfile

from pyspark.sql import SparkSession, functions as F

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import h2lint_spark  # noqa: E402

folder, h2lint = sys.argv[1:3]
spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.shuffle.partitions", "2")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")
tables = h2lint_spark.check(spark, f"{folder}/*", h2lint=h2lint)

one = tempfile.mkdtemp()
off = [word for rule in h2lint_spark.COMPARING for word in ("--rule", f"{rule}=off")]
files = sorted(os.path.join(folder, name) for name in os.listdir(folder))
command = [*shlex.split(h2lint), "check", *files, "--session", "one", "--fail-on", "never", *off, "-o", f"parquet={one}/tables"]
subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def rows(frame, *left_out):
    """Numbers of findings differ, and folders."""
    frame = frame.drop(*left_out)
    if "file" in frame.columns:
        frame = frame.withColumn("file", F.regexp_extract("file", "[^/]*$", 0))
    return sorted(map(repr, frame.collect()))


same = True
for name, left_out in [("connections", []), ("calls", []), ("findings", ["id"]), ("answers", ["finding"])]:
    ours = rows(getattr(tables, name), *left_out)
    theirs = rows(spark.read.parquet(f"{one}/tables/{name}.parquet"), *left_out)
    differing = sorted(set(ours) ^ set(theirs))
    same = same and ours == theirs
    print(f"{name}: {len(ours)} rows, {'the same' if ours == theirs else f'one run: {len(theirs)}, {len(differing)} differ'}")
    for row in differing[:6]:
        print("  spark" if row in ours else "  one  ", row)
sys.exit(0 if same else 1)
