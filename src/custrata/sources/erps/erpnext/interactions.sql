--% import "macros.sql" as m with context
-- Issues and warranty claims are complaints; maintenance visits are visits with what the customer said of them.
SELECT
  h.id, h.customer_id, h.happened_at, h.kind, h.reason, h.subject, h.status, h.product_id, h.closed_at
FROM (
  SELECT
    NULL AS id, NULL AS customer_id, CAST(NULL AS DATETIME) AS happened_at, NULL AS kind, NULL AS reason,
    NULL AS subject, NULL AS status, NULL AS product_id, CAST(NULL AS DATETIME) AS closed_at
  WHERE FALSE
--% if has.issues
  UNION ALL
  SELECT
    CONCAT('Issue,', i.name), NULLIF(i.customer, ''), TIMESTAMP(i.opening_date, COALESCE(i.opening_time, '00:00:00')),
    'complaint', i.issue_type, i.subject, i.status, NULL,
    {{ 'i.sla_resolution_date' if has.resolved else 'i.resolution_date' if has.resolved_before_15 else 'NULL' }}
  FROM tabIssue i
  WHERE {{ m.ours('i.company') }}
--% endif
--% if has.claims
  UNION ALL
  SELECT
    CONCAT('Warranty Claim,', w.name), w.customer, w.complaint_date, 'complaint', 'warranty', w.complaint, w.status,
    w.item_code, w.resolution_date
  FROM `tabWarranty Claim` w
  WHERE {{ m.ours('w.company') }}
--% endif
--% if has.visits
  UNION ALL
  SELECT
    CONCAT('Maintenance Visit,', v.name), v.customer, v.mntc_date, 'visit', v.maintenance_type, v.customer_feedback,
    v.completion_status, NULL, NULL
  FROM `tabMaintenance Visit` v
  WHERE v.docstatus = 1 AND {{ m.ours('v.company') }}
--% endif
) h
