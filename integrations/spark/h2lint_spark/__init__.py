"""Checks many packet captures by h2lint on Apache Spark.

    from pyspark.sql import SparkSession
    import h2lint_spark

    spark = SparkSession.builder.master("local[*]").getOrCreate()
    tables = h2lint_spark.check(spark, "captures/*.pcap", work="/shared/h2lint")
    tables.findings.groupBy("rule").count().show()

A connection is judged where its file is read, if no other file has packets of it; the packets of the others are shuffled by connection,
put in order of time, and judged there. See README.md for what differs from one run of h2lint.
"""

from .check import COMPARING, Tables, check

__all__ = ["COMPARING", "Tables", "check"]
