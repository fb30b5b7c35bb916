"""The purchase models by the word for them in a scheme."""

from __future__ import annotations

from collections.abc import Mapping

from custrata.core.predict.beta_geometric import BGNBD, MBGNBD
from custrata.core.predict.pareto_nbd import ParetoNBD
from custrata.core.predict.purchases import PurchaseModel

MODELS: Mapping[str, type[PurchaseModel]] = {"mbg/nbd": MBGNBD, "bg/nbd": BGNBD, "pareto/nbd": ParetoNBD}
