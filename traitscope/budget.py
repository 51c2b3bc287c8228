"""Money for a run: what is spent, what is set aside for calls under way, and when there is no more."""

from __future__ import annotations

from inventories.responder import Abilities, Prompt, Reply, Responder, ResponderError
from traitscope.cost import assumed, charge, price_of, with_cost
from traitscope.responders.pace import pace_of
from traitscope.study_file import Model, Price


class Budget:
    """Money for a run: a call starts only if all that is under way can be paid, too."""

    def __init__(self, most: float, spent: float) -> None:
        self.most, self.paid = most, spent
        self.spent = spent >= most
        self._under_way: dict[str, float] = {}
        self._set_aside = 0.0

    def reserve(self, prompt_id: str, at_most: float) -> bool:
        """Set `at_most` aside, or say that there is not enough left."""
        if self.paid + self._set_aside + at_most > self.most:
            self.spent = not self._under_way  # or else what is under way may cost less than was set aside
            return False
        self._under_way[prompt_id] = at_most
        self._set_aside += at_most
        return True

    def settle(self, prompt_id: str, cost: float) -> None:
        """What was set aside for a call is free again, and what it cost is gone."""
        self._set_aside -= self._under_way.pop(prompt_id, 0.0)
        self.paid += cost

    def told(self) -> str:
        """Why no more is asked."""
        if self.paid > self.most:
            return (
                f"${self.paid:.2f} were spent before, which is more than --max-cost {self.most:.2f}: nothing was asked"
            )
        return f"stopped at --max-cost {self.most:.2f}: ${self.paid:.2f} are spent, and the next call may cost more than is left"


class _OfModel:
    """The budget as the calls to one model see it."""

    def __init__(self, budget: Budget, model: Model, price: Price, able: Abilities) -> None:
        self._budget, self._model, self._price, self._able = budget, model, price, able

    def reserve(self, prompt: Prompt) -> bool:
        told, out, _ = assumed(prompt, self._model, self._able)
        return self._budget.reserve(prompt.id, charge(self._price, told.high, out.high) or 0.0)

    def settle(self, prompt: Prompt, reply: Reply | None) -> None:
        known = with_cost(reply, self._price, self._model.price is not None).cost if reply is not None else 0.0
        self._budget.settle(prompt.id, known or 0.0)


def budget_for(responder: Responder, model: Model, budget: Budget | None) -> Price | None:
    """Give a responder that is paid the budget to keep to; return its price."""
    price = price_of(model)
    pace = pace_of(responder)
    if budget is not None and pace is not None:
        if price is None:
            raise ResponderError(
                f"--max-cost: no price is known for {model.name}; say price = {{ input = ..., output = ... }} of the model in the "
                "study, in US dollars per million tokens"
            )
        pace.budget = _OfModel(budget, model, price, responder.can())
    return price
