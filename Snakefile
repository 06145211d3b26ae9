# The batch: one job a country and chapter, and one for each country's book.
#
# 'make batch' writes the plan that this file reads (lib/sohandbook/batch_plan.py): the chapters that
# are not up to date, as the runner judges by checksums. The jobs of a country come one after
# the other, because a country has one manifest and one lock; countries run side by side.
#
# A chapter that fails is a result like any other: its job ends well and says so, the chapters
# that need it find out and are not run, and all others go on. Only a job that could not do its
# work at all, such as one whose machine went away, fails for Snakemake and is tried again.

import sys

from sohandbook import batch_plan

PLAN = batch_plan.Plan.read(config.get("plan", ""))


localrules:
    all,


rule all:
    input:
        PLAN.stamps,


rule book:
    input:
        lambda wildcards: PLAN.before_book(wildcards.iso3),
    output:
        "{iso3}/book.json",
    threads: 1
    resources:
        mem_mb=batch_plan.BOOK_MEMORY_MB,
        attempt=lambda wildcards, attempt: attempt,
    retries: batch_plan.RETRIES
    log:
        "{iso3}/book.log",
    shell:
        "{sys.executable} -m sohandbook.batch_job book {wildcards.iso3}"
        " --attempt {resources.attempt} --stamp {output} 2> {log}"


rule chapter:
    input:
        lambda wildcards: PLAN.before(wildcards.iso3, wildcards.chapter),
    output:
        "{iso3}/chapters/{chapter}.json",
    threads: lambda wildcards: PLAN.job(wildcards.iso3, wildcards.chapter).threads
    resources:
        mem_mb=lambda wildcards: PLAN.job(wildcards.iso3, wildcards.chapter).memory_mb,
        attempt=lambda wildcards, attempt: attempt,
    retries: batch_plan.RETRIES
    log:
        "{iso3}/chapters/{chapter}.log",
    shell:
        "{sys.executable} -m sohandbook.batch_job chapter {wildcards.iso3} {wildcards.chapter}"
        " --threads {threads} --attempt {resources.attempt} --stamp {output} 2> {log}"
