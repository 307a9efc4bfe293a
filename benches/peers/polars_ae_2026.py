# The workload AE-2026 (SPEC.md) in Polars: DATADIR OUTDIR [mem|streaming] [parquet|csv]
import sys, time, json, os
import polars as pl
from datetime import date
d, out = sys.argv[1:3]
eng = {"mem": "in-memory", "streaming": "streaming"}[sys.argv[3] if len(sys.argv) > 3 else "mem"]
src = sys.argv[4] if len(sys.argv) > 4 else "parquet"
os.makedirs(out, exist_ok=True)
T = {}; t0 = time.perf_counter()
def lap(n):
    global t0; t = time.perf_counter(); T[n] = round(t - t0, 4); t0 = t
D2, D4, D6 = pl.Decimal(18, 2), pl.Decimal(5, 4), pl.Decimal(18, 6)
SCH = {"deals": {"deal_id": pl.Int64, "close_date": pl.Date, "amount": D2, "currency": pl.String, "product": pl.String, "type": pl.String, "payee_id": pl.Int32, "split_payee_id": pl.Int32, "split_pct": D4},
       "payees": {"payee_id": pl.Int32, "manager_id": pl.Int32, "role": pl.String, "hire_date": pl.Date, "term_date": pl.Date, "annual_target_incentive": D2, "currency": pl.String},
       "quotas": {"payee_id": pl.Int32, "quarter": pl.Int32, "amount": D2}, "fx": {"month": pl.Int32, "currency": pl.String, "rate": D6}}
def scan(n): return pl.scan_parquet(f"{d}/{n}.parquet") if src == "parquet" else pl.scan_csv(f"{d}/{n}.csv", schema=SCH[n])
c = pl.col
def scaled(x, s): return (c(x) * pl.lit(10 ** s)).cast(pl.Int64)   # decimal -> integer at its own scale (exact)
def hu(n, den): return (n + den // 2) // den
def huq(n, den): return (2 * n + den) // (2 * den)
fx = scan("fx").select(c("month").cast(pl.Int8), "currency", r6=scaled("rate", 6))
pay = scan("payees").join(fx.filter(c("month") == 1).drop("month"), on="currency").with_columns(
    target=hu(scaled("annual_target_incentive", 2) * c("r6"), 1000000), term=c("term_date").fill_null(date(2026, 12, 31))).drop("r6").collect()
qd = pl.LazyFrame({"q": [1, 2, 3, 4], "qs": [date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1), date(2026, 10, 1)],
                   "qe": [date(2026, 3, 31), date(2026, 6, 30), date(2026, 9, 30), date(2026, 12, 31)], "dq": [90, 91, 92, 92]}, schema_overrides={"q": pl.Int32, "dq": pl.Int64})
pq = (scan("quotas").select("payee_id", q="quarter", quota=scaled("amount", 2)).join(qd, on="q").join(pay.lazy().select("payee_id", "hire_date", "term", "target"), on="payee_id")
      .with_columns(days=((pl.min_horizontal("term", "qe") - pl.max_horizontal("hire_date", "qs")).dt.total_days() + 1).clip(lower_bound=0))
      .select("payee_id", c("q").cast(pl.Int8), pqc=huq(c("quota") * c("days"), c("dq")),
              rate8=huq(c("target").cast(pl.Int128) * 100_000_000, 4 * c("quota")).cast(pl.Int64),
              cap=huq(5 * c("target") * c("days"), 8 * c("dq")))).collect()
lap("params")
prod = pl.LazyFrame({"product": ["PLATFORM", "SERVICES", "ANALYTICS", "SECURITY", "SUPPORT", "TRAINING"], "w": [100, 50, 120, 110, 75, 30]})
base = (scan("deals").with_columns(month=c("close_date").dt.month(), pct=scaled("split_pct", 4).fill_null(0)).join(fx, on=["month", "currency"]).join(prod, on="product")
        .select("deal_id", "payee_id", "split_payee_id", "close_date", "pct", usd=hu(scaled("amount", 2) * c("r6"), 1_000_000),
                wf=c("w") * pl.when(c("type") == "renewal").then(40).otherwise(100)))
def cred(who, share, kind): return base.filter(c(who).is_not_null()).select("deal_id", payee_id=c(who), kind=pl.lit(kind, dtype=pl.Int8), close_date="close_date", usd="usd",
        credited=hu(c("usd") * share * c("wf"), 100_000_000))
credits = pl.concat([cred("payee_id", 10000 - c("pct"), 0), cred("split_payee_id", c("pct"), 1)]).with_columns(q=c("close_date").dt.quarter())
k = ["payee_id", "q"]
cum = (credits.sort("payee_id", "close_date", "deal_id").with_columns(c1=c("credited").cum_sum().over(k)).with_columns(c0=c("c1") - c("credited"))
       .join(pq.lazy(), on=k, maintain_order="left", how="left").with_columns(b1=hu(c("pqc"), 2), b3=hu(3 * c("pqc"), 2)))
m = pl.min_horizontal
seg = (cum.with_columns(a1=m("c1", "b1") - m("c0", "b1")).with_columns(a2=m("c1", "pqc") - m("c0", "pqc") - c("a1"))
       .with_columns(a3=m("c1", "b3") - m("c0", "b3") - c("a1") - c("a2")).with_columns(a4=c("credited") - c("a1") - c("a2") - c("a3")))
t = lambda i, x: hu(c(f"a{i}") * c("rate8") * x, 1_000_000_000)
trace = (seg.with_columns(attainment=huq(c("c1") * 1_000_000, c("pqc")), t1=t(1, 6), t2=t(2, 10), t3=t(3, 15), t4=t(4, 20)).with_columns(raw=c("t1") + c("t2") + c("t3") + c("t4"))
         .with_columns(r1=c("raw").cum_sum().over(k))
         .select("deal_id", "payee_id", "kind", "close_date", "usd", "credited", "attainment", "t1", "t2", "t3", "t4",
                 commission=m("r1", "cap") - m(c("r1") - c("raw"), "cap"))).collect(engine=eng)
lap("trace")
pm = trace.lazy().group_by("payee_id", month=c("close_date").dt.month()).agg(c("credited").sum(), c("commission").sum()).collect(engine=eng)
pqc = pm.lazy().group_by("payee_id", q=((c("month") + 2) // 3).cast(pl.Int8)).agg(c("credited").sum())
mg = pay.lazy().select("payee_id", "manager_id")
lv = mg.drop_nulls().rename({"manager_id": "anc"}); cl = [lv]
for _ in range(2):   # hierarchy is 4 levels deep: 3 ancestor hops at most
    lv = lv.join(mg, left_on="anc", right_on="payee_id").select("payee_id", anc="manager_id").drop_nulls(); cl.append(lv)
ovr = (pl.concat(cl).join(pq.lazy(), on="payee_id").join(pqc, on=["payee_id", "q"], how="left").group_by(payee_id="anc", month=(c("q") * 3))
       .agg(tc=c("credited").sum(), tq=c("pqc").sum())
       .select("payee_id", "month", override=pl.when((c("tq") > 0) & (huq(c("tc").cast(pl.Int128) * 1_000_000, c("tq")) >= 800_000)).then(hu(c("tc") * 15, 1000)).otherwise(0)))
acc = (pm.lazy().group_by("payee_id").agg(c("credited").sum(), c("commission").sum()).join(pq.lazy().group_by("payee_id").agg(yq=c("pqc").sum()), on="payee_id")
       .select("payee_id", month=pl.lit(12, dtype=pl.Int8), accelerator=pl.when((c("yq") > 0) & (huq(c("credited") * 1_000_000, c("yq")) >= 1_000_000)).then(hu(c("commission") * 10, 100)).otherwise(0)))
mo = pl.LazyFrame({"month": range(1, 13)}, schema={"month": pl.Int8}).with_columns(ms=pl.date(2026, c("month"), 1)).with_columns(me=c("ms").dt.month_end())
j = ["payee_id", "month"]; z = lambda x: c(x).fill_null(0)
e = (pay.lazy().select("payee_id", "hire_date", "term").join(mo, how="cross").join(pm.lazy(), on=j, how="left").join(ovr, on=j, how="left").join(acc, on=j, how="left")
     .select("payee_id", "month", z("credited"), z("commission"), z("override"), z("accelerator"), draw=pl.when((c("hire_date") <= c("me")) & (c("term") >= c("ms"))).then(100_000).otherwise(0).cast(pl.Int64))
     .sort(j).with_columns(earned=c("commission") + c("override") + c("accelerator")).with_columns(s=(c("draw") - c("earned")).cum_sum().over("payee_id"))
     .with_columns(balance=c("s") - m(0, c("s").cum_min().over("payee_id")))
     .with_columns(prev=c("balance").shift(1).over("payee_id").fill_null(0))
     .select("payee_id", "month", "credited", "commission", "override", "accelerator", "draw", "balance", payout=pl.max_horizontal(0, c("earned") - c("draw") - c("prev"))))
payouts = e.collect(engine=eng)
lap("rollup")
trace.write_parquet(f"{out}/trace.parquet", compression="snappy"); payouts.write_parquet(f"{out}/payouts.parquet", compression="snappy")
lap("write")
s = payouts.sum()
T["compute"] = round(T["params"] + T["trace"] + T["rollup"], 4)
print(json.dumps({"impl": f"polars-{eng}-{src}", "credits": trace.height, "rows": payouts.height, **{x: s[x][0] for x in ("credited", "commission", "override", "accelerator", "payout")}, "t": T}))
