#!/usr/bin/env python3
"""The workload AE-2026 (SPEC.md beside this file) in Attain and, where they are installed, in DuckDB and Polars.

    python3 benches/peers/compare.py [DEALS [RUNS]]

builds Attain, makes the data, runs each as a whole process in turn, compares what they pay to the cent, and prints medians
with minima and maxima. Parquet is made of the CSV files by DuckDB; without it, all read CSV.
"""
import importlib.util
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
PLAN = ROOT / "plans" / "bench_ae_2026"
MONEY, WHOLE, TEXT = "DECIMAL(18,2)", "INT", "VARCHAR"
TYPES = {
    "deals": {"deal_id": "BIGINT", "close_date": "DATE", "amount": MONEY, "currency": TEXT, "product": TEXT, "type": TEXT,
              "payee_id": WHOLE, "split_payee_id": WHOLE, "split_pct": "DECIMAL(5,4)"},
    "payees": {"payee_id": WHOLE, "manager_id": WHOLE, "role": TEXT, "hire_date": "DATE", "term_date": "DATE",
               "annual_target_incentive": MONEY, "currency": TEXT},
    "quotas": {"payee_id": WHOLE, "quarter": WHOLE, "amount": MONEY},
    "fx": {"month": WHOLE, "currency": TEXT, "rate": "DECIMAL(18,6)"},
}


def installed(module):
    return importlib.util.find_spec(module) is not None


def to_parquet(folder):
    import duckdb
    con = duckdb.connect()
    for name, columns in TYPES.items():
        con.execute(f"COPY (SELECT * FROM read_csv('{folder}/{name}.csv', header=true, columns={columns})) "
                    f"TO '{folder}/{name}.parquet' (COMPRESSION snappy)")


def plan_for_csv(folder):
    copy = folder / "plan_csv"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(PLAN, copy)
    records = copy / "records.plan"
    records.write_text(records.read_text().replace('.parquet"', '.csv"'))
    return copy


def run(command, out):
    shutil.rmtree(out, ignore_errors=True)
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(map(str, command))} ended with {status}")
    return time.perf_counter() - begun, used.ru_maxrss / 1024


def same_cents(attain, peer):
    """Whether payouts and credits are the same, row by row."""
    import duckdb
    con, results = duckdb.connect(), f"{attain}/results/ae_2026"
    ours = {
        "trace": f"""SELECT source::BIGINT AS deal_id, person::INT AS payee_id, (rule = 'split')::INT AS kind, date AS close_date,
              (d.deal_value * 100)::BIGINT AS usd, (amount * 100)::BIGINT AS credited,
              (attainment * 1000000)::BIGINT AS attainment, (first_band * 100)::BIGINT AS t1, (second_band * 100)::BIGINT AS t2,
              (third_band * 100)::BIGINT AS t3, (fourth_band * 100)::BIGINT AS t4, (commission * 100)::BIGINT AS commission
            FROM '{results}/Credit.parquet' c JOIN '{results}/Deal.parquet' d ON d.id = c.source""",
        "payouts": f"""SELECT m.Payee::INT AS payee_id, right(m.month, 2)::INT AS month, (credited * 100)::BIGINT AS credited,
              (draw * 100)::BIGINT AS draw, (draw_owed * 100)::BIGINT AS balance, (payout * 100)::BIGINT AS payout
            FROM '{results}/Payee.month.parquet' m""",
    }
    same = True
    for name, query in ours.items():
        columns = [column[0] for column in con.execute(f"DESCRIBE {query}").fetchall()]
        described = con.execute(f"DESCRIBE SELECT * FROM '{peer}/{name}*.parquet'").fetchall()
        decimal = {column[0] for column in described if column[1].startswith("DECIMAL")}
        scale = lambda c: f"({c} * {1000000 if c == 'attainment' else 100})::BIGINT" if c in decimal else c
        theirs = "SELECT " + ", ".join(f"{scale(c)} AS {c}" for c in columns) + f" FROM '{peer}/{name}*.parquet'"
        left = con.execute(f"SELECT count(*) FROM (({query}) EXCEPT ({theirs}))").fetchone()[0]
        right = con.execute(f"SELECT count(*) FROM (({theirs}) EXCEPT ({query}))").fetchone()[0]
        rows = con.execute(f"SELECT count(*) FROM ({query})").fetchone()[0]
        print(f"  {name}: {rows:,} rows, {left} of Attain's not there and {right} of the other's")
        same &= left == right == 0
    return same


def main():
    deals = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    subprocess.run(["cargo", "build", "--profile", "dist", "--quiet", "--bin", "attain", "--example", "ae_2026_data"], cwd=ROOT, check=True)
    folder = TARGET / "ae_2026" / str(deals)
    if not (folder / "deals.csv").exists():
        subprocess.run([TARGET / "dist" / "examples" / "ae_2026_data", str(deals), "1", folder], check=True)
    form = "parquet" if installed("duckdb") else "csv"
    if form == "parquet" and not (folder / "deals.parquet").exists():
        to_parquet(folder)
    attain, out, threads = TARGET / "dist" / "attain", folder / "out", "2"
    os.environ.update({"RAYON_NUM_THREADS": threads, "POLARS_MAX_THREADS": threads, "FUSE": "1"})
    # Payouts and credits as Parquet, as the others write them; and the whole run folder beside it.
    alone = ["--outputs", "parquet"]
    commands = {"Attain, CSV": [attain, "run", plan_for_csv(folder), "--data", folder, *alone, "--out", out / "attain_csv"]}
    if form == "parquet":
        commands["Attain, Parquet"] = [attain, "run", PLAN, "--data", folder, *alone, "--out", out / "attain"]
        commands["Attain, whole run"] = [attain, "run", PLAN, "--data", folder, "--out", out / "attain_whole"]
        commands["DuckDB, Parquet"] = [sys.executable, HERE / "duckdb_ae_2026.py", folder, out / "duckdb", "int", form, threads]
    if installed("polars"):
        commands[f"Polars, {form}"] = [sys.executable, HERE / "polars_ae_2026.py", folder, out / "polars", "streaming", form]
    out.mkdir(parents=True, exist_ok=True)
    times, memory = {name: [] for name in commands}, {name: 0 for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            seconds, megabytes = run(command, Path(command[command.index("--out") + 1]) if "--out" in command else Path(command[3]))
            times[name].append(seconds)
            memory[name] = max(memory[name], megabytes)
    print(f"{deals:,} deals, {runs} runs of each in turn, {threads} threads: seconds of the whole process, peak memory")
    base = statistics.median(times.get("DuckDB, Parquet") or next(iter(times.values())))
    for name, all_times in times.items():
        median = statistics.median(all_times)
        print(f"  {name:18} {median:8.3f}  ({min(all_times):.3f} to {max(all_times):.3f})  {memory[name]:7.0f} MB  {median / base:5.2f} x")
    if form == "parquet" and not same_cents(out / "attain", out / "duckdb"):
        sys.exit("the results differ")


if __name__ == "__main__":
    main()
