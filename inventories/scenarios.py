"""What becomes of a scenario when it is put in another way: told in other words, rated, or confirmed action by action.

A scenario is an item whose options are actions: `value` 1 for those of somebody of whom its twin, a statement of
another inventory, is true, and 0 for the others. High and low actions stand in pairs.
"""

from __future__ import annotations

import msgspec

from inventories.definitions import Inventory, Item, Option, OptionSet
from inventories.forms import Elicitation
from inventories.loading import twins as twins
from inventories.reading import DefinitionError

YES_NO = OptionSet([Option(1, "Yes"), Option(0, "No")], "In the situation, would you do what the statement says?")


def as_asked(inventory: Inventory, elicitation: Elicitation, situation: str = "original") -> Inventory:
    """`inventory` as `elicitation` prints it: scenarios are offered, rated or confirmed; statements stay as they are."""
    if inventory.kind == "cognition":
        return inventory
    if situation == "paraphrased":
        inventory = msgspec.structs.replace(
            inventory, items=[_paraphrased(inventory, item) for item in inventory.items]
        )
    return {"rating": graded, "confirmation": confirmation}.get(elicitation, _itself)(inventory)


def graded(inventory: Inventory) -> Inventory:
    """Every scenario as a statement: its first high action, rated on the twin's own scale.

    The twin of a bipolar item becomes bipolar too, from the first low action to the first high one.
    """
    statements = twins(inventory)
    items = []
    for item in inventory.items:
        twin = statements.item(item.twin)
        high, low = (next(each.text for each in inventory.options_of(item) if each.value == value) for value in (1, 0))
        alone = msgspec.structs.replace(_alone(inventory, item), options=twin.options)
        # poles stand in one line, where a full stop would end it
        poles = {"left": low.removesuffix("."), "right": high.removesuffix(".")} if twin.left else {"text": high}
        items.append(msgspec.structs.replace(alone, **poles))
    return _statements(inventory, items, statements)


def confirmation(inventory: Inventory) -> Inventory:
    """Every action of every scenario by itself: is this what you would do? Yes or no.

    An action keeps the scenario's key when it is a high one, and turns it round when it is a low one. Its id is that
    of the scenario, a stroke, and its number in the file.
    """
    items = [
        msgspec.structs.replace(
            _alone(inventory, item),
            id=action_id(item.id, number),
            text=option.text,
            key=item.key * (2 * option.value - 1),
            options="yes or no",
        )
        for item in inventory.items
        for number, option in enumerate(inventory.options_of(item))
    ]
    # a set has an instruction of its own, which stands in the place of that of the wording
    scale = msgspec.structs.replace(inventory, options=YES_NO.options, option_sets={"yes or no": YES_NO})
    return _statements(inventory, items, scale)


def action_id(item: str, number: int) -> str:
    """The id that the action `number` (from 0) of the scenario `item` has when it is confirmed."""
    return f"{item}/{number + 1}"


def _alone(inventory: Inventory, item: Item) -> Item:
    """What a scenario and each of its actions have in common."""
    scene = inventory.printed_text(item)
    return Item(id=item.id, scale=item.scale, facet=item.facet, key=item.key, twin=item.twin, scene=scene)


def _statements(inventory: Inventory, items: list[Item], scale: Inventory) -> Inventory:
    """`items` answered on the options of `scale`."""
    return msgspec.structs.replace(
        inventory,
        items=items,
        options=scale.options,
        option_sets=scale.option_sets,
        instructions="",
        printed="{Text}",
        statement="{Text}",
    )


def _paraphrased(inventory: Inventory, item: Item) -> Item:
    if not item.paraphrase:
        raise DefinitionError(
            f'{inventory.file}, item "{item.id}": it has no paraphrase, so situation = "paraphrased" cannot be printed'
        )
    return msgspec.structs.replace(item, text=item.paraphrase, question=item.paraphrased_question or item.question)


def _itself(inventory: Inventory) -> Inventory:
    return inventory
