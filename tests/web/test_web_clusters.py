"""Clusters in the browser: their page, their customers and one customer's reasons, as of any other segment."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

import pytest
from web_shops import Shop, now

from custrata.engines.duckdb.store import duckdb_store
from custrata.store import open_store
from custrata.usecases.levels.apply import apply
from custrata.usecases.levels.plan import plan
from custrata.usecases.workspace import Workspace
from custrata.web.access import Role

pytestmark = pytest.mark.slow


@pytest.fixture
def clustered(own_shop: Shop) -> Shop:
    """The company with clusters among its segments, classified anew."""
    file = own_shop.folder / "scheme.yaml"
    text = file.read_text("utf-8")
    assert "\n客群:\n" in text or "\nsegments:\n" in text
    added = r"\n\1:\n  类型: {聚类: [年消费, 年订单]}\n"
    file.write_text(re.sub(r"\n(客群|segments):\n", added, text, count=1), "utf-8")
    workspace = Workspace.at(own_shop.folder)
    plan(workspace, duckdb_store, lambda f: open_store(None, f), now, who="test")
    apply(workspace, duckdb_store, lambda f: open_store(None, f), now, who="test")
    return own_shop


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_clusters_have_a_page_customers_and_reasons(clustered: Shop, lang: str) -> None:
    client = clustered.client(Role.ANALYST, lang=lang)
    text = client.get(f"/segments/{quote('类型')}/").content.decode()
    assert '<svg role="img"' in text and {"zh": "A 类：", "en": "Cluster A: "}[lang] in text
    links = re.findall(rf'href="(/customers/\?c\.{quote("类型")}=[^"]+)"', text)
    assert links
    listed = client.get(unquote(links[0]).replace("&amp;", "&")).content.decode()
    customer = re.search(r'href="(/customers/[^/"?]+/)"', listed)
    assert customer is not None
    told = client.get(customer[1]).content.decode()
    assert "类型" in told and {"zh": " 类：", "en": "Cluster "}[lang] in told
    assert client.get(f"/segments/{quote('类型')}/cuts/").status_code == 400
    assert client.get(f"/segments/{quote('类型')}/trend/").status_code == 200
