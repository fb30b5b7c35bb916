--% import "macros.sql" as m with context
-- Complaints, with the sale that they are about, and what was done.
SELECT
  'sale.complaint,' || c.id AS id,
  COALESCE(p.replaced_by, c.customer) AS customer_id,
  COALESCE(c.date, {{ m.local('c.create_date') }}::date) AS happened_at,
  'complaint' AS kind,
  t.name AS reason,
  c.description AS subject,
  c.state AS status,
  {{ m.number('s') }} AS order_id,
  COALESCE(l.product, v.product) AS product_id,
  CASE WHEN c.state IN ('done', 'rejected') THEN {{ m.local(m.changed('c')) }} END AS closed_at
FROM sale_complaint c
LEFT JOIN party_party p ON p.id = c.customer
LEFT JOIN sale_complaint_type t ON t.id = c.type
LEFT JOIN account_invoice_line v ON v.id = {{ m.target('c.origin', 'account.invoice.line') }}
LEFT JOIN sale_line l ON l.id = COALESCE({{ m.target('c.origin', 'sale.line') }}, {{ m.target('v.origin', 'sale.line') }})
LEFT JOIN sale_sale s ON s.id = COALESCE(
  {{ m.target('c.origin', 'sale.sale') }}, l.sale,
  (
    SELECT MIN(x.sale) FROM account_invoice_line i
    JOIN sale_line x ON x.id = {{ m.target('i.origin', 'sale.line') }}
    WHERE i.invoice = {{ m.target('c.origin', 'account.invoice') }}
  )
)
WHERE {{ m.ours('c.company') }}
