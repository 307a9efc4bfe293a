# The workload AE-2026 (SPEC.md) in DuckDB: DATADIR OUTDIR [int|dec] [parquet|csv] [threads]
import sys, time, json, duckdb, os
d, out = sys.argv[1:3]
variant = sys.argv[3] if len(sys.argv) > 3 else "int"
src = sys.argv[4] if len(sys.argv) > 4 else "parquet"
threads = int(sys.argv[5]) if len(sys.argv) > 5 else 2
os.makedirs(out, exist_ok=True)
con = duckdb.connect()
con.execute(f"SET threads={threads}; SET preserve_insertion_order=false")
T = {}
def run(name, sql):
    t = time.perf_counter(); con.execute(sql); T[name] = T.get(name, 0) + round(time.perf_counter() - t, 4)
def rd(n):
    if src == "parquet": return f"'{d}/{n}.parquet'"
    cols = {"deals": "{'deal_id':'BIGINT','close_date':'DATE','amount':'DECIMAL(18,2)','currency':'VARCHAR','product':'VARCHAR','type':'VARCHAR','payee_id':'INT','split_payee_id':'INT','split_pct':'DECIMAL(5,4)'}",
            "payees": "{'payee_id':'INT','manager_id':'INT','role':'VARCHAR','hire_date':'DATE','term_date':'DATE','annual_target_incentive':'DECIMAL(18,2)','currency':'VARCHAR'}",
            "quotas": "{'payee_id':'INT','quarter':'INT','amount':'DECIMAL(18,2)'}", "fx": "{'month':'INT','currency':'VARCHAR','rate':'DECIMAL(18,6)'}"}[n]
    return f"read_csv('{d}/{n}.csv', header=true, columns={cols})"
I = variant == "int"
K = "VIEW" if os.environ.get("FUSE") else "TABLE"
# cents/micro helpers -------------------------------------------------------
con.execute("CREATE MACRO hu(n, d) AS (n + d // 2) // d")          # half-up for n >= 0, even d
con.execute("CREATE MACRO huq(n, d) AS (2 * n + d) // (2 * d)")    # half-up for any d
run("params", f"""
CREATE TEMP TABLE qd(q INT, qs DATE, qe DATE, dq INT);
INSERT INTO qd VALUES (1,'2026-01-01','2026-03-31',90),(2,'2026-04-01','2026-06-30',91),(3,'2026-07-01','2026-09-30',92),(4,'2026-10-01','2026-12-31',92);
CREATE TEMP TABLE prod(product VARCHAR, w INT);
INSERT INTO prod VALUES ('PLATFORM',100),('SERVICES',50),('ANALYTICS',120),('SECURITY',110),('SUPPORT',75),('TRAINING',30);
CREATE TEMP TABLE fx AS SELECT month, currency, rate, (rate*1000000)::BIGINT AS r6 FROM {rd('fx')};
CREATE TEMP TABLE payees AS SELECT p.*, round(annual_target_incentive*rate, 2)::DECIMAL(18,2) AS target,
   (round(annual_target_incentive*rate, 2)*100)::BIGINT AS targetc
   FROM {rd('payees')} p JOIN fx ON fx.currency=p.currency AND fx.month=1;
CREATE TEMP TABLE pq AS
  SELECT payee_id, q, targetc, quotac, days, dq, huq(quotac*days, dq)::BIGINT AS pqc,
     huq(targetc::HUGEINT*100000000, 4*quotac::HUGEINT)::BIGINT AS rate8,
     huq(5*targetc*days, 8*dq)::BIGINT AS capc
  FROM (SELECT p.payee_id, q, targetc, (qu.amount*100)::BIGINT AS quotac, dq,
          greatest(0, date_diff('day', greatest(hire_date, qs), least(coalesce(term_date, qe), qe)) + 1) AS days
        FROM payees p JOIN {rd('quotas')} qu USING (payee_id) JOIN qd ON qd.q = qu.quarter);
""")
if I:
    run("credits", f"""
    CREATE TEMP {K} credits AS
    WITH base AS (SELECT deal_id, close_date, payee_id, split_payee_id, (coalesce(split_pct,0)*10000)::BIGINT AS pct,
        hu((amount*100)::BIGINT * r6, 1000000) AS usd, (w * CASE WHEN type='renewal' THEN 40 ELSE 100 END)::BIGINT AS wf
      FROM {rd('deals')} d JOIN fx ON fx.currency=d.currency AND fx.month=month(close_date) JOIN prod USING (product))
    SELECT deal_id, payee_id, 0::TINYINT AS kind, close_date, usd, hu(usd*(10000-pct)*wf, 100000000)::BIGINT AS credited FROM base
    UNION ALL
    SELECT deal_id, split_payee_id, 1::TINYINT, close_date, usd, hu(usd*pct*wf, 100000000)::BIGINT FROM base WHERE split_payee_id IS NOT NULL;
    """)
    run("cum", f"""
    CREATE TEMP {K} cum AS
    SELECT *, (sum(credited) OVER (PARTITION BY payee_id, q ORDER BY close_date, deal_id ROWS UNBOUNDED PRECEDING))::BIGINT AS c1
    FROM (SELECT *, quarter(close_date)::INT AS q FROM credits);
    """)
    run("tiers", f"""
    CREATE TEMP {K} tiers AS
    SELECT deal_id, payee_id, kind, close_date, q, usd, credited, huq(c1*1000000, pqc) AS att,
       hu(a1*rate8*6,1000000000) AS t1, hu(a2*rate8*10,1000000000) AS t2, hu(a3*rate8*15,1000000000) AS t3, hu(a4*rate8*20,1000000000) AS t4, capc
    FROM (SELECT *, credited-a1-a2-a3 AS a4 FROM (SELECT *, least(c1,b3)-least(c0,b3)-a1-a2 AS a3 FROM (SELECT *, least(c1,pqc)-least(c0,pqc)-a1 AS a2
      FROM (SELECT *, least(c1,b1)-least(c0,b1) AS a1 FROM (SELECT c.*, c1-credited AS c0, pqc, rate8, capc, hu(pqc,2) AS b1, hu(3*pqc,2) AS b3
         FROM cum c JOIN pq ON pq.payee_id=c.payee_id AND pq.q=c.q)))));
    """)
    run("cap", """
    CREATE TEMP TABLE trace AS
    SELECT deal_id, payee_id, kind, close_date, usd, credited, att AS attainment, t1, t2, t3, t4, least(r1, capc)-least(r1-(t1+t2+t3+t4), capc) AS commission
    FROM (SELECT *, (sum(t1+t2+t3+t4) OVER (PARTITION BY payee_id, q ORDER BY close_date, deal_id ROWS UNBOUNDED PRECEDING))::BIGINT AS r1 FROM tiers);
    """)
else:
    run("credits", f"""
    CREATE TEMP {K} credits AS
    WITH base AS (SELECT deal_id, close_date, payee_id, split_payee_id, coalesce(split_pct,0)::DECIMAL(5,4) AS pct,
        round(amount*rate, 2)::DECIMAL(18,2) AS usd, (w/100)::DECIMAL(3,2) AS w, CASE WHEN type='renewal' THEN 0.40 ELSE 1.00 END::DECIMAL(3,2) AS f
      FROM {rd('deals')} d JOIN fx ON fx.currency=d.currency AND fx.month=month(close_date) JOIN prod USING (product))
    SELECT deal_id, payee_id, 0::TINYINT AS kind, close_date, usd, round(usd*(1-pct)*w*f, 2)::DECIMAL(18,2) AS credited FROM base
    UNION ALL
    SELECT deal_id, split_payee_id, 1::TINYINT, close_date, usd, round(usd*pct*w*f, 2)::DECIMAL(18,2) FROM base WHERE split_payee_id IS NOT NULL;
    CREATE TEMP TABLE pqd AS SELECT payee_id, q, (pqc::DECIMAL(18,0)*0.01)::DECIMAL(18,2) AS pq, (rate8::DECIMAL(10,0)*0.00000001)::DECIMAL(12,8) AS rate, (capc::DECIMAL(18,0)*0.01)::DECIMAL(18,2) AS cap, pqc FROM pq;
    """)
    run("cum", f"""
    CREATE TEMP {K} cum AS
    SELECT *, (sum(credited) OVER (PARTITION BY payee_id, q ORDER BY close_date, deal_id ROWS UNBOUNDED PRECEDING))::DECIMAL(18,2) AS c1
    FROM (SELECT *, quarter(close_date)::INT AS q FROM credits);
    """)
    run("tiers", f"""
    CREATE TEMP {K} tiers AS
    SELECT deal_id, payee_id, kind, close_date, q, usd, credited, (huq((c1*1000000)::HUGEINT*100, pqc)::DECIMAL(18,0)*0.000001)::DECIMAL(18,6) AS att,
       round(a1*rate*0.6,2)::DECIMAL(18,2) AS t1, round(a2*rate,2)::DECIMAL(18,2) AS t2, round(a3*rate*1.5,2)::DECIMAL(18,2) AS t3, round(a4*rate*2,2)::DECIMAL(18,2) AS t4, cap
    FROM (SELECT *, (credited-a1-a2-a3)::DECIMAL(18,2) AS a4 FROM (SELECT *, (least(c1,b3)-least(c0,b3)-a1-a2)::DECIMAL(18,2) AS a3 FROM (SELECT *, (least(c1,pq)-least(c0,pq)-a1)::DECIMAL(18,2) AS a2
      FROM (SELECT *, (least(c1,b1)-least(c0,b1))::DECIMAL(18,2) AS a1 FROM (SELECT c.*, (c1-credited)::DECIMAL(18,2) AS c0, pq.pq, rate, cap, pqc, round(pq*0.5,2)::DECIMAL(18,2) AS b1, round(pq*1.5,2)::DECIMAL(18,2) AS b3
         FROM cum c JOIN pqd pq ON pq.payee_id=c.payee_id AND pq.q=c.q)))));
    """)
    run("cap", """
    CREATE TEMP TABLE trace AS
    SELECT deal_id, payee_id, kind, close_date, usd, credited, att AS attainment, t1, t2, t3, t4, (least(r1, cap)-least(r1-(t1+t2+t3+t4), cap))::DECIMAL(18,2) AS commission
    FROM (SELECT *, (sum(t1+t2+t3+t4) OVER (PARTITION BY payee_id, q ORDER BY close_date, deal_id ROWS UNBOUNDED PRECEDING))::DECIMAL(18,2) AS r1 FROM tiers);
    """)
C = "" if I else "*100"
run("rollup", f"""
CREATE TEMP TABLE pm AS SELECT payee_id, month(close_date)::INT AS month, (sum(credited){C})::BIGINT AS credited, (sum(commission){C})::BIGINT AS commission FROM trace GROUP BY ALL;
CREATE TEMP TABLE pqc AS SELECT payee_id, ((month+2)//3)::INT AS q, sum(credited)::BIGINT AS credited FROM pm GROUP BY ALL;
CREATE TEMP TABLE ovr AS
 WITH RECURSIVE cl(payee_id, anc) AS (
   SELECT payee_id, manager_id FROM payees WHERE manager_id IS NOT NULL
   UNION ALL SELECT cl.payee_id, p.manager_id FROM cl JOIN payees p ON p.payee_id=cl.anc WHERE p.manager_id IS NOT NULL)
 SELECT payee_id, q*3 AS month, CASE WHEN tq>0 AND huq(tc*1000000, tq) >= 800000 THEN hu(tc*15, 1000)::BIGINT ELSE 0 END AS override
 FROM (SELECT anc AS payee_id, pq.q, coalesce(sum(credited),0)::HUGEINT AS tc, sum(pqc)::HUGEINT AS tq
   FROM cl JOIN pq USING (payee_id) LEFT JOIN pqc c ON c.payee_id=pq.payee_id AND c.q=pq.q GROUP BY ALL);
CREATE TEMP TABLE acc AS
 SELECT payee_id, 12 AS month, CASE WHEN yq>0 AND huq(yc*1000000, yq) >= 1000000 THEN hu(com*10,100)::BIGINT ELSE 0 END AS accelerator
 FROM (SELECT payee_id, sum(pqc)::HUGEINT AS yq FROM pq GROUP BY 1) JOIN (SELECT payee_id, sum(credited)::HUGEINT AS yc, sum(commission)::BIGINT AS com FROM pm GROUP BY 1) USING (payee_id);
CREATE TEMP TABLE payouts AS
 WITH e AS (
  SELECT p.payee_id, m.month, coalesce(credited,0) AS credited, coalesce(commission,0) AS commission, coalesce(override,0) AS override, coalesce(accelerator,0) AS accelerator,
    CASE WHEN hire_date <= last_day(make_date(2026, m.month, 1)) AND coalesce(term_date, DATE '2026-12-31') >= make_date(2026, m.month, 1) THEN 100000 ELSE 0 END AS draw
  FROM payees p CROSS JOIN (SELECT unnest(range(1,13))::INT AS month) m
  LEFT JOIN pm ON pm.payee_id=p.payee_id AND pm.month=m.month
  LEFT JOIN ovr ON ovr.payee_id=p.payee_id AND ovr.month=m.month
  LEFT JOIN acc ON acc.payee_id=p.payee_id AND acc.month=m.month),
 s AS (SELECT *, (sum(draw-commission-override-accelerator) OVER w)::BIGINT AS s FROM e WINDOW w AS (PARTITION BY payee_id ORDER BY month ROWS UNBOUNDED PRECEDING)),
 b AS (SELECT *, s - least(0, min(s) OVER (PARTITION BY payee_id ORDER BY month ROWS UNBOUNDED PRECEDING)) AS balance FROM s)
 SELECT payee_id, month, credited, commission, override, accelerator, draw, balance,
   greatest(0, commission+override+accelerator-draw - coalesce(lag(balance) OVER (PARTITION BY payee_id ORDER BY month), 0)) AS payout FROM b;
""")
T["compute"] = round(sum(T.values()), 4)
run("write", f"COPY trace TO '{out}/trace.parquet' (FORMAT parquet, COMPRESSION snappy); COPY payouts TO '{out}/payouts.parquet' (FORMAT parquet, COMPRESSION snappy);")
r = con.execute("SELECT count(*), sum(credited), sum(commission), sum(override), sum(accelerator), sum(payout) FROM payouts").fetchone()
n = con.execute("SELECT count(*) FROM trace").fetchone()[0]
print(json.dumps({"impl": f"duckdb-{variant}-{src}", "credits": n, "rows": r[0], "credited": int(r[1]), "commission": int(r[2]), "override": int(r[3]), "accelerator": int(r[4]), "payout": int(r[5]), "t": T}))
