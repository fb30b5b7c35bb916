--% import "macros.sql" as m with context
-- Tickets, ratings and inquiries of customers, as far as the modules for them are installed.
WITH happened (
  id, partner_id, happened_at, kind, reason, subject, status, channel, order_id, value, closed_at
) AS (
  SELECT
    NULL::text, NULL::int, NULL::timestamp, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text,
    NULL::numeric, NULL::timestamp
  WHERE FALSE
--% if has.helpdesk
  UNION ALL
  SELECT
    'helpdesk.ticket,' || t.id, t.partner_id, t.create_date, 'ticket',
    {% if has.helpdesk_team %}{{ m.named('e.name') }}{% else %}NULL{% endif %}, t.name::text,
    {% if has.helpdesk_stage %}{{ m.named('s.name') }}{% else %}NULL{% endif %}, NULL,
    {% if has.helpdesk_order %}{{ m.number('o') }}{% else %}NULL{% endif %}, NULL,
    {% if has.helpdesk_closed %}t.close_date{% else %}NULL{% endif %}

  FROM helpdesk_ticket t
--% if has.helpdesk_team
  LEFT JOIN helpdesk_team e ON e.id = t.team_id
--% endif
--% if has.helpdesk_stage
  LEFT JOIN helpdesk_stage s ON s.id = t.stage_id
--% endif
--% if has.helpdesk_order
  LEFT JOIN sale_order o ON o.id = t.sale_order_id
--% endif
--% if has.helpdesk_company
  WHERE {{ m.ours('t.company_id') }}
--% endif
--% endif
--% if has.ratings
  UNION ALL
  -- asked for and given: what was asked for only has no rating yet
  SELECT
    'rating.rating,' || t.id, t.partner_id, t.write_date, 'feedback', t.res_model::text, t.feedback::text, 'given',
    NULL, NULL, t.rating::numeric, NULL
  FROM rating_rating t
  WHERE t.consumed
--% endif
--% if has.crm
  UNION ALL
  SELECT
    'crm.lead,' || t.id, t.partner_id, t.create_date, 'inquiry', NULL, t.name::text,
    CASE WHEN t.probability >= 100 THEN 'won' WHEN NOT COALESCE(t.active, TRUE) THEN 'lost' ELSE 'open' END,
    NULL, NULL, NULL, t.date_closed
  FROM crm_lead t
  WHERE t.company_id IS NULL OR {{ m.ours('t.company_id') }}
--% endif
)
SELECT
  h.id, c.commercial_partner_id AS customer_id, {{ m.local('h.happened_at') }} AS happened_at, h.kind,
  h.reason, h.subject, h.status, h.channel, h.order_id, h.value, {{ m.local('h.closed_at') }} AS closed_at
FROM happened h
LEFT JOIN res_partner c ON c.id = h.partner_id
