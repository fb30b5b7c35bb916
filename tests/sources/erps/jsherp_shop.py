"""The tables of jshERP as of December 2021 (3.0) and of 2023 (3.3), as far as sales are concerned."""

from __future__ import annotations

_MONEY = "decimal(24,6) DEFAULT NULL"
_OWNED = "tenant_id bigint(20) DEFAULT NULL, delete_flag varchar(1) DEFAULT '0', PRIMARY KEY (id)"
_ID = "id bigint(20) NOT NULL AUTO_INCREMENT"
_TABLES = {
    "jsh_depot_head": f"""{_ID}, type varchar(50), sub_type varchar(50), default_number varchar(50), number varchar(50),
      create_time datetime, oper_time datetime, organ_id bigint(20), creator bigint(20), account_id bigint(20),
        change_amount {_MONEY},
      total_price {_MONEY}, pay_type varchar(50), sales_man varchar(50), discount {_MONEY}, discount_money {_MONEY},
      discount_last_money {_MONEY}, other_money {_MONEY}, status varchar(1), link_number varchar(50), {_OWNED}""",
    "jsh_depot_item": f"""{_ID}, header_id bigint(20) NOT NULL, material_id bigint(20) NOT NULL,
      material_unit varchar(20),
      oper_number {_MONEY}, basic_number {_MONEY}, unit_price {_MONEY}, tax_unit_price {_MONEY}, all_price {_MONEY},
        tax_rate {_MONEY},
      tax_money {_MONEY}, tax_last_money {_MONEY}, {_OWNED}""",
    "jsh_supplier": f"""{_ID}, supplier varchar(255) NOT NULL, contacts varchar(100), phone_num varchar(30),
      telephone varchar(30),
      email varchar(50), type varchar(20), enabled bit(1), advance_in decimal(24,6) DEFAULT '0.000000',
        address varchar(100),
      tax_num varchar(50), {_OWNED}""",
    "jsh_material": f"""{_ID}, category_id bigint(20), name varchar(100), mfrs varchar(50), model varchar(100),
      standard varchar(100),
      unit varchar(50), enabled bit(1), {_OWNED}""",
    "jsh_material_category": f"{_ID}, name varchar(50), parent_id bigint(20), {_OWNED}",
    "jsh_person": f"{_ID}, type varchar(20), name varchar(50), {_OWNED}",
    "jsh_tenant": f"""{_ID}, tenant_id bigint(20), login_name varchar(255), enabled bit(1) DEFAULT b'1',
      delete_flag varchar(1) DEFAULT '0', PRIMARY KEY (id)""",
    "jsh_system_config": f"{_ID}, company_name varchar(50), depot_flag varchar(1) DEFAULT '0', {_OWNED}",
}
_BY_VERSION = {
    "3.0": "",
    "3.3": """
ALTER TABLE jsh_depot_head ADD deposit decimal(24,6), ADD purchase_status varchar(1), ADD source varchar(1) DEFAULT '0',
  ADD link_apply varchar(50);
ALTER TABLE jsh_depot_item ADD link_id bigint(20), ADD purchase_unit_price decimal(24,6);
ALTER TABLE jsh_material ADD brand varchar(100);
ALTER TABLE jsh_system_config ADD force_approval_flag varchar(1) DEFAULT '0';
""",
}
_BASE = """
INSERT INTO jsh_tenant (tenant_id, login_name) VALUES (63, 'jsh');
INSERT INTO jsh_system_config (company_name, tenant_id) VALUES ('华夏贸易', 63);
INSERT INTO jsh_person (id, type, name, tenant_id) VALUES (17, '销售员', '王五', 63), (18, '销售员', '李四', 63);
INSERT INTO jsh_supplier
  (id, supplier, contacts, phone_num, telephone, type, enabled, address, tax_num, tenant_id, delete_flag) VALUES
  (57, '供应商1', '小军', '', '', '供应商', b'1', '', '', 63, '0'),
  (58, '华东贸易', '小李', '0571', '', '客户', b'1', '杭州', '9133', 63, '0'),
  (59, '停用客户', '', '', '', '客户', b'0', '', '', 63, '0'),
  (60, '会员张三', '张三', '', '13000000000', '会员', b'1', '', '', 63, '0'),
  (61, '已删除但买过', '', '', '', '客户', b'1', '', '', 63, '1'),
  (62, '已删除', '', '', '', '客户', b'1', '', '', 63, '1'),
  (99, '散客', '', '', '', '会员', b'1', '', '', 63, '0'),
  (70, '别家客户', '', '', '', '客户', b'1', '', '', 64, '0');
INSERT INTO jsh_material_category (id, name, parent_id, tenant_id) VALUES (1, '家电', NULL, 63), (2, '冰箱', 1, 63);
INSERT INTO jsh_material (id, category_id, name, mfrs, model, standard, enabled, tenant_id) VALUES
  (588, 2, '冰箱A', '海尔厂', 'A-1', '200L', b'1', 63),
  (589, 1, '洗衣机', NULL, '', '', b'0', 63),
  (590, NULL, '运费', '', '', '', b'1', 63);
"""


def jsherp(version: str, rows: str = "") -> str:
    """A database of one version with the base data and what a test puts into it."""
    tables = "".join(
        f"CREATE TABLE {name} ({columns}) ENGINE=InnoDB DEFAULT CHARSET=utf8;\n" for name, columns in _TABLES.items()
    )
    return tables + _BY_VERSION[version] + _BASE + rows


def bill(key: int, kind: str, sub: str, number: str, who: int | None, *lines: str, **fields: object) -> str:
    """A document of 5 March and its lines, each (material, quantity, amount without tax, amount with tax or NULL)."""
    values: dict[str, object] = {
        "id": key, "type": kind, "sub_type": sub, "number": number, "organ_id": who, "oper_time": "2024-03-05 22:30:00",
        "status": "0", "tenant_id": 63, **fields,
    }  # fmt: skip
    written = ", ".join("NULL" if v is None else repr(v) for v in values.values())
    sql = f"INSERT INTO jsh_depot_head ({', '.join(values)}) VALUES ({written});\n"
    for line in lines:
        sql += (
            "INSERT INTO jsh_depot_item (header_id, tenant_id, material_id, basic_number, all_price, tax_last_money)"
            f" VALUES ({key}, {values['tenant_id']}, {line});\n"
        )
    return sql
