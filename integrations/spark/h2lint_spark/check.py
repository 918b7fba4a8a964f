"""The plan: which connections lie in several files; those that do not are judged with their file; packets of the others are shuffled."""

import os
import shlex
import shutil
import subprocess
import tempfile
import zlib
from typing import NamedTuple, Optional, Sequence

from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession, functions as F
from pyspark.sql.types import IntegerType, LongType, StringType, StructField, StructType

from .packets import OTHER, address, capture, connection, packets

COMPARING = (
    "abuse/connection-churn",
    "abuse/goaway-loop",
    "health/one-stream-per-connection",
    "health/reconnect-loop",
    "preface/connection-refused",
)
"""Rules that compare connections: no process sees all of them, so they do not run."""


class Tables(NamedTuple):
    """With the columns of the tables that `h2lint -o out.parquet` writes. Connections are numbered by their start."""

    connections: DataFrame
    calls: DataFrame
    findings: DataFrame
    answers: DataFrame


def check(
    spark: SparkSession,
    glob: str,
    work: Optional[str] = None,
    h2lint: str = "h2lint",
    options: Sequence[str] = (),
    partitions: Optional[int] = None,
) -> Tables:
    """Checks all captures that the glob names: pcap files, also compressed by gzip, wherever Spark can read them.

    work: a folder that all executors and the driver see; tables are written there and read as long as the data frames are used.
    h2lint: the command on each executor. options: of `h2lint check`. partitions: of the connections that lie in several files.
    """
    context = spark.sparkContext
    _ship(context)
    # Times are of nanoseconds, which Spark has no type for: they come as numbers.
    spark.conf.set("spark.sql.legacy.parquet.nanosAsLong", "true")
    work = tempfile.mkdtemp(prefix="h2lint-spark-") if work is None else work
    files = sorted(context.binaryFiles(glob, 1 << 20).keys().collect())
    if not files:
        raise FileNotFoundError(f"{glob}: no file")
    number = {path: index for index, path in enumerate(files)}
    command = [*shlex.split(h2lint), "check", "-", "--fail-on", "never", "--quiet", "--format", "ndjson", "--workers", "1", *options]
    for rule in COMPARING:
        command += ["--rule", f"{rule}=off"]

    content = context.binaryFiles(glob, max(len(files), context.defaultParallelism))
    crossing = set(
        content.flatMap(lambda one: {(key, number[one[0]]) for key in map(connection, packets(one[1], one[0]))})
        .groupByKey()
        .filter(lambda one: one[0] == OTHER or len(set(one[1])) > 1)
        .keys()
        .collect()
    )
    shared = context.broadcast(crossing)
    count = partitions or context.defaultParallelism

    def whole(one):
        path, octets = one
        index = number[path]
        _judge(command, [octets], os.path.join(work, f"whole-{index:06}"))
        for packet in packets(octets, path):
            key = connection(packet)
            if key in shared.value:
                # Of one link type each: a pcap file has no more.
                bucket = zlib.crc32(key + packet.link_type.to_bytes(2, "big")) % count
                order = (bucket, packet.link_type, packet.nanoseconds, index, packet.number)
                yield order, (packet.wire_length, packet.octets)

    def cut(bucket, ordered):
        link_type, part, numbers = None, None, []

        def records():
            for (_, kind, time, file, packet), (wire_length, octets) in part:
                numbers.append((file, packet))
                yield kind, time, wire_length, octets

        for link_type, part in _by_link_type(ordered):
            numbers = []
            source = f"cut-{bucket:06}-{link_type}"
            _judge(command, capture(records()), os.path.join(work, source))
            for packet, (file, original) in enumerate(numbers, 1):
                yield source, packet, files[file], original

    moved = (
        content.flatMap(whole)
        .repartitionAndSortWithinPartitions(count, lambda order: order[0])
        .mapPartitionsWithIndex(cut)
        .persist(StorageLevel.MEMORY_AND_DISK)
    )
    numbers = spark.createDataFrame(moved, NUMBERS)
    numbers.count()

    def table(name: str) -> DataFrame:
        read = spark.read.parquet(f"{work}/*-*/{name}.parquet")
        return read.withColumn("source", F.regexp_extract(F.input_file_name(), r"/((?:whole|cut)-[^/]+)/[^/]+$", 1))

    ends = spark.createDataFrame(
        [(address(key[: len(key) // 2]), address(key[len(key) // 2 :])) for key in crossing if key != OTHER], PAIRS
    )
    every = table("connections")
    # Of what lies in several files each file shows a part only.
    partial = every.alias("c").join(
        F.broadcast(ends),
        F.col("c.source").startswith("whole-")
        & (
            ((F.col("c.client") == ends.one) & (F.col("c.server") == ends.two))
            | ((F.col("c.client") == ends.two) & (F.col("c.server") == ends.one))
        ),
        "left_anti",
    )
    ordered = partial.orderBy("start", "client", "server")
    ids = (
        ordered.select("source", F.col("id").alias("connection"))
        .rdd.zipWithIndex()
        .map(lambda row: (row[0][0], row[0][1], row[1] + 1))
        .toDF(IDS)
    )
    paths = spark.createDataFrame([(f"whole-{index:06}", path) for index, path in enumerate(files)], PATHS)

    def numbered(frame: DataFrame, column: str = "connection") -> DataFrame:
        columns = frame.columns
        renamed = frame.withColumnRenamed(column, "connection") if column != "connection" else frame
        joined = renamed.join(ids, ["source", "connection"]).drop("connection").withColumnRenamed("global", column)
        return joined.select(columns)

    def placed(frame: DataFrame) -> DataFrame:
        columns = frame.columns
        joined = frame.join(numbers, ["source", "packet"], "left").join(paths, "source", "left")
        return (
            joined.withColumn("file", F.coalesce("original_file", "path_of_file"))
            .withColumn("packet", F.coalesce("original_packet", "packet"))
            .select(columns)
        )

    def ended(frame: DataFrame) -> DataFrame:
        at = numbers.select("source", F.col("packet").alias("ended_packet"), "original_packet")
        joined = frame.join(at, ["source", "ended_packet"], "left")
        return joined.withColumn("ended_packet", F.coalesce("original_packet", "ended_packet")).select(frame.columns)

    return Tables(
        connections=numbered(ended(partial), "id").drop("source"),
        calls=numbered(table("calls")).drop("source"),
        findings=placed(numbered(table("findings"))).withColumn("id", _unique("id")).drop("source"),
        answers=placed(numbered(table("answers"))).withColumn("finding", _unique("finding")).drop("source"),
    )


def _ship(context) -> None:
    """Executors need this package, too."""
    folder = os.path.dirname(os.path.abspath(__file__))
    archive = os.path.join(tempfile.mkdtemp(prefix="h2lint-spark-"), "h2lint_spark")
    context.addPyFile(shutil.make_archive(archive, "zip", os.path.dirname(folder), os.path.basename(folder)))


def _unique(column: str):
    """Findings are numbered in each process: with its name that is one name in all."""
    return F.concat(F.col("source"), F.lit("-"), F.col(column).cast("string"))


def _judge(command, pieces, tables: str) -> None:
    process = subprocess.Popen(
        [*command, "-o", f"parquet={tables}"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        for piece in pieces:
            process.stdin.write(piece)
    except BrokenPipeError:
        pass  # It says why.
    _, said = process.communicate()
    # 3: nothing could be checked; the tables are there.
    if process.returncode not in (0, 3):
        raise RuntimeError(said.decode("utf-8", "replace").strip() or f"h2lint ended with {process.returncode}")


def _by_link_type(ordered):
    """The packets of each link type, one after the other."""
    from itertools import groupby

    yield from ((kind, part) for kind, part in groupby(ordered, key=lambda one: one[0][1]))


NUMBERS = StructType(
    [
        StructField("source", StringType(), False),
        StructField("packet", IntegerType(), False),
        StructField("original_file", StringType(), False),
        StructField("original_packet", IntegerType(), False),
    ]
)
PAIRS = StructType([StructField("one", StringType(), False), StructField("two", StringType(), False)])
PATHS = StructType([StructField("source", StringType(), False), StructField("path_of_file", StringType(), False)])
IDS = StructType(
    [
        StructField("source", StringType(), False),
        StructField("connection", IntegerType(), False),
        StructField("global", LongType(), False),
    ]
)
