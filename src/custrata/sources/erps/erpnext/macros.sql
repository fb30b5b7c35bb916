{#- Whether a document belongs to the company that is read. #}
{%- macro ours(column) -%}
{% if company %}{{ column }} = {{ company }}{% else %}TRUE{% endif %}
{%- endmacro %}

{#- What keeps a line of a submitted invoice from counting. `consolidated` sums up point-of-sale invoices read one by one. #}
{%- macro status(invoice, line, customer, kind) -%}
CASE
      WHEN {{ invoice }}.docstatus = 2 THEN 'Cancelled'
      WHEN {{ invoice }}.docstatus = 0 THEN 'Draft'
      WHEN {{ customer }}.is_internal_customer = 1 THEN 'Internal'
{% if kind == 'Sales Invoice' %}
      WHEN {{ invoice }}.is_internal_customer = 1 THEN 'Internal'
      WHEN {{ invoice }}.is_opening = 'Yes' THEN 'Opening'
{% if has.pos %}
      WHEN {{ invoice }}.is_consolidated = 1 THEN 'Consolidated'
{% endif %}
{% endif %}
{% if freight_items %}
      WHEN {{ line }}.item_code IN {{ freight_items }} THEN 'Freight'
{% endif %}
      ELSE 'Submitted'
    END
{%- endmacro %}

{#- What a line is worth in the company's currency; of taxes its share, by value. #}
{%- macro worth(line, invoice) -%}
ROUND({{ line }}.base_net_amount{% if with_tax %} * (1 + COALESCE(t.tax / NULLIF({{ invoice }}.base_net_total, 0), 0)){% endif %}, 4)
{%- endmacro %}

{#- The taxes of every invoice of a kind: charges to other accounts (shipping, handling) are none. #}
{%- macro taxes(kind, invoice) -%}
{% if with_tax %}
LEFT JOIN (
    SELECT x.parent, SUM(x.base_tax_amount_after_discount_amount) AS tax
    FROM `tabSales Taxes and Charges` x
    JOIN tabAccount a ON a.name = x.account_head
    WHERE x.parenttype = '{{ kind }}' AND a.account_type = 'Tax'
    GROUP BY x.parent
  ) t ON t.parent = {{ invoice }}.name
{% endif %}
{%- endmacro %}
