{#- Neither deleted, nor another tenant's. #}
{%- macro ours(record) -%}
COALESCE({{ record }}.delete_flag, '0') <> '1'{% if company %} AND {{ record }}.tenant_id = {{ company }}{% endif %}
{%- endmacro %}

{#- What a line says, of which the document's discount takes its share. #}
{%- macro listed(line) -%}
ABS({% if with_tax %}COALESCE(NULLIF({{ line }}.tax_last_money, 0), {{ line }}.all_price){% else %}{{ line }}.all_price{% endif %})
{%- endmacro %}

{#- What remains of a document after its discount, as a share: it says what was taken off and what was left. #}
{%- macro left(head) -%}
CASE WHEN COALESCE({{ head }}.discount_money, 0) <> 0 AND {{ head }}.discount_last_money + {{ head }}.discount_money <> 0
      THEN {{ head }}.discount_last_money / ({{ head }}.discount_last_money + {{ head }}.discount_money) ELSE 1 END
{%- endmacro %}

{#- Whether a document counts: 0 is unapproved, 9 waits for approval, all others are approved. #}
{%- macro status(head, line) -%}
CASE
{% if approved == 'yes' %}
    WHEN COALESCE({{ head }}.status, '0') IN ('0', '9') THEN 'unapproved'
{% elif approved == 'auto' and has.approval %}
    WHEN COALESCE({{ head }}.status, '0') IN ('0', '9') AND EXISTS (
      SELECT 1 FROM jsh_system_config g
      WHERE g.force_approval_flag = '1' AND COALESCE(g.delete_flag, '0') <> '1' AND g.tenant_id <=> {{ head }}.tenant_id
    ) THEN 'unapproved'
{% endif %}
{% if freight_items %}
    WHEN {{ line }}.material_id IN {{ freight_items }} THEN 'freight'
{% endif %}
    WHEN FALSE THEN NULL ELSE 'counted'
  END
{%- endmacro %}
