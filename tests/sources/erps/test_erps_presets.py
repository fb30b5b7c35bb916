"""Presets as such: how they are found, what can be set, what they say of themselves, and of what they cannot read."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from erp_shops import ZONE, Erp
from erpnext_shop import erpnext
from hypothesis import given
from hypothesis import strategies as st
from jsherp_shop import bill, jsherp
from odoo_shop import odoo
from tryton_erp import recorded

from custrata import CustrataError, Problem, Scheme
from custrata.core.facts.columns import CANONICAL
from custrata.locale import LANGS
from custrata.sources.databases.query import query_relation
from custrata.sources.erps import preset, presets
from custrata.sources.erps.found import Company, Found, check_version
from custrata.sources.erps.layout import Layout
from custrata.sources.erps.literals import literal
from shops import well_told

Make = Callable[[str, str], Erp]
NAMES = ["erpnext", "jsherp", "odoo", "tryton"]


def the_problem(action: Callable[[], object]) -> Problem:
    with pytest.raises(CustrataError) as caught:
        action()
    (problem,) = well_told(caught.value.problems)
    return problem


def test_every_folder_with_a_preset_is_one() -> None:
    assert list(presets()) == NAMES
    assert preset("Odoo").name == "odoo"


def test_an_erp_that_nobody_knows_is_told_with_the_nearest_that_somebody_does() -> None:
    problem = the_problem(lambda: preset("oddo"))
    assert (problem.code, problem.values["suggestion"]) == ("E-ERP-001", "odoo")


@pytest.mark.parametrize("name", NAMES)
def test_every_query_is_one_select_that_only_reads_whatever_is_installed(name: str) -> None:
    erp = preset(name)
    several = Found(Layout(frozenset()), None, (Company("1", "a"), Company("2", "b")))
    for found in (None, several):
        for source, query in erp.queries(found=found).items():
            query_relation(query.sql, erp.kind, source)
            assert (query.watermark is None) or query.key
    assert {"orders", "returns", "customers", "products"} <= set(erp.queries())
    assert "interactions" not in erp.queries(found=several)


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_tells_what_it_reads_and_how_to_be_let_in(name: str) -> None:
    erp = preset(name)
    for lang in LANGS:
        told, readme = erp.describe(lang), erp.readme(lang)
        for parameter in erp.declaration.parameters:
            assert f"`{parameter}`" in told
            assert f"`{parameter}`" in readme
        for table in erp.declaration.tables:
            assert table in told
            assert table in readme
        assert all(version in readme for version in erp.declaration.tested)
        assert "GRANT SELECT" in readme


#: A company for each, small but with a sale.
SMALL = {
    "odoo": odoo(
        "17.0",
        "INSERT INTO sale_order (name, partner_id, date_order, state, company_id, currency_rate) VALUES"
        " ('S1', 20, '2024-03-04', 'sale', 1, 1);"
        "INSERT INTO sale_order_line (order_id, product_id, product_uom_qty, price_subtotal, price_total) VALUES"
        " (1, 101, 1, 9, 10)",
    ),
    "tryton": recorded("8.0"),
    "erpnext": erpnext("15"),
    "jsherp": jsherp("3.3", bill(1, "出库", "零售", "LSCK1", 60, "588, 1, 99, NULL")),
}


@pytest.mark.parametrize("name", NAMES)
def test_the_scheme_to_start_from_can_be_read_and_asks_for_nothing_that_is_not_there(erp: Make, name: str) -> None:
    shop = erp(name, SMALL[name])
    columns = set(shop.tables(shop.prepare(), "customers")["customers"].column_names)
    for lang in LANGS:
        text = preset(name).scheme_text(lang, "shop")
        body = [
            line
            for line in text.splitlines()
            if not line.startswith(("  ERP:", "  erp:", "  database:", "  数据库:", "  #"))
        ]
        scheme = Scheme.parse("\n".join(line for line in body if line not in ("sources:", "数据源:")))
        assert scheme.lang == lang
        assert set(scheme.attributes) <= columns
        assert re.search(rf"(erp|ERP): {name}\n", text)
        assert re.search(r"(database|数据库): shop\b", text)
        assert all(f"  #   {parameter}: " in text for parameter in preset(name).declaration.parameters)


@pytest.mark.parametrize("name", NAMES)
def test_columns_bear_canonical_names_or_are_attributes(erp: Make, name: str) -> None:
    shop = erp(name, SMALL[name])
    known = CANONICAL
    for source, table in shop.tables(shop.prepare()).items():
        assert {c.name for c in known[source] if c.required} <= set(table.column_names)
        query = preset(name).queries()[source]
        assert {*query.key, *([query.watermark] if query.watermark else [])} <= set(table.column_names)
        assert not [c for c in table.column_names if c.startswith("_") and c not in (*query.key, query.watermark)]


def test_a_parameter_that_is_unknown_or_of_another_kind_is_told_with_what_it_may_be() -> None:
    with pytest.raises(CustrataError) as caught:
        preset("odoo").queries({"with_taxes": True, "with_tax": "perhaps", "walk_in": ["x"], "language": ["en_US"]})
    told = [(p.code, p.place) for p in well_told(caught.value.problems)]
    assert told == [
        ("E-ERP-002", "erp: odoo"), ("E-ERP-003", "erp: odoo parameters.with_tax"),
        ("E-ERP-003", "erp: odoo parameters.language"), ("E-ERP-003", "erp: odoo parameters.walk_in"),
    ]  # fmt: skip
    assert caught.value.problems[0].values["suggestion"] == "with_tax"
    assert the_problem(lambda: preset("jsherp").queries({"approved": "maybe"})).values["wanted_en"] == "auto, yes, no"


def test_parameters_may_be_written_as_people_write_them() -> None:
    values = preset("odoo").parameters({"with_tax": "是", "walk_in": 50, "company": 7})
    assert (values["with_tax"], values["walk_in"], values["company"]) == (True, (50,), "7")
    assert preset("erpnext").rules({"walk_in": ["散客", "零散"]})["orders"] == {
        "count": ["Submitted"], "anonymous": ["empty", "散客", "零散"],
    }  # fmt: skip


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30))
def test_whatever_a_parameter_holds_is_one_literal(text: str) -> None:
    for kind in ("postgresql", "mysql"):
        query_relation(f"SELECT {literal(text, kind)} AS a FROM t WHERE b IN {literal((text, text), kind)}", kind, "x")
        body = literal(text, kind)
        quoted = re.fullmatch(r"E?'((?:[^']|'')*)'|_utf8mb4 X'[0-9A-F]*'", body, re.DOTALL)
        assert quoted, body


@pytest.mark.parametrize("name", ["odoo", "erpnext"])
def test_a_parameter_cannot_say_more_than_a_value(erp: Make, name: str) -> None:
    shop = erp(name, SMALL[name])
    nasty = "x' OR 1=1; DROP TABLE res_partner; -- \\'"
    bad, good = {
        "odoo": ({"language": nasty}, {"language": "xx"}), "erpnext": ({"walk_in": [nasty]}, {"walk_in": ["nobody"]}),
    }[name]  # fmt: skip
    assert shop.rows("customers", "customer_id", **bad) == shop.rows("customers", "customer_id", **good)


def test_a_database_that_is_no_odoo_says_what_is_missing(erp: Make) -> None:
    shop = erp("odoo", SMALL["odoo"])
    shop.run("DROP TABLE sale_order_line_invoice_rel; ALTER TABLE res_partner DROP COLUMN customer_rank")
    problem = shop.problem()
    assert (problem.code, problem.values["missing"]) == (
        "E-ERP-004",
        "res_partner.customer_rank, sale_order_line_invoice_rel",
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_rights_that_a_preset_asks_for_are_enough_and_without_one_it_says_which(erp: Make, name: str) -> None:
    from custrata.sources.erps.describe import grants

    shop = erp(name, SMALL[name])
    maria = shop.server.kind == "mariadb"
    there = {t.lower() for t, _ in shop.prepare().found.layout.columns}
    reader = f"reader_{name}"
    host = "@'%'" if maria else ""
    wanted = [g for g in grants(preset(name), f"{reader}{host}") if re.split(r'[`"]', g)[1].lower() in there]
    shop.run(f"CREATE USER {reader}{host} IDENTIFIED BY 'r';" if maria else f"CREATE ROLE {reader} LOGIN PASSWORD 'r';")
    environ = {"CUSTRATA_DB_ERP": shop.server.url(shop.database, reader, "r")}
    try:
        for grant in wanted[1:]:
            shop.run(grant)
        problem = shop.problem(environ)
        assert problem.code in ("E-ERP-004", "E-DB-008")
        shop.run(wanted[0])
        assert set(shop.prepare(environ).specs) == set(shop.prepare().specs)
    finally:
        shop.run(f"DROP USER {reader}{host};" if maria else f"DROP OWNED BY {reader}; DROP ROLE {reader};")


def test_an_old_version_is_refused_and_a_new_one_read_with_a_note() -> None:
    declaration = preset("odoo").declaration
    assert the_problem(lambda: check_version(declaration, "15.0.1.3", "erp")).code == "E-ERP-005"
    assert check_version(declaration, "16.0.1.3", "erp") == []
    assert check_version(declaration, None, "erp") == []
    (note,) = well_told(check_version(declaration, "saas~19.1", "erp"))
    assert note.code == "E-ERP-006"


def test_a_newer_odoo_is_read_with_a_note(erp: Make) -> None:
    shop = erp("odoo", SMALL["odoo"])
    shop.run("UPDATE ir_module_module SET latest_version = '19.0.1.3'")
    assert [note.code for note in shop.prepare().notes] == ["E-ERP-006"]


def test_a_preset_over_a_database_of_another_kind_is_refused_before_anything_is_asked(erp: Make) -> None:
    shop = erp("odoo", SMALL["odoo"])
    assert shop.problem({"CUSTRATA_DB_ERP": "mysql://a:b@127.0.0.1:1/x"}).code == "E-ERP-011"


def test_a_company_is_named_by_its_name_or_its_number(erp: Make) -> None:
    shop = erp("odoo", SMALL["odoo"])
    assert (
        shop.prepare(company="华夏贸易").found.company
        == shop.prepare(company=1).found.company
        == Company("1", "华夏贸易", "CNY")
    )
    assert shop.problem(company="华夏").values["suggestion"] == "华夏贸易"
    shop.currency = "USD"
    problem = shop.problem()
    assert (problem.code, problem.values["erp"]) == ("E-ERP-010", "CNY")


def test_a_folder_of_ones_own_is_a_preset_too_and_its_faults_are_told(tmp_path: Path) -> None:
    own = tmp_path / "my-odoo"
    shutil.copytree(Path(str(preset("odoo").folder)), own)
    (own / "products.sql").write_text("SELECT id AS product_id FROM product_product WHERE id > {{ walk_in }}", "utf-8")
    assert preset(f"{own}").queries({"walk_in": [3]})["products"].sql.endswith("id > (3)")
    (own / "products.sql").write_text("SELECT {{ no_such_thing }}", "utf-8")
    assert the_problem(lambda: preset(own).queries(timezone=ZONE)).code == "E-ERP-007"
    (own / "products.sql").write_text("{{ has.__class__.__mro__ }}", "utf-8")
    assert the_problem(lambda: preset(own).queries()).code == "E-ERP-007"
    (own / "preset.toml").write_text("title = 3", "utf-8")
    assert the_problem(lambda: preset(own)).code == "E-ERP-007"
    assert the_problem(lambda: preset(tmp_path / "nothing")).code == "E-ERP-007"
